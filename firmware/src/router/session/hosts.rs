//! The hosts inside that have sessions, so that none of them takes all.

use crate::router::address::Address;

use heapless::Vec;

use super::index::{Index, Slot};
use super::list::List;
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
    slots: [Option<Host>; N],
    free: Vec<Slot, N>,
    by_address: Index<N>,
}

impl<const N: usize> Hosts<N> {
    pub(crate) fn new(key: HashKey) -> Self {
        Self {
            key,
            slots: [const { None }; N],
            free: super::all_slots(),
            by_address: Index::new(),
        }
    }

    pub(crate) fn find(&self, address: Address) -> Option<Slot> {
        self.by_address.find(self.hash(address), |slot| {
            let host = self.slots.get(usize::from(slot));
            host.is_some_and(|host| host.as_ref().is_some_and(|host| host.address == address))
        })
    }

    /// The place of a host that gets one more session.
    pub(crate) fn join(&mut self, address: Address) -> Option<Slot> {
        let slot = match self.find(address) {
            Some(slot) => slot,
            None => {
                let slot = self.free.pop()?;
                self.by_address.insert(self.hash(address), slot);
                *self.slots.get_mut(usize::from(slot))? = Some(Host {
                    address,
                    sessions: 0,
                    list: List::default(),
                });
                slot
            }
        };
        let host = self.slots.get_mut(usize::from(slot))?.as_mut()?;
        host.sessions = host.sessions.saturating_add(1);
        Some(slot)
    }

    /// A session of the host has ended, and is no longer in its list.
    pub(crate) fn leave(&mut self, slot: Slot) {
        let Some(place) = self.slots.get_mut(usize::from(slot)) else {
            return;
        };
        let Some(host) = place else {
            return;
        };
        host.sessions = host.sessions.saturating_sub(1);
        if host.sessions == 0 {
            let address = host.address;
            *place = None;
            self.by_address.remove(self.hash(address), slot);
            // There is room: the slot came from here.
            self.free.push(slot).ok();
        }
    }

    pub(crate) fn sessions(&self, slot: Slot) -> u16 {
        let host = self.slots.get(usize::from(slot)).and_then(Option::as_ref);
        host.map_or(0, |host| host.sessions)
    }

    /// The host's sessions, the one that was idle longest first.
    pub(crate) fn list_mut(&mut self, slot: Slot) -> Option<&mut List> {
        let host = self.slots.get_mut(usize::from(slot))?.as_mut()?;
        Some(&mut host.list)
    }

    pub(crate) fn list(&self, slot: Slot) -> List {
        let host = self.slots.get(usize::from(slot)).and_then(Option::as_ref);
        host.map_or(List::default(), |host| host.list)
    }

    fn hash(&self, address: Address) -> u32 {
        match address {
            Address::V4(address) => self.key.hash([address.to_bits()]),
            Address::V6(address) => self.key.hash(super::words_v6(address)),
        }
    }
}
