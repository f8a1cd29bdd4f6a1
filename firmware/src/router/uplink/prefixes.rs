//! Prefixes for the LANs, which the provider delegates in the session or on the link: the packets around the client
//! of DHCPv6, and which LAN has which prefix.

use core::net::Ipv6Addr;

use heapless::Vec;

use crate::dhcpv6::{CLIENT_PORT, Client, Delegation, MAX_MESSAGE_BYTES, SERVER_PORT, SERVERS};
use crate::pppoe::Mac;
use crate::router::checksum::Sum;
use crate::router::config::MAX_LANS;
use crate::router::ip::UDP;
use crate::router::ipv6;
use crate::shared::bytes::{array_at, ipv6_at, length_field, put, u8_at, u16_at};
use crate::shared::time::Instant;

const UDP_HEADER_BYTES: usize = 8;
/// Of the messages to all servers on the link.
const HOP_LIMIT: u8 = 1;
/// The longest that hosts are told to use a delegated prefix without hearing of it again (RFC 9096, section 3.4:
/// ND_PREFERRED_LIMIT and ND_VALID_LIMIT).
const PREFERRED_LIMIT_S: u32 = 2_700;
const VALID_LIMIT_S: u32 = 5_400;

/// A prefix that is no LAN's any more.
#[derive(Clone, Copy, Debug)]
struct Stale {
    network: Ipv6Addr,
    /// Until when hosts may believe in it.
    until: Instant,
}

/// What a LAN was given.
#[derive(Clone, Copy, Debug, Default)]
struct Given {
    network: Option<Ipv6Addr>,
    stale: Option<Stale>,
}

/// The client, and the LANs' prefixes.
#[derive(Debug)]
pub struct Prefixes {
    client: Client,
    /// The box's link-local address, while IPv6 passes.
    own: Option<Ipv6Addr>,
    lans: [Given; MAX_LANS],
}

impl Prefixes {
    pub(super) fn new(mac: Mac, seed: [u8; 16]) -> Self {
        Self {
            client: Client::new(mac, seed),
            own: None,
            lans: [Given::default(); MAX_LANS],
        }
    }

    /// What the client is doing, and what it counted.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// What was delegated, while it is ours.
    #[must_use]
    pub fn delegation(&self) -> Option<&Delegation> {
        self.client.delegation()
    }

    /// Tells the box's link-local address, while IPv6 passes.
    pub(super) fn link(&mut self, own: Option<Ipv6Addr>, now: Instant) {
        if own == self.own {
            return;
        }
        self.own = own;
        self.client.link(false, now);
        self.client.link(own.is_some(), now);
    }

    /// Takes a packet that came in; `false` when it isn't for the client.
    pub(super) fn receive(&mut self, packet: &[u8], now: Instant) -> bool {
        let payload = self.own.and_then(|own| datagram(packet, own));
        if let Some(payload) = payload {
            self.client.receive(payload, now);
        }
        payload.is_some()
    }

    /// Does what is due; hands packets to `send`.
    pub(super) fn poll(
        &mut self,
        now: Instant,
        send: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Option<Instant> {
        let own = self.own.unwrap_or(Ipv6Addr::UNSPECIFIED);
        self.client.poll(now, &mut |payload| {
            // One that is lost is sent again.
            let _is_sent = packet(own, payload).is_some_and(|packet| send(&packet));
        })
    }

    /// The network that a LAN was given.
    pub(in crate::router) fn network(&self, lan: usize) -> Option<Ipv6Addr> {
        self.lans.get(lan)?.network
    }

    /// The network that a LAN is to have.
    pub(in crate::router) fn wanted(&self, lan: usize) -> Option<Ipv6Addr> {
        self.delegation()?.subnet(lan)
    }

    /// Notes that a LAN has this network from now on.
    pub(in crate::router) fn give(&mut self, lan: usize, network: Option<Ipv6Addr>, now: Instant) {
        let Some(given) = self.lans.get_mut(lan) else {
            return;
        };
        if let Some(network) = given.network {
            let until = now.after_ms(u64::from(VALID_LIMIT_S).saturating_mul(1_000));
            given.stale = Some(Stale { network, until });
        }
        given.network = network;
        given.stale = given.stale.filter(|stale| Some(stale.network) != network);
    }

    /// The network that a LAN had before, as long as hosts have to be told that it is over (RFC 9096, section 3.5).
    pub(in crate::router) fn stale(&self, lan: usize) -> Option<Ipv6Addr> {
        Some(self.lans.get(lan)?.stale?.network)
    }

    /// Forgets what no host believes in any more.
    pub(in crate::router) fn forget_stale(&mut self, now: Instant) {
        for given in &mut self.lans {
            given.stale = given.stale.filter(|stale| stale.until > now);
        }
    }

    /// For how long hosts in a LAN may use its delegated network: for new connections, and for any.
    pub(in crate::router) fn lifetimes(&self, lan: usize, now: Instant) -> Option<[u32; 2]> {
        self.network(lan)?;
        let delegation = self.delegation()?;
        Some([
            delegation.preferred_s(now).min(PREFERRED_LIMIT_S),
            delegation.valid_s(now).min(VALID_LIMIT_S),
        ])
    }
}

/// The packet around a payload.
fn packet(
    own: Ipv6Addr,
    payload: &[u8],
) -> Option<Vec<u8, { ipv6::HEADER_LEN + UDP_HEADER_BYTES + MAX_MESSAGE_BYTES }>> {
    let len = UDP_HEADER_BYTES.saturating_add(payload.len());
    let mut ip = ipv6::new_header(own, SERVERS, HOP_LIMIT, len);
    put(&mut ip, 6, [UDP]);
    let mut udp = [0; UDP_HEADER_BYTES];
    put(&mut udp, 0, CLIENT_PORT.to_be_bytes());
    put(&mut udp, 2, SERVER_PORT.to_be_bytes());
    put(&mut udp, 4, length_field(len).to_be_bytes());
    let sum = Sum::over_ipv6(UDP, own, SERVERS, len)
        .bytes(&udp)
        .bytes(payload);
    // Zero would say that there is none (RFC 8200, section 8.1).
    let checksum = match sum.checksum() {
        0 => 0xffff,
        checksum => checksum,
    };
    put(&mut udp, 6, checksum.to_be_bytes());
    let mut packet = Vec::new();
    packet.extend_from_slice(&ip).ok()?;
    packet.extend_from_slice(&udp).ok()?;
    packet.extend_from_slice(payload).ok()?;
    Some(packet)
}

/// The payload of a datagram for the client at `own`.
fn datagram(packet: &[u8], own: Ipv6Addr) -> Option<&[u8]> {
    let source = ipv6_at(packet, 8)?;
    let is_for_us = u8_at(packet, 0)? >> 4 == 6
        && u8_at(packet, 6)? == UDP
        && ipv6_at(packet, 24)? == own
        && !source.is_multicast();
    let len = usize::from(u16_at(packet, 4)?);
    let udp = packet.get(ipv6::HEADER_LEN..)?.get(..len)?;
    let [port, udp_len] = [2, 4].map(|at| u16_at(udp, at));
    let udp = udp.get(..usize::from(udp_len?))?;
    let is_right = Sum::over_ipv6(UDP, source, own, udp.len())
        .bytes(udp)
        .is_right();
    let has_checksum = array_at(udp, 6)? != [0, 0];
    let is_dhcp = is_for_us && port? == CLIENT_PORT && has_checksum && is_right;
    udp.get(UDP_HEADER_BYTES..).filter(|_| is_dhcp)
}
