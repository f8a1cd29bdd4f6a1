//! IPv6 and its extension headers (RFC 8200).

use crate::cursor::Cursor;
use crate::ip::{Payload, protocol, refuse_without_syn};
use crate::outcome::{Layer, Reason};
use crate::trail::Trail;

const HEADER_LEN: usize = 40;
const FRAGMENT_OFFSET: u16 = 0xfff8;
const MAX_EXTENSION_HEADERS: usize = 8;

/// Moves to what the packet carries: TCP or a tunnel; anything else leaves here with its reason.
#[inline(always)]
pub(crate) fn payload(packet: &mut Cursor<'_>, trail: &mut impl Trail) -> Option<Payload> {
    let header: &[u8; HEADER_LEN] = packet.header(Layer::Ipv6)?;
    let version = header[0] >> 4;
    if version != 6 {
        return packet.wrong_version(Layer::Ipv6, version);
    }
    let next_header = header[6];
    if next_header == protocol::TCP {
        refuse_without_syn(packet, HEADER_LEN)?;
    } else {
        refuse_opaque(next_header, packet)?;
    }
    let payload_len = usize::from(u16::from_be_bytes([header[4], header[5]]));
    if payload_len == 0 {
        // A jumbogram (RFC 2675), or nothing at all.
        return packet.too_short(Layer::Ipv6, 1, 0);
    }
    packet.pass(Layer::Ipv6, HEADER_LEN)?;
    packet.bound(Layer::Ipv6, payload_len)?;
    if next_header == protocol::TCP {
        return Some(Payload {
            protocol: next_header,
            is_fragment: false,
        });
    }
    packet.aside(|packet| pass_extension_headers(next_header, packet, trail))
}

/// Lets through what the walk can follow from an IPv6 header on.
#[inline(always)]
fn refuse_opaque(next_header: u8, packet: &mut Cursor<'_>) -> Option<()> {
    match next_header {
        protocol::TCP
        | protocol::HOP_BY_HOP
        | protocol::ROUTING
        | protocol::FRAGMENT
        | protocol::DESTINATION_OPTIONS
        | protocol::AH
        | protocol::IPV4
        | protocol::IPV6
        | protocol::GRE => Some(()),
        protocol::ESP => packet.leave(Reason::Encrypted),
        _ => packet.leave(Reason::NotTcp),
    }
}

/// Hop-by-hop, routing, destination options and fragment headers, in any order.
#[inline(never)]
fn pass_extension_headers(
    mut next_header: u8,
    packet: &mut Cursor<'_>,
    trail: &mut impl Trail,
) -> Option<Payload> {
    let mut is_fragment = false;
    let mut headers_left = MAX_EXTENSION_HEADERS;
    loop {
        refuse_opaque(next_header, packet)?;
        match next_header {
            protocol::AH => return packet.leave(Reason::AuthenticationHeader),
            protocol::TCP | protocol::IPV4 | protocol::IPV6 | protocol::GRE => {
                return Some(Payload {
                    protocol: next_header,
                    is_fragment,
                });
            }
            _ => {}
        }
        headers_left = match headers_left.checked_sub(1) {
            Some(left) => left,
            None => return packet.leave(Reason::TooManyExtensionHeaders),
        };
        let header: &[u8; 8] = packet.header(Layer::ExtensionHeader)?;
        trail.passed(Layer::ExtensionHeader, packet.at());
        let header_len = if next_header == protocol::FRAGMENT {
            if u16::from_be_bytes([header[2], header[3]]) & FRAGMENT_OFFSET != 0 {
                return packet.leave(Reason::Fragment);
            }
            is_fragment = true;
            header.len()
        } else {
            // The length field counts 8-byte units behind the first one.
            usize::from(header[1]).wrapping_add(1) << 3
        };
        next_header = header[0];
        packet.pass(Layer::ExtensionHeader, header_len)?;
    }
}
