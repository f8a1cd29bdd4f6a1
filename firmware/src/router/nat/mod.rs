//! Masquerade: every host inside behind the WAN's one IPv4 address.
//!
//! A packet from inside passes the session of its own host on the way out; a packet to the WAN's
//! address passes the session of the host it is for on the way in; a hairpin packet passes both. A
//! plan is made first, without changing anything, so that a packet that can't go on anyway opens no
//! session and is quoted as it came.

mod error;
pub(super) mod rewrite;

use crate::router::address::Address;
use core::net::Ipv4Addr;

use super::Router;
use super::counters::{Drop, Event};
use super::fragments::{FragmentKey, Inherited};
use super::ip::Piece;
use super::ipv4::Ipv4Header;
use super::port::{Hop, Origin};
use super::session::{Asked, Flow, Sessions, Side, Slot};
use super::time::Instant;
use super::transport::{Message, Transport};
use crate::router::uplink::Uplink;
use error::ErrorPlan;
pub(super) use error::PathClaim;
use rewrite::{EndpointV4, Rewrite};

/// One session that a packet passes: in the table, or to be opened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Passage {
    flow: Flow,
    found: Option<Slot>,
}

/// What happens to a packet if it goes on.
#[derive(Clone, Copy, Debug)]
#[repr(u32)]
pub(super) enum Plan {
    /// Nothing: it stays inside.
    Plain,
    /// It passes one session, or two.
    Flow {
        out: Option<Passage>,
        back_in: Option<Passage>,
    },
    /// An ICMP error is translated with the packet it quotes.
    Error(ErrorPlan),
    /// A later fragment follows its first one.
    Fragment(Inherited),
    /// A later fragment waits for its first one.
    AwaitFirst(FragmentKey),
}

impl<const SESSIONS: usize, U: Uplink> Router<SESSIONS, U> {
    /// What a packet that isn't for the router itself passes, and where it goes.
    pub(super) fn plan_v4(
        &mut self,
        origin: &Origin,
        header: &Ipv4Header,
        transport: Option<&Transport>,
        packet: &[u8],
        now: Instant,
    ) -> Result<(Hop, Plan), Drop> {
        let from_inside = origin.port.is_inside();
        let is_to_wan_address = header.destination == self.config.wan.ipv4.address;
        if !from_inside && !is_to_wan_address {
            return Err(Drop::Unsolicited);
        }
        let hop = if is_to_wan_address {
            None
        } else {
            let hop = self.config.route_v4(header.destination);
            if hop.port.is_inside() {
                return Ok((hop, Plan::Plain));
            }
            Some(hop)
        };
        if !rewrite::is_supported(header.protocol) {
            return Err(Drop::UnsupportedProtocol);
        }
        let Some(transport) = transport else {
            return Ok(self.plan_later_fragment(header, now));
        };
        match transport.message {
            Message::IcmpError => self.plan_error(origin, header, packet, now),
            Message::OtherIcmp if from_inside => Err(Drop::NoSession),
            Message::OtherIcmp => Err(Drop::Unsolicited),
            _ => self.plan_flow(from_inside, hop, header, transport, now),
        }
    }

    fn plan_later_fragment(&mut self, header: &Ipv4Header, now: Instant) -> (Hop, Plan) {
        let key = fragment_key(header);
        match self.fragments.find(key, now) {
            Some(inherited) => {
                let destination = inherited.addresses.destination;
                let hop = self
                    .config
                    .route_v4(destination.unwrap_or(header.destination));
                (hop, Plan::Fragment(inherited))
            }
            None => {
                let hop = self.config.route_v4(header.destination);
                (hop, Plan::AwaitFirst(key))
            }
        }
    }

    fn plan_flow(
        &mut self,
        from_inside: bool,
        hop: Option<Hop>,
        header: &Ipv4Header,
        transport: &Transport,
        now: Instant,
    ) -> Result<(Hop, Plan), Drop> {
        let protocol = header.protocol;
        let source = (Address::V4(header.source), transport.source_port);
        let destination = (Address::V4(header.destination), transport.destination_port);
        if !from_inside {
            let remote = (source.0, Some(source.1));
            let back_in = self.plan_way_in(protocol, destination.1, remote, transport, now)?;
            return Ok(self.towards(None, back_in));
        }
        let flow = Flow {
            protocol,
            inside: source,
            remote: destination,
        };
        let found = self
            .sessions
            .find_from_inside(flow, now, &mut self.counters.events);
        if found.is_none() && !Sessions::<SESSIONS>::may_open(transport) {
            return Err(Drop::NoSession);
        }
        let out = Passage { flow, found };
        if let Some(hop) = hop {
            let plan = Plan::Flow {
                out: Some(out),
                back_in: None,
            };
            return Ok((hop, plan));
        }
        // Hairpin: to the host behind the forward, the source is the WAN's address (RFC 4787,
        // REQ-9), and the port that this host has there, if it has one yet.
        let inside = (header.source, transport.source_port);
        let mapped = self.sessions.mappings.find(protocol, inside);
        let remote = (destination.0, mapped.map(|mapped| mapped.outside_port));
        let back_in = self.plan_way_in(protocol, destination.1, remote, transport, now)?;
        Ok(self.towards(Some(out), back_in))
    }

