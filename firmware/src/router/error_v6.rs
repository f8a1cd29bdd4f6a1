//! ICMPv6 errors of the router's own (RFC 4443, section 3).

use crate::router::address::Address;

use heapless::Vec;

use super::Router;
use super::bytes::{length_field, put};
use super::checksum::Sum;
use super::counters::Sent;
use super::ethernet;
use super::ipv6::{self, link_local};
use super::port::Origin;
use super::time::Instant;
use super::uplink::Uplink;
use super::wires::Wires;

/// An error is at most as long as the smallest MTU of IPv6 (RFC 4443, section 2.4 c).
const MAX_QUOTE_LEN: usize = 1280 - 40 - 8;
/// The hop limit of ordinary packets.
const HOP_LIMIT: u8 = 64;

/// What is wrong with a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ErrorV6 {
    NoRoute,
    AddressUnreachable,
    PortUnreachable,
    PacketTooBig { mtu_bytes: u16 },
    HopLimitExceeded,
}

impl<const SESSIONS: usize, U: Uplink> Router<SESSIONS, U> {
    /// Tells the sender of a packet, which is as it came, what is wrong with it. The caller has seen
    /// that the packet may be reported on; that it was to one station, and the rate, is held here.
    pub(super) fn report_v6(
        &mut self,
        origin: &Origin,
        to: Address,
        packet: &[u8],
        error: ErrorV6,
        now: Instant,
        wires: &mut impl Wires,
    ) {
        let Address::V6(destination) = to else {
            return;
        };
        if origin.to_many || destination.is_unspecified() || destination.is_multicast() {
            return;
        }
        if !self.error_limit(origin.port).allows(now) {
            self.counters.sent.count(Sent::ErrorSuppressed);
            return;
        }
        let ethernet_port = self.config.ethernet(origin.port);
        let on_link = ethernet_port.map(|port| link_local(port.mac));
        let on_link = on_link.filter(|_| destination.is_unicast_link_local());
        let Some(source) = on_link.or(self.config.ipv6_address(origin.port)) else {
            return;
        };
        let (kind, code, mtu_bytes, counted) = match error {
            ErrorV6::NoRoute => (1, 0, 0, Sent::Unreachable),
            ErrorV6::AddressUnreachable => (1, 3, 0, Sent::Unreachable),
            ErrorV6::PortUnreachable => (1, 4, 0, Sent::Unreachable),
            ErrorV6::PacketTooBig { mtu_bytes } => (2, 0, mtu_bytes, Sent::TooBig),
            ErrorV6::HopLimitExceeded => (3, 0, 0, Sent::TimeExceeded),
        };
        let quote = packet
            .get(..packet.len().min(MAX_QUOTE_LEN))
            .unwrap_or(packet);
        let mut icmp = [kind, code, 0, 0, 0, 0, 0, 0];
        put(&mut icmp, 4, u32::from(mtu_bytes).to_be_bytes());
        let len = quote.len().saturating_add(icmp.len());
        let sum = Sum::icmpv6(source, destination, len)
            .bytes(&icmp)
            .bytes(quote);
        put(&mut icmp, 2, sum.checksum().to_be_bytes());
        let len = usize::from(length_field(len));
        let ip = ipv6::new_header(source, destination, HOP_LIMIT, len);
        let mut headers = Vec::<u8, 48>::new();
        headers.extend_from_slice(&ip).ok();
        headers.extend_from_slice(&icmp).ok();
        let sent = self.send(
            origin.port,
            origin.station,
            ethernet::IPV6,
            &headers,
            quote,
            wires,
        );
        self.count_own(counted, sent);
    }
}
