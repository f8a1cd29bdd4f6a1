//! The places of a table, each with a number that stays its own.

use heapless::Vec;

use super::index::Slot;

/// At most `N` things. Empty, it is all zeros, and so it costs no flash in a `static`.
pub(crate) struct Slots<T, const N: usize> {
    /// The places that were ever taken.
    places: Vec<Option<T>, N>,
    /// Those of them that are free again.
    free: Vec<Slot, N>,
}

impl<T, const N: usize> Slots<T, N> {
    pub(crate) const fn new() -> Self {
        const {
            assert!(N > 0 && N < 65_535, "a table has 1 to 65534 slots");
        }
        Self {
            places: Vec::new(),
            free: Vec::new(),
        }
    }

    /// Frees all places.
    pub(crate) fn clear(&mut self) {
        self.places.clear();
        self.free.clear();
    }

    pub(crate) fn get(&self, slot: Slot) -> Option<&T> {
        self.places.get(usize::from(slot))?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, slot: Slot) -> Option<&mut T> {
        self.places.get_mut(usize::from(slot))?.as_mut()
    }

    /// Puts a thing into a free place; `None` when there is none.
    pub(crate) fn insert(&mut self, thing: T) -> Option<Slot> {
        if let Some(slot) = self.free.pop() {
            *self.places.get_mut(usize::from(slot))? = Some(thing);
            return Some(slot);
        }
        let slot = Slot::try_from(self.places.len()).ok()?;
        self.places.push(Some(thing)).ok()?;
        Some(slot)
    }

    /// Takes the thing out of a place, which is free then.
    pub(crate) fn remove(&mut self, slot: Slot) -> Option<T> {
        let thing = self.places.get_mut(usize::from(slot))?.take()?;
        // There is room: there are as many numbers as places.
        self.free.push(slot).ok();
        Some(thing)
    }

    /// All things and where they are.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Slot, &T)> {
        let places = (0..Slot::MAX).zip(&self.places);
        places.filter_map(|(slot, place)| Some((slot, place.as_ref()?)))
    }

    pub(crate) fn len(&self) -> usize {
        self.places.len().saturating_sub(self.free.len())
    }

    pub(crate) fn is_full(&self) -> bool {
        self.len() == N
    }
}

#[cfg(test)]
mod tests {
    use super::Slots;

    #[test]
    fn every_place_is_taken_before_it_is_full_and_again_once_it_is_free() {
        let mut slots = Slots::<_, 3>::new();
        for round in 0..4 {
            for place in 0..3 {
                assert!(!slots.is_full());
                assert_eq!(slots.insert((round, place)), Some([0, 1, 2][place]));
            }
            assert!(slots.is_full() && slots.insert((round, 3)).is_none());
            for slot in [2, 0, 1].into_iter().rev().chain([9]) {
                assert_eq!(slots.remove(slot).is_some(), slot < 3);
                assert!(slots.get(slot).is_none() && slots.remove(slot).is_none());
            }
            assert_eq!((slots.len(), slots.iter().count()), (0, 0));
            // The last place that became free is the first to be taken.
            assert_eq!(slots.insert((round, 9)), Some(2));
            slots.clear();
        }
    }
}
