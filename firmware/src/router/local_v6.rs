//! IPv6 for the router itself: who may send it what, neighbour discovery, and echo.

use crate::router::address::Address;
use core::net::Ipv6Addr;

use super::bytes::{put, u8_at};
use super::checksum::{Change, Sum};
use super::counters::{Drop, Sent};
use super::error_v6::ErrorV6;
use super::ethernet;
use super::ip::{ICMPV6, Piece};
use super::ipv6::{Ipv6Header, link_local, solicited_node};
use super::martian::can_be_a_host_v6;
use super::ndp::{self, Discovery};
use super::port::{Hop, Origin, PortId};
use super::time::Instant;
use super::transport::{Message, Transport};
use super::uplink::Uplink;
use super::wires::Wires;
use super::{Fate, Router};

impl<const SESSIONS: usize, U: Uplink> Router<SESSIONS, U> {
    /// Whether IPv6 is carried on a port.
    pub(super) fn has_ipv6(&self, port: PortId) -> bool {
        match port {
            PortId::Inner => self
                .config
                .inner()
                .is_some_and(|inner| inner.ipv6.is_some()),
            port => self.config.ipv6_address(port).is_some(),
        }
    }

    /// Turns away what can't have been sent by whom it says (RFC 6092, REC-1 to REC-6).
    #[inline(never)]
    pub(super) fn admit_v6(&self, origin: &Origin, header: &Ipv6Header) -> Result<(), Drop> {
        let (source, destination) = (header.source, header.destination);
        let is_probe = source.is_unspecified() && destination.is_multicast();
        if !can_be_a_host_v6(source) && !is_probe {
            return Err(Drop::Martian);
        }
        if !can_be_a_host_v6(destination) && !destination.is_multicast() {
            return Err(Drop::Martian);
        }
        let is_ours = self.config.is_router_v6(source)
            || self
                .config
                .ethernet(origin.port)
                .is_some_and(|port| source == link_local(port.mac));
        let is_inner = self.config.is_inner(Address::V6(source));
        let is_on_link = is_probe || source.is_unicast_link_local();
        let is_spoofed = match origin.port {
            PortId::Inner => !is_inner,
            PortId::Lan(lan) => {
                let prefix = self.config.lans.get(lan).and_then(|lan| lan.ipv6);
                let is_under_prefix = prefix.is_some_and(|prefix| prefix.contains(source));
                is_ours || is_inner || !(is_on_link || is_under_prefix)
            }
            PortId::Wan => {
                let hop = self.config.route_v6(source);
                let is_inside = hop.is_some_and(|hop| hop.port.is_inside());
                is_ours || is_inner || !is_on_link && is_inside
            }
        };
        if is_spoofed {
            return Err(Drop::Spoofed);
        }
        if origin.to_many && !destination.is_multicast() {
            return Err(Drop::LinkBroadcast);
        }
        Ok(())
    }

    /// What the router itself answers; `None` when the packet goes on.
    #[inline(never)]
    pub(super) fn local_v6(
        &mut self,
        origin: &Origin,
        header: &Ipv6Header,
        packet: &mut [u8],
        now: Instant,
        wires: &mut impl Wires,
    ) -> Result<Option<Fate>, Drop> {
        let destination = header.destination;
        let message = packet.get(header.header_len..).unwrap_or_default();
        let is_icmp = header.protocol == ICMPV6 && header.piece == Piece::Whole;
        let kind = u8_at(message, 0).filter(|_| is_icmp);
        if destination.is_multicast() {
            return match kind {
                Some(ndp::ROUTER_SOLICITATION..=ndp::NEIGHBOUR_ADVERTISEMENT)
                    if self.is_group_of_ours(origin.port, destination) =>
                {
                    self.discovery(origin, header, packet, now, wires).map(Some)
                }
                _ => Err(Drop::Multicast),
            };
        }
        let is_here = self.config.answers_ndp_for(origin.port, destination);
        let is_inner = self.config.is_inner(Address::V6(destination));
        let is_router = self.config.is_router_v6(destination);
        if !(is_here || is_inner || is_router) {
            return Ok(None);
        }
        if origin.port == PortId::Wan && !is_here {
            // The router's address in a LAN is closed to the WAN; the box's own stack, which may share it, has sessions.
            return if is_router && !is_inner {
                Err(Drop::Unsolicited)
            } else {
                Ok(None)
            };
        }
        if let Some(ndp::ROUTER_SOLICITATION..=ndp::NEIGHBOUR_ADVERTISEMENT) = kind {
            return self.discovery(origin, header, packet, now, wires).map(Some);
        }
        if header.piece == Piece::Whole {
            let transport = Transport::read(message, header.protocol)?;
            if matches!(transport.message, Message::EchoRequest) {
                return self
                    .answer_echo_v6(origin, header, packet, now, wires)
                    .map(Some);
            }
            if is_inner {
                return Ok(None);
            }
            if matches!(transport.message, Message::Tcp(_) | Message::Udp) {
                if origin.port.is_inside() {
                    let to = Address::V6(header.source);
                    self.report_v6(origin, to, packet, ErrorV6::PortUnreachable, now, wires);
                }
                return Err(Drop::Closed);
            }
            return Err(Drop::NothingToAnswer);
        }
        if is_inner {
            Ok(None)
        } else {
            Err(Drop::Closed)
        }
    }

