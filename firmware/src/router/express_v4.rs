//! The short way for the packets that are nearly all of the traffic: whole IPv4 packets of a session that runs,
//! with nothing to decide that wasn't decided when the session was opened. Whatever else a packet is, it takes
//! the long way (`forward_v4`), which would do the same to these, for twice the instructions.

use core::net::Ipv4Addr;

use super::address::Address;
use super::checksum::Change;
use super::counters::{Drop, LeftAlone};
use super::ethernet;
use super::ip::Piece;
use super::ipv4::{self, Ipv4Header, MIN_HEADER_LEN};
use super::nat::v4;
use super::next_hop::NextHop;
use super::port::{Hop, Origin, PortId};
use super::session::{Asked, Flow, Side, Slot};
use super::time::Instant;
use super::transport::{Flags, Message, Transport, replace_word, update_checksum};
use super::uplink::Uplink;
use super::wires::Wires;
use super::{Fate, Router};
use crate::pppoe::Family;

/// What becomes of a packet that takes the short way.
struct Way {
    slot: Slot,
    from: Side,
    hop: Hop,
    /// The new source, or destination when it comes from outside.
    address: Ipv4Addr,
    port: u16,
}

impl<const SESSIONS: usize, U: Uplink> Router<SESSIONS, U> {
    /// Forwards a packet of a running session; `None`, and nothing done, when it has to take the long way.
    pub(super) fn express_v4(
        &mut self,
        origin: &Origin,
        header: &Ipv4Header,
        packet: &mut [u8],
        now: Instant,
        wires: &mut impl Wires,
    ) -> Option<Result<Fate, Drop>> {
        let is_plain = header.header_len == MIN_HEADER_LEN && header.piece() == Piece::Whole;
        if !is_plain || header.ttl <= 1 || origin.to_many {
            return None;
        }
        let transport = Transport::read(packet.get(MIN_HEADER_LEN..)?, header.protocol).ok()?;
        let left_alone = match transport.message {
            Message::Udp => LeftAlone::NotTcp,
            Message::Tcp(segment) if !segment.flags.has(Flags::SYN) => LeftAlone::NotSyn,
            _ => return None,
        };
        let way = self.express_way(origin.port, header, &transport, now)?;
        if way.hop.port == PortId::Wan && !self.uplink.carries(Family::Ipv4) {
            return None;
        }
        if header.total_len > usize::from(self.config.mtu_bytes(way.hop.port)) {
            return None;
        }
        let station = match self.next_hop(way.hop, origin, packet, now, wires) {
            Ok(NextHop::Station(station)) => station,
            Ok(NextHop::Waits) => return Some(Ok(Fate::Waiting)),
            Err(reason) => return Some(Err(reason)),
        };
        if self.sessions.follow(way.slot, way.from, &transport, now) {
            self.wake_at(self.sessions.next_expiry());
        }
        way.write(packet, header);
        if self.config.clamp {
            self.counters.left_alone.count(left_alone);
        }
        let sent = self.send(way.hop.port, station, ethernet::IPV4, &[], packet, wires);
        Some(if sent {
            Ok(Fate::Forwarded)
        } else {
            Err(Drop::WireFull)
        })
    }

    /// The session of a packet, and what it says. That the session is there says of the packet's other end all
    /// that `admit_v4` asks: it wasn't opened with one that can't be.
    fn express_way(
        &mut self,
        port: PortId,
        header: &Ipv4Header,
        transport: &Transport,
        now: Instant,
    ) -> Option<Way> {
        let protocol = header.protocol;
        let wan = self.config.wan.ipv4;
        let is_to_wan_address = header.destination == wan.address;
        let source = (Address::V4(header.source), transport.source_port);
        let destination = (Address::V4(header.destination), transport.destination_port);
        match port {
            // The WAN's own address is the other end of a hairpin session.
            PortId::Wan if is_to_wan_address && header.source != wan.address => {
                let asked = Asked {
                    protocol,
                    outside: destination,
                    remote: source,
                };
                let slot =
                    self.sessions
                        .find_from_outside(asked, now, &mut self.counters.events)?;
                let (inside, port) = self.sessions.inside(slot)?;
                let address = v4(inside);
                let hop = self.config.route_v4(address);
                let is_a_hop = matches!(hop.port, PortId::Lan(_));
                is_a_hop.then_some(Way {
                    slot,
                    from: Side::Outside,
                    hop,
                    address,
                    port,
                })
            }
            PortId::Lan(_) if !is_to_wan_address && self.is_neighbour(port, header.source) => {
                let flow = Flow {
                    protocol,
                    inside: source,
                    remote: destination,
                };
                let slot = self
                    .sessions
                    .find_from_inside(flow, now, &mut self.counters.events)?;
                let is_on_link = wan.contains(header.destination);
                let neighbour = if is_on_link {
                    header.destination
                } else {
                    self.config.wan.gateway
                };
                Some(Way {
                    slot,
                    from: Side::Inside,
                    hop: Hop {
                        port: PortId::Wan,
                        neighbour: Address::V4(neighbour),
                    },
                    address: wan.address,
                    port: self.sessions.outside_port(slot)?,
                })
            }
            _ => None,
        }
    }
}

impl Way {
    /// Writes the new end and the TTL, and both checksums once.
    fn write(&self, packet: &mut [u8], header: &Ipv4Header) {
        let Some((ip, transport)) = packet.split_first_chunk_mut::<MIN_HEADER_LEN>() else {
            return;
        };
        let (old, address_at, port_at) = match self.from {
            Side::Inside => (header.source, ipv4::SOURCE_AT, 0),
            Side::Outside => (header.destination, ipv4::DESTINATION_AT, 2),
        };
        let addresses = Change::default().address(old, self.address);
        ipv4::put_address_and_decrement_ttl(ip, address_at, self.address, addresses);
        let ports = replace_word(transport, port_at, self.port, Change::default());
        update_checksum(transport, header.protocol, addresses, ports);
    }
}
