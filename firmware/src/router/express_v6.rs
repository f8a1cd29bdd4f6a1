//! The short way for the packets that are nearly all of the traffic: IPv6 packets without extension headers, of a
//! session that runs. Whatever else a packet is, it takes the long way (`forward_v6`), which would do the same to
//! these, for three times the instructions.

use super::address::Address;
use super::counters::Drop;
use super::ethernet;
use super::express::Way;
use super::ipv6::{self, HEADER_LEN, PlainHeader};
use super::port::{Origin, PortId};
use super::session::{Asked, Flow, Side};
use super::time::Instant;
use super::transport::Transport;
use super::uplink::Uplink;
use super::wires::Wires;
use super::{Fate, Router};
use crate::pppoe::Family;

impl<const SESSIONS: usize, U: Uplink> Router<SESSIONS, U> {
    /// Forwards a packet of a running session; `None`, and nothing done, when it has to take the long way.
    pub(super) fn express_v6(
        &mut self,
        origin: &Origin,
        packet: &mut [u8],
        now: Instant,
        wires: &mut impl Wires,
    ) -> Option<Result<Fate, Drop>> {
        let header = PlainHeader::read(packet)?;
        if header.hop_limit <= 1 || origin.to_many {
            return None;
        }
        let packet = packet.get_mut(..header.total_len)?;
        let transport = Transport::read_plain(packet.get(HEADER_LEN..)?, header.protocol)?;
        let way = self.express_way_v6(origin.port, &header, &transport, now)?;
        let station = match self.express_station(&way, Family::Ipv6, origin, packet, now, wires)? {
            Ok(station) => station,
            Err(fate) => return Some(fate),
        };
        self.express_follow(&way, &transport, now);
        ipv6::decrement_hop_limit(packet);
        Some(self.express_send(&way, station, ethernet::IPV6, packet, wires))
    }

    /// The session of a packet, and where it goes. That the session is there says of the packet's other end all
    /// that `admit_v6` and `local_v6` ask: it wasn't opened with one that can't be.
    fn express_way_v6(
        &mut self,
        port: PortId,
        header: &PlainHeader,
        transport: &Transport,
        now: Instant,
    ) -> Option<Way> {
        let protocol = header.protocol;
        let hop = self.config.route_v6(header.destination)?;
        let source = (Address::v6(header.source), transport.source_port);
        let destination = (Address::v6(header.destination), transport.destination_port);
        let events = &mut self.counters.events;
        let (slot, from) = match (port, hop.port) {
            (PortId::Wan, PortId::Lan(_)) => {
                let asked = Asked {
                    protocol,
                    outside: destination,
                    remote: source,
                };
                let slot = self.sessions.find_from_outside(asked, now, events)?;
                (slot, Side::Outside)
            }
            (PortId::Lan(lan), PortId::Wan) => {
                let prefix = self.config.lans.get(lan)?.ipv6?;
                let is_spoofed = !prefix.contains(header.source)
                    || self.config.is_router_v6(header.source)
                    || self.config.is_inner(source.0);
                if is_spoofed {
                    return None;
                }
                let flow = Flow {
                    protocol,
                    inside: source,
                    remote: destination,
                };
                let slot = self.sessions.find_from_inside(flow, now, events)?;
                (slot, Side::Inside)
            }
            _ => return None,
        };
        Some(Way { slot, from, hop })
    }
}
