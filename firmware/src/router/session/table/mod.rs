//! The table: sessions found from either side in constant time, aged by class, never more than fit.

mod ageing;

use crate::router::address::Address;

use heapless::Vec;

use super::class::{ByClass, Class, TOUCH_MS};
use super::flow_key::FlowKey;
use super::hosts::Hosts;
use super::index::{Index, Slot};
use super::list::Lists;
use super::mapping::{Mapped, Mappings};
use super::recent::Recent;
use super::slots::Slots;
use super::tcp_state::TcpState;
use super::{Endpoint, Side};
use crate::router::config::{MAX_FORWARDS, PortForward};
use crate::router::counters::{Drop, Event, Events};
use crate::router::hash::{HashKey, Random};
use crate::router::time::Instant;
use crate::router::transport::{Flags, Message, Transport};

/// The two ends of a session, as the host inside sees them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Flow {
    pub(crate) protocol: u8,
    pub(crate) inside: Endpoint,
    pub(crate) remote: Endpoint,
}

/// The question that a packet from outside asks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    pub(crate) protocol: u8,
    /// The packet's destination: with IPv4 the WAN's address, and a port of it.
    pub(crate) outside: Endpoint,
    pub(crate) remote: Endpoint,
}

struct Session {
    flow: Flow,
    outside_port: u16,
    class: Class,
    tcp: TcpState,
    seen: Instant,
    host: Slot,
    mapping: Option<Slot>,
}

/// All sessions.
pub(crate) struct Sessions<const N: usize> {
    key: FlowKey,
    random: Random,
    sessions_per_host: u16,
    slots: Slots<Session, N>,
    by_inside: Index<N>,
    by_outside: Index<N>,
    recent: Recent<N>,
    classes: ByClass,
    class_links: Lists<N>,
    hosts: Hosts<N>,
    host_links: Lists<N>,
    pub(crate) mappings: Mappings<N>,
}

impl<const N: usize> Sessions<N> {
    /// No session, and no room for any before [`Sessions::start`].
    pub(crate) const fn new() -> Self {
        let key = HashKey::ZERO;
        Self {
            key: FlowKey(key),
            random: Random::new(key),
            sessions_per_host: 0,
            slots: Slots::new(),
            by_inside: Index::new(),
            by_outside: Index::new(),
            recent: Recent::new(),
            classes: ByClass::EMPTY,
            class_links: Lists::new(),
            hosts: Hosts::new(key),
            host_links: Lists::new(),
            mappings: Mappings::new(key),
        }
    }

    /// Forgets all sessions, and has these keys and limits from now on.
    pub(crate) fn start(
        &mut self,
        seed: [u8; 16],
        sessions_per_host: u16,
        forwards: Vec<PortForward, MAX_FORWARDS>,
    ) {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = seed;
        let key = HashKey::new([a, b, c, d, e, f, g, h]);
        self.key = FlowKey(key);
        self.random = Random::new(HashKey::new([i, j, k, l, m, n, o, p]));
        self.sessions_per_host = sessions_per_host;
        self.slots.clear();
        self.by_inside.clear();
        self.by_outside.clear();
        // A slot's links are written when it comes into a list.
        self.classes = ByClass::EMPTY;
        self.hosts.clear(key);
        self.mappings.clear(key, forwards);
    }

    /// The live session of a packet from inside.
    pub(crate) fn find_from_inside(
        &mut self,
        flow: Flow,
        now: Instant,
        events: &mut Events,
    ) -> Option<Slot> {
        let (near_port, remote_port) = (flow.inside.1, flow.remote.1);
        let is_it = |session: &Session| session.flow == flow;
        let hint = self.recent.hint(near_port, remote_port);
        let slot = if self.get(hint).is_some_and(is_it) {
            hint
        } else {
            let hash = self.key.inside(flow.protocol, flow.inside, flow.remote);
            let by_inside = &self.by_inside;
            let slot = by_inside.find(hash, |slot| self.get(slot).is_some_and(is_it))?;
            self.recent.remember(near_port, remote_port, slot);
            slot
        };
        self.if_live(slot, now, events)
    }

