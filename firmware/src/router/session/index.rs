//! Finding a slot by key in constant time: hash buckets with chains, all of fixed size.

/// The number of a slot in a table. Tables have fewer than 65535 slots.
pub(crate) type Slot = u16;

/// Buckets of slots. The keys stay in the table; the caller compares them.
///
/// Links are slot numbers plus one, 0 being the end, so that an empty index is all zeros.
pub(crate) struct Index<const N: usize> {
    heads: [Slot; N],
    next: [Slot; N],
}

impl<const N: usize> Index<N> {
    pub(crate) const fn new() -> Self {
        Self {
            heads: [0; N],
            next: [0; N],
        }
    }

    /// Forgets all slots.
    pub(crate) fn clear(&mut self) {
        // The links behind an empty bucket are followed by nobody.
        self.heads.fill(0);
    }

    /// The first slot in the bucket of `hash` of which `is_it` says so.
    #[inline]
    pub(crate) fn find(&self, hash: u32, is_it: impl Fn(Slot) -> bool) -> Option<Slot> {
        let mut link = *self.heads.get(bucket::<N>(hash))?;
        for _ in 0..N {
            let slot = link.checked_sub(1)?;
            if is_it(slot) {
                return Some(slot);
            }
            link = *self.next.get(usize::from(slot))?;
        }
        None
    }

    /// Puts a slot that isn't in the index into the bucket of `hash`.
    pub(crate) fn insert(&mut self, hash: u32, slot: Slot) {
        if let Some(head) = self.heads.get_mut(bucket::<N>(hash))
            && let Some(next) = self.next.get_mut(usize::from(slot))
        {
            *next = *head;
            *head = slot.saturating_add(1);
        }
    }

    /// Takes a slot out of the bucket of `hash`.
    pub(crate) fn remove(&mut self, hash: u32, slot: Slot) {
        let link_to_it = slot.saturating_add(1);
        let after = self.next.get(usize::from(slot)).copied().unwrap_or(0);
        let Some(head) = self.heads.get_mut(bucket::<N>(hash)) else {
            return;
        };
        if *head == link_to_it {
            *head = after;
            return;
        }
        let mut link = *head;
        for _ in 0..N {
            let Some(next) = link
                .checked_sub(1)
                .and_then(|slot| self.next.get_mut(usize::from(slot)))
            else {
                return;
            };
            if *next == link_to_it {
                *next = after;
                return;
            }
            link = *next;
        }
    }
}

/// Scales a hash to the number of buckets without a division.
pub(super) fn bucket<const N: usize>(hash: u32) -> usize {
    let buckets = u64::try_from(N).unwrap_or(0);
    usize::try_from(u64::from(hash).wrapping_mul(buckets) >> 32).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::Index;

    #[test]
    fn slots_of_one_bucket_are_found_and_removed_in_any_order() {
        let orders = [
            [0, 1, 2],
            [0, 2, 1],
            [1, 0, 2],
            [1, 2, 0],
            [2, 0, 1],
            [2, 1, 0],
        ];
        for order in orders {
            let mut index = Index::<4>::new();
            for slot in 0..3 {
                index.insert(7, slot);
            }
            for (removed, slot) in order.into_iter().enumerate() {
                assert_eq!(index.find(7, |candidate| candidate == slot), Some(slot));
                index.remove(7, slot);
                assert_eq!(index.find(7, |candidate| candidate == slot), None);
                for rest in &order[removed + 1..] {
                    assert_eq!(index.find(7, |candidate| candidate == *rest), Some(*rest));
                }
            }
        }
    }

    #[test]
    fn every_hash_has_a_bucket() {
        for hash in [0, 1, u32::MAX / 2, u32::MAX] {
            let mut index = Index::<3>::new();
            index.insert(hash, 2);
            assert_eq!(index.find(hash, |_| true), Some(2));
        }
    }
}
