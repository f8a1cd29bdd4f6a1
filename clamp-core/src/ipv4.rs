//! IPv4 (RFC 791).

use crate::cursor::{Cursor, too_short};
use crate::ip::{Payload, protocol, refuse_without_syn};
use crate::outcome::{Layer, Malformed, Outcome, Reason};

pub(crate) const FIXED_HEADER_LEN: usize = 20;
const MORE_FRAGMENTS: u16 = 0x2000;
const FRAGMENT_OFFSET: u16 = 0x1fff;

/// Moves to what the packet carries: TCP or a tunnel; anything else leaves here with its reason.
#[inline]
pub(crate) fn payload(packet: &mut Cursor<'_>) -> Result<Payload, Outcome> {
    let header: &[u8; FIXED_HEADER_LEN] = packet.header(Layer::Ipv4)?;
    let version = header[0] >> 4;
    if version != 4 {
        return Err(Outcome::Malformed(Malformed::WrongVersion {
            layer: Layer::Ipv4,
            version,
        }));
    }
    let header_len = usize::from(header[0] & 0x0f) << 2;
    if header_len < FIXED_HEADER_LEN {
        return Err(too_short(Layer::Ipv4, FIXED_HEADER_LEN, header_len));
    }
    let fragment = u16::from_be_bytes([header[6], header[7]]);
    let is_later_fragment = fragment & FRAGMENT_OFFSET != 0;
    let protocol = header[9];
    match protocol {
        protocol::TCP if !is_later_fragment => refuse_without_syn(packet, header_len)?,
        protocol::TCP | protocol::AH | protocol::IPV4 | protocol::IPV6 | protocol::GRE => {}
        protocol::ESP => return Err(Outcome::LeftAlone(Reason::Encrypted)),
        _ => return Err(Outcome::LeftAlone(Reason::NotTcp)),
    }
    let total_len = usize::from(u16::from_be_bytes([header[2], header[3]]));
    if total_len < header_len {
        return Err(too_short(Layer::Ipv4, header_len, total_len));
    }
    packet.bound(Layer::Ipv4, total_len)?;
    if is_later_fragment {
        return Err(Outcome::LeftAlone(Reason::Fragment));
    }
    if protocol == protocol::AH {
        return Err(Outcome::LeftAlone(Reason::AuthenticationHeader));
    }
    packet.pass(Layer::Ipv4, header_len)?;
    Ok(Payload {
        protocol,
        is_fragment: fragment & MORE_FRAGMENTS != 0,
    })
}
