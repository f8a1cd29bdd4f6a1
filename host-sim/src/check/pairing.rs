//! Which packet of one file is which of the other, in one pass and bounded memory.
//!
//! A packet first waits for one that equals it in all that may not differ. What has waited for a
//! whole window in vain goes to a second window, where it is compared by less with the leftovers of
//! the other file: so a packet changed against the rules finds its partner too. Only leftovers at
//! the same point of both files are compared, or two unlike pings would pass for one changed ping.

use std::cmp::Ordering;

use super::keys::Keys;
use super::view::View;
use super::window::{Waiting, Window};

/// One of the two files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Before,
    After,
}

impl Side {
    pub(super) const BOTH: [Self; 2] = [Self::Before, Self::After];

    pub(super) fn other(self) -> Self {
        match self {
            Self::Before => Self::After,
            Self::After => Self::Before,
        }
    }

    fn index(self) -> usize {
        match self {
            Self::Before => 0,
            Self::After => 1,
        }
    }
}

/// What pairing has to say of packets.
#[derive(Debug)]
pub(super) enum Paired {
    Both { before: Box<View>, after: Box<View> },
    Alone(Side, Box<View>),
}

/// How many bytes of packets wait in one window at most, but always one packet.
const MAX_WAITING_BYTES: usize = 16 << 20;
/// By how much ranks of partners may differ in files that show no reordering at all.
const LEAST_SLACK: u64 = 4;

#[derive(Default)]
struct File {
    position: u64,
    ended: bool,
    /// Waiting for a partner that equals it.
    first: Window,
    /// Left over, waiting for one that resembles it.
    second: Window,
    /// The last position that found its partner.
    last_paired: Option<u64>,
}

pub(super) struct Pairing {
    window_packets: usize,
    keys: Keys,
    files: [File; 2],
    search: Search,
    /// How far packets were seen to overtake each other, in positions.
    reordering: u64,
}

/// Captures may begin far apart. When both windows are full and nothing matches, the file whose
/// packets are older is read on alone; without timestamps one file, then the other twice as far,
/// and so on until packets match again.
struct Search {
    side: Side,
    steps_left: u64,
    steps: u64,
}

impl Pairing {
    pub(super) fn new(window_packets: usize) -> Self {
        let window_packets = window_packets.max(1);
        Self {
            window_packets,
            keys: Keys::default(),
            files: [File::default(), File::default()],
            search: Search::from_the_start(window_packets),
            reordering: 0,
        }
    }

    /// From which file to read next, until both have ended.
    pub(super) fn next_side(&self) -> Option<Side> {
        let waiting = Side::BOTH.map(|side| self.file(side).first.waiting());
        match Side::BOTH.map(|side| self.file(side).ended) {
            [true, true] => return None,
            [true, false] => return Some(Side::After),
            [false, true] => return Some(Side::Before),
            [false, false] => {}
        }
        let after_first =
            self.is_full(Side::Before) || (waiting[0] > waiting[1] && !self.is_full(Side::After));
        Some(if after_first {
            Side::After
        } else {
            Side::Before
        })
    }

    fn file(&self, side: Side) -> &File {
        &self.files[side.index()]
    }

    fn file_mut(&mut self, side: Side) -> &mut File {
        &mut self.files[side.index()]
    }

    fn is_full(&self, side: Side) -> bool {
        let first = &self.file(side).first;
        first.waiting() >= self.window_packets || first.waiting_bytes() >= MAX_WAITING_BYTES
    }

    /// The next packet of a file. `may_pair`: as far as what else is known allows.
    pub(super) fn offer(
        &mut self,
        side: Side,
        view: View,
        mut may_pair: impl FnMut(&View, &View) -> bool,
        out: &mut Vec<Paired>,
    ) {
        let position = self.file(side).position;
        self.file_mut(side).position += 1;
        if view.stays_on_its_link {
            out.push(Paired::Alone(side, Box::new(view)));
            return;
        }
        let keys = self.keys.strong(&view);
        let partner = self
            .file_mut(side.other())
            .first
            .take(&keys, |waiting| match side {
                Side::Before => may_pair(&view, &waiting.view),
                Side::After => may_pair(&waiting.view, &view),
            });
        match partner {
            Some(partner) => {
                self.file_mut(side).first.pass_paired();
                self.note_pair(side, position, partner.position);
                out.push(both(side, view, partner.view));
            }
            None => {
                let waiting = Waiting {
                    view,
                    position,
                    rank: 0,
                };
                self.file_mut(side).first.push(waiting, keys);
            }
        }
        self.bound(side, out);
    }

    /// A file has no more packets: what waits for them from the other one waits in vain.
    pub(super) fn end(&mut self, side: Side, out: &mut Vec<Paired>) {
        self.file_mut(side).ended = true;
        if self.file(side.other()).ended {
            self.drain(out);
        } else {
            while self.give_up_oldest(side.other(), out) {}
        }
    }

    fn note_pair(&mut self, side: Side, position: u64, other_position: u64) {
        for (side, position) in [(side, position), (side.other(), other_position)] {
            let file = self.file_mut(side);
            let last = file.last_paired.unwrap_or(position).max(position);
            file.last_paired = Some(last);
            self.reordering = self.reordering.max(last - position);
        }
        self.search = Search::from_the_start(self.window_packets);
    }

