//! An IPv6 packet on its way through.

use crate::router::address::Address;

use super::counters::{Drop, Event};
use super::error_v6::ErrorV6;
use super::ethernet;
use super::firewall::{Pass, fragment_key};
use super::ip::{ICMPV6, Piece};
use super::ipv6::{self, Ipv6Header};
use super::next_hop::NextHop;
use super::port::{Origin, PortId};
use super::time::Instant;
use super::transport::Transport;
use super::uplink::Uplink;
use super::waiting::Awaited;
use super::wires::Wires;
use super::{Fate, Router};
use crate::pppoe::Family;

impl<const SESSIONS: usize, U: Uplink> Router<SESSIONS, U> {
    /// Sends a packet that isn't for the router itself on its way.
    #[inline(never)]
    pub(super) fn forward_v6(
        &mut self,
        origin: &Origin,
        header: &Ipv6Header,
        packet: &mut [u8],
        now: Instant,
        wires: &mut impl Wires,
    ) -> Result<Fate, Drop> {
        if header.source.is_unicast_link_local() || header.destination.is_unicast_link_local() {
            return Err(Drop::NoRoute);
        }
        let payload = packet.get(header.header_len..).unwrap_or_default();
        let transport = match (header.piece, Transport::read(payload, header.protocol)) {
            (Piece::Later, _) => None,
            (Piece::First, transport) => Some(transport.map_err(|_| Drop::TinyFragment)?),
            (Piece::Whole, transport) => Some(transport?),
        };
        let reported = transport.filter(Transport::may_be_reported).is_some();
        let to = Address::V6(header.source);
        let Some(hop) = self.config.route_v6(header.destination) else {
            if reported {
                self.report_v6(origin, to, packet, ErrorV6::NoRoute, now, wires);
            }
            return Err(Drop::NoRoute);
        };
        if hop.port == PortId::Wan && !self.uplink.carries(Family::Ipv6) {
            if reported {
                self.report_v6(origin, to, packet, ErrorV6::NoRoute, now, wires);
            }
            return Err(Drop::WanDown);
        }
        let pass = self.pass_v6(origin, header, transport.as_ref(), hop, packet, now)?;
        if let Pass::AwaitFirst(key) = pass {
            self.park(Awaited::FirstFragment(key), origin, packet, now)?;
            return Ok(Fate::Waiting);
        }
        // The box's own stack isn't a hop away.
        let is_hop = origin.port != PortId::Inner && hop.port != PortId::Inner;
        if is_hop && header.hop_limit <= 1 {
            if reported {
                self.report_v6(origin, to, packet, ErrorV6::HopLimitExceeded, now, wires);
            }
            return Err(Drop::TtlExpired);
        }
        let mtu_bytes = self.config.mtu_bytes(hop.port);
        if header.total_len > usize::from(mtu_bytes) {
            // Packet Too Big is sent about later fragments, too: they may be what is too big. Of an
            // ICMPv6 error not even about those.
            if reported || transport.is_none() && header.protocol != ICMPV6 {
                let too_big = ErrorV6::PacketTooBig { mtu_bytes };
                self.report_v6(origin, to, packet, too_big, now, wires);
            }
            return Err(Drop::TooBig);
        }
        let NextHop::Station(station) = self.next_hop(hop, origin, packet, now, wires)? else {
            return Ok(Fate::Waiting);
        };
        self.follow_v6(header, transport.as_ref(), pass, now)?;
        if is_hop {
            ipv6::decrement_hop_limit(packet);
        }
        let ends = [Some(to), Some(Address::V6(header.destination)), None];
        self.clamp(origin.port, hop.port, transport.as_ref(), ends, packet, now);
        match (
            self.send(hop.port, station, ethernet::IPV6, &[], packet, wires),
            hop.port,
        ) {
            (false, _) => Err(Drop::WireFull),
            (true, PortId::Inner) => Ok(Fate::Delivered),
            (true, _) => Ok(Fate::Forwarded),
        }
    }

    /// Follows a packet in the table.
    fn follow_v6(
        &mut self,
        header: &Ipv6Header,
        transport: Option<&Transport>,
        pass: Pass,
        now: Instant,
    ) -> Result<(), Drop> {
        let needs_room = matches!(pass, Pass::Session(..) | Pass::Error(_));
        if needs_room
            && header.piece == Piece::First
            && !self.fragments.has_room_for(fragment_key(header), now)
        {
            return Err(Drop::FragmentTableFull);
        }
        match (pass, transport) {
            (Pass::Session(passage, from), Some(transport)) => {
                self.pass(passage, from, transport, now)?;
                self.remember_fragments_v6(header, now);
            }
            (Pass::Error(claim), _) => {
                self.learn_path_mtu(claim, now);
                self.counters.events.count(Event::IcmpErrorPassed);
                self.remember_fragments_v6(header, now);
            }
            (Pass::Free | Pass::AwaitFirst(_), _) | (Pass::Session(..), None) => {}
        }
        Ok(())
    }
}
