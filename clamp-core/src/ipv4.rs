//! IPv4 (RFC 791).

use core::hint::cold_path;

use crate::cursor::{Bytes, Cursor};
use crate::ip::{Payload, protocol, refuse_authenticated, refuse_opaque, refuse_without_syn};
use crate::outcome::{Layer, Reason};
use crate::source::Source;
use crate::stop::Stop;

pub(crate) const FIXED_HEADER_LEN: usize = 20;
pub(crate) const VERSION_4_WITHOUT_OPTIONS: u8 = 0x45;
/// Flags and fragment offset.
pub(crate) const FRAGMENT_AT: usize = 6;
pub(crate) const MORE_FRAGMENTS: u16 = 0x2000;
pub(crate) const FRAGMENT_OFFSET: u16 = 0x1fff;

/// Moves to what the packet carries: TCP or a tunnel; anything else leaves here with its reason.
#[inline(always)]
pub(crate) fn payload(packet: &mut Cursor<impl Bytes, impl Source>) -> Result<Payload, Stop> {
    let header: &[u8; FIXED_HEADER_LEN] = packet.header(Layer::Ipv4)?;
    let version = usize::from(header[0] >> 4);
    if version != 4 {
        return Err(Stop::WrongVersion {
            layer: Layer::Ipv4,
            version,
        });
    }
    let header_len = usize::from(header[0] & 0x0f) << 2;
    if header_len < FIXED_HEADER_LEN {
        return Err(Stop::short_of(Layer::Ipv4, FIXED_HEADER_LEN, header_len));
    }
    let fragment = u16::from_be_bytes([header[6], header[7]]);
    let is_later_fragment = fragment & FRAGMENT_OFFSET != 0;
    let protocol = header[9];
    if protocol != protocol::TCP {
        cold_path();
        refuse_opaque(protocol)?;
    } else if !is_later_fragment {
        refuse_without_syn(packet, header_len)?;
    }
    let total_len = usize::from(u16::from_be_bytes([header[2], header[3]]));
    if total_len < header_len {
        return Err(Stop::short_of(Layer::Ipv4, header_len, total_len));
    }
    packet.bound(Layer::Ipv4, total_len)?;
    if is_later_fragment {
        return Err(Stop::Leave(Reason::Fragment));
    }
    refuse_authenticated(protocol)?;
    packet.pass(Layer::Ipv4, header_len)?;
    Ok(Payload {
        protocol,
        is_fragment: fragment & MORE_FRAGMENTS != 0,
    })
}
