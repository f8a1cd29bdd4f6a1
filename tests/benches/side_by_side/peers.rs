//! A clamp of plain IPv4 SYNs on each peer's wire formats, as its documentation leads one to write it.

use etherparse::{NetSlice, SlicedPacket, TcpOptionElement, TransportSlice};
use pnet_packet::ethernet::{EtherTypes, MutableEthernetPacket};
use pnet_packet::ip::IpNextHeaderProtocols;
use pnet_packet::ipv4::MutableIpv4Packet;
use pnet_packet::tcp::{
    MutableTcpPacket, TcpFlags, TcpOption as PnetOption, TcpOptionNumbers, ipv4_checksum,
};
use pnet_packet::{MutablePacket, Packet};
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::{
    EthernetFrame, EthernetProtocol, IpAddress, IpProtocol, Ipv4Packet, TcpControl, TcpOption,
    TcpPacket, TcpRepr,
};

use super::CEILING;

/// Finds the option, overwrites its value, and has the checksum filled in.
pub(super) fn smoltcp_in_place(frame: &mut [u8]) {
    let _done = smoltcp_segment(frame, |segment, source, destination| {
        if !segment.syn() || segment.rst() {
            return;
        }
        let options = segment.options_mut();
        let mut at = 0;
        let mut is_lowered = false;
        while at < options.len() {
            let Ok((rest, option)) = TcpOption::parse(&options[at..]) else {
                break;
            };
            let len = options.len() - at - rest.len();
            match option {
                TcpOption::EndOfList => break,
                TcpOption::MaxSegmentSize(mss) if mss > CEILING => {
                    TcpOption::MaxSegmentSize(CEILING).emit(&mut options[at..at + len]);
                    is_lowered = true;
                }
                _ => {}
            }
            at += len;
        }
        if is_lowered {
            segment.fill_checksum(&source, &destination);
        }
    });
}

/// Parses the whole header to its representation, and writes that back.
pub(super) fn smoltcp_repr(frame: &mut [u8]) {
    let _done = smoltcp_segment(frame, |segment, source, destination| {
        let bytes = segment.as_ref().to_vec();
        let Ok(copy) = TcpPacket::new_checked(bytes.as_slice()) else {
            return;
        };
        let checksums = ChecksumCapabilities::default();
        let Ok(mut repr) = TcpRepr::parse(&copy, &source, &destination, &checksums) else {
            return;
        };
        let is_above = repr.max_seg_size.is_some_and(|mss| mss > CEILING);
        if repr.control == TcpControl::Syn && is_above {
            repr.max_seg_size = Some(CEILING);
            if repr.buffer_len() <= bytes.len() {
                repr.emit(segment, &source, &destination, &checksums);
            }
        }
    });
}

fn smoltcp_segment(
    frame: &mut [u8],
    clamp: impl FnOnce(&mut TcpPacket<&mut [u8]>, IpAddress, IpAddress),
) -> Option<()> {
    let mut frame = EthernetFrame::new_checked(frame).ok()?;
    if frame.ethertype() != EthernetProtocol::Ipv4 {
        return None;
    }
    let mut packet = Ipv4Packet::new_checked(frame.payload_mut()).ok()?;
    if packet.next_header() != IpProtocol::Tcp || packet.frag_offset() != 0 {
        return None;
    }
    let (source, destination) = (packet.src_addr().into(), packet.dst_addr().into());
    let mut segment = TcpPacket::new_checked(packet.payload_mut()).ok()?;
    clamp(&mut segment, source, destination);
    Some(())
}

/// Slices the packet, parses its TCP header, sets the options anew, and writes the TCP header back over the old one.
pub(super) fn etherparse(frame: &mut [u8]) {
    if let Some((tcp_at, header)) = etherparse_header(frame)
        && let Some(room) = frame.get_mut(tcp_at..tcp_at + header.len())
    {
        room.copy_from_slice(&header);
    }
}

/// Where a lowered TCP header goes, and its bytes.
fn etherparse_header(frame: &[u8]) -> Option<(usize, Vec<u8>)> {
    let packet = SlicedPacket::from_ethernet(frame).ok()?;
    let (Some(NetSlice::Ipv4(ip)), Some(TransportSlice::Tcp(segment))) =
        (packet.net, packet.transport)
    else {
        return None;
    };
    if !segment.syn() || segment.rst() {
        return None;
    }
    let (ip, mut tcp) = (ip.header().to_header(), segment.to_header());
    let mut is_above = false;
    let mut options = Vec::new();
    for option in tcp.options_iterator() {
        options.push(match option.ok()? {
            TcpOptionElement::MaximumSegmentSize(mss) if mss > CEILING => {
                is_above = true;
                TcpOptionElement::MaximumSegmentSize(CEILING)
            }
            option => option,
        });
    }
    if !is_above {
        return None;
    }
    tcp.set_options(&options).ok()?;
    tcp.checksum = tcp.calc_checksum_ipv4(&ip, segment.payload()).ok()?;
    Some((14 + ip.header_len(), tcp.to_bytes().to_vec()))
}

/// Sets the options anew, and the checksum.
pub(super) fn pnet(frame: &mut [u8]) {
    let _done = pnet_clamp(frame);
}

fn pnet_clamp(frame: &mut [u8]) -> Option<()> {
    let mut frame = MutableEthernetPacket::new(frame)?;
    if frame.get_ethertype() != EtherTypes::Ipv4 {
        return None;
    }
    let mut packet = MutableIpv4Packet::new(frame.payload_mut())?;
    if packet.get_next_level_protocol() != IpNextHeaderProtocols::Tcp
        || packet.get_fragment_offset() != 0
    {
        return None;
    }
    let (source, destination) = (packet.get_source(), packet.get_destination());
    let mut segment = MutableTcpPacket::new(packet.payload_mut())?;
    if segment.get_flags() & (TcpFlags::SYN | TcpFlags::RST) != TcpFlags::SYN {
        return None;
    }
    let mut is_above = false;
    let mut options = segment.get_options();
    for option in &mut options {
        if option.number == TcpOptionNumbers::MSS
            && let [high, low] = *option.data
            && u16::from_be_bytes([high, low]) > CEILING
        {
            *option = PnetOption::mss(CEILING);
            is_above = true;
        }
    }
    if is_above {
        segment.set_options(&options);
        let checksum = ipv4_checksum(&segment.to_immutable(), &source, &destination);
        segment.set_checksum(checksum);
        let _ = segment.packet();
    }
    Some(())
}
