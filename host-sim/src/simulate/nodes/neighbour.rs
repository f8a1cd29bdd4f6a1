//! Who has an address: answers to ARP requests and neighbour solicitations. The simulator's own
//! nodes never ask, because they know the map.

use std::net::IpAddr;

use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::{
    ArpOperation, ArpPacket, ArpRepr, EthernetFrame, EthernetProtocol, Icmpv6Packet, Icmpv6Repr,
    IpProtocol, Ipv6Address, Ipv6Packet, Ipv6Repr, NdiscNeighborFlags, NdiscRepr,
};

use super::super::packet::{ETHERNET_HEADER_LEN, ethertype, frame, smol_mac};
use super::super::plan::Port;

const ARP_LEN: usize = 28;
const NDISC_HOP_LIMIT: u8 = 255;

/// The answer to a frame that asks for an address of this port, if it does.
pub(super) fn answer(port: Port, bytes: &[u8]) -> Option<Vec<u8>> {
    match ethertype(bytes)? {
        EthernetProtocol::Arp => answer_arp(port, bytes),
        EthernetProtocol::Ipv6 => answer_solicitation(port, bytes),
        _ => None,
    }
}

fn answer_arp(port: Port, bytes: &[u8]) -> Option<Vec<u8>> {
    let packet = ArpPacket::new_checked(bytes.get(ETHERNET_HEADER_LEN..)?).ok()?;
    let ArpRepr::EthernetIpv4 {
        operation: ArpOperation::Request,
        source_hardware_addr,
        source_protocol_addr,
        target_protocol_addr,
        ..
    } = ArpRepr::parse(&packet).ok()?
    else {
        return None;
    };
    if target_protocol_addr != port.ipv4() {
        return None;
    }
    let mut answer = vec![0; ETHERNET_HEADER_LEN + ARP_LEN];
    let mut frame = EthernetFrame::new_unchecked(&mut answer);
    frame.set_src_addr(smol_mac(port.mac()));
    frame.set_dst_addr(source_hardware_addr);
    frame.set_ethertype(EthernetProtocol::Arp);
    ArpRepr::EthernetIpv4 {
        operation: ArpOperation::Reply,
        source_hardware_addr: smol_mac(port.mac()),
        source_protocol_addr: port.ipv4(),
        target_hardware_addr: source_hardware_addr,
        target_protocol_addr: source_protocol_addr,
    }
    .emit(&mut ArpPacket::new_unchecked(frame.payload_mut()));
    Some(answer)
}

fn answer_solicitation(port: Port, bytes: &[u8]) -> Option<Vec<u8>> {
    let asker = EthernetFrame::new_checked(bytes).ok()?.src_addr();
    let packet = Ipv6Packet::new_checked(bytes.get(ETHERNET_HEADER_LEN..)?).ok()?;
    if packet.next_header() != IpProtocol::Icmpv6 {
        return None;
    }
    let message = Icmpv6Packet::new_checked(packet.payload()).ok()?;
    let (source, destination) = (packet.src_addr(), packet.dst_addr());
    let capabilities = ChecksumCapabilities::default();
    let Icmpv6Repr::Ndisc(NdiscRepr::NeighborSolicit { target_addr, .. }) =
        Icmpv6Repr::parse(&source, &destination, &message, &capabilities).ok()?
    else {
        return None;
    };
    if target_addr != port.ipv6() || source.is_unspecified() {
        return None;
    }
    Some(frame(
        port.mac(),
        asker.0,
        &advertisement(port, target_addr, source),
    ))
}

fn advertisement(port: Port, target_addr: Ipv6Address, to: Ipv6Address) -> Vec<u8> {
    let message = Icmpv6Repr::Ndisc(NdiscRepr::NeighborAdvert {
        flags: NdiscNeighborFlags::SOLICITED | NdiscNeighborFlags::OVERRIDE,
        target_addr,
        lladdr: Some(smol_mac(port.mac()).into()),
    });
    let header = Ipv6Repr {
        src_addr: target_addr,
        dst_addr: to,
        next_header: IpProtocol::Icmpv6,
        payload_len: message.buffer_len(),
        hop_limit: NDISC_HOP_LIMIT,
    };
    let mut bytes = vec![0; header.buffer_len() + message.buffer_len()];
    let mut packet = Ipv6Packet::new_unchecked(&mut bytes);
    header.emit(&mut packet);
    message.emit(
        &target_addr,
        &to,
        &mut Icmpv6Packet::new_unchecked(packet.payload_mut()),
        &ChecksumCapabilities::default(),
    );
    bytes
}

/// Whether an address is the port's.
pub(super) fn has(port: Port, address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address == port.ipv4(),
        IpAddr::V6(address) => address == port.ipv6(),
    }
}