    fn towards(&self, out: Option<Passage>, back_in: Passage) -> (Hop, Plan) {
        let inside = v4(back_in.flow.inside.0);
        let plan = Plan::Flow {
            out,
            back_in: Some(back_in),
        };
        (self.config.route_v4(inside), plan)
    }

    /// The session of a packet to a port of the WAN's address: one that is there and has this
    /// remote end, or a new one through a static forward; otherwise nobody asked for it.
    fn plan_way_in(
        &mut self,
        protocol: u8,
        outside_port: u16,
        (remote, remote_port): (Address, Option<u16>),
        transport: &Transport,
        now: Instant,
    ) -> Result<Passage, Drop> {
        let outside = (Address::V4(self.config.wan.ipv4.address), outside_port);
        let found = remote_port.and_then(|port| {
            let asked = Asked {
                protocol,
                outside,
                remote: (remote, port),
            };
            self.sessions
                .find_from_outside(asked, now, &mut self.counters.events)
        });
        let opens = transport.opens_connection() || matches!(transport.message, Message::Udp);
        if let Some(slot) = found
            && let Some((flow, _)) = self.sessions.ends(slot)
        {
            // A SYN to a connection that is over asks for a new one.
            let is_new = transport.opens_connection() && self.sessions.is_closing(slot);
            if is_new && self.forward(protocol, outside_port).is_none() {
                return Err(Drop::Unsolicited);
            }
            return Ok(Passage { flow, found });
        }
        let forward = self.forward(protocol, outside_port).filter(|_| opens);
        let (inside, inside_port) = forward.ok_or(Drop::Unsolicited)?;
        let flow = Flow {
            protocol,
            inside: (Address::V4(inside), inside_port),
            remote: (remote, remote_port.unwrap_or(0)),
        };
        Ok(Passage { flow, found: None })
    }

    fn forward(&self, protocol: u8, outside_port: u16) -> Option<EndpointV4> {
        self.sessions.mappings.forward(protocol, outside_port)
    }

    /// Opens the sessions that are still to be opened, follows the packet in them, and says what is
    /// to be written.
    pub(super) fn pass_sessions(
        &mut self,
        out: Option<Passage>,
        back_in: Option<Passage>,
        transport: &Transport,
        now: Instant,
    ) -> Result<Rewrite, Drop> {
        let mut rewrite = Rewrite::default();
        if let Some(out) = out {
            let slot = self.pass(out, Side::Inside, transport, now)?;
            let outside_port = self.sessions.outside_port(slot).ok_or(Drop::NoSession)?;
            rewrite.source = Some((self.config.wan.ipv4.address, outside_port));
        }
        if let Some(mut back_in) = back_in {
            if let Some((_, outside_port)) = rewrite.source {
                back_in.flow.remote.1 = outside_port;
                // The first session may have taken the second one's place.
                back_in.found = back_in.found.filter(|slot| {
                    let ends = self.sessions.ends(*slot);
                    ends.is_some_and(|(flow, _)| flow == back_in.flow)
                });
                self.counters.events.count(Event::Hairpin);
            }
            self.pass(back_in, Side::Outside, transport, now)?;
            rewrite.destination = Some(endpoint(back_in.flow.inside));
        }
        Ok(rewrite)
    }

    /// Follows a packet in one session.
    pub(super) fn pass(
        &mut self,
        passage: Passage,
        from: Side,
        transport: &Transport,
        now: Instant,
    ) -> Result<Slot, Drop> {
        let slot = match passage.found {
            Some(slot) => slot,
            None => self
                .sessions
                .open(passage.flow, now, &mut self.counters.events)?,
        };
        if self.sessions.follow(slot, from, transport, now) || passage.found.is_none() {
            self.wake_at(self.sessions.next_expiry());
        }
        Ok(slot)
    }
}

impl Passage {
    pub(super) const fn new(flow: Flow, found: Option<Slot>) -> Self {
        Self { flow, found }
    }
}

pub(super) fn fragment_key(header: &Ipv4Header) -> FragmentKey {
    FragmentKey {
        source: Address::V4(header.source),
        destination: Address::V4(header.destination),
        protocol: header.protocol,
        identification: u32::from(header.identification),
    }
}

/// The IPv4 address in a session of the masquerade, which has no others.
pub(super) fn v4(address: Address) -> Ipv4Addr {
    match address {
        Address::V4(address) => address,
        Address::V6(_) => Ipv4Addr::UNSPECIFIED,
    }
}

/// An end of such a session.
fn endpoint((address, port): super::session::Endpoint) -> EndpointV4 {
    (v4(address), port)
}

/// Whether a packet is the one by which the others of its datagram are recognised.
pub(super) fn is_first_fragment(header: &Ipv4Header) -> bool {
    header.piece() == Piece::First
}
