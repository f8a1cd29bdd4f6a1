//! Finding the station behind the next hop, and sending through a port.

use crate::router::address::Address;

use heapless::Vec;

use super::arp::{Arp, Operation};
use super::counters::{Drop, Sent};
use super::ethernet::{self, HeaderBytes, Mac};
use super::neighbour::{Due, Resolution};
use super::port::{Hop, Origin, PortId};
use super::time::Instant;
use super::uplink::Uplink;
use super::waiting::{Awaited, CAPACITY, Packet, Parking};
use super::wires::Wires;
use super::{Router, ndp, wan};

/// The longest header in front of a payload: Ethernet with a tag, PPPoE, and IPv4 with options.
pub(super) const MAX_HEADER_LEN: usize = 18 + 8 + 60;

/// Whether a packet can go on at once.
pub(super) enum NextHop {
    Station(Mac),
    /// It was put aside.
    Waits,
}

impl<const SESSIONS: usize, U: Uplink> Router<SESSIONS, U> {
    /// The station of a packet's next hop. While it isn't known, the packet, which is as it came,
    /// waits.
    pub(super) fn next_hop(
        &mut self,
        hop: Hop,
        origin: &Origin,
        packet: &[u8],
        now: Instant,
        wires: &mut impl Wires,
    ) -> Result<NextHop, Drop> {
        if hop.port == PortId::Inner {
            return Ok(NextHop::Station([0; 6]));
        }
        if hop.port == PortId::Wan
            && let Some(line) = self.uplink.line()
        {
            return Ok(NextHop::Station(line.access_concentrator));
        }
        match self.neighbours.resolve(hop, now) {
            Resolution::Known { mac, ask } => {
                if ask {
                    self.ask(hop, wires);
                }
                Ok(NextHop::Station(mac))
            }
            Resolution::Unresolved { ask } => {
                if ask {
                    self.ask(hop, wires);
                }
                self.park(Awaited::Neighbour(hop), origin, packet, now)
            }
            Resolution::TooMany => Err(Drop::NeighbourUnresolved),
        }
    }

    /// Puts a packet aside.
    pub(super) fn park(
        &mut self,
        awaited: Awaited,
        origin: &Origin,
        packet: &[u8],
        now: Instant,
    ) -> Result<NextHop, Drop> {
        let lost = lost_waiting_for(awaited);
        let parking = self.waiting.park(awaited, *origin, packet, now);
        self.wake_at(self.waiting.next_expiry());
        match parking {
            Parking::Parked => Ok(NextHop::Waits),
            Parking::InPlaceOfAnother => {
                self.counters.dropped.count(lost);
                Ok(NextHop::Waits)
            }
            Parking::Full => Err(lost),
        }
    }

    /// Takes up the packets that have waited for what has come.
    // Inlined, its place for a packet would be on the stack of every packet.
    #[inline(never)]
    pub(super) fn resume(&mut self, now: Instant, wires: &mut impl Wires) {
        let mut packet = Packet::new();
        // A first fragment that is taken up releases later ones: at most all packets, twice.
        for _ in 0..2 * CAPACITY {
            let Some(parked) = self.waiting.take_released(&mut packet) else {
                return;
            };
            let fate = self.packet(&parked.origin, &mut packet, now, wires);
            self.tally(fate);
        }
        self.waiting.forget_released();
    }

    /// Asks the neighbours that are due, gives up those that don't answer, and the packets that
    /// waited for them or for anything else for too long.
    pub(super) fn poll_neighbours(&mut self, now: Instant, wires: &mut impl Wires) {
        let mut packet = Packet::new();
        // Every neighbour is due at most once at one moment.
        while let Some(due) = self.neighbours.due(now) {
            match due {
                Due::Ask(hop) => self.ask(hop, wires),
                Due::Failed(hop) => {
                    let parked = self.waiting.take(Awaited::Neighbour(hop), &mut packet);
                    if let Some(parked) = parked {
                        self.report_host_unreachable(&parked.origin, &packet, now, wires);
                        self.counters.dropped.count(Drop::NeighbourUnresolved);
                    }
                }
            }
        }
        while let Some(parked) = self.waiting.drop_expired(now) {
            self.counters
                .dropped
                .count(lost_waiting_for(parked.awaited));
        }
    }

    /// Sends an ARP request or a neighbour solicitation: to the station when there is one to
    /// confirm, otherwise to everybody.
    fn ask(&mut self, hop: Hop, wires: &mut impl Wires) {
        self.wake_at(self.neighbours.next_due());
        let Some(port) = self.config.ethernet(hop.port).copied() else {
            return;
        };
        let station = self.neighbours.station(hop);
        match hop.neighbour {
            Address::V4(target) => {
                let request = Arp {
                    operation: Operation::Request,
                    sender_mac: port.mac,
                    sender: self.config.ipv4_address(hop.port),
                    target_mac: [0; 6],
                    target,
                };
                let station = station.unwrap_or(ethernet::BROADCAST);
                let sent = self.send(
                    hop.port,
                    station,
                    ethernet::ARP,
                    &[],
                    &request.to_bytes(),
                    wires,
                );
                self.count_own(Sent::NeighbourRequest, sent);
            }
            Address::V6(target) => {
                let solicitation = ndp::solicitation(port.mac, target);
                let to = solicitation.destination;
                let station = station.unwrap_or(ethernet::multicast_mac(to));
                let sent = self.send(
                    hop.port,
                    station,
                    ethernet::IPV6,
                    &solicitation.ip_header(),
                    &solicitation.message,
                    wires,
                );
                self.count_own(Sent::NeighbourRequest, sent);
            }
        }
    }

    /// A neighbour has shown where it is.
    pub(super) fn learn_neighbour(&mut self, hop: Hop, mac: Mac, asked_for_us: bool, now: Instant) {
        if mac[0] & 1 == 0 && self.neighbours.learn(hop, mac, asked_for_us, now) {
            self.waiting.release(Awaited::Neighbour(hop));
        }
        self.wake_at(self.neighbours.next_due());
    }

    /// Sends one frame: the port's Ethernet header, an IP header that isn't in `payload`, and
    /// `payload`.
    pub(super) fn send(
        &self,
        port: PortId,
        station: Mac,
        ethertype: u16,
        ip_header: &[u8],
        payload: &[u8],
        wires: &mut impl Wires,
    ) -> bool {
        let Some(ethernet) = self.config.ethernet(port) else {
            let inner = self.config.inner();
            return inner.is_some_and(|inner| wires.send(inner.wire, ip_header, payload));
        };
        if port == PortId::Wan
            && let Some(line) = self.uplink.line()
        {
            return wan::send_in_session(ethernet, line, ethertype, ip_header, payload, wires);
        }
        let header = HeaderBytes::new(ethernet, station, ethertype);
        if ip_header.is_empty() {
            return wires.send(ethernet.wire, header.as_slice(), payload);
        }
        let mut headers = Vec::<u8, MAX_HEADER_LEN>::new();
        let fit = headers.extend_from_slice(header.as_slice()).is_ok()
            && headers.extend_from_slice(ip_header).is_ok();
        fit && wires.send(ethernet.wire, &headers, payload)
    }

    /// Counts a frame of the router's own.
    pub(super) fn count_own(&mut self, kind: Sent, sent: bool) {
        self.counters
            .sent
            .count(if sent { kind } else { Sent::WireFull });
    }
}

fn lost_waiting_for(awaited: Awaited) -> Drop {
    match awaited {
        Awaited::Neighbour(_) => Drop::NeighbourUnresolved,
        Awaited::FirstFragment(_) => Drop::FragmentLost,
    }
}
