//! PPPoE session frames (RFC 2516) and the PPP protocol field (RFC 1661).

use crate::ip::{Packet, Version};
use crate::outcome::{Layer, Outcome, Reason};
use crate::rest::Rest;
use crate::trail::Trail;

const HEADER_LEN: usize = 6;
const VERSION_1_TYPE_1: u8 = 0x11;
const CODE_SESSION_DATA: u8 = 0x00;

const PPP_IPV4: u16 = 0x0021;
const PPP_IPV6: u16 = 0x0057;

/// The packet in a PPPoE session frame, bounded by the PPPoE length (RFC 2516, section 4).
pub(crate) fn session<'a>(frame: Rest<'a>, trail: &mut impl Trail) -> Result<Packet<'a>, Outcome> {
    let header: &[u8; HEADER_LEN] = frame.header(Layer::Pppoe)?;
    if header[0] != VERSION_1_TYPE_1 || header[1] != CODE_SESSION_DATA {
        return Err(Outcome::LeftAlone(Reason::NotPppoeSession));
    }
    trail.passed(Layer::Pppoe, frame.at);
    let payload_len = usize::from(u16::from_be_bytes([header[4], header[5]]));
    let payload = frame
        .behind(Layer::Pppoe, HEADER_LEN)?
        .bounded(Layer::Pppoe, payload_len)?;
    ppp(payload, trail)
}

/// The packet behind a PPP protocol field of two bytes, or of one when compressed: an odd byte is
/// the last of the field (RFC 1661, sections 2 and 6.5).
pub(crate) fn ppp<'a>(frame: Rest<'a>, trail: &mut impl Trail) -> Result<Packet<'a>, Outcome> {
    let &[first] = frame.header(Layer::Ppp)?;
    let (protocol, field_len, saved_bytes) = if first & 1 == 1 {
        (u16::from(first), 1, 1)
    } else {
        let field: &[u8; 2] = frame.header(Layer::Ppp)?;
        (u16::from_be_bytes(*field), 2, 0)
    };
    let version = match protocol {
        PPP_IPV4 => Version::V4,
        PPP_IPV6 => Version::V6,
        _ => return Err(Outcome::LeftAlone(Reason::NotIp)),
    };
    trail.passed(Layer::Ppp, frame.at);
    Ok(Packet {
        version,
        rest: frame.behind(Layer::Ppp, field_len)?,
        saved_bytes,
    })
}
