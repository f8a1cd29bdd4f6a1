//! Packets of one file that wait for their partner, in a bounded window.

use std::collections::{HashMap, VecDeque};

use super::view::View;

/// How many entries under one key are looked at: identical packets must not cost more each time.
const MAX_CANDIDATES: usize = 16;

/// A packet without partner yet.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) view: View,
    /// Its place among all packets of its file, from 0 on.
    pub(super) position: u64,
    /// How many packets before it in its file have found their partners. That of two partners is
    /// about the same.
    pub(super) rank: u64,
}

/// One packet's place in the window; empty once it has its partner, or needs none.
struct Slot {
    keys: Vec<u64>,
    waiting: Option<Waiting>,
    is_paired: bool,
}

/// A queue whose entries are found by any of their keys. Every operation takes constant time on
/// average: a slot is entered once and left once, with each of its keys.
#[derive(Default)]
pub(super) struct Window {
    /// The number of the first slot.
    first: u64,
    slots: VecDeque<Slot>,
    /// Slot numbers by key, in ascending order.
    index: HashMap<u64, VecDeque<u64>>,
    waiting: usize,
    waiting_bytes: usize,
    paired_before_first: u64,
}

impl Window {
    /// How many packets wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting
    }

    /// How many bytes they have.
    pub(super) fn waiting_bytes(&self) -> usize {
        self.waiting_bytes
    }

    /// How many places the window spans.
    pub(super) fn span(&self) -> usize {
        self.slots.len()
    }

    /// How many places and bytes are held, counted anew.
    #[cfg(test)]
    pub(super) fn held(&self) -> (usize, usize) {
        let waiting = self.slots.iter().filter_map(|slot| slot.waiting.as_ref());
        let bytes = waiting.map(|waiting| waiting.view.packet.bytes.len());
        (self.slots.len(), bytes.sum())
    }

    /// Nothing is held, not even a key.
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty() && self.index.is_empty()
    }

    /// The packet that waits longest.
    pub(super) fn oldest(&self) -> Option<&Waiting> {
        self.slots.front()?.waiting.as_ref()
    }

    pub(super) fn push(&mut self, waiting: Waiting, keys: Vec<u64>) {
        let number = self.first + self.slots.len() as u64;
        for &key in &keys {
            self.index.entry(key).or_default().push_back(number);
        }
        self.waiting += 1;
        self.waiting_bytes += waiting.view.packet.bytes.len();
        self.slots.push_back(Slot {
            keys,
            waiting: Some(waiting),
            is_paired: false,
        });
    }

    /// A packet passes by that need not wait.
    pub(super) fn pass_paired(&mut self) {
        if self.slots.is_empty() {
            self.first += 1;
            self.paired_before_first += 1;
        } else {
            self.slots.push_back(Slot {
                keys: Vec::new(),
                waiting: None,
                is_paired: true,
            });
        }
    }

    /// Takes out the longest waiting packet under the first key that has one to accept.
    pub(super) fn take(
        &mut self,
        keys: &[u64],
        mut accept: impl FnMut(&Waiting) -> bool,
    ) -> Option<Waiting> {
        for key in keys {
            let Some(numbers) = self.index.get_mut(key) else {
                continue;
            };
            let (first, slots) = (self.first, &self.slots);
            let slot = |number: u64| {
                let at = usize::try_from(number.checked_sub(first)?).ok()?;
                slots.get(at)?.waiting.as_ref()
            };
            while numbers
                .front()
                .is_some_and(|&number| slot(number).is_none())
            {
                numbers.pop_front();
            }
            let found = numbers
                .iter()
                .take(MAX_CANDIDATES)
                .copied()
                .find(|&number| slot(number).is_some_and(&mut accept));
            if let Some(number) = found {
                return self.take_slot(number);
            }
        }
        None
    }

    fn take_slot(&mut self, number: u64) -> Option<Waiting> {
        let at = usize::try_from(number.checked_sub(self.first)?).ok()?;
        let slot = self.slots.get_mut(at)?;
        let waiting = slot.waiting.take()?;
        slot.is_paired = true;
        self.waiting -= 1;
        self.waiting_bytes -= waiting.view.packet.bytes.len();
        self.drop_empty_front();
        Some(waiting)
    }

    /// Takes out the packet that waits longest, its partner not having come.
    pub(super) fn give_up_oldest(&mut self) -> Option<Waiting> {
        self.drop_empty_front();
        let slot = self.slots.front_mut()?;
        let mut waiting = slot.waiting.take()?;
        waiting.rank = self.paired_before_first;
        self.waiting -= 1;
        self.waiting_bytes -= waiting.view.packet.bytes.len();
        self.drop_empty_front();
        Some(waiting)
    }

    /// The front slot always waits, or there is none.
    fn drop_empty_front(&mut self) {
        while let Some(slot) = self.slots.front() {
            if slot.waiting.is_some() {
                return;
            }
            self.paired_before_first += u64::from(slot.is_paired);
            for key in &slot.keys {
                if let Some(numbers) = self.index.get_mut(key) {
                    // Older numbers have been dropped with their slots.
                    if numbers.front() == Some(&self.first) {
                        numbers.pop_front();
                    }
                    if numbers.is_empty() {
                        self.index.remove(key);
                    }
                }
            }
            self.slots.pop_front();
            self.first += 1;
        }
    }
}
