//! The router: a state machine without I/O. Frames and the time go in, frames and the next deadline
//! come out; it owns fixed tables and never waits, allocates, reads a clock or draws entropy.
//!
//! # Life of a frame
//! Each step is a module, in this order, and no step goes back:
//! 1. `port`: the wire and the VLAN tag name the logical port. The frame is for the router's MAC, or
//!    for many.
//!    A whole packet of a session that runs goes straight to 7 (`express_v4`, `express_v6`): all that is
//!    asked in between was asked when the session was opened.
//! 2. `local_v4`, `local_v6`: who can't have sent it is turned away (`martian`). ARP (`arp`),
//!    neighbour discovery (`ndp`, `advertise`) and echo for the router are answered.
//! 3. `nat` (IPv4), `firewall` (IPv6): which `session` it belongs to, and so where it goes. Nothing
//!    that nobody asked for comes in. Nothing is changed yet.
//! 4. `forward_v4`, `forward_v6`: TTL, MTU, next hop (`next_hop`, `neighbour`). What can't go on is
//!    reported to its sender as it came (`error_v4`, `error_v6`, `rate_limit`); what can't go on
//!    yet waits as it came (`waiting`).
//! 5. `nat::rewrite`: the session follows the packet, and addresses and ports change.
//! 6. `clamp`: the MSS of a SYN fits both ports and the path (`path_mtu`).
//! 7. Out, in one frame, or in fragments (`fragment_out`) where an IPv4 packet is too big and may be
//!    cut.
//!
//! # Bytes copied for a forwarded packet
//! The router copies none: it edits the packet in the receive buffer and hands it to [`Wires::send`]
//! with 14 bytes of new header (18 with a VLAN tag), which copies both into the transmit buffer. A
//! fragment's IP header is made anew, 20 to 60 bytes; its payload stays where it is. A packet that
//! waits for its neighbour or its first fragment is copied into its place and out of it.
//!
//! # Checksums
//! Those of forwarded packets are updated for the words that change (RFC 1624): what came corrupted
//! leaves corrupted by the same amount. Only the IPv4 header's is verified on the way (RFC 1812,
//! section 5.2.2), for nothing else may be believed if it is wrong.
//!
//! # Not here
//! A DHCP server, DNS, multicast forwarding, redirects, reassembly, NAT of protocols other than TCP,
//! UDP and ICMP, and duplicate address detection for the router's own addresses.

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

mod address;
mod advertise;
pub(crate) mod arp;
pub(crate) mod checksum;
mod clamp;
pub mod clamp_rule;
pub mod config;
mod config_check;
pub mod config_error;
pub mod counters;
mod error_v4;
mod error_v6;
pub(crate) mod ethernet;
mod express;
mod express_v4;
mod express_v6;
mod firewall;
mod forward_v4;
mod forward_v6;
mod fragment_out;
mod fragments;
mod identification;
pub(crate) mod ip;
pub(crate) mod ipv4;
pub(crate) mod ipv6;
mod local_v4;
mod local_v6;
pub(crate) mod martian;
mod nat;
pub(crate) mod ndp;
mod neighbour;
mod next_hop;
mod path_mtu;
mod port;
mod port_limits;
mod renumber;
mod session;
mod transport;
pub mod uplink;
mod waiting;
mod wan;
mod wires;

pub use crate::shared::time;
use crate::shared::{bytes, hash, rate_limit};
use advertise::Schedule;
use config::{Config, MAX_LANS};
use counters::{Counters, Drop};
use ethernet::FrameHeader;
use fragments::Fragments;
use hash::{HashKey, Random};
use identification::Identifications;
use ipv4::Ipv4Header;
use ipv6::Ipv6Header;
use neighbour::Neighbours;
use path_mtu::PathMtus;
use port::{Origin, PortId};
use port_limits::PortLimits;
use session::Sessions;
use time::Instant;
use uplink::{Fixed, Received, Uplink};
use waiting::Waiting;
pub use wires::Wires;

/// What became of a frame that wasn't dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Forwarded,
    Delivered,
    Local,
    Waiting,
}

/// The router, with room for `SESSIONS` sessions (1 to 65534).
pub struct Router<const SESSIONS: usize, U: Uplink = Fixed> {
    uplink: U,
    config: Config,
    counters: Counters,
    sessions: Sessions<SESSIONS>,
    fragments: Fragments,
    identifications: Identifications,
    neighbours: Neighbours,
    waiting: Waiting,
    path_mtus: PathMtus,
    random: Random,
    advertised: [Schedule; MAX_LANS],
    wan_limits: PortLimits,
    inside_limits: PortLimits,
    /// When there is something to do; at first at once.
    wake: Option<Instant>,
}

