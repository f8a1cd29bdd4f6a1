//! IPv6 headers and the extension headers up to the transport (RFC 8200).

use core::net::Ipv6Addr;

use super::bytes::{ipv6_at, put, u8_at, u16_at, u32_at};
use super::counters::Drop;
use super::ip::Piece;

pub(crate) const HEADER_LEN: usize = 40;
const HOP_LIMIT_AT: usize = 7;
/// How many extension headers are walked before a packet is called malformed.
const MAX_EXTENSION_HEADERS: usize = 8;
const HOP_BY_HOP: u8 = 0;
const ROUTING: u8 = 43;
const FRAGMENT: u8 = 44;
const DESTINATION_OPTIONS: u8 = 60;

/// What the headers say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ipv6Header {
    /// Where the transport header (in a later fragment: the rest of the datagram) begins.
    pub(crate) header_len: usize,
    pub(crate) total_len: usize,
    pub(crate) hop_limit: u8,
    /// The first header that is not an extension header.
    pub(crate) protocol: u8,
    pub(crate) source: Ipv6Addr,
    pub(crate) destination: Ipv6Addr,
    pub(crate) piece: Piece,
    /// The fragment header's identification; 0 without one.
    pub(crate) identification: u32,
}

impl Ipv6Header {
    /// Reads the headers of a packet that came in.
    pub(crate) fn read(packet: &[u8]) -> Result<Self, Drop> {
        let payload_len = u16_at(packet, 4).ok_or(Drop::MalformedIpv6)?;
        let total_len = HEADER_LEN.saturating_add(usize::from(payload_len));
        let packet = packet.get(..total_len).ok_or(Drop::MalformedIpv6)?;
        Self::walk(packet, total_len)
    }

    /// Reads the headers of a packet that an ICMPv6 error quotes, cut short as a rule.
    pub(crate) fn read_quoted(quote: &[u8]) -> Option<Self> {
        let payload_len = u16_at(quote, 4)?;
        let total_len = HEADER_LEN.saturating_add(usize::from(payload_len));
        let quote = quote.get(..total_len).unwrap_or(quote);
        Self::walk(quote, total_len).ok()
    }

    fn walk(packet: &[u8], total_len: usize) -> Result<Self, Drop> {
        let fields = || {
            Some((
                u8_at(packet, 0)? >> 4,
                u8_at(packet, 6)?,
                u8_at(packet, HOP_LIMIT_AT)?,
                ipv6_at(packet, 8)?,
                ipv6_at(packet, 24)?,
            ))
        };
        let (version, protocol, hop_limit, source, destination) =
            fields().ok_or(Drop::MalformedIpv6)?;
        if version != 6 {
            return Err(Drop::MalformedIpv6);
        }
        let mut header = Self {
            header_len: HEADER_LEN,
            total_len,
            hop_limit,
            protocol,
            source,
            destination,
            piece: Piece::Whole,
            identification: 0,
        };
        for _ in 0..MAX_EXTENSION_HEADERS {
            let at = header.header_len;
            let is_first = at == HEADER_LEN;
            let len = match header.protocol {
                HOP_BY_HOP if is_first => extension_len(packet, at)?,
                DESTINATION_OPTIONS => extension_len(packet, at)?,
                ROUTING => {
                    let len = extension_len(packet, at)?;
                    // Type 0 with segments left is the source route that RFC 5095 bans.
                    if u16_at(packet, at.saturating_add(2)).is_some_and(|word| {
                        let [kind, segments_left] = word.to_be_bytes();
                        kind == 0 && segments_left != 0
                    }) {
                        return Err(Drop::SourceRoute);
                    }
                    len
                }
                FRAGMENT => {
                    header.read_fragment(packet, at)?;
                    8
                }
                HOP_BY_HOP => return Err(Drop::MalformedIpv6),
                _ => return Ok(header),
            };
            header.protocol = u8_at(packet, at).ok_or(Drop::MalformedIpv6)?;
            header.header_len = at.saturating_add(len);
            if header.header_len > packet.len() {
                return Err(Drop::MalformedIpv6);
            }
            if header.piece == Piece::Later {
                return Ok(header);
            }
        }
        match header.protocol {
            HOP_BY_HOP | ROUTING | FRAGMENT | DESTINATION_OPTIONS => Err(Drop::MalformedIpv6),
            _ => Ok(header),
        }
    }