    /// The live session of a packet from outside: the same remote address and port only (RFC 4787,
    /// section 5; RFC 6092, REC-12 and REC-34).
    pub(crate) fn find_from_outside(
        &mut self,
        asked: Asked,
        now: Instant,
        events: &mut Events,
    ) -> Option<Slot> {
        let (near_port, remote_port) = (asked.outside.1, asked.remote.1);
        let is_it = |session: &Session| {
            let same_host = match asked.outside.0 {
                // The masquerade has one address only, to which the packet is known to be.
                Address::V4(_) => true,
                Address::V6(_) => session.flow.inside.0 == asked.outside.0,
            };
            session.flow.protocol == asked.protocol
                && session.outside_port == asked.outside.1
                && session.flow.remote == asked.remote
                && same_host
        };
        let hint = self.recent.hint(near_port, remote_port);
        let slot = if self.get(hint).is_some_and(is_it) {
            hint
        } else {
            let outside = asked.outside;
            let hash = self.key.outside(asked.protocol, outside, asked.remote);
            let by_outside = &self.by_outside;
            let slot = by_outside.find(hash, |slot| self.get(slot).is_some_and(is_it))?;
            self.recent.remember(near_port, remote_port, slot);
            slot
        };
        self.if_live(slot, now, events)
    }

    /// The two ends of a session, and its port on the outside.
    pub(crate) fn ends(&self, slot: Slot) -> Option<(Flow, u16)> {
        let session = self.get(slot)?;
        Some((session.flow, session.outside_port))
    }

    /// The end of a session that is inside.
    pub(crate) fn inside(&self, slot: Slot) -> Option<Endpoint> {
        self.get(slot).map(|session| session.flow.inside)
    }

    /// The port of a session on the outside.
    pub(crate) fn outside_port(&self, slot: Slot) -> Option<u16> {
        Some(self.get(slot)?.outside_port)
    }

    /// Whether a packet from inside may open a session (a lone RST or FIN doesn't).
    pub(crate) fn may_open(transport: &Transport) -> bool {
        match transport.message {
            Message::Tcp(segment) => {
                let flags = segment.flags;
                !flags.has(Flags::RST) && (flags.has(Flags::SYN) || !flags.has(Flags::FIN))
            }
            Message::Udp | Message::EchoRequest | Message::Other => true,
            Message::EchoReply | Message::IcmpError | Message::OtherIcmp => false,
        }
    }

    /// Opens a session that isn't in the table.
    pub(crate) fn open(
        &mut self,
        flow: Flow,
        now: Instant,
        events: &mut Events,
    ) -> Result<Slot, Drop> {
        self.make_room(flow.inside.0, now, events)?;
        let mapped = match flow.inside.0 {
            Address::V4(address) => {
                let inside = (address, flow.inside.1);
                let mapped = self.mappings.open(flow.protocol, inside, &mut self.random);
                mapped.ok_or(Drop::NoFreePort)?
            }
            Address::V6(_) => Mapped {
                outside_port: flow.inside.1,
                slot: None,
            },
        };
        if mapped.outside_port != flow.inside.1 {
            events.count(Event::PortChanged);
        }
        self.insert(flow, mapped, now)
            .ok_or(Drop::SessionTableFull)
            .inspect(|_| {
                events.count(Event::SessionOpened);
            })
    }

    fn insert(&mut self, flow: Flow, mapped: Mapped, now: Instant) -> Option<Slot> {
        let host = self.hosts.join(flow.inside.0)?;
        let outside = (flow.inside.0, mapped.outside_port);
        let inside_hash = self.key.inside(flow.protocol, flow.inside, flow.remote);
        let outside_hash = self.key.outside(flow.protocol, outside, flow.remote);
        let class = Class::at_first(flow.protocol);
        let slot = self.slots.insert(Session {
            flow,
            outside_port: mapped.outside_port,
            class,
            tcp: TcpState::default(),
            seen: now,
            host,
            mapping: mapped.slot,
        })?;
        self.by_inside.insert(inside_hash, slot);
        self.by_outside.insert(outside_hash, slot);
        self.link(slot, class, host);
        Some(slot)
    }