impl<const SESSIONS: usize> Router<SESSIONS> {
    /// A router whose WAN has the addresses of its configuration, and which has seen nothing yet. The seed feeds its
    /// hash keys and ports: same seed, same frames, same times give the same bytes.
    #[must_use]
    pub fn new(config: Config, seed: [u8; 16]) -> Self {
        Self::with_uplink(config, Fixed, seed)
    }
}

impl<const SESSIONS: usize, U: Uplink> Router<SESSIONS, U> {
    /// A router whose WAN is `uplink`, and which has seen nothing yet. The seed feeds its hash keys and ports: same seed, same
    /// frames, same times give the same bytes.
    #[must_use]
    pub fn with_uplink(config: Config, uplink: U, seed: [u8; 16]) -> Self {
        let mut router = Self::blank(uplink);
        router.begin(config, seed);
        router
    }

    /// A router without ports, for a `static`: its tables are too much for most stacks. It forwards nothing before it
    /// is [started](Router::start). Where `uplink` is all zeros, so is the router, and the linker puts it where no
    /// flash holds it.
    ///
    /// ```
    /// use firmware::router::Router;
    /// use firmware::router::uplink::Fixed;
    /// # use std::sync::Mutex;
    ///
    /// static ROUTER: Mutex<Router<1024>> = Mutex::new(Router::blank(Fixed)); // on a board, a ConstStaticCell
    /// # assert_eq!(ROUTER.lock().unwrap().session_count(), 0);
    /// ```
    #[must_use]
    pub const fn blank(uplink: U) -> Self {
        Self {
            uplink,
            config: Config::NONE,
            counters: Counters::ZERO,
            sessions: Sessions::new(),
            fragments: Fragments::new(),
            identifications: Identifications::new(),
            neighbours: Neighbours::new(HashKey::ZERO),
            waiting: Waiting::new(),
            path_mtus: PathMtus::new(),
            random: Random::new(HashKey::ZERO),
            advertised: [Schedule::AT_ONCE; MAX_LANS],
            wan_limits: PortLimits::CLOSED,
            inside_limits: PortLimits::CLOSED,
            wake: None,
        }
    }

    /// Makes it a router whose WAN is `uplink`, and which has seen nothing yet, where it is. See
    /// [`Router::with_uplink`].
    pub fn start(&mut self, config: Config, uplink: U, seed: [u8; 16]) {
        self.uplink = uplink;
        self.begin(config, seed);
    }

    fn begin(&mut self, config: Config, seed: [u8; 16]) {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = seed;
        let limits = config.limits;
        self.counters = Counters::ZERO;
        self.sessions
            .start(seed, limits.sessions_per_host, config.forwards.clone());
        self.fragments.clear();
        self.identifications = Identifications::new();
        self.neighbours
            .start(HashKey::new([a, b, c, d, e, f, g, h]));
        self.waiting.clear();
        self.path_mtus.clear();
        // Not the numbers that the ports are drawn from.
        self.random = Random::new(HashKey::new([p, o, n, m, l, k, j, i]));
        self.advertised = [Schedule::AT_ONCE; MAX_LANS];
        self.wan_limits = PortLimits::new(&limits);
        self.inside_limits = PortLimits::new(&limits);
        self.wake = Some(Instant(0));
        self.config = config;
    }

    /// Takes one frame that came in on `wire` (on the inner port's wire: one bare IP packet), and
    /// sends what follows from it. The frame is edited in place.
    pub fn receive(&mut self, wire: usize, frame: &mut [u8], now: Instant, wires: &mut impl Wires) {
        self.counters.received = self.counters.received.wrapping_add(1);
        let fate = self.frame(wire, frame, now, wires);
        self.tally(fate);
        if self.waiting.has_released() {
            self.resume(now, wires);
        }
    }

    /// Does what is due by now: ages tables, asks neighbours again, advertises the router. Returns
    /// when to call next if no frame comes before; `None` when nothing is due ever.
    pub fn poll(&mut self, now: Instant, wires: &mut impl Wires) -> Option<Instant> {
        if self.wake.is_some_and(|wake| wake <= now) {
            self.sessions.expire(now, &mut self.counters.events);
            self.poll_neighbours(now, wires);
            self.wake = None;
            self.poll_uplink(now, wires);
            self.poll_advertisements(now, wires);
            self.wake_at(self.sessions.next_expiry());
            self.wake_at(self.neighbours.next_due());
            self.wake_at(self.waiting.next_expiry());
            self.wake_at(self.next_advertisement());
        }
        self.wake
    }

    /// What was counted up to now.
    #[must_use]
    pub fn counters(&self) -> Counters {
        let waiting = u64::try_from(self.waiting.len()).unwrap_or(0);
        Counters {
            waiting,
            ..self.counters
        }
    }