    fn read_fragment(&mut self, packet: &[u8], at: usize) -> Result<(), Drop> {
        let word = u16_at(packet, at.saturating_add(2)).ok_or(Drop::MalformedIpv6)?;
        self.identification = u32_at(packet, at.saturating_add(4)).ok_or(Drop::MalformedIpv6)?;
        if self.piece != Piece::Whole {
            return Err(Drop::MalformedIpv6);
        }
        if word & 0xfff8 != 0 {
            self.piece = Piece::Later;
        } else if word & 1 != 0 {
            self.piece = Piece::First;
        }
        Ok(())
    }
}

/// What the header says of a packet whose transport header follows at once, as nearly always.
#[derive(Clone, Copy)]
pub(crate) struct PlainHeader {
    pub(crate) total_len: usize,
    pub(crate) hop_limit: u8,
    pub(crate) protocol: u8,
    pub(crate) source: Ipv6Addr,
    pub(crate) destination: Ipv6Addr,
}

impl PlainHeader {
    /// Reads the header of a packet of TCP or UDP; `None` when something stands between, or isn't right.
    pub(crate) fn read(packet: &[u8]) -> Option<Self> {
        let header: &[u8; HEADER_LEN] = packet.first_chunk()?;
        let payload_len = usize::from(u16::from_be_bytes([header[4], header[5]]));
        let total_len = HEADER_LEN.saturating_add(payload_len);
        let protocol = header[6];
        let is_plain = header[0] >> 4 == 6
            && matches!(protocol, super::ip::TCP | super::ip::UDP)
            && total_len <= packet.len();
        is_plain.then_some(())?;
        Some(Self {
            total_len,
            hop_limit: header[HOP_LIMIT_AT],
            protocol,
            source: ipv6_at(header, 8)?,
            destination: ipv6_at(header, 24)?,
        })
    }
}

fn extension_len(packet: &[u8], at: usize) -> Result<usize, Drop> {
    let units = u8_at(packet, at.saturating_add(1)).ok_or(Drop::MalformedIpv6)?;
    Ok(usize::from(units).saturating_add(1).saturating_mul(8))
}

/// Takes one off the hop limit, which the caller has seen to be above 1.
pub(crate) fn decrement_hop_limit(packet: &mut [u8]) {
    if let Some(hop_limit) = packet.get_mut(HOP_LIMIT_AT) {
        *hop_limit = hop_limit.saturating_sub(1);
    }
}

/// The header of a packet of the router's own.
pub(crate) fn new_header(
    source: Ipv6Addr,
    destination: Ipv6Addr,
    hop_limit: u8,
    payload_len: usize,
) -> [u8; HEADER_LEN] {
    let mut header = [0; HEADER_LEN];
    header[0] = 0x60;
    put(
        &mut header,
        4,
        super::bytes::length_field(payload_len).to_be_bytes(),
    );
    header[6] = super::ip::ICMPV6;
    header[HOP_LIMIT_AT] = hop_limit;
    put(&mut header, 8, source.octets());
    put(&mut header, 24, destination.octets());
    header
}

/// The link-local address of a port, from its MAC (RFC 4291, appendix A).
pub(crate) fn link_local(mac: [u8; 6]) -> Ipv6Addr {
    let [a, b, c, d, e, f] = mac;
    let word = |high, low| u16::from_be_bytes([high, low]);
    Ipv6Addr::new(
        0xfe80,
        0,
        0,
        0,
        word(a ^ 2, b),
        word(c, 0xff),
        word(0xfe, d),
        word(e, f),
    )
}

/// The group in which a neighbour solicitation for `address` is sent (RFC 4291, section 2.7.1).
pub(crate) fn solicited_node(address: Ipv6Addr) -> Ipv6Addr {
    let [.., b, c, d] = address.octets();
    Ipv6Addr::new(
        0xff02,
        0,
        0,
        0,
        0,
        1,
        u16::from_be_bytes([0xff, b]),
        u16::from_be_bytes([c, d]),
    )
}

#[cfg(test)]
mod tests {
    use super::{link_local, solicited_node};
    use core::net::Ipv6Addr;

    #[test]
    fn addresses_that_follow_from_others() {
        let expected: Ipv6Addr = "fe80::a8bb:ccff:fedd:eeff".parse().unwrap();
        assert_eq!(link_local([0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff]), expected);
        let group: Ipv6Addr = "ff02::1:ff0e:8c6c".parse().unwrap();
        assert_eq!(
            solicited_node("4037::1:800:200e:8c6c".parse().unwrap()),
            group
        );
    }
}
