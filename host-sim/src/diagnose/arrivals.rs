//! One direction as its receiver sees it: what came by, and the hole that nothing fills.

use super::segment::{Moment, Segment};
use super::sequence::Sequence;

/// Data that was sent, as later packets prove, and never came by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hole {
    pub(super) start: Sequence,
    pub(super) end: Sequence,
    /// The last packet before it, or the first one if there was none.
    pub(super) since: Moment,
    /// The packet that proves it.
    pub(super) proved: Moment,
    /// The sender's last packet so far.
    pub(super) last_heard: Moment,
}

impl Hole {
    pub(super) fn bytes(&self) -> u32 {
        self.end.bytes_after(self.start)
    }

    /// For how long the sender was heard of, and the hole stayed.
    pub(super) fn stays_ns(&self) -> u64 {
        self.last_heard.ns_after(self.since)
    }
}

/// What came by of one direction.
#[derive(Clone, Debug, Default)]
pub(super) struct Arrivals {
    /// Everything before this came by.
    next: Option<Sequence>,
    /// When that last moved.
    moved: Option<Moment>,
    /// What came by behind the hole, up to here.
    behind: Option<Sequence>,
    hole: Option<Hole>,
    /// The largest IP packet with data that came by, in bytes.
    pub(super) largest: Option<(u32, Moment)>,
}

impl Arrivals {
    /// The hole that is still there.
    pub(super) fn hole(&self) -> Option<&Hole> {
        self.hole.as_ref()
    }

    /// A segment of this direction came by; `packet_bytes` is its size on the wire.
    pub(super) fn came(&mut self, segment: &Segment, packet_bytes: u32) {
        if segment.is_rst {
            return;
        }
        if segment.payload_bytes > 0
            && self
                .largest
                .is_none_or(|(largest, _)| packet_bytes > largest)
        {
            self.largest = Some((packet_bytes, segment.at));
        }
        let Some(next) = self.next else {
            self.move_to(segment.end(), segment.at);
            return;
        };
        if segment.is_syn {
            return;
        }
        if segment.sequence.is_after(next) {
            self.prove_hole(next, segment);
        } else if segment.end().is_after(next) {
            self.move_to(segment.end(), segment.at);
        }
        if let Some(hole) = &mut self.hole {
            hole.last_heard = segment.at;
        }
    }

    /// The receiver has got everything before `acknowledgment`, whether it came by here or not.
    pub(super) fn acknowledged(&mut self, acknowledgment: Sequence, at: Moment) {
        if self.next.is_some_and(|next| acknowledgment.is_after(next)) {
            self.move_to(acknowledgment, at);
        }
    }

    fn move_to(&mut self, next: Sequence, at: Moment) {
        self.next = Some(next);
        self.moved = Some(at);
        let Some(hole) = &mut self.hole else {
            return;
        };
        if hole.end.is_after(next) {
            hole.start = next;
            hole.since = at;
        } else {
            self.hole = None;
            self.next = self
                .behind
                .take()
                .map(|behind| behind.max(next))
                .or(Some(next));
        }
    }

    fn prove_hole(&mut self, next: Sequence, segment: &Segment) {
        if segment.payload_bytes > 0 {
            let end = segment.end();
            self.behind = Some(self.behind.map_or(end, |behind| behind.max(end)));
        }
        match &mut self.hole {
            Some(hole) if hole.end.is_after(segment.sequence) => hole.end = segment.sequence,
            Some(_) => {}
            None => {
                self.hole = Some(Hole {
                    start: next,
                    end: segment.sequence,
                    since: self.moved.unwrap_or(segment.at),
                    proved: segment.at,
                    last_heard: segment.at,
                });
            }
        }
    }
}
