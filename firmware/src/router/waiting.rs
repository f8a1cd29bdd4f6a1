//! Packets that can't go on yet: their neighbour is being asked for, or their first fragment, which
//! alone names the flow, hasn't come. They wait as they came in, and are taken up from the start.

use heapless::Vec;

use super::fragments::FragmentKey;
use super::port::{Hop, Origin};
use super::session::Slots;
use super::time::Instant;

pub(crate) const CAPACITY: usize = 8;
/// Of these, fragments take at most so many.
const MAX_FRAGMENTS: usize = 4;
/// As long as the largest packet of a port: `config::MAX_MTU_BYTES`.
const PACKET_LEN: usize = 1536;
/// How long a later fragment waits for the first one.
const FRAGMENT_WAIT_MS: u64 = 2_000;
/// Longer than a neighbour is asked for.
const NEIGHBOUR_WAIT_MS: u64 = 10_000;

/// What a packet waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Awaited {
    Neighbour(Hop),
    FirstFragment(FragmentKey),
}

/// A packet that waits.
pub(crate) struct Parked {
    pub(crate) awaited: Awaited,
    pub(crate) origin: Origin,
    pub(crate) packet: Vec<u8, PACKET_LEN>,
    until: Instant,
}

/// Whether there was a place.
pub(crate) enum Parking {
    Parked,
    /// There was, because an older packet for the same neighbour lost its own (RFC 1122, section
    /// 2.3.2.2: the latest one is saved).
    InPlaceOfAnother,
    Full,
}

/// All packets that wait.
pub(crate) struct Waiting {
    slots: Slots<Parked, CAPACITY>,
    /// What has come, and packets may have waited for: one thing at most. As an `Option` it would not be
    /// all zeros when there is none.
    released: Vec<Awaited, 1>,
}

impl Waiting {
    pub(crate) const fn new() -> Self {
        Self {
            slots: Slots::new(),
            released: Vec::new(),
        }
    }

    /// Forgets all packets.
    pub(crate) fn clear(&mut self) {
        self.slots.clear();
        self.released.clear();
    }

    /// What packets may have waited for has come.
    pub(crate) fn release(&mut self, awaited: Awaited) {
        self.released.clear();
        // There is room.
        self.released.push(awaited).ok();
    }

    /// Whether [`Waiting::take_released`] has something to do.
    pub(crate) fn has_released(&self) -> bool {
        !self.released.is_empty()
    }

    /// What has come is of no more interest.
    pub(crate) fn forget_released(&mut self) {
        self.released.clear();
    }

    /// The next packet that has waited for what has come; with the last one this is forgotten.
    pub(crate) fn take_released(&mut self) -> Option<Parked> {
        let awaited = *self.released.first()?;
        let parked = self.take(awaited);
        if parked.is_none() {
            self.released.clear();
        }
        parked
    }

    pub(crate) fn park(
        &mut self,
        awaited: Awaited,
        origin: Origin,
        packet: &[u8],
        now: Instant,
    ) -> Parking {
        let Ok(packet) = Vec::from_slice(packet) else {
            return Parking::Full;
        };
        let (wait_ms, displaced) = match awaited {
            Awaited::Neighbour(_) => (NEIGHBOUR_WAIT_MS, self.take(awaited)),
            Awaited::FirstFragment(_) => (FRAGMENT_WAIT_MS, None),
        };
        let awaited_by = self.slots.iter().map(|(_, parked)| parked.awaited);
        let is_fragment = |awaited: &Awaited| matches!(awaited, Awaited::FirstFragment(_));
        let fragments = awaited_by.filter(is_fragment).count();
        if matches!(awaited, Awaited::FirstFragment(_)) && fragments >= MAX_FRAGMENTS {
            return Parking::Full;
        }
        let parked = self.slots.insert(Parked {
            awaited,
            origin,
            packet,
            until: now.after_ms(wait_ms),
        });
        match (parked, displaced) {
            (None, _) => Parking::Full,
            (Some(_), Some(_)) => Parking::InPlaceOfAnother,
            (Some(_), None) => Parking::Parked,
        }
    }

    /// One of the packets that wait for this.
    pub(crate) fn take(&mut self, awaited: Awaited) -> Option<Parked> {
        self.take_if(|parked| parked.awaited == awaited)
    }

    /// One of the packets that have waited for too long.
    pub(crate) fn take_expired(&mut self, now: Instant) -> Option<Parked> {
        self.take_if(|parked| parked.until <= now)
    }

    pub(crate) fn next_expiry(&self) -> Option<Instant> {
        self.slots.iter().map(|(_, parked)| parked.until).min()
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    fn take_if(&mut self, is_it: impl Fn(&Parked) -> bool) -> Option<Parked> {
        let (slot, _) = self.slots.iter().find(|(_, parked)| is_it(parked))?;
        self.slots.remove(slot)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_place_holds_the_largest_packet_of_a_port() {
        let largest = usize::from(crate::router::config::MAX_MTU_BYTES);
        assert_eq!(super::PACKET_LEN, largest);
    }
}
