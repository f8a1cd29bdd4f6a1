//! Which session was found last for a packet with these ports: mostly the next one's too, found without the keyed
//! hash. It is a hint: who takes it compares the whole flow. Ports that meet in one place, whether an attacker chose
//! them or not, cost the hash that would have been computed anyway.

use super::index::{Slot, bucket};

/// Knuth's multiplicative hash: 2^32 by the golden ratio.
const SPREAD: u32 = 0x9e37_79b1;

/// A hint for each of `N` places.
pub(crate) struct Recent<const N: usize> {
    slots: [Slot; N],
}

impl<const N: usize> Recent<N> {
    /// Hints at the first slot, for whatever is there.
    pub(crate) const fn new() -> Self {
        Self { slots: [0; N] }
    }

    /// The slot to look at first.
    pub(crate) fn hint(&self, near_port: u16, remote_port: u16) -> Slot {
        let place = place::<N>(near_port, remote_port);
        self.slots.get(place).copied().unwrap_or(0)
    }

    /// The session is at `slot`.
    pub(crate) fn remember(&mut self, near_port: u16, remote_port: u16, slot: Slot) {
        let place = place::<N>(near_port, remote_port);
        if let Some(hint) = self.slots.get_mut(place) {
            *hint = slot;
        }
    }
}

fn place<const N: usize>(near_port: u16, remote_port: u16) -> usize {
    let ports = u32::from(near_port) << 16 | u32::from(remote_port);
    bucket::<N>(ports.wrapping_mul(SPREAD))
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;

    #[test]
    fn what_was_remembered_is_hinted_at() {
        let mut recent = Recent::<8>::new();
        for port in 0..1_000 {
            recent.remember(port, 443, port % 7);
            assert_eq!(recent.hint(port, 443), port % 7);
        }
    }

    #[test]
    fn the_ports_of_one_host_after_the_other_take_most_places() {
        let mut places: std::vec::Vec<_> = (50_000..51_024)
            .map(|port| place::<1_024>(port, 443))
            .collect();
        places.sort_unstable();
        places.dedup();
        assert!(places.len() > 600, "{} of 1,024", places.len());
    }
}
