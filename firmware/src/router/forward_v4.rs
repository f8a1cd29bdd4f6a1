//! An IPv4 packet on its way through (RFC 1812, section 5.2).

use crate::router::address::Address;

use super::counters::{Drop, Event};
use super::error_v4::ErrorV4;
use super::ethernet::{self, Mac};
use super::fragments::{FragmentKey, Inherited, NewAddresses};
use super::ip::Piece;
use super::ipv4::{self, Ipv4Header};
use super::nat::rewrite::{Rewrite, put_addresses};
use super::nat::{Plan, fragment_key, is_first_fragment};
use super::next_hop::NextHop;
use super::port::{Hop, Origin, PortId};
use super::time::Instant;
use super::transport::Transport;
use super::uplink::Uplink;
use super::waiting::Awaited;
use super::wires::Wires;
use super::{Fate, Router, fragment_out};
use crate::pppoe::Family;

impl<const SESSIONS: usize, U: Uplink> Router<SESSIONS, U> {
    /// Sends a packet that isn't for the router itself on its way: what can keep it from going is
    /// looked for first, then it is changed.
    #[inline(never)]
    pub(super) fn forward_v4(
        &mut self,
        origin: &Origin,
        header: &Ipv4Header,
        packet: &mut [u8],
        now: Instant,
        wires: &mut impl Wires,
    ) -> Result<Fate, Drop> {
        let payload = packet.get(header.header_len..).unwrap_or_default();
        let transport = match (header.piece(), Transport::read(payload, header.protocol)) {
            (Piece::Later, _) => None,
            (_, Ok(transport)) => Some(transport),
            (Piece::First, Err(_)) => return Err(Drop::TinyFragment),
            (Piece::Whole, Err(reason)) => return Err(reason),
        };
        let (hop, plan) = self.plan_v4(origin, header, transport.as_ref(), packet, now)?;
        if let Plan::AwaitFirst(key) = plan {
            self.park(Awaited::FirstFragment(key), origin, packet, now)?;
            return Ok(Fate::Waiting);
        }
        let reported = transport.filter(Transport::may_be_reported).is_some();
        if hop.port == PortId::Wan && !self.uplink.carries(Family::Ipv4) {
            if reported {
                let error = ErrorV4::NetUnreachable;
                self.report_v4(origin, header, packet, error, now, wires);
            }
            return Err(Drop::WanDown);
        }
        // The box's own stack isn't a hop away.
        let is_hop = origin.port != PortId::Inner && hop.port != PortId::Inner;
        if is_hop && header.ttl <= 1 {
            if reported {
                self.report_v4(origin, header, packet, ErrorV4::TimeExceeded, now, wires);
            }
            return Err(Drop::TtlExpired);
        }
        let mtu_bytes = self.config.mtu_bytes(hop.port);
        if header.total_len > usize::from(mtu_bytes) && header.dont_fragment() {
            if reported {
                let needed = ErrorV4::FragmentationNeeded { mtu_bytes };
                self.report_v4(origin, header, packet, needed, now, wires);
            }
            return Err(Drop::TooBig);
        }
        let NextHop::Station(station) = self.next_hop(hop, origin, packet, now, wires)? else {
            return Ok(Fate::Waiting);
        };
        let addresses = self.translate(header, transport.as_ref(), &plan, packet, now)?;
        if is_hop {
            ipv4::decrement_ttl(packet);
        }
        let ends = [
            Some(header.source),
            Some(header.destination),
            addresses.destination,
        ];
        let ends = ends.map(|end| end.map(Address::V4));
        self.clamp(origin.port, hop.port, transport.as_ref(), ends, packet, now);
        self.emit_v4(hop, station, packet, wires)
    }

    /// Passes the packet through the sessions of its plan, and writes what they say.
    fn translate(
        &mut self,
        header: &Ipv4Header,
        transport: Option<&Transport>,
        plan: &Plan,
        packet: &mut [u8],
        now: Instant,
    ) -> Result<NewAddresses, Drop> {
        let key = is_first_fragment(header).then(|| fragment_key(header));
        let before = key.and_then(|key| self.fragments.find(key, now));
        let inherited = match (plan, transport) {
            (Plan::Plain | Plan::AwaitFirst(_), _) | (Plan::Flow { .. }, None) => {
                return Ok(NewAddresses::default());
            }
            (Plan::Fragment(inherited), _) => {
                put_addresses(packet, header, inherited.addresses);
                *inherited
            }
            (Plan::Error(error), _) => {
                let inherited = self.inherited(header, error.rewrite.addresses, before);
                self.remember_fragments(key, inherited, now)?;
                self.learn_path_mtu(error.claim, now);
                self.counters.events.count(Event::IcmpErrorPassed);
                error.rewrite.apply(packet, header, &error.quoted);
                inherited
            }
            (Plan::Flow { out, back_in }, Some(transport)) => {
                if key.is_some_and(|key| !self.fragments.has_room_for(key, now)) {
                    return Err(Drop::FragmentTableFull);
                }
                let rewrite: Rewrite = self.pass_sessions(*out, *back_in, transport, now)?;
                let inherited = self.inherited(header, rewrite.addresses(), before);
                self.remember_fragments(key, inherited, now)?;
                rewrite.apply(packet, header);
                inherited
            }
        };
        if let Some(new) = inherited.identification {
            ipv4::replace_identification(packet, header.identification, new);
        }
        Ok(inherited.addresses)
    }

    /// Remembers by a first fragment where the later ones go, and lets those go that are here.
    fn remember_fragments(
        &mut self,
        key: Option<FragmentKey>,
        inherited: Inherited,
        now: Instant,
    ) -> Result<(), Drop> {
        let Some(key) = key else {
            return Ok(());
        };
        if !self.fragments.has_room_for(key, now) {
            return Err(Drop::FragmentTableFull);
        }
        self.fragments.insert(key, inherited, now);
        self.waiting.release(Awaited::FirstFragment(key));
        Ok(())
    }

    /// Out, in one frame, or in fragments where that is too much.
    fn emit_v4(
        &mut self,
        hop: Hop,
        station: Mac,
        packet: &[u8],
        wires: &mut impl Wires,
    ) -> Result<Fate, Drop> {
        let mtu_bytes = self.config.mtu_bytes(hop.port);
        let mut sent = true;
        if packet.len() <= usize::from(mtu_bytes) {
            sent = self.send(hop.port, station, ethernet::IPV4, &[], packet, wires);
        } else {
            let header = Ipv4Header::read(packet)?;
            for (header, data) in fragment_out::fragments(packet, &header, mtu_bytes) {
                let header = header.as_slice();
                sent &= self.send(hop.port, station, ethernet::IPV4, header, data, wires);
            }
            self.counters.events.count(Event::Fragmented);
        }
        match (sent, hop.port) {
            (false, _) => Err(Drop::WireFull),
            (true, PortId::Inner) => Ok(Fate::Delivered),
            (true, _) => Ok(Fate::Forwarded),
        }
    }
}
