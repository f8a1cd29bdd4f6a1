//! IPv6 and its extension headers (RFC 8200).

use core::hint::cold_path;

use crate::cursor::{Bytes, Cursor};
use crate::ip::{Payload, protocol, refuse_authenticated, refuse_opaque, refuse_without_syn};
use crate::outcome::{Layer, Reason};
use crate::source::Source;
use crate::stop::Stop;

pub(crate) const HEADER_LEN: usize = 40;
const FRAGMENT_OFFSET: u16 = 0xfff8;
const MAX_EXTENSION_HEADERS: usize = 8;

/// Moves to what the packet carries: TCP or a tunnel; anything else leaves here with its reason.
#[inline(always)]
pub(crate) fn payload(packet: &mut Cursor<impl Bytes, impl Source>) -> Result<Payload, Stop> {
    let header: &[u8; HEADER_LEN] = packet.header(Layer::Ipv6)?;
    let version = usize::from(header[0] >> 4);
    if version != 6 {
        return Err(Stop::WrongVersion {
            layer: Layer::Ipv6,
            version,
        });
    }
    let next_header = header[6];
    if next_header == protocol::TCP {
        refuse_without_syn(packet, HEADER_LEN)?;
    } else {
        cold_path();
        if !is_extension_header(next_header) {
            refuse_opaque(next_header)?;
        }
    }
    let payload_len = usize::from(u16::from_be_bytes([header[4], header[5]]));
    if payload_len == 0 {
        // A jumbogram (RFC 2675), or nothing at all.
        return Err(Stop::short_of(Layer::Ipv6, 1, 0));
    }
    packet.pass(Layer::Ipv6, HEADER_LEN)?;
    packet.bound(Layer::Ipv6, payload_len)?;
    if next_header == protocol::TCP {
        return Ok(Payload {
            protocol: next_header,
            is_fragment: false,
        });
    }
    pass_extension_headers(next_header, packet)
}

/// Hop-by-hop, routing, destination options and fragment headers, in any order.
#[inline(always)]
fn pass_extension_headers(
    mut next_header: u8,
    packet: &mut Cursor<impl Bytes, impl Source>,
) -> Result<Payload, Stop> {
    let mut is_fragment = false;
    let mut headers_left = MAX_EXTENSION_HEADERS;
    while is_extension_header(next_header) {
        headers_left = match headers_left.checked_sub(1) {
            Some(left) => left,
            None => return Err(Stop::Leave(Reason::TooManyExtensionHeaders)),
        };
        let header: [u8; 8] = *packet.header(Layer::ExtensionHeader)?;
        packet.note(Layer::ExtensionHeader, 0);
        let mut header_len = header.len();
        if next_header == protocol::FRAGMENT {
            if u16::from_be_bytes([header[2], header[3]]) & FRAGMENT_OFFSET != 0 {
                return Err(Stop::Leave(Reason::Fragment));
            }
            is_fragment = true;
        } else {
            // The length field counts 8-byte units behind the first one.
            header_len = usize::from(header[1]).wrapping_add(1) << 3;
        }
        next_header = header[0];
        packet.pass(Layer::ExtensionHeader, header_len)?;
    }
    refuse_opaque(next_header)?;
    refuse_authenticated(next_header)?;
    Ok(Payload {
        protocol: next_header,
        is_fragment,
    })
}

/// Those that the walk passes.
#[inline(always)]
fn is_extension_header(next_header: u8) -> bool {
    matches!(
        next_header,
        protocol::HOP_BY_HOP
            | protocol::ROUTING
            | protocol::DESTINATION_OPTIONS
            | protocol::FRAGMENT
    )
}