    /// Whether the router listens to a group on a port.
    fn is_group_of_ours(&self, port: PortId, group: Ipv6Addr) -> bool {
        let link_local = self.config.ethernet(port).map(|port| link_local(port.mac));
        let inner = self.config.inner().and_then(|inner| inner.ipv6);
        let inner = inner.filter(|_| port.is_inside());
        let addresses = [link_local, self.config.ipv6_address(port), inner];
        let is_solicited_node = |address: Ipv6Addr| solicited_node(address) == group;
        group == ndp::ALL_NODES
            || group == ndp::ALL_ROUTERS
            || addresses.into_iter().flatten().any(is_solicited_node)
    }

    /// Neighbour discovery.
    fn discovery(
        &mut self,
        origin: &Origin,
        header: &Ipv6Header,
        packet: &[u8],
        now: Instant,
        wires: &mut impl Wires,
    ) -> Result<Fate, Drop> {
        let (source, destination) = (header.source, header.destination);
        let message = packet.get(header.header_len..).unwrap_or_default();
        if header.hop_limit != ndp::HOP_LIMIT {
            return Err(Drop::MalformedNdp);
        }
        if !Sum::icmpv6(source, destination, message.len())
            .bytes(message)
            .is_right()
        {
            return Err(Drop::IcmpChecksum);
        }
        let port = self
            .config
            .ethernet(origin.port)
            .copied()
            .ok_or(Drop::MalformedNdp)?;
        let discovery = Discovery::read(message, source, destination).ok_or(Drop::MalformedNdp)?;
        let neighbour = |address| Hop {
            port: origin.port,
            neighbour: Address::V6(address),
        };
        match discovery {
            Discovery::RouterSolicitation { station } => {
                if let Some(station) = station {
                    self.learn_neighbour(neighbour(source), station, true, now);
                }
                self.answer_solicitation(origin, source, now, wires)?;
            }
            Discovery::NeighbourSolicitation { target, station } => {
                let is_for_us = self.config.answers_ndp_for(origin.port, target);
                if let Some(station) = station {
                    self.learn_neighbour(neighbour(source), station, is_for_us, now);
                }
                if !is_for_us {
                    return Err(Drop::NothingToAnswer);
                }
                let answer = ndp::advertisement(port.mac, target, source);
                let station = if source.is_unspecified() {
                    ethernet::multicast_mac(ndp::ALL_NODES)
                } else {
                    origin.station
                };
                let header = answer.ip_header();
                let sent = self.send(
                    origin.port,
                    station,
                    ethernet::IPV6,
                    &header,
                    &answer.message,
                    wires,
                );
                self.count_own(Sent::NeighbourAnswer, sent);
            }
            Discovery::NeighbourAdvertisement { target, station } => {
                if self.config.answers_ndp_for(origin.port, target) {
                    return Err(Drop::Spoofed);
                }
                let station = station.unwrap_or(origin.station);
                self.learn_neighbour(neighbour(target), station, false, now);
            }
        }
        Ok(Fate::Local)
    }

    /// Turns an echo request into its reply, in place, and sends it where it came from.
    fn answer_echo_v6(
        &mut self,
        origin: &Origin,
        header: &Ipv6Header,
        packet: &mut [u8],
        now: Instant,
        wires: &mut impl Wires,
    ) -> Result<Fate, Drop> {
        let message = packet.get_mut(header.header_len..).unwrap_or_default();
        let sum = Sum::icmpv6(header.source, header.destination, message.len());
        if !sum.bytes(message).is_right() {
            return Err(Drop::IcmpChecksum);
        }
        if !self.echo_limit(origin.port).allows(now) {
            return Err(Drop::EchoRate);
        }
        let Some([_, code, checksum @ ..]) = message.first_chunk_mut::<4>() else {
            return Err(Drop::MalformedTransport);
        };
        let words = [128, 129].map(|kind| u16::from_be_bytes([kind, *code]));
        let change = Change::default().word(words[0], words[1]);
        *checksum = change
            .applied_to(u16::from_be_bytes(*checksum))
            .to_be_bytes();
        put(message, 0, [129]);
        put(packet, 8, header.destination.octets());
        put(packet, 24, header.source.octets());
        put(packet, 7, [64]);
        let sent = self.send(
            origin.port,
            origin.station,
            ethernet::IPV6,
            &[],
            packet,
            wires,
        );
        self.count_own(Sent::EchoReply, sent);
        Ok(Fate::Local)
    }
}
