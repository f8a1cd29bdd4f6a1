//! IPv4 for the router itself: who may send it what, and echo.

use crate::router::address::Address;
use core::net::Ipv4Addr;

use super::arp::{Arp, Operation};
use super::bytes::put;
use super::checksum::{Change, Sum};
use super::counters::{Drop, Sent};
use super::error_v4::ErrorV4;
use super::ethernet;
use super::ip::{ICMP, Piece};
use super::ipv4::{DESTINATION_AT, Ipv4Header, SOURCE_AT};
use super::martian::can_be_a_host_v4;
use super::port::{Hop, Origin, PortId};
use super::time::Instant;
use super::transport::{Message, Transport, replace_word};
use super::uplink::Uplink;
use super::wires::Wires;
use super::{Fate, Router};

impl<const SESSIONS: usize, U: Uplink> Router<SESSIONS, U> {
    /// ARP: learns from what is asked, and answers for the router's addresses.
    #[inline(never)]
    pub(super) fn arp(
        &mut self,
        origin: &Origin,
        packet: &[u8],
        now: Instant,
        wires: &mut impl Wires,
    ) -> Result<Fate, Drop> {
        let arp = Arp::read(packet).ok_or(Drop::MalformedArp)?;
        let port = self
            .config
            .ethernet(origin.port)
            .copied()
            .ok_or(Drop::UnknownPort)?;
        // A sender without an address is probing for one (RFC 5227, section 2.1.1).
        let is_probe = arp.sender == Ipv4Addr::UNSPECIFIED;
        if arp.sender_mac != origin.station
            || !(is_probe
                || self.is_neighbour(origin.port, arp.sender)
                || self.is_uplinks_gateway(origin.port, arp.sender))
        {
            return Err(Drop::MalformedArp);
        }
        let is_for_us = self.config.answers_arp_for(origin.port, arp.target);
        if !is_probe {
            let hop = Hop {
                port: origin.port,
                neighbour: Address::V4(arp.sender),
            };
            self.learn_neighbour(hop, arp.sender_mac, is_for_us, now);
        }
        if arp.operation == Operation::Reply {
            return Ok(Fate::Local);
        }
        if !is_for_us {
            return Err(Drop::NothingToAnswer);
        }
        let reply = Arp {
            operation: Operation::Reply,
            sender_mac: port.mac,
            sender: arp.target,
            target_mac: arp.sender_mac,
            target: arp.sender,
        };
        let bytes = reply.to_bytes();
        let sent = self.send(
            origin.port,
            origin.station,
            ethernet::ARP,
            &[],
            &bytes,
            wires,
        );
        self.count_own(Sent::NeighbourAnswer, sent);
        Ok(Fate::Local)
    }

    /// Whether a host with this address can be on a port's link: then it isn't the router either.
    pub(super) fn is_neighbour(&self, port: PortId, address: Ipv4Addr) -> bool {
        let network = match port {
            PortId::Lan(lan) => self.config.lans.get(lan).map(|lan| lan.ipv4),
            PortId::Wan => Some(self.config.wan.ipv4),
            PortId::Inner => None,
        };
        network.is_some_and(|network| network.has_host(address))
            && !self.config.answers_arp_for(port, address)
    }

    /// Turns away what can't have been sent by whom it says, or isn't for one host (RFC 1812,
    /// sections 5.3.7 and 5.3.8).
    #[inline(never)]
    pub(super) fn admit_v4(&self, origin: &Origin, header: &Ipv4Header) -> Result<(), Drop> {
        let (source, destination) = (header.source, header.destination);
        if !can_be_a_host_v4(source) || source.is_link_local() || destination.is_link_local() {
            return Err(Drop::Martian);
        }
        let is_spoofed = match origin.port {
            PortId::Inner => !self.config.is_inner(Address::V4(source)),
            PortId::Lan(_) => !self.is_neighbour(origin.port, source),
            PortId::Wan => {
                self.config.is_inside_v4(source)
                    || source == self.config.wan.ipv4.address
                    || source == self.config.wan.ipv4.broadcast()
            }
        };
        if is_spoofed {
            return Err(Drop::Spoofed);
        }
        if destination.is_multicast() {
            return Err(Drop::Multicast);
        }
        let is_wan_address = destination == self.config.wan.ipv4.address;
        let is_reserved = !is_wan_address && self.config.is_reserved_v4(destination);
        if is_reserved || destination.is_broadcast() {
            return Err(Drop::Broadcast);
        }
        if !can_be_a_host_v4(destination) {
            return Err(Drop::Martian);
        }
        if origin.to_many {
            return Err(Drop::LinkBroadcast);
        }
        Ok(())
    }

