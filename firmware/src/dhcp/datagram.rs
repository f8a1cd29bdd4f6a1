//! UDP and IPv4 around a message (RFC 768, RFC 791), for a host that has no address yet.

use core::net::Ipv4Addr;

use crate::router::checksum::Sum;
use crate::router::ip::{Piece, UDP};
use crate::router::ipv4::{self, Ipv4Header, MIN_HEADER_LEN};
use crate::shared::bytes::{length_field, put, u16_at};

use super::message::REQUEST_BYTES;
use super::status::Discard;

const SERVER_PORT: u16 = 67;
const CLIENT_PORT: u16 = 68;
const UDP_HEADER_LEN: usize = 8;
const HEADERS_LEN: usize = MIN_HEADER_LEN + UDP_HEADER_LEN;
pub(crate) const DATAGRAM_LEN: usize = HEADERS_LEN + REQUEST_BYTES;

/// A packet that holds `message`.
pub(crate) fn datagram(
    source: Ipv4Addr,
    destination: Ipv4Addr,
    message: [u8; REQUEST_BYTES],
) -> [u8; DATAGRAM_LEN] {
    let mut packet = [0; DATAGRAM_LEN];
    let len = REQUEST_BYTES.saturating_add(UDP_HEADER_LEN);
    put(
        &mut packet,
        0,
        ipv4::new_header(source, destination, UDP, len),
    );
    put(&mut packet, MIN_HEADER_LEN, CLIENT_PORT.to_be_bytes());
    put(&mut packet, MIN_HEADER_LEN + 2, SERVER_PORT.to_be_bytes());
    put(
        &mut packet,
        MIN_HEADER_LEN + 4,
        length_field(len).to_be_bytes(),
    );
    put(&mut packet, HEADERS_LEN, message);
    let segment = packet.get(MIN_HEADER_LEN..).unwrap_or_default();
    // RFC 768: a sum of zero is sent as all ones, for zero says that there is none.
    let checksum = match pseudo_header(source, destination, len)
        .bytes(segment)
        .checksum()
    {
        0 => u16::MAX,
        checksum => checksum,
    };
    put(&mut packet, MIN_HEADER_LEN + 6, checksum.to_be_bytes());
    packet
}

fn pseudo_header(source: Ipv4Addr, destination: Ipv4Addr, len: usize) -> Sum {
    Sum::default()
        .bytes(&source.octets())
        .bytes(&destination.octets())
        .word(u16::from(UDP))
        .word(length_field(len))
}

/// What is in a packet from a server to a client; `None` when it is something else.
pub(crate) fn message(packet: &[u8]) -> Option<Result<&[u8], Discard>> {
    let header = Ipv4Header::read(packet).ok()?;
    let udp = packet.get(header.header_len..header.total_len)?;
    let is_whole = header.piece() == Piece::Whole && header.protocol == UDP;
    if !is_whole || u16_at(udp, 0)? != SERVER_PORT || u16_at(udp, 2)? != CLIENT_PORT {
        return None;
    }
    let len = usize::from(u16_at(udp, 4)?);
    let Some(udp) = udp.get(..len) else {
        return Some(Err(Discard::Truncated));
    };
    // RFC 768: a field of zero says that there is no checksum.
    let is_right = u16_at(udp, 6) == Some(0)
        || pseudo_header(header.source, header.destination, udp.len())
            .bytes(udp)
            .is_right();
    if !is_right {
        return Some(Err(Discard::Checksum));
    }
    Some(udp.get(UDP_HEADER_LEN..).ok_or(Discard::Truncated))
}