    /// Gives up what has waited long enough after a packet of `side` came.
    fn bound(&mut self, side: Side, out: &mut Vec<Paired>) {
        if self.file(side.other()).ended {
            while self.give_up_oldest(side, out) {}
            return;
        }
        for side in Side::BOTH {
            while self.lag(side) > self.window_packets as u64 && self.give_up_oldest(side, out) {}
        }
        while self.is_full(Side::Before) && self.is_full(Side::After) {
            let lags = Side::BOTH.map(|side| self.lag(side));
            let side = match lags {
                [0, 0] => match self.earlier() {
                    Some(side) => side,
                    None => self.search.next_side(),
                },
                [before, after] if before >= after => Side::Before,
                _ => Side::After,
            };
            if !self.give_up_oldest(side, out) {
                return;
            }
        }
    }

    /// The file whose longest waiting packet was captured earlier.
    fn earlier(&self) -> Option<Side> {
        let [before, after] = Side::BOTH.map(|side| {
            let oldest = self.file(side).first.oldest()?;
            oldest.view.packet.timestamp_ns
        });
        match before?.cmp(&after?) {
            Ordering::Less => Some(Side::Before),
            Ordering::Equal => None,
            Ordering::Greater => Some(Side::After),
        }
    }

    /// How far the oldest waiting packet is behind the last one that found its partner.
    fn lag(&self, side: Side) -> u64 {
        let file = self.file(side);
        match (file.first.oldest(), file.last_paired) {
            (Some(oldest), Some(last)) => last.saturating_sub(oldest.position),
            _ => 0,
        }
    }

    /// Moves a file's longest waiting packet on to the second window, unless a leftover of the
    /// other file resembles it.
    fn give_up_oldest(&mut self, side: Side, out: &mut Vec<Paired>) -> bool {
        let Some(waiting) = self.file_mut(side).first.give_up_oldest() else {
            return false;
        };
        let mut keys = self.keys.weak(&waiting.view);
        let slack = LEAST_SLACK + 2 * self.reordering;
        let leftovers = &mut self.files[side.other().index()].second;
        let resembling = leftovers.take(&keys, |leftover| {
            leftover.rank.abs_diff(waiting.rank) <= slack
        });
        let same_gap = self.keys.gap(&waiting.view, waiting.rank);
        let partner = resembling.or_else(|| {
            leftovers.take(&[same_gap], |leftover| {
                leftover.view.is_damaged_copy_of(&waiting.view)
            })
        });
        keys.push(same_gap);
        match partner {
            Some(partner) => out.push(both(side, waiting.view, partner.view)),
            None => self.file_mut(side).second.push(waiting, keys),
        }
        self.bound_leftovers(side, out);
        true
    }

    fn bound_leftovers(&mut self, side: Side, out: &mut Vec<Paired>) {
        let window_packets = self.window_packets;
        let second = &mut self.file_mut(side).second;
        // One that waits must not hold the places of all that found their partners behind it.
        while second.span() > 2 * window_packets
            || second.waiting() > window_packets
            || (second.waiting() > 1 && second.waiting_bytes() > MAX_WAITING_BYTES)
        {
            match second.give_up_oldest() {
                Some(waiting) => out.push(Paired::Alone(side, Box::new(waiting.view))),
                None => return,
            }
        }
    }

    /// Whether both windows of both files hold nothing.
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        let mut files = self.files.iter();
        files.all(|file| file.first.is_empty() && file.second.is_empty())
    }

    /// How many places and bytes both windows of a file hold.
    #[cfg(test)]
    pub(super) fn held(&self, side: Side) -> (usize, usize) {
        let file = self.file(side);
        let ((first, first_bytes), (second, second_bytes)) =
            (file.first.held(), file.second.held());
        (first + second, first_bytes + second_bytes)
    }

    fn drain(&mut self, out: &mut Vec<Paired>) {
        // By turns, so that the second window need not hold one file's leftovers all at once.
        while Side::BOTH.map(|side| self.give_up_oldest(side, out)) != [false, false] {}
        for side in Side::BOTH {
            while let Some(waiting) = self.file_mut(side).second.give_up_oldest() {
                out.push(Paired::Alone(side, Box::new(waiting.view)));
            }
        }
    }
}

impl Search {
    fn from_the_start(window_packets: usize) -> Self {
        Self {
            side: Side::Before,
            steps_left: window_packets as u64,
            steps: window_packets as u64,
        }
    }

    /// Which file to read on.
    fn next_side(&mut self) -> Side {
        if self.steps_left == 0 {
            self.side = self.side.other();
            self.steps = self.steps.saturating_mul(2);
            self.steps_left = self.steps;
        }
        self.steps_left -= 1;
        self.side
    }
}

fn both(side: Side, one: View, other: View) -> Paired {
    let (before, after) = match side {
        Side::Before => (one, other),
        Side::After => (other, one),
    };
    Paired::Both {
        before: Box::new(before),
        after: Box::new(after),
    }
}