    /// Follows a packet of the session. Whether the session has come into another class by it.
    pub(crate) fn follow(
        &mut self,
        slot: Slot,
        from: Side,
        transport: &Transport,
        now: Instant,
    ) -> bool {
        let Some(session) = self.get_mut(slot) else {
            return false;
        };
        let (old_class, host) = (session.class, session.host);
        if let Message::Tcp(segment) = &transport.message {
            session.tcp.follow(from, segment);
            session.class = session.tcp.progress().into();
        }
        let class = session.class;
        if class == old_class && now.ms_since(session.seen) < TOUCH_MS {
            return false;
        }
        session.seen = now;
        self.unlink(slot, old_class, host);
        self.link(slot, class, host);
        class != old_class
    }

    /// Whether `sender` has sent this sequence number and it isn't acknowledged; never for anything
    /// but TCP.
    pub(crate) fn has_in_flight(&self, slot: Slot, sender: Side, sequence: u32) -> bool {
        self.get(slot)
            .is_some_and(|session| session.tcp.has_in_flight(sender, sequence))
    }

    /// Whether a TCP session is over but for its last packets.
    pub(crate) fn is_closing(&self, slot: Slot) -> bool {
        self.get(slot)
            .is_some_and(|session| session.class == Class::Closing)
    }

    /// Ends every IPv4 session, and returns how many there were.
    pub(crate) fn end_all_v4(&mut self) -> u64 {
        self.end_those(|inside| matches!(inside, Address::V4(_)))
    }

    /// Ends all sessions of hosts whose address is over, and returns how many.
    pub(crate) fn end_those(&mut self, is_over: impl Fn(Address) -> bool) -> u64 {
        let mut ended = 0_u64;
        for slot in 0..u16::try_from(N).unwrap_or(u16::MAX) {
            let inside = self.inside(slot).map(|(address, _)| address);
            if inside.is_some_and(&is_over) {
                self.remove(slot);
                ended = ended.wrapping_add(1);
            }
        }
        ended
    }

    /// How many sessions there are.
    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    /// A session that is over, and that no poll has removed yet, is removed.
    // Every packet comes here: a call would cost as much as the question.
    #[inline(always)]
    fn if_live(&mut self, slot: Slot, now: Instant, events: &mut Events) -> Option<Slot> {
        let session = self.get(slot)?;
        if now.ms_since(session.seen) < session.class.timeout_ms() {
            return Some(slot);
        }
        self.end_of_age(slot, events);
        None
    }

    #[cold]
    #[inline(never)]
    fn end_of_age(&mut self, slot: Slot, events: &mut Events) {
        self.remove(slot);
        events.count(Event::SessionExpired);
    }

    fn remove(&mut self, slot: Slot) {
        let Some(session) = self.slots.remove(slot) else {
            return;
        };
        let Flow {
            protocol,
            inside,
            remote,
        } = session.flow;
        let outside = (inside.0, session.outside_port);
        let inside_hash = self.key.inside(protocol, inside, remote);
        let outside_hash = self.key.outside(protocol, outside, remote);
        self.by_inside.remove(inside_hash, slot);
        self.by_outside.remove(outside_hash, slot);
        self.unlink(slot, session.class, session.host);
        self.hosts.leave(session.host);
        if let Some(mapping) = session.mapping {
            self.mappings.close(mapping);
        }
    }

    fn link(&mut self, slot: Slot, class: Class, host: Slot) {
        let list = self.classes.of_mut(class);
        self.class_links.push(list, slot);
        if let Some(list) = self.hosts.list_mut(host) {
            self.host_links.push(list, slot);
        }
    }

    fn unlink(&mut self, slot: Slot, class: Class, host: Slot) {
        let list = self.classes.of_mut(class);
        self.class_links.remove(list, slot);
        if let Some(list) = self.hosts.list_mut(host) {
            self.host_links.remove(list, slot);
        }
    }

    fn get(&self, slot: Slot) -> Option<&Session> {
        self.slots.get(slot)
    }

    fn get_mut(&mut self, slot: Slot) -> Option<&mut Session> {
        self.slots.get_mut(slot)
    }
}
