//! GRE version 0 with its checksum, key and sequence number (RFC 2784, RFC 2890).

use crate::cursor::{Bytes, Cursor};
use crate::outcome::{Layer, Reason};
use crate::source::Source;
use crate::stop::Stop;

const FIXED_HEADER_LEN: usize = 4;
const CHECKSUM_PRESENT: u16 = 0x8000;
const KEY_PRESENT: u16 = 0x2000;
const SEQUENCE_PRESENT: u16 = 0x1000;
/// Bits 1, 4 and 5: routing and what came with it in RFC 1701. A receiver that knows only RFC 2784
/// discards packets with them.
const UNSUPPORTED: u16 = 0x4c00;
const VERSION: u16 = 0x0007;

/// Moves behind a GRE header, and returns the ethertype of what it carries.
#[inline(always)]
pub(crate) fn pass(packet: &mut Cursor<impl Bytes, impl Source>) -> Result<u16, Stop> {
    packet.note(Layer::Gre, 0);
    let header: [u8; FIXED_HEADER_LEN] = *packet.header(Layer::Gre)?;
    let flags = u16::from_be_bytes([header[0], header[1]]);
    if flags & (UNSUPPORTED | VERSION) != 0 {
        return Err(Stop::Leave(Reason::UnsupportedGre));
    }
    let optional_words = usize::from(flags & CHECKSUM_PRESENT != 0)
        .wrapping_add(usize::from(flags & KEY_PRESENT != 0))
        .wrapping_add(usize::from(flags & SEQUENCE_PRESENT != 0));
    let header_len = FIXED_HEADER_LEN.wrapping_add(optional_words << 2);
    packet.pass(Layer::Gre, header_len)?;
    Ok(u16::from_be_bytes([header[2], header[3]]))
}
