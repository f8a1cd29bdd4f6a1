//! PPPoE session frames (RFC 2516) and the PPP protocol field (RFC 1661).

use crate::cursor::{Bytes, Cursor};
use crate::ip::Version;
use crate::outcome::{Layer, Reason};
use crate::source::Source;
use crate::stop::Stop;

const HEADER_LEN: usize = 6;
const VERSION_1_TYPE_1: u8 = 0x11;
const CODE_SESSION_DATA: u8 = 0x00;

const PPP_IPV4: u16 = 0x0021;
const PPP_IPV6: u16 = 0x0057;

/// The header with an uncompressed protocol field.
const PLAIN_HEADER_LEN: usize = HEADER_LEN + 2;
/// The same, as the link counts it.
pub(crate) const PLAIN_OVERHEAD_BYTES: u32 = 8;

/// The IP packet in a plain session frame, whose protocol field is not compressed, and its version.
#[inline(always)]
pub(crate) fn plain_payload(frame: &mut [u8]) -> Option<(Version, &mut [u8])> {
    let (header, packet) = frame.split_first_chunk_mut::<PLAIN_HEADER_LEN>()?;
    if header[..2] != [VERSION_1_TYPE_1, CODE_SESSION_DATA] {
        return None;
    }
    let protocol = u16::from_ne_bytes([header[6], header[7]]);
    let version = if protocol == PPP_IPV4.to_be() {
        Version::V4
    } else if protocol == PPP_IPV6.to_be() {
        Version::V6
    } else {
        return None;
    };
    let payload_len = usize::from(u16::from_be_bytes([header[4], header[5]]));
    let packet = packet.get_mut(..payload_len.checked_sub(2)?)?;
    Some((version, packet))
}

/// Moves to the packet in a PPPoE session frame, bounded by the PPPoE length (RFC 2516, section 4).
#[inline(always)]
pub(crate) fn pass_session(frame: &mut Cursor<impl Bytes, impl Source>) -> Result<Version, Stop> {
    let header: &[u8; HEADER_LEN] = frame.header(Layer::Pppoe)?;
    if header[0] != VERSION_1_TYPE_1 || header[1] != CODE_SESSION_DATA {
        return Err(Stop::Leave(Reason::NotPppoeSession));
    }
    let payload_len = usize::from(u16::from_be_bytes([header[4], header[5]]));
    frame.note(Layer::Pppoe, 0);
    frame.pass(Layer::Pppoe, HEADER_LEN)?;
    frame.bound(Layer::Pppoe, payload_len)?;
    pass_protocol(frame)
}

/// Moves behind a PPP protocol field of two bytes, or of one when compressed: an odd byte is the
/// last of the field (RFC 1661, sections 2 and 6.5).
#[inline(always)]
pub(crate) fn pass_protocol(frame: &mut Cursor<impl Bytes, impl Source>) -> Result<Version, Stop> {
    let &[first] = frame.header(Layer::Ppp)?;
    let (protocol, field_len) = if first & 1 == 1 {
        frame.pass(Layer::Ppp, 1)?;
        // The answer may come uncompressed.
        frame.count_saved_byte();
        (u16::from(first), 1)
    } else {
        let protocol = u16::from_be_bytes(*frame.header(Layer::Ppp)?);
        frame.pass(Layer::Ppp, 2)?;
        (protocol, 2)
    };
    let version = match protocol {
        PPP_IPV4 => Version::V4,
        PPP_IPV6 => Version::V6,
        _ => return Err(Stop::Leave(Reason::NotIp)),
    };
    frame.note(Layer::Ppp, field_len);
    Ok(version)
}
