//! The WAN as the uplink has it: what its frames hold, and what changes with its addresses.

use super::Router;
use super::config::{Config, EthernetPort, Ipv6Interface, WanIpv6};
use super::counters::Event;
use super::ethernet::{self, FrameHeader, HeaderBytes};
use super::next_hop::MAX_HEADER_LEN;
use super::port::PortId;
use super::time::Instant;
use super::uplink::{Addresses, Received, Uplink, Wan};
use super::wires::Wires;
use crate::pppoe::{Family, Line, MAX_HEADER_BYTES, Mac, SESSION, Transmit};
use core::net::Ipv4Addr;
use heapless::Vec;

/// Ethernet with a tag, and what an uplink puts behind it.
const MAX_UPLINK_HEADER_LEN: usize = 18 + MAX_HEADER_BYTES;

/// The WAN's port, as an uplink sends through it.
struct WanPort<'a, W> {
    port: EthernetPort,
    wires: &'a mut W,
}

impl<W: Wires> Transmit for WanPort<'_, W> {
    fn send(&mut self, destination: Mac, ethertype: u16, header: &[u8], rest: &[u8]) -> bool {
        let ethernet = HeaderBytes::new(&self.port, destination, ethertype);
        let mut headers = Vec::<u8, MAX_UPLINK_HEADER_LEN>::new();
        let fit = headers.extend_from_slice(ethernet.as_slice()).is_ok()
            && headers.extend_from_slice(header).is_ok();
        fit && self.wires.send(self.port.wire, &headers, rest)
    }
}

/// The ethertype of a packet that came in a session.
pub(super) fn ethertype(family: Family) -> u16 {
    match family {
        Family::Ipv4 => ethernet::IPV4,
        Family::Ipv6 => ethernet::IPV6,
    }
}

/// Sends a packet in an open session: the headers of Ethernet, PPPoE and PPP, an IP header that isn't in `payload`, and
/// `payload`.
pub(super) fn send_in_session(
    port: &EthernetPort,
    line: &Line,
    ethertype: u16,
    ip_header: &[u8],
    payload: &[u8],
    wires: &mut impl Wires,
) -> bool {
    let family = match ethertype {
        ethernet::IPV4 => Family::Ipv4,
        ethernet::IPV6 => Family::Ipv6,
        // There is no ARP in a session.
        _ => return false,
    };
    let packet_len = ip_header.len().saturating_add(payload.len());
    let ethernet = HeaderBytes::new(port, line.access_concentrator, SESSION);
    let pieces = [
        ethernet.as_slice(),
        &line.header(family, packet_len),
        ip_header,
    ];
    let mut headers = Vec::<u8, MAX_HEADER_LEN>::new();
    let fit = pieces
        .into_iter()
        .all(|piece| headers.extend_from_slice(piece).is_ok());
    fit && wires.send(port.wire, &headers, payload)
}

impl<const SESSIONS: usize, U: Uplink> Router<SESSIONS, U> {
    /// The uplink, and what it has to say.
    #[must_use]
    pub fn uplink(&self) -> &U {
        &self.uplink
    }

    /// Tells whether the WAN port has a link; it is taken to have one until this says otherwise.
    pub fn wan_link(&mut self, is_up: bool, now: Instant) {
        self.uplink.link(is_up, now);
        self.follow_uplink();
        self.wake_at(Some(now));
    }

    /// Lets the uplink look at a frame on the WAN port.
    pub(super) fn receive_from_wan(
        &mut self,
        header: &FrameHeader,
        payload: &[u8],
        now: Instant,
        wires: &mut impl Wires,
    ) -> Received {
        let port = self.config.wan.port;
        let received = self.uplink.receive(
            header.source,
            header.ethertype,
            payload,
            now,
            &mut WanPort { port, wires },
        );
        if received == Received::Own {
            self.poll_uplink(now, wires);
        }
        received
    }

    /// Lets the uplink do what is due.
    pub(super) fn poll_uplink(&mut self, now: Instant, wires: &mut impl Wires) {
        let port = self.config.wan.port;
        let due = self.uplink.poll(now, &mut WanPort { port, wires });
        self.wake_at(due);
        self.renumber_lans(now);
        self.follow_uplink();
    }

    /// Whether this is the next hop on the WAN, which may be outside the link's network where the uplink says which one
    /// it is.
    pub(super) fn is_uplinks_gateway(&self, port: PortId, address: Ipv4Addr) -> bool {
        let is_configured = matches!(self.uplink.wan(), Wan::AsConfigured);
        !is_configured && port == PortId::Wan && address == self.config.wan.gateway
    }

    /// Takes over what the uplink says of the WAN. Sessions outlive a time without a WAN, and end when another
    /// address comes than they were opened under.
    fn follow_uplink(&mut self) {
        let addresses = match self.uplink.wan() {
            // What it was while it was up is kept, to be compared with what it will be.
            Wan::AsConfigured | Wan::Down => return,
            Wan::Up(addresses) => addresses,
        };
        let old = self.config.wan.ipv4.address;
        self.config.take_over(&addresses);
        if old != self.config.wan.ipv4.address && !old.is_unspecified() {
            let ended = self.sessions.end_all_v4();
            self.fragments.clear();
            self.counters.events.add(Event::SessionFlushed, ended);
        }
    }
}

impl Config {
    /// The WAN's addresses from now on.
    fn take_over(&mut self, addresses: &Addresses) {
        self.wan.port.mtu_bytes = addresses.mtu_bytes;
        if let Some(ipv4) = addresses.ipv4 {
            self.wan.ipv4 = ipv4.interface;
            self.wan.gateway = ipv4.gateway;
        }
        // Where the link has no network of its own, the router is known there by an address of a LAN.
        let of_a_lan = self.lans.iter().find_map(|lan| lan.ipv6);
        let of_a_lan = of_a_lan.map(|own| Ipv6Interface {
            address: own.address,
            prefix_len: 128,
        });
        self.wan.ipv6 = addresses.ipv6.and_then(|ipv6| {
            Some(WanIpv6 {
                interface: ipv6.interface.or(of_a_lan)?,
                gateway: ipv6.gateway,
            })
        });
    }
}
