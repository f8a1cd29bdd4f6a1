//! Single packets from the client, made by hand.

use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::{
    EthernetAddress, EthernetFrame, EthernetProtocol, IpProtocol, Ipv4Packet, Ipv4Repr, TcpControl,
    TcpPacket, TcpRepr, TcpSeqNumber, UdpPacket, UdpRepr,
};

use crate::lab::plan;

const ETHERNET_HEADER_LEN: usize = 14;
const IPV4_HEADER_LEN: usize = 20;
const UDP_HEADER_LEN: usize = 8;
const HOP_LIMIT: u8 = 64;
/// The discard service (RFC 863): nobody answers.
const DISCARD_PORT: u16 = 9;

/// A SYN to the server that offers `mss`, in bytes of TCP payload.
pub(super) fn syn(router: [u8; 6], from_port: u16, mss: u16) -> Vec<u8> {
    let syn = TcpRepr {
        src_port: from_port,
        dst_port: DISCARD_PORT,
        control: TcpControl::Syn,
        seq_number: TcpSeqNumber(i32::from(from_port)),
        ack_number: None,
        window_len: u16::MAX,
        window_scale: Some(7),
        max_seg_size: Some(mss),
        sack_permitted: true,
        sack_ranges: [None; 3],
        timestamp: None,
        payload: &[],
    };
    packet(router, IpProtocol::Tcp, syn.buffer_len(), |bytes| {
        syn.emit(
            &mut TcpPacket::new_unchecked(bytes),
            &plan::CLIENT.into(),
            &plan::SERVER.into(),
            &ChecksumCapabilities::default(),
        );
    })
}

/// A datagram to the server, which forgets it.
pub(super) fn datagram(router: [u8; 6]) -> Vec<u8> {
    let ports = UdpRepr {
        src_port: DISCARD_PORT,
        dst_port: DISCARD_PORT,
    };
    packet(router, IpProtocol::Udp, UDP_HEADER_LEN, |bytes| {
        ports.emit(
            &mut UdpPacket::new_unchecked(bytes),
            &plan::CLIENT.into(),
            &plan::SERVER.into(),
            0,
            |_| {},
            &ChecksumCapabilities::default(),
        );
    })
}

fn packet(
    router: [u8; 6],
    protocol: IpProtocol,
    payload_len: usize,
    fill: impl FnOnce(&mut [u8]),
) -> Vec<u8> {
    let mut bytes = vec![0; ETHERNET_HEADER_LEN + IPV4_HEADER_LEN + payload_len];
    let mut frame = EthernetFrame::new_unchecked(&mut bytes);
    frame.set_src_addr(EthernetAddress(plan::CLIENT_MAC));
    frame.set_dst_addr(EthernetAddress(router));
    frame.set_ethertype(EthernetProtocol::Ipv4);
    let mut packet = Ipv4Packet::new_unchecked(frame.payload_mut());
    Ipv4Repr {
        src_addr: plan::CLIENT,
        dst_addr: plan::SERVER,
        next_header: protocol,
        payload_len,
        hop_limit: HOP_LIMIT,
    }
    .emit(&mut packet, &ChecksumCapabilities::default());
    fill(packet.payload_mut());
    bytes
}
