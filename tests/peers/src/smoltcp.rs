//! Two clamps on `smoltcp::wire`.

use arrayvec::ArrayVec;
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::{
    EthernetFrame, EthernetProtocol, IpAddress, IpProtocol, Ipv4Packet, TcpControl, TcpOption,
    TcpPacket, TcpRepr,
};

/// The longest segment that is taken to its representation.
const SEGMENT_MAX_BYTES: usize = 1480;

/// Finds the option, overwrites its value, and has the checksum filled in.
pub fn smoltcp_in_place(frame: &mut [u8], ceiling: u16) {
    let _done = with_segment(frame, |segment, source, destination| {
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
                TcpOption::MaxSegmentSize(mss) if mss > ceiling => {
                    TcpOption::MaxSegmentSize(ceiling).emit(&mut options[at..at + len]);
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
pub fn smoltcp_repr(frame: &mut [u8], ceiling: u16) {
    let _done = with_segment(frame, |segment, source, destination| {
        // The representation borrows the payload that it is written around.
        let mut bytes = ArrayVec::<u8, SEGMENT_MAX_BYTES>::new();
        if bytes.try_extend_from_slice(segment.as_ref()).is_err() {
            return;
        }
        let Ok(copy) = TcpPacket::new_checked(bytes.as_slice()) else {
            return;
        };
        let checksums = ChecksumCapabilities::default();
        let Ok(mut repr) = TcpRepr::parse(&copy, &source, &destination, &checksums) else {
            return;
        };
        let is_above = repr.max_seg_size.is_some_and(|mss| mss > ceiling);
        if repr.control == TcpControl::Syn && is_above {
            repr.max_seg_size = Some(ceiling);
            if repr.buffer_len() <= bytes.len() {
                repr.emit(segment, &source, &destination, &checksums);
            }
        }
    });
}

fn with_segment(
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
