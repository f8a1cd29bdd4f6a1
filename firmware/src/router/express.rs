//! What the short ways of both IP versions have in common (`express_v4`, `express_v6`): which packets they are for,
//! and what comes when the session and the next hop are known.

use super::counters::{Drop, LeftAlone};
use super::ethernet::Mac;
use super::port::{Hop, Origin, PortId};
use super::session::{Side, Slot};
use super::time::Instant;
use super::transport::{Message, Transport};
use super::uplink::Uplink;
use super::wires::Wires;
use super::{Fate, Router};
use crate::pppoe::Family;
use crate::router::next_hop::NextHop;

/// The session of a packet, and where it goes.
#[derive(Clone, Copy)]
pub(super) struct Way {
    pub(super) slot: Slot,
    pub(super) from: Side,
    pub(super) hop: Hop,
}

impl<const SESSIONS: usize, U: Uplink> Router<SESSIONS, U> {
    /// The station of the next hop, or what became of the packet without one; `None` when it has to take the long
    /// way.
    #[inline(always)]
    pub(super) fn express_station(
        &mut self,
        way: &Way,
        family: Family,
        origin: &Origin,
        packet: &[u8],
        now: Instant,
        wires: &mut impl Wires,
    ) -> Option<Result<Mac, Result<Fate, Drop>>> {
        if way.hop.port == PortId::Wan && !self.uplink.carries(family) {
            return None;
        }
        if packet.len() > usize::from(self.config.mtu_bytes(way.hop.port)) {
            return None;
        }
        Some(match self.next_hop(way.hop, origin, packet, now, wires) {
            Ok(NextHop::Station(station)) => Ok(station),
            Ok(NextHop::Waits) => Err(Ok(Fate::Waiting)),
            Err(reason) => Err(Err(reason)),
        })
    }

    /// Lets the session follow a packet.
    #[inline(always)]
    pub(super) fn express_follow(&mut self, way: &Way, transport: &Transport, now: Instant) {
        if self.sessions.follow(way.slot, way.from, transport, now) {
            self.wake_at(self.sessions.next_expiry());
        }
        if self.config.clamp {
            let left_alone = match transport.message {
                Message::Tcp(_) => LeftAlone::NotSyn,
                _ => LeftAlone::NotTcp,
            };
            self.counters.left_alone.count(left_alone);
        }
    }

    /// Sends a packet that is as it has to be.
    #[inline(always)]
    pub(super) fn express_send(
        &mut self,
        way: &Way,
        station: Mac,
        ethertype: u16,
        packet: &[u8],
        wires: &mut impl Wires,
    ) -> Result<Fate, Drop> {
        if self.send(way.hop.port, station, ethertype, &[], packet, wires) {
            Ok(Fate::Forwarded)
        } else {
            Err(Drop::WireFull)
        }
    }
}