    /// How many sessions are in the table, those included that are over and not yet removed.
    #[must_use]
    pub fn session_count(&self) -> usize {
        self.sessions.len()
    }

    /// From the wire to the packet.
    fn frame(
        &mut self,
        wire: usize,
        frame: &mut [u8],
        now: Instant,
        wires: &mut impl Wires,
    ) -> Result<Fate, Drop> {
        if self.config.is_inner_wire(wire) {
            let origin = Origin {
                port: PortId::Inner,
                station: [0; 6],
                to_many: false,
            };
            return self.packet(&origin, frame, now, wires);
        }
        let header = FrameHeader::read(frame).ok_or(Drop::TruncatedFrame)?;
        let port = self
            .config
            .port_on(wire, header.vlan)
            .ok_or(Drop::UnknownPort)?;
        let mac = self.config.ethernet(port).map(|port| port.mac);
        if !header.is_to_many() && Some(header.destination) != mac {
            return Err(Drop::OtherStation);
        }
        // Answers go to who sent the frame: never to a group.
        if header.source[0] & 1 != 0 {
            return Err(Drop::Spoofed);
        }
        let origin = Origin {
            port,
            station: header.source,
            to_many: header.is_to_many(),
        };
        let mut packet = frame.get_mut(header.len..).unwrap_or_default();
        let mut ethertype = header.ethertype;
        if port == PortId::Wan {
            match self.receive_from_wan(&header, packet, now, wires) {
                Received::Bare => {}
                Received::Own => return Ok(Fate::Local),
                Received::NotCarried => return Err(Drop::NotCarried),
                Received::Packet(family, range) => {
                    packet = packet.get_mut(range).unwrap_or_default();
                    ethertype = wan::ethertype(family);
                }
            }
        }
        match ethertype {
            ethernet::ARP => self.arp(&origin, packet, now, wires),
            ethernet::IPV4 => self.ipv4(&origin, packet, now, wires),
            ethernet::IPV6 => self.ipv6(&origin, packet, now, wires),
            _ => Err(Drop::UnknownEthertype),
        }
    }

    /// A packet without a header that says which IP version it is.
    fn packet(
        &mut self,
        origin: &Origin,
        packet: &mut [u8],
        now: Instant,
        wires: &mut impl Wires,
    ) -> Result<Fate, Drop> {
        match packet.first().map(|first| first >> 4) {
            Some(6) => self.ipv6(origin, packet, now, wires),
            _ => self.ipv4(origin, packet, now, wires),
        }
    }

    fn ipv4(
        &mut self,
        origin: &Origin,
        packet: &mut [u8],
        now: Instant,
        wires: &mut impl Wires,
    ) -> Result<Fate, Drop> {
        if let Some(fate) = self.express_v4(origin, packet, now, wires) {
            return fate;
        }
        let header = Ipv4Header::read(packet)?;
        let packet = packet
            .get_mut(..header.total_len)
            .ok_or(Drop::MalformedIpv4)?;
        self.admit_v4(origin, &header)?;
        match self.local_v4(origin, &header, packet, now, wires)? {
            Some(fate) => Ok(fate),
            None => self.forward_v4(origin, &header, packet, now, wires),
        }
    }

    fn ipv6(
        &mut self,
        origin: &Origin,
        packet: &mut [u8],
        now: Instant,
        wires: &mut impl Wires,
    ) -> Result<Fate, Drop> {
        if !self.has_ipv6(origin.port) {
            return Err(Drop::NoIpv6);
        }
        if let Some(fate) = self.express_v6(origin, packet, now, wires) {
            return fate;
        }
        let header = Ipv6Header::read(packet)?;
        let packet = packet
            .get_mut(..header.total_len)
            .ok_or(Drop::MalformedIpv6)?;
        self.admit_v6(origin, &header)?;
        match self.local_v6(origin, &header, packet, now, wires)? {
            Some(fate) => Ok(fate),
            None => self.forward_v6(origin, &header, packet, now, wires),
        }
    }

    /// Counts what became of a frame. One that waits is counted when it no longer does.
    fn tally(&mut self, fate: Result<Fate, Drop>) {
        let counter = match fate {
            Ok(Fate::Forwarded) => &mut self.counters.forwarded,
            Ok(Fate::Delivered) => &mut self.counters.delivered,
            Ok(Fate::Local) => &mut self.counters.local,
            Ok(Fate::Waiting) => return,
            Err(reason) => return self.counters.dropped.count(reason),
        };
        *counter = counter.wrapping_add(1);
    }

    /// There is something to do at this time.
    fn wake_at(&mut self, time: Option<Instant>) {
        self.wake = match (self.wake, time) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }
}
