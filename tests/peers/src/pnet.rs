//! A clamp on `pnet_packet`.

use pnet_packet::MutablePacket;
use pnet_packet::ethernet::{EtherTypes, MutableEthernetPacket};
use pnet_packet::ip::IpNextHeaderProtocols;
use pnet_packet::ipv4::MutableIpv4Packet;
use pnet_packet::tcp::{MutableTcpPacket, TcpFlags, TcpOption, TcpOptionNumbers, ipv4_checksum};

/// Sets the options anew, and the checksum.
pub fn pnet(frame: &mut [u8], ceiling: u16) {
    let _done = clamp(frame, ceiling);
}

fn clamp(frame: &mut [u8], ceiling: u16) -> Option<()> {
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
            && u16::from_be_bytes([high, low]) > ceiling
        {
            *option = TcpOption::mss(ceiling);
            is_above = true;
        }
    }
    if is_above {
        segment.set_options(&options);
        let checksum = ipv4_checksum(&segment.to_immutable(), &source, &destination);
        segment.set_checksum(checksum);
    }
    Some(())
}
