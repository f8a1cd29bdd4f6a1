//! Writing other addresses and ports into an IPv4 packet, and into the packet that an ICMP error
//! quotes, with every checksum that covers them.

use core::net::Ipv4Addr;

use crate::router::bytes::{put, u16_at};
use crate::router::checksum::Change;
use crate::router::fragments::NewAddresses;
use crate::router::ip::{ICMP, Piece, TCP, UDP};
use crate::router::ipv4::{self, DESTINATION_AT, Ipv4Header, MIN_HEADER_LEN, SOURCE_AT};
use crate::router::transport::{replace_word, update_checksum};

/// An address and a port; for an echo, its identifier.
pub(crate) type EndpointV4 = (Ipv4Addr, u16);

/// The new ends of a packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rewrite {
    pub(crate) source: Option<EndpointV4>,
    pub(crate) destination: Option<EndpointV4>,
}

impl Rewrite {
    pub(crate) fn addresses(&self) -> NewAddresses {
        NewAddresses {
            source: self.source.map(|(address, _)| address),
            destination: self.destination.map(|(address, _)| address),
        }
    }

    /// Writes both ends. Returns how the packet's bytes behind the IP header, and the header's
    /// checksum, changed, for those who quote it.
    #[inline]
    fn apply_inside(&self, packet: &mut [u8], header: &Ipv4Header) -> Change {
        let mut outer = Change::default();
        let checksum_before = u16_at(packet, ipv4::CHECKSUM_AT);
        let addresses = put_addresses(packet, header, self.addresses());
        outer = outer.and(addresses);
        if let (Some(before), Some(after)) = (checksum_before, u16_at(packet, ipv4::CHECKSUM_AT))
            && before != after
        {
            outer = outer.word(before, after);
        }
        let Some(transport) = packet.get_mut(header.header_len..) else {
            return outer;
        };
        let mut words = Change::default();
        let [source_at, destination_at] = match header.protocol {
            ICMP => [4, 4],
            _ => [0, 2],
        };
        let ports = [(self.source, source_at), (self.destination, destination_at)];
        for (end, at) in ports {
            if let Some((_, port)) = end {
                words = replace_word(transport, at, port, words);
            }
        }
        let checksum = update_checksum(transport, header.protocol, addresses, words);
        outer.and(words).and(checksum)
    }

    /// Writes both ends of a packet that isn't a later fragment.
    pub(crate) fn apply(&self, packet: &mut [u8], header: &Ipv4Header) {
        if header.piece() == Piece::Later {
            put_addresses(packet, header, self.addresses());
        } else {
            self.apply_inside(packet, header);
        }
    }
}

/// Writes the addresses only, as in a later fragment. Returns how the pseudo-header changed.
pub(crate) fn put_addresses(
    packet: &mut [u8],
    header: &Ipv4Header,
    addresses: NewAddresses,
) -> Change {
    let mut change = Change::default();
    let Some(bytes) = packet.first_chunk_mut::<MIN_HEADER_LEN>() else {
        return change;
    };
    if let Some(new) = addresses.source {
        ipv4::put_address(bytes, SOURCE_AT, header.source, new);
        change = change.address(header.source, new);
    }
    if let Some(new) = addresses.destination {
        ipv4::put_address(bytes, DESTINATION_AT, header.destination, new);
        change = change.address(header.destination, new);
    }
    change
}

/// The new ends of an ICMP error and of the packet it quotes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ErrorRewrite {
    pub(crate) addresses: NewAddresses,
    pub(crate) quoted: Rewrite,
}

/// Where an ICMP error's quoted packet begins, behind the error's own header.
pub(crate) const QUOTE_AT: usize = 8;

impl ErrorRewrite {
    pub(crate) fn apply(&self, packet: &mut [u8], header: &Ipv4Header, quoted: &Ipv4Header) {
        put_addresses(packet, header, self.addresses);
        let Some(message) = packet.get_mut(header.header_len..) else {
            return;
        };
        let change = message
            .get_mut(QUOTE_AT..)
            .map_or(Change::default(), |quote| {
                self.quoted.apply_inside(quote, quoted)
            });
        if let Some(old) = u16_at(message, 2) {
            put(message, 2, change.applied_to(old).to_be_bytes());
        }
    }
}

/// Whether the masquerade can tell the flows of a protocol.
pub(crate) fn is_supported(protocol: u8) -> bool {
    matches!(protocol, TCP | UDP | ICMP)
}
