//! The router: a state machine without I/O. Frames and the time go in, frames and the next deadline
//! come out; it owns fixed tables and never waits, allocates, reads a clock or draws entropy.

#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

mod arp;
mod bytes;
pub mod config;
mod config_check;
pub mod config_error;
pub mod counters;
mod ethernet;
mod martian;
pub mod time;
mod wires;

use arp::{Arp, Operation};
use config::{Config, EthernetPort};
use counters::{Counters, Drop, Sent};
use ethernet::{FrameHeader, HeaderBytes};
use time::Instant;
pub use wires::Wires;

/// The router, with room for `SESSIONS` sessions.
pub struct Router<const SESSIONS: usize> {
    config: Config,
    seed: [u8; 16],
    counters: Counters,
}

impl<const SESSIONS: usize> Router<SESSIONS> {
    /// A router that has seen nothing yet. The seed feeds its hash keys and ports: same seed, same
    /// frames, same times give the same bytes.
    #[must_use]
    pub fn new(config: Config, seed: [u8; 16]) -> Self {
        Self {
            config,
            seed,
            counters: Counters::default(),
        }
    }

    /// Takes one frame that came in on `wire` (on the inner port's wire: one bare IP packet), and
    /// sends what follows from it. The frame is edited in place.
    pub fn receive(&mut self, wire: usize, frame: &mut [u8], now: Instant, wires: &mut impl Wires) {
        let _ = (now, &self.seed);
        self.counters.received = self.counters.received.wrapping_add(1);
        match self.arp(wire, frame, wires) {
            Ok(()) => self.counters.local = self.counters.local.wrapping_add(1),
            Err(reason) => self.counters.dropped.count(reason),
        }
    }

    /// Does what is due by now: ages tables, asks neighbours again. Returns when to call next if no
    /// frame comes before; `None` when nothing is due ever.
    pub fn poll(&mut self, now: Instant, wires: &mut impl Wires) -> Option<Instant> {
        let _ = (now, wires);
        None
    }

    /// What was counted up to now.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.counters
    }

    fn arp(&mut self, wire: usize, frame: &[u8], wires: &mut impl Wires) -> Result<(), Drop> {
        let header = FrameHeader::read(frame).ok_or(Drop::TruncatedFrame)?;
        let lans = self.config.lans.iter().map(|lan| (lan.port, lan.ipv4));
        let wan = (self.config.wan.port, self.config.wan.ipv4);
        let here = |port: &EthernetPort| (port.wire, port.vlan) == (wire, header.vlan);
        let (port, ipv4) = lans
            .chain([wan])
            .find(|(port, _)| here(port))
            .ok_or(Drop::UnknownPort)?;
        if header.ethertype != ethernet::ARP {
            return Err(Drop::UnknownEthertype);
        }
        let packet = frame.get(header.len..).unwrap_or_default();
        let arp = Arp::read(packet).ok_or(Drop::MalformedArp)?;
        if arp.operation != Operation::Request || arp.target != ipv4.address {
            return Err(Drop::NothingToAnswer);
        }
        let reply = Arp {
            operation: Operation::Reply,
            sender_mac: port.mac,
            sender: arp.target,
            target_mac: arp.sender_mac,
            target: arp.sender,
        };
        let header = HeaderBytes::new(&port, arp.sender_mac, ethernet::ARP);
        if wires.send(port.wire, header.as_slice(), &reply.to_bytes()) {
            self.counters.sent.count(Sent::NeighbourAnswer);
        } else {
            self.counters.sent.count(Sent::WireFull);
        }
        Ok(())
    }
}
