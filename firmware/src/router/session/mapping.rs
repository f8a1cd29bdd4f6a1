//! Which port of the WAN's address belongs to which port of which host inside: endpoint-independent
//! (RFC 4787, REQ-1), no port for two (REQ-3), the host's own port kept when it is free.

use core::net::Ipv4Addr;

use heapless::Vec;

use super::index::{Index, Slot};
use super::slots::Slots;
use crate::router::config::{ForwardedProtocol, MAX_FORWARDS, PortForward};
use crate::router::hash::{HashKey, Random};
use crate::router::ip::{TCP, UDP};

/// How many ports are tried before none is said to be free.
const TRIES: u16 = 128;

struct Mapping {
    protocol: u8,
    inside: Ipv4Addr,
    inside_port: u16,
    outside_port: u16,
    sessions: u16,
}

/// All mappings, static and dynamic.
pub(crate) struct Mappings<const N: usize> {
    key: HashKey,
    slots: Slots<Mapping, N>,
    by_inside: Index<N>,
    by_outside: Index<N>,
    forwards: Vec<PortForward, MAX_FORWARDS>,
}

/// The port on the outside, and the mapping to give back when the session ends.
#[derive(Clone, Copy)]
pub(crate) struct Mapped {
    pub(crate) outside_port: u16,
    /// `None` for a static forward, which never ends.
    pub(crate) slot: Option<Slot>,
}

impl<const N: usize> Mappings<N> {
    pub(crate) const fn new(key: HashKey) -> Self {
        Self {
            key,
            slots: Slots::new(),
            by_inside: Index::new(),
            by_outside: Index::new(),
            forwards: Vec::new(),
        }
    }

    /// Forgets all mappings, and has these static ones from now on.
    pub(crate) fn clear(&mut self, key: HashKey, forwards: Vec<PortForward, MAX_FORWARDS>) {
        self.key = key;
        self.slots.clear();
        self.by_inside.clear();
        self.by_outside.clear();
        self.forwards = forwards;
    }

    /// Where a static forward of this port leads.
    pub(crate) fn forward(&self, protocol: u8, outside_port: u16) -> Option<(Ipv4Addr, u16)> {
        self.forwards
            .iter()
            .find(|forward| (number(forward), forward.outside_port) == (protocol, outside_port))
            .map(|forward| (forward.inside, forward.inside_port))
    }

    /// The outside port of a host's port, if it has one by now.
    pub(crate) fn find(&self, protocol: u8, inside: (Ipv4Addr, u16)) -> Option<Mapped> {
        let forward = self.forwards.iter().find(|forward| {
            (number(forward), forward.inside, forward.inside_port) == (protocol, inside.0, inside.1)
        });
        if let Some(forward) = forward {
            return Some(Mapped {
                outside_port: forward.outside_port,
                slot: None,
            });
        }
        let slot = self
            .by_inside
            .find(self.inside_hash(protocol, inside), |slot| {
                self.slots.get(slot).is_some_and(|mapping| {
                    mapping.protocol == protocol && (mapping.inside, mapping.inside_port) == inside
                })
            })?;
        Some(Mapped {
            outside_port: self.slots.get(slot)?.outside_port,
            slot: Some(slot),
        })
    }

    /// The outside port for a new session of a host's port; `None` when no port is free.
    pub(crate) fn open(
        &mut self,
        protocol: u8,
        inside: (Ipv4Addr, u16),
        random: &mut Random,
    ) -> Option<Mapped> {
        if let Some(mapped) = self.find(protocol, inside) {
            if let Some(mapping) = mapped.slot.and_then(|slot| self.slots.get_mut(slot)) {
                mapping.sessions = mapping.sessions.saturating_add(1);
            }
            return Some(mapped);
        }
        let outside_port = self.free_port(protocol, inside.1, random)?;
        let (inside_hash, outside_hash) = (
            self.inside_hash(protocol, inside),
            self.outside_hash(protocol, outside_port),
        );
        let slot = self.slots.insert(Mapping {
            protocol,
            inside: inside.0,
            inside_port: inside.1,
            outside_port,
            sessions: 1,
        })?;
        self.by_inside.insert(inside_hash, slot);
        self.by_outside.insert(outside_hash, slot);
        Some(Mapped {
            outside_port,
            slot: Some(slot),
        })
    }

    /// One session of the mapping has ended; with the last one the mapping ends.
    pub(crate) fn close(&mut self, slot: Slot) {
        let Some(mapping) = self.slots.get_mut(slot) else {
            return;
        };
        mapping.sessions = mapping.sessions.saturating_sub(1);
        if mapping.sessions > 0 {
            return;
        }
        let (protocol, outside_port) = (mapping.protocol, mapping.outside_port);
        let inside = (mapping.inside, mapping.inside_port);
        self.by_inside
            .remove(self.inside_hash(protocol, inside), slot);
        self.by_outside
            .remove(self.outside_hash(protocol, outside_port), slot);
        self.slots.remove(slot);
    }

    /// The wanted port, or a random one of the same range and parity (RFC 4787, REQ-3 and REQ-4).
    fn free_port(&self, protocol: u8, wanted: u16, random: &mut Random) -> Option<u16> {
        if self.is_free(protocol, wanted) {
            return Some(wanted);
        }
        let ports_have_ranges = protocol == TCP || protocol == UDP;
        let (first, count) = match wanted {
            _ if !ports_have_ranges => (0, 32_768_u16),
            0..1024 => (0, 512),
            _ => (1024, 32_256),
        };
        let parity = wanted & 1;
        let mut pair = random.below(count);
        for _ in 0..TRIES {
            let port = pair.wrapping_mul(2).wrapping_add(first) | parity;
            if self.is_free(protocol, port) {
                return Some(port);
            }
            pair = pair.wrapping_add(1);
            if pair >= count {
                pair = 0;
            }
        }
        None
    }

    fn is_free(&self, protocol: u8, port: u16) -> bool {
        let is_possible = port != 0 || !(protocol == TCP || protocol == UDP);
        let hash = self.outside_hash(protocol, port);
        let taken = self.by_outside.find(hash, |slot| {
            self.slots
                .get(slot)
                .is_some_and(|mapping| (mapping.protocol, mapping.outside_port) == (protocol, port))
        });
        is_possible && taken.is_none() && self.forward(protocol, port).is_none()
    }

    fn inside_hash(&self, protocol: u8, (address, port): (Ipv4Addr, u16)) -> u32 {
        self.key.hash([address.to_bits(), words(protocol, port)])
    }

    fn outside_hash(&self, protocol: u8, port: u16) -> u32 {
        self.key.hash([words(protocol, port)])
    }
}

fn words(protocol: u8, port: u16) -> u32 {
    u32::from(protocol) << 16 | u32::from(port)
}

fn number(forward: &PortForward) -> u8 {
    match forward.protocol {
        ForwardedProtocol::Tcp => TCP,
        ForwardedProtocol::Udp => UDP,
    }
}
