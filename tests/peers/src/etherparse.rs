//! A clamp on etherparse.

use arrayvec::ArrayVec;
use etherparse::{NetSlice, SlicedPacket, TcpHeader, TcpOptionElement, TransportSlice};

/// More options than a TCP header has room for bytes.
const OPTIONS_MAX: usize = 40;

/// Slices the packet, parses its TCP header, sets the options anew, and writes the TCP header back over the old one.
pub fn etherparse(frame: &mut [u8], ceiling: u16) {
    if let Some((tcp_at, header)) = lowered_header(frame, ceiling)
        && let Some(room) = frame.get_mut(tcp_at..tcp_at + header.header_len())
    {
        room.copy_from_slice(&header.to_bytes());
    }
}

/// Where a lowered TCP header goes, and what it is.
fn lowered_header(frame: &[u8], ceiling: u16) -> Option<(usize, TcpHeader)> {
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
    let mut options = ArrayVec::<TcpOptionElement, OPTIONS_MAX>::new();
    for option in tcp.options_iterator() {
        let option = match option.ok()? {
            TcpOptionElement::MaximumSegmentSize(mss) if mss > ceiling => {
                is_above = true;
                TcpOptionElement::MaximumSegmentSize(ceiling)
            }
            option => option,
        };
        options.try_push(option).ok()?;
    }
    if !is_above {
        return None;
    }
    tcp.set_options(&options).ok()?;
    tcp.checksum = tcp.calc_checksum_ipv4(&ip, segment.payload()).ok()?;
    Some((14 + ip.header_len(), tcp))
}
