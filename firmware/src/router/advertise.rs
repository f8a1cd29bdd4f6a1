//! Router advertisements: the LANs' hosts form their addresses from them (RFC 4861, section 6.2).

use core::net::Ipv6Addr;

use super::Router;
use super::counters::{Drop, Sent};
use super::ethernet::{self, Mac};
use super::ndp;
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

/// When a LAN hears of the router next.
#[derive(Clone, Copy, Default)]
pub(super) struct Schedule {
    next: Instant,
    sent: u8,
}

impl<const SESSIONS: usize, U: Uplink> Router<SESSIONS, U> {
    /// Sends the advertisements that are due.
    pub(super) fn poll_advertisements(&mut self, now: Instant, wires: &mut impl Wires) {
        let all_nodes = ethernet::multicast_mac(ndp::ALL_NODES);
        for lan in 0..self.config.lans.len() {
            let Some(schedule) = self.advertised.get(lan).copied() else {
                return;
            };
            if schedule.next > now || !self.has_ipv6(PortId::Lan(lan)) {
                continue;
            }
            self.advertise(lan, ndp::ALL_NODES, all_nodes, wires);
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
        lans.filter(|(lan, _)| self.has_ipv6(PortId::Lan(*lan)))
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
        self.advertise(lan, destination, station, wires);
        Ok(())
    }

    fn advertise(
        &mut self,
        lan: usize,
        destination: Ipv6Addr,
        station: Mac,
        wires: &mut impl Wires,
    ) {
        let Some((port, Some(ipv6))) = self.config.lans.get(lan).map(|lan| (lan.port, lan.ipv6))
        else {
            return;
        };
        // Without IPv6 on the WAN the prefix is the owner's to use, but this is no default router.
        let has_wan = self.config.wan.ipv6.is_some() && self.uplink.carries(Family::Ipv6);
        let lifetime_s = if has_wan { ROUTER_LIFETIME_S } else { 0 };
        let message = ndp::router_advertisement(
            port.mac,
            destination,
            ipv6.address,
            port.mtu_bytes,
            lifetime_s,
        );
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
