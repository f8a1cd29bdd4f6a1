//! Packets that can't go on yet: their neighbour is being asked for, or their first fragment, which
//! alone names the flow, hasn't come. They wait as they came in, and are taken up from the start.

use heapless::Vec;

use super::fragments::FragmentKey;
use super::port::{Hop, Origin};
use super::session::{Slot, Slots};
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

/// What is known of a packet that waits.
#[derive(Clone, Copy)]
pub(crate) struct Parked {
    pub(crate) awaited: Awaited,
    pub(crate) origin: Origin,
    until: Instant,
}

/// A packet that waits, or has waited.
pub(crate) type Packet = Vec<u8, PACKET_LEN>;

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
    /// The packet in each slot. Apart from what is known of it, so that it is only copied in, and out.
    packets: [Packet; CAPACITY],
    /// What has come, and packets may have waited for: one thing at most. As an `Option` it would not be
    /// all zeros when there is none.
    released: Vec<Awaited, 1>,
}

impl Waiting {
    pub(crate) const fn new() -> Self {
        Self {
            slots: Slots::new(),
            packets: [const { Vec::new() }; CAPACITY],
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
    pub(crate) fn take_released(&mut self, packet: &mut Packet) -> Option<Parked> {
        let awaited = *self.released.first()?;
        let parked = self.take(awaited, packet);
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
        if packet.len() > PACKET_LEN {
            return Parking::Full;
        }
        let (wait_ms, displaced) = match awaited {
            Awaited::Neighbour(_) => (NEIGHBOUR_WAIT_MS, self.remove(|old| old.awaited == awaited)),
            Awaited::FirstFragment(_) => (FRAGMENT_WAIT_MS, None),
        };
        let awaited_by = self.slots.iter().map(|(_, parked)| parked.awaited);
        let is_fragment = |awaited: &Awaited| matches!(awaited, Awaited::FirstFragment(_));
        let fragments = awaited_by.filter(is_fragment).count();
        if matches!(awaited, Awaited::FirstFragment(_)) && fragments >= MAX_FRAGMENTS {
            return Parking::Full;
        }
        let slot = self.slots.insert(Parked {
            awaited,
            origin,
            until: now.after_ms(wait_ms),
        });
        let place = slot.and_then(|slot| self.packets.get_mut(usize::from(slot)));
        let Some(place) = place else {
            return Parking::Full;
        };
        copy(packet, place);
        if displaced.is_some() {
            Parking::InPlaceOfAnother
        } else {
            Parking::Parked
        }
    }

    /// One of the packets that wait for this.
    pub(crate) fn take(&mut self, awaited: Awaited, packet: &mut Packet) -> Option<Parked> {
        let (slot, parked) = self.remove(|parked| parked.awaited == awaited)?;
        copy(self.packets.get(usize::from(slot))?, packet);
        Some(parked)
    }

    /// Drops one of the packets that have waited for too long.
    pub(crate) fn drop_expired(&mut self, now: Instant) -> Option<Parked> {
        let (_, parked) = self.remove(|parked| parked.until <= now)?;
        Some(parked)
    }

    pub(crate) fn next_expiry(&self) -> Option<Instant> {
        self.slots.iter().map(|(_, parked)| parked.until).min()
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    fn remove(&mut self, is_it: impl Fn(&Parked) -> bool) -> Option<(Slot, Parked)> {
        let (slot, _) = self.slots.iter().find(|(_, parked)| is_it(parked))?;
        Some((slot, self.slots.remove(slot)?))
    }
}

/// Makes a packet of these bytes, which are no more than fit.
fn copy(bytes: &[u8], packet: &mut Packet) {
    packet.clear();
    packet.extend_from_slice(bytes).ok();
}

#[cfg(test)]
mod tests {
    use core::net::Ipv4Addr;

    use super::{Awaited, PACKET_LEN, Packet, Parking, Waiting};
    use crate::router::address::Address;
    use crate::router::port::{Hop, Origin, PortId};
    use crate::router::time::Instant;

    #[test]
    fn a_place_holds_the_largest_packet_of_a_port() {
        let largest = usize::from(crate::router::config::MAX_MTU_BYTES);
        assert_eq!(PACKET_LEN, largest);
    }

    #[test]
    fn the_largest_packet_waits_as_it_came_and_a_longer_one_takes_no_place() {
        let origin = Origin {
            port: PortId::Wan,
            station: [2; 6],
            to_many: false,
        };
        let awaited = Awaited::Neighbour(Hop {
            port: PortId::Wan,
            neighbour: Address::V4(Ipv4Addr::LOCALHOST),
        });
        let mut waiting = Waiting::new();
        let mut bytes = [0; PACKET_LEN + 1];
        for (byte, number) in bytes.iter_mut().zip((0..=u8::MAX).cycle()) {
            *byte = number;
        }
        let (largest, longer) = (&bytes[..PACKET_LEN], &bytes[..]);
        let parking = waiting.park(awaited, origin, largest, Instant(0));
        assert!(matches!(parking, Parking::Parked));
        let parking = waiting.park(awaited, origin, longer, Instant(0));
        assert!(matches!(parking, Parking::Full));
        assert_eq!(waiting.len(), 1);
        let mut packet = Packet::new();
        assert!(waiting.take(awaited, &mut packet).is_some());
        assert_eq!(packet, largest);
        assert_eq!(waiting.len(), 0);
    }
}
