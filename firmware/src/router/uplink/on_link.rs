//! IPv6 on a link with other stations: who leads to everybody else, by router solicitation and advertisement (RFC 4861,
//! section 6.3), and the box's own address there (RFC 4862).

use core::fmt;
use core::net::Ipv6Addr;

use crate::pppoe::{Mac, Transmit, about_ms, doubled};
use crate::router::config::{Ipv6Interface, MIN_MTU_V6_BYTES};
use crate::router::ethernet::{self, multicast_mac};
use crate::router::ip::{ICMPV6, Piece};
use crate::router::ipv6::{Ipv6Header, link_local};
use crate::router::ndp::{self, Discovery, OtherRouter};
use crate::shared::hash::{HashKey, Random};
use crate::shared::time::Instant;

/// RFC 7559, section 2: 4 s until the next solicitation, doubled each time, up to an hour, for as long as nobody
/// answers; give or take an eighth.
const FIRST_WAIT_MS: u32 = 4_000;
const LAST_WAIT_MS: u32 = 3_600_000;
/// RFC 4861, section 10: MAX_RTR_SOLICITATION_DELAY.
const FIRST_DELAY_MS: u16 = 1_000;

/// A router on the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DefaultRouter {
    /// Its link-local address.
    pub address: Ipv6Addr,
    /// Until when it is one, without another word.
    pub until: Instant,
    /// What it says that the link carries, in bytes; at least 1280.
    pub mtu_bytes: Option<u16>,
    /// Our own address, if it advertises a prefix for hosts to form one, and until when it is valid.
    pub own: Option<(Ipv6Interface, Instant)>,
}

/// Looks for a router.
pub(super) struct OnLink {
    mac: Mac,
    random: Random,
    router: Option<DefaultRouter>,
    /// When the next solicitation is due, while there is a link and no router.
    due: Option<Instant>,
    asked: u8,
}

impl fmt::Debug for OnLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnLink")
            .field("router", &self.router)
            .finish_non_exhaustive()
    }
}

impl OnLink {
    pub(super) fn new(mac: Mac, seed: [u8; 16]) -> Self {
        Self {
            mac,
            random: Random::new(HashKey::folded(seed)),
            router: None,
            due: None,
            asked: 0,
        }
    }

    /// The router, while there is one.
    pub(super) fn router(&self) -> Option<&DefaultRouter> {
        self.router.as_ref()
    }

    pub(super) fn link(&mut self, is_up: bool, now: Instant) {
        self.router = None;
        self.due = None;
        if is_up {
            self.ask_from_now_on(now);
        }
    }

    fn ask_from_now_on(&mut self, now: Instant) {
        self.asked = 0;
        let delay_ms = u64::from(self.random.below(FIRST_DELAY_MS));
        self.due = Some(now.after_ms(delay_ms));
    }

    /// Takes a packet; `false` when it is none of what is looked for: an advertisement, or the question where the box's
    /// link-local address is. That one is answered here, for it comes before the router has IPv6 on this port.
    pub(super) fn receive(
        &mut self,
        station: Mac,
        packet: &[u8],
        now: Instant,
        out: &mut dyn Transmit,
    ) -> bool {
        let Ok(header) = Ipv6Header::read(packet) else {
            return false;
        };
        let is_discovery = header.protocol == ICMPV6
            && header.piece == Piece::Whole
            && header.hop_limit == ndp::HOP_LIMIT;
        let message = packet.get(header.header_len..header.total_len);
        let Some(message) = message.filter(|_| is_discovery) else {
            return false;
        };
        if !ndp::is_right(message, header.source, header.destination) {
            return false;
        }
        if let Some(advertised) = OtherRouter::read(message, header.source) {
            self.advertised(header.source, &advertised, now);
            return true;
        }
        let own = link_local(self.mac);
        match Discovery::read(message, header.source, header.destination) {
            Some(Discovery::NeighbourSolicitation { target, .. })
                if target == own && !header.source.is_unspecified() =>
            {
                let answer = ndp::advertisement(self.mac, own, header.source);
                // Who isn't answered asks again.
                let _is_sent = out.send(station, ethernet::IPV6, &[], &answer.packet());
                true
            }
            _ => false,
        }
    }

    /// The first router stays until it says that it is none or says no more.
    fn advertised(&mut self, address: Ipv6Addr, advertised: &OtherRouter, now: Instant) {
        if self.router.is_some_and(|router| router.address != address) {
            return;
        }
        if advertised.lifetime_s == 0 {
            if self.router.take().is_some() {
                self.ask_from_now_on(now);
            }
            return;
        }
        let after_s = |seconds: u32| now.after_ms(u64::from(seconds).saturating_mul(1_000));
        let had = self.router.and_then(|router| router.own);
        let own = advertised.prefix.map(|prefix| {
            let host = link_local(self.mac).to_bits() & u128::from(u64::MAX);
            let interface = Ipv6Interface {
                address: Ipv6Addr::from_bits(prefix.network.to_bits() | host),
                prefix_len: if prefix.is_on_link { 64 } else { 128 },
            };
            (interface, after_s(prefix.valid_s))
        });
        self.router = Some(DefaultRouter {
            address,
            until: after_s(u32::from(advertised.lifetime_s)),
            mtu_bytes: advertised
                .mtu_bytes
                .and_then(|mtu| u16::try_from(mtu).ok())
                .filter(|mtu| *mtu >= MIN_MTU_V6_BYTES),
            own: own.or(had),
        });
        self.due = None;
    }

    /// Does what is due by now.
    pub(super) fn poll(&mut self, now: Instant, out: &mut dyn Transmit) -> Option<Instant> {
        if self.router.is_some_and(|router| router.until <= now) {
            self.router = None;
            self.ask_from_now_on(now);
        }
        if let Some(router) = &mut self.router {
            router.own = router.own.filter(|(_, until)| *until > now);
        }
        if self.due.is_some_and(|due| due <= now) {
            let solicitation = ndp::router_solicitation(self.mac);
            let to = multicast_mac(solicitation.destination);
            // One that is lost is sent again.
            let _is_sent = out.send(to, ethernet::IPV6, &[], &solicitation.packet());
            let wait_ms = doubled(FIRST_WAIT_MS, self.asked, LAST_WAIT_MS);
            self.asked = self.asked.saturating_add(1);
            self.due = Some(about_ms(&mut self.random, now, wait_ms));
        }
        let router_ends = self.router.map(|router| router.until);
        let own_ends = self.router.and_then(|router| router.own);
        let ends = [self.due, router_ends, own_ends.map(|(_, until)| until)];
        ends.into_iter().flatten().min()
    }
}
