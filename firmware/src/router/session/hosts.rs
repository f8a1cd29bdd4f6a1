//! The hosts inside that have sessions, so that none of them takes all.

use crate::router::address::Address;

use super::index::{Index, Slot};
use super::list::List;
use super::slots::Slots;
use crate::router::hash::HashKey;

struct Host {
    address: Address,
    sessions: u16,
    list: List,
}

/// As many places as there are sessions: a host without one has no place, so this is never full
/// before the sessions are.
pub(crate) struct Hosts<const N: usize> {
    key: HashKey,
    slots: Slots<Host, N>,
    by_address: Index<N>,
}

impl<const N: usize> Hosts<N> {
    pub(crate) const fn new(key: HashKey) -> Self {
        Self {
            key,
            slots: Slots::new(),
            by_address: Index::new(),
        }
    }

    /// Forgets all hosts.
    pub(crate) fn clear(&mut self, key: HashKey) {
        self.key = key;
        self.slots.clear();
        self.by_address.clear();
    }

    pub(crate) fn find(&self, address: Address) -> Option<Slot> {
        self.by_address.find(self.hash(address), |slot| {
            let host = self.slots.get(slot);
            host.is_some_and(|host| host.address == address)
        })
    }

    /// The place of a host that gets one more session.
    pub(crate) fn join(&mut self, address: Address) -> Option<Slot> {
        let slot = match self.find(address) {
            Some(slot) => slot,
            None => {
                let slot = self.slots.insert(Host {
                    address,
                    sessions: 0,
                    list: List::EMPTY,
                })?;
                self.by_address.insert(self.hash(address), slot);
                slot
            }
        };
        let host = self.slots.get_mut(slot)?;
        host.sessions = host.sessions.saturating_add(1);
        Some(slot)
    }

    /// A session of the host has ended, and is no longer in its list.
    pub(crate) fn leave(&mut self, slot: Slot) {
        let Some(host) = self.slots.get_mut(slot) else {
            return;
        };
        host.sessions = host.sessions.saturating_sub(1);
        if host.sessions == 0 {
            let address = host.address;
            self.slots.remove(slot);
            self.by_address.remove(self.hash(address), slot);
        }
    }

    pub(crate) fn sessions(&self, slot: Slot) -> u16 {
        self.slots.get(slot).map_or(0, |host| host.sessions)
    }

    /// The host's sessions, the one that was idle longest first.
    pub(crate) fn list_mut(&mut self, slot: Slot) -> Option<&mut List> {
        Some(&mut self.slots.get_mut(slot)?.list)
    }

    pub(crate) fn list(&self, slot: Slot) -> List {
        self.slots.get(slot).map_or(List::EMPTY, |host| host.list)
    }

    fn hash(&self, address: Address) -> u32 {
        match address {
            Address::V4(address) => self.key.hash([address.to_bits()]),
            Address::V6(address) => self.key.hash(super::words_v6(address)),
        }
    }
}
