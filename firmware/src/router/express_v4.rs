//! The short way for the packets that are nearly all of the traffic: whole IPv4 packets of a session that runs,
//! with nothing to decide that wasn't decided when the session was opened. Whatever else a packet is, it takes
//! the long way (`forward_v4`), which would do the same to these, for three times the instructions.

use core::net::Ipv4Addr;

use super::address::Address;
use super::bytes::put;
use super::checksum::Change;
use super::counters::Drop;
use super::ethernet;
use super::express::Way;
use super::ipv4::{self, MIN_HEADER_LEN, PlainHeader};
use super::nat::v4;
use super::port::{Hop, Origin, PortId};
use super::session::{Asked, Flow, Side};
use super::time::Instant;
use super::transport::{Transport, update_checksum};
use super::uplink::Uplink;
use super::wires::Wires;
use super::{Fate, Router};
use crate::pppoe::Family;

/// The new source of a packet that takes the short way, or its new destination when it comes from outside.
struct NewEnd {
    address: Ipv4Addr,
    port: u16,
}

impl<const SESSIONS: usize, U: Uplink> Router<SESSIONS, U> {
    /// Forwards a packet of a running session; `None`, and nothing done, when it has to take the long way.
    pub(super) fn express_v4(
        &mut self,
        origin: &Origin,
        packet: &mut [u8],
        now: Instant,
        wires: &mut impl Wires,
    ) -> Option<Result<Fate, Drop>> {
        let header = PlainHeader::read(packet)?;
        if origin.to_many {
            return None;
        }
        let packet = packet.get_mut(..header.total_len)?;
        let transport = Transport::read_plain(packet.get(MIN_HEADER_LEN..)?, header.protocol)?;
        let (way, end) = self.express_way_v4(origin.port, &header, &transport, now)?;
        let station = match self.express_station(&way, Family::Ipv4, origin, packet, now, wires)? {
            Ok(station) => station,
            Err(fate) => return Some(fate),
        };
        self.express_follow(&way, &transport, now);
        let is_under_own_address = matches!(way.from, Side::Inside);
        let identification =
            (is_under_own_address && !header.is_atomic).then(|| self.identifications.draw());
        end.write(way.from, packet, &header, &transport, identification);
        Some(self.express_send(&way, station, ethernet::IPV4, packet, wires))
    }

    /// The session of a packet, and what it says. That the session is there says of the packet's other end all
    /// that `admit_v4` asks: it wasn't opened with one that can't be.
    #[inline(always)]
    fn express_way_v4(
        &mut self,
        port: PortId,
        header: &PlainHeader,
        transport: &Transport,
        now: Instant,
    ) -> Option<(Way, NewEnd)> {
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
                let way = Way {
                    slot,
                    from: Side::Outside,
                    hop,
                };
                let is_a_hop = matches!(hop.port, PortId::Lan(_));
                is_a_hop.then_some((way, NewEnd { address, port }))
            }
            PortId::Lan(lan) if !is_to_wan_address => {
                let is_spoofed = !self.config.lans.get(lan)?.ipv4.has_host(header.source)
                    || self.config.is_inner(source.0);
                if is_spoofed {
                    return None;
                }
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
                let way = Way {
                    slot,
                    from: Side::Inside,
                    hop: Hop {
                        port: PortId::Wan,
                        neighbour: Address::V4(neighbour),
                    },
                };
                let address = wan.address;
                let port = self.sessions.outside_port(slot)?;
                Some((way, NewEnd { address, port }))
            }
            _ => None,
        }
    }
}

impl NewEnd {
    /// Writes the new end, the TTL and the new identification, and both checksums once.
    #[inline(always)]
    fn write(
        &self,
        from: Side,
        packet: &mut [u8],
        header: &PlainHeader,
        transport: &Transport,
        identification: Option<u16>,
    ) {
        let Some((ip, message)) = packet.split_first_chunk_mut::<MIN_HEADER_LEN>() else {
            return;
        };
        let (old, address_at, old_port, port_at) = match from {
            Side::Inside => (header.source, ipv4::SOURCE_AT, transport.source_port, 0),
            Side::Outside => {
                let port = transport.destination_port;
                (header.destination, ipv4::DESTINATION_AT, port, 2)
            }
        };
        let addresses = Change::default().address(old, self.address);
        let mut fields = addresses;
        if let Some(new) = identification {
            fields = fields.and(ipv4::put_identification(ip, header.identification, new));
        }
        ipv4::put_address_and_decrement_ttl(ip, address_at, self.address, fields);
        let mut words = Change::default();
        if self.port != old_port {
            put(message, port_at, self.port.to_be_bytes());
            words = words.word(old_port, self.port);
        }
        update_checksum(message, header.protocol, addresses, words);
    }
}
