//! GRE version 0 with its checksum, key and sequence number (RFC 2784, RFC 2890).

use crate::cursor::Cursor;
use crate::outcome::{Layer, Reason};

const FIXED_HEADER_LEN: usize = 4;
const CHECKSUM_PRESENT: u16 = 0x8000;
const KEY_PRESENT: u16 = 0x2000;
const SEQUENCE_PRESENT: u16 = 0x1000;
/// Bits 1, 4 and 5: routing and what came with it in RFC 1701. A receiver that knows only RFC 2784
/// discards packets with them.
const UNSUPPORTED: u16 = 0x4c00;
const VERSION: u16 = 0x0007;

/// Moves behind a GRE header, and returns the ethertype of what it carries.
pub(crate) fn pass(packet: &mut Cursor<'_>) -> Option<u16> {
    let header: &[u8; FIXED_HEADER_LEN] = packet.header(Layer::Gre)?;
    let flags = u16::from_be_bytes([header[0], header[1]]);
    if flags & (UNSUPPORTED | VERSION) != 0 {
        return packet.leave(Reason::UnsupportedGre);
    }
    let header_len = [CHECKSUM_PRESENT, KEY_PRESENT, SEQUENCE_PRESENT]
        .iter()
        .filter(|&&present| flags & present != 0)
        .fold(FIXED_HEADER_LEN, |len, _| len.wrapping_add(4));
    packet.pass(Layer::Gre, header_len)?;
    Some(u16::from_be_bytes([header[2], header[3]]))
}
