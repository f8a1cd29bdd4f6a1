//! Lists of slots from the one that was idle longest to the one that was busy last.

use super::index::Slot;

/// The ends of one list, as links: slot numbers plus one, 0 for none.
#[derive(Clone, Copy)]
pub(crate) struct List {
    oldest: Slot,
    newest: Slot,
}

impl List {
    pub(crate) const EMPTY: Self = Self {
        oldest: 0,
        newest: 0,
    };

    pub(crate) fn oldest(self) -> Option<Slot> {
        self.oldest.checked_sub(1)
    }
}

#[derive(Clone, Copy)]
struct Links {
    older: Slot,
    newer: Slot,
}

/// The links of all slots of a table, each of which is in at most one list.
pub(crate) struct Lists<const N: usize> {
    links: [Links; N],
}

impl<const N: usize> Lists<N> {
    pub(crate) const fn new() -> Self {
        Self {
            links: [Links { older: 0, newer: 0 }; N],
        }
    }

    /// The slot that follows `slot` in its list.
    pub(crate) fn newer(&self, slot: Slot) -> Option<Slot> {
        self.links.get(usize::from(slot))?.newer.checked_sub(1)
    }

    /// Appends a slot that is in no list.
    pub(crate) fn push(&mut self, list: &mut List, slot: Slot) {
        let link_to_it = slot.saturating_add(1);
        if let Some(links) = self.links.get_mut(usize::from(slot)) {
            *links = Links {
                older: list.newest,
                newer: 0,
            };
        }
        match self.behind(list.newest) {
            Some(links) => links.newer = link_to_it,
            None => list.oldest = link_to_it,
        }
        list.newest = link_to_it;
    }

    /// Takes a slot out of the list it is in.
    pub(crate) fn remove(&mut self, list: &mut List, slot: Slot) {
        let Some(Links { older, newer }) = self.links.get(usize::from(slot)).copied() else {
            return;
        };
        match self.behind(older) {
            Some(links) => links.newer = newer,
            None => list.oldest = newer,
        }
        match self.behind(newer) {
            Some(links) => links.older = older,
            None => list.newest = older,
        }
    }

    fn behind(&mut self, link: Slot) -> Option<&mut Links> {
        let slot = link.checked_sub(1)?;
        self.links.get_mut(usize::from(slot))
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::{List, Lists};
    use std::vec::Vec;

    fn slots(lists: &Lists<4>, list: List) -> Vec<u16> {
        let mut slots = Vec::new();
        let mut at = list.oldest();
        while let Some(slot) = at {
            slots.push(slot);
            at = lists.newer(slot);
        }
        slots
    }

    #[test]
    fn removal_at_either_end_and_in_the_middle_keeps_the_order() {
        for (removed, rest) in [(0, [1, 2, 3]), (1, [0, 2, 3]), (3, [0, 1, 2])] {
            let (mut lists, mut list) = (Lists::<4>::new(), List::EMPTY);
            for slot in 0..4 {
                lists.push(&mut list, slot);
            }
            lists.remove(&mut list, removed);
            assert_eq!(slots(&lists, list), rest);
            lists.push(&mut list, removed);
            let mut all = rest.to_vec();
            all.push(removed);
            assert_eq!(slots(&lists, list), all);
        }
    }
}