    /// What the router itself answers; `None` when the packet goes on, to the box's own stack or
    /// through the masquerade.
    #[inline(never)]
    pub(super) fn local_v4(
        &mut self,
        origin: &Origin,
        header: &Ipv4Header,
        packet: &mut [u8],
        now: Instant,
        wires: &mut impl Wires,
    ) -> Result<Option<Fate>, Drop> {
        let destination = header.destination;
        let is_wan = destination == self.config.wan.ipv4.address;
        let is_inner = self.config.is_inner(Address::V4(destination));
        let is_lan_router = self.config.is_lan_router_v4(destination);
        if !(is_wan || is_inner || is_lan_router) {
            return Ok(None);
        }
        if origin.port == PortId::Wan && !is_wan {
            return Err(Drop::Unsolicited);
        }
        if is_wan && header.protocol != ICMP {
            return Ok(None);
        }
        if header.piece() == Piece::Whole {
            let payload = packet.get(header.header_len..).unwrap_or_default();
            let transport = Transport::read(payload, header.protocol)?;
            if matches!(transport.message, Message::EchoRequest) {
                return self
                    .answer_echo_v4(origin, header, packet, now, wires)
                    .map(Some);
            }
            if is_lan_router && !is_inner {
                if matches!(transport.message, Message::Tcp(_) | Message::Udp) {
                    let error = ErrorV4::PortUnreachable;
                    self.report_v4(origin, header, packet, error, now, wires);
                    return Err(Drop::Closed);
                }
                return Err(Drop::NothingToAnswer);
            }
        } else if is_lan_router && !is_inner {
            return Err(Drop::Closed);
        }
        Ok(None)
    }

    /// Turns an echo request into its reply, in place, and sends it where it came from.
    fn answer_echo_v4(
        &mut self,
        origin: &Origin,
        header: &Ipv4Header,
        packet: &mut [u8],
        now: Instant,
        wires: &mut impl Wires,
    ) -> Result<Fate, Drop> {
        let message = packet.get_mut(header.header_len..).unwrap_or_default();
        if !Sum::default().bytes(message).is_right() {
            return Err(Drop::IcmpChecksum);
        }
        if !self.echo_limit(origin.port).allows(now) {
            return Err(Drop::EchoRate);
        }
        let Some([_, code, checksum @ ..]) = message.first_chunk_mut::<4>() else {
            return Err(Drop::MalformedTransport);
        };
        let change = Change::default().word(u16::from_be_bytes([8, *code]), u16::from(*code));
        *checksum = change
            .applied_to(u16::from_be_bytes(*checksum))
            .to_be_bytes();
        put(message, 0, [0]);
        put(packet, SOURCE_AT, header.destination.octets());
        put(packet, DESTINATION_AT, header.source.octets());
        // Swapped addresses leave the header's sum as it was; the TTL starts again.
        let ttl_and_protocol = u16::from_be_bytes([64, header.protocol]);
        let change = replace_word(packet, 8, ttl_and_protocol, Change::default());
        let checksum = super::bytes::u16_at(packet, super::ipv4::CHECKSUM_AT).unwrap_or(0);
        let checksum = change.applied_to(checksum);
        put(packet, super::ipv4::CHECKSUM_AT, checksum.to_be_bytes());
        let sent = self.send(
            origin.port,
            origin.station,
            ethernet::IPV4,
            &[],
            packet,
            wires,
        );
        self.count_own(Sent::EchoReply, sent);
        Ok(Fate::Local)
    }
}
