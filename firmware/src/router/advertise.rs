//! Router advertisements: the LANs' hosts form their addresses from them (RFC 4861, section 6.2).

use core::net::Ipv6Addr;

use super::Router;
use super::counters::{Drop, Sent};
use super::ethernet::{self, Mac};
use super::ndp::{self, Advertised};
use super::port::{Origin, PortId};
use super::time::Instant;
use super::uplink::Uplink;
use super::wires::Wires;
use crate::pppoe::Family;

/// Section 6.2.1: between MinRtrAdvInterval and MaxRtrAdvInterval.
const MIN_INTERVAL_MS: u64 = 200_000;
const INTERVAL_SPREAD_MS: u16 = u16::MAX;
/// Section 10: the first few come closer together.
const INITIAL_INTERVAL_MS: u64 = 16_000;
const INITIAL_ADVERTISEMENTS: u8 = 3;
/// Section 6.2.1: AdvDefaultLifetime.
const ROUTER_LIFETIME_S: u16 = 1_800;
/// Section 6.2.1: AdvValidLifetime and AdvPreferredLifetime, of a prefix that the owner chose.
const VALID_S: u32 = 2_592_000;
const PREFERRED_S: u32 = 604_800;

/// When a LAN hears of the router next.
#[derive(Clone, Copy)]
pub(super) struct Schedule {
    next: Instant,
    sent: u8,
}

impl Schedule {
    pub(super) const AT_ONCE: Self = Self {
        next: Instant(0),
        sent: 0,
    };

    /// For a LAN whose prefix has just changed.
    pub(super) fn beginning_at(next: Instant) -> Self {
        Self { next, sent: 0 }
    }
}

impl<const SESSIONS: usize, U: Uplink> Router<SESSIONS, U> {
    /// Sends the advertisements that are due.
    pub(super) fn poll_advertisements(&mut self, now: Instant, wires: &mut impl Wires) {
        let all_nodes = ethernet::multicast_mac(ndp::ALL_NODES);
        for lan in 0..self.config.lans.len() {
            let Some(schedule) = self.advertised.get(lan).copied() else {
                return;
            };
            if schedule.next > now || !self.is_advertised(lan) {
                continue;
            }
            self.advertise(lan, ndp::ALL_NODES, all_nodes, now, wires);
            let sent = schedule.sent.saturating_add(1);
            let wait_ms = if sent < INITIAL_ADVERTISEMENTS {
                INITIAL_INTERVAL_MS
            } else {
                let spread_ms = u64::from(self.random.below(INTERVAL_SPREAD_MS));
                // The spread of 65 s, six times: up to 400 s.
                MIN_INTERVAL_MS.saturating_add(spread_ms.saturating_mul(6))
            };
            if let Some(schedule) = self.advertised.get_mut(lan) {
                *schedule = Schedule {
                    next: now.after_ms(wait_ms),
                    sent,
                };
            }
        }
    }

    /// When the next advertisement is due.
    pub(super) fn next_advertisement(&self) -> Option<Instant> {
        let lans = self.advertised.iter().enumerate();
        lans.filter(|(lan, _)| self.is_advertised(*lan))
            .map(|(_, schedule)| schedule.next)
            .min()
    }

    /// Answers a router solicitation, at once and to who asked; to all when it has no address.
    pub(super) fn answer_solicitation(
        &mut self,
        origin: &Origin,
        source: Ipv6Addr,
        now: Instant,
        wires: &mut impl Wires,
    ) -> Result<(), Drop> {
        let PortId::Lan(lan) = origin.port else {
            return Err(Drop::NothingToAnswer);
        };
        if !self.echo_limit(origin.port).allows(now) {
            return Err(Drop::EchoRate);
        }
        let (destination, station) = if source.is_unspecified() {
            (ndp::ALL_NODES, ethernet::multicast_mac(ndp::ALL_NODES))
        } else {
            (source, origin.station)
        };
        self.advertise(lan, destination, station, now, wires);
        Ok(())
    }

    /// Whether hosts in a LAN are to hear of the router: of a prefix, or of the end of one.
    fn is_advertised(&self, lan: usize) -> bool {
        let stale = || {
            self.uplink
                .prefixes()
                .and_then(|prefixes| prefixes.stale(lan))
        };
        self.has_ipv6(PortId::Lan(lan)) || stale().is_some()
    }

    fn advertise(
        &mut self,
        lan: usize,
        destination: Ipv6Addr,
        station: Mac,
        now: Instant,
        wires: &mut impl Wires,
    ) {
        let Some((port, ipv6)) = self.config.lans.get(lan).map(|lan| (lan.port, lan.ipv6)) else {
            return;
        };
        let has_wan = self.config.wan.ipv6.is_some() && self.uplink.carries(Family::Ipv6);
        // Without IPv6 on the WAN the prefix is the owner's to use, but this is no default router.
        let router_lifetime_s = if has_wan { ROUTER_LIFETIME_S } else { 0 };
        let mut advertised = Advertised {
            prefix: Ipv6Addr::UNSPECIFIED,
            preferred_s: PREFERRED_S,
            valid_s: VALID_S,
            mtu_bytes: port.mtu_bytes,
            router_lifetime_s,
        };
        let prefixes = self.uplink.prefixes();
        let stale = prefixes.and_then(|prefixes| prefixes.stale(lan));
        if let Some(lifetimes_s) = prefixes.and_then(|prefixes| prefixes.lifetimes(lan, now)) {
            [advertised.preferred_s, advertised.valid_s] = lifetimes_s;
            if has_wan {
                // Where the line gave the prefix, hosts keep to what it carries.
                advertised.mtu_bytes = port.mtu_bytes.min(self.config.wan.port.mtu_bytes);
            }
        }
        if let Some(ipv6) = ipv6 {
            advertised.prefix = ipv6.address;
            self.send_advertisement(lan, port.mac, destination, station, &advertised, wires);
        }
        if let Some(prefix) = stale {
            let over = Advertised {
                prefix,
                preferred_s: 0,
                valid_s: 0,
                ..advertised
            };
            self.send_advertisement(lan, port.mac, destination, station, &over, wires);
        }
    }

    fn send_advertisement(
        &mut self,
        lan: usize,
        mac: Mac,
        destination: Ipv6Addr,
        station: Mac,
        advertised: &Advertised,
        wires: &mut impl Wires,
    ) {
        let message = ndp::router_advertisement(mac, destination, advertised);
        let header = message.ip_header();
        let port = PortId::Lan(lan);
        let sent = self.send(
            port,
            station,
            ethernet::IPV6,
            &header,
            &message.message,
            wires,
        );
        self.count_own(Sent::RouterAdvertisement, sent);
    }
}
