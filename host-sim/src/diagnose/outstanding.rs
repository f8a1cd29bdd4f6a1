//! One direction as its sender sees it: what was sent, what of it was acknowledged, and what is sent
//! again and again.

use super::segment::{Moment, Segment};
use super::sequence::Sequence;

/// How many unacknowledged segments of a direction are told apart. Those beyond count as one.
const TOLD_APART: usize = 32;
/// Two copies closer together than this are one packet seen twice (`tcpdump -i any`), or a quick
/// retransmission that proves nothing yet.
const SAME_PACKET_NS: u64 = 20_000_000;

/// A segment that was not acknowledged yet.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) start: Sequence,
    pub(super) end: Sequence,
    /// The IP packet that it takes on the wire, in bytes.
    pub(super) packet_bytes: u32,
    pub(super) dont_fragment: bool,
    /// Its bytes were sent again in other pieces: which size passed can't be told.
    is_resplit: bool,
    pub(super) first: Moment,
    pub(super) last: Moment,
    /// How often it was sent at this size.
    pub(super) times: u32,
    /// It was larger before: the sender gave that size up.
    pub(super) larger: Option<Larger>,
    /// The peer was heard of after it had been sent again.
    pub(super) peer_heard: Option<Moment>,
    /// Later data that the peer acknowledged selectively.
    pub(super) passed_by: Option<Moment>,
}

/// A size that was given up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Larger {
    pub(super) packet_bytes: u32,
    pub(super) times: u32,
    pub(super) first: Moment,
}

/// A sender that made its segments smaller, and what became of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shrunk {
    pub(super) from: Larger,
    pub(super) to_packet_bytes: u32,
    pub(super) acknowledged: Moment,
}

/// What one end sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Outstanding {
    segments: Vec<Sent>,
    /// The peer acknowledged everything before this.
    pub(super) acknowledged: Option<Sequence>,
    /// When that last moved.
    pub(super) moved: Option<Moment>,
    /// The largest IP packet with data that was acknowledged, in bytes, and where its acknowledgment is.
    pub(super) largest_passed: Option<(u32, Moment)>,
    /// The first segment that passed only after it had been made smaller.
    pub(super) shrunk: Option<Shrunk>,
    /// The largest that was acknowledged since.
    pub(super) passed_since_shrunk: u32,
    /// How many segments passed since.
    pub(super) passed_count_since_shrunk: u32,
}

impl Outstanding {
    /// The segment that everything waits for.
    pub(super) fn oldest(&self) -> Option<&Sent> {
        self.segments.first()
    }

    /// Takes note of data. `packet_bytes` is the size on the wire, where it is known.
    pub(super) fn sent(&mut self, segment: &Segment, packet_bytes: u32) {
        let (start, end) = (segment.sequence, segment.end());
        if self.acknowledged.is_some_and(|known| !end.is_after(known)) {
            return;
        }
        if let Some(known) = self.segments.iter_mut().find(|sent| sent.start == start) {
            known.sent_again(segment, packet_bytes);
            return;
        }
        for known in &mut self.segments {
            known.is_resplit |= known.end.is_after(start) && end.is_after(known.start);
        }
        let sent = Sent {
            start,
            end,
            packet_bytes,
            dont_fragment: segment.dont_fragment,
            is_resplit: false,
            first: segment.at,
            last: segment.at,
            times: 1,
            larger: None,
            peer_heard: None,
            passed_by: None,
        };
        let is_full = self.segments.len() >= TOLD_APART;
        match self.segments.last_mut() {
            Some(last) if is_full => {
                last.is_resplit = true;
                last.end = last.end.max(end);
                last.packet_bytes = last.packet_bytes.max(packet_bytes);
            }
            _ => {
                let place = self
                    .segments
                    .partition_point(|other| start.is_after(other.start));
                self.segments.insert(place, sent);
            }
        }
    }

    /// Takes note of what the peer says.
    pub(super) fn heard(&mut self, answer: &Segment) {
        let Some(acknowledgment) = answer.acknowledgment else {
            return;
        };
        if self
            .acknowledged
            .is_none_or(|known| acknowledgment.is_after(known))
        {
            self.acknowledge(acknowledgment, answer.at);
        }
        for &(left, right) in answer.sack.iter().flatten() {
            self.acknowledge_selectively(left, right, answer.at);
        }
        if let Some(oldest) = self.segments.first_mut()
            && !answer.is_rst
            && oldest.is_sent_again()
        {
            oldest.peer_heard.get_or_insert(answer.at);
        }
    }

    fn acknowledge(&mut self, acknowledgment: Sequence, at: Moment) {
        self.acknowledged = Some(acknowledgment);
        self.moved = Some(at);
        let done = self
            .segments
            .partition_point(|sent| !sent.end.is_after(acknowledgment));
        let passed: Vec<Sent> = self.segments.drain(..done).collect();
        for sent in passed {
            self.passed(&sent, at);
        }
        if let Some(oldest) = self.segments.first_mut()
            && acknowledgment.is_after(oldest.start)
        {
            oldest.start = acknowledgment;
        }
    }

    fn acknowledge_selectively(&mut self, left: Sequence, right: Sequence, at: Moment) {
        let is_in = |sent: &Sent| !left.is_after(sent.start) && !sent.end.is_after(right);
        // A block below what is acknowledged tells of a duplicate (RFC 2883), and finds nothing here.
        let mut place = 0;
        while let Some(sent) = self.segments.get(place) {
            if !is_in(sent) {
                place += 1;
                continue;
            }
            let sent = self.segments.remove(place);
            self.passed(&sent, at);
        }
        if let Some(oldest) = self.segments.first_mut()
            && left.is_after(oldest.start)
        {
            oldest.passed_by.get_or_insert(at);
        }
    }

    fn passed(&mut self, sent: &Sent, at: Moment) {
        if sent.is_resplit {
            return;
        }
        if self
            .largest_passed
            .is_none_or(|(largest, _)| sent.packet_bytes > largest)
        {
            self.largest_passed = Some((sent.packet_bytes, at));
        }
        if self.shrunk.is_some() {
            self.passed_since_shrunk = self.passed_since_shrunk.max(sent.packet_bytes);
            self.passed_count_since_shrunk += 1;
        } else if let Some(from) = sent.larger {
            self.shrunk = Some(Shrunk {
                from,
                to_packet_bytes: sent.packet_bytes,
                acknowledged: at,
            });
            self.passed_since_shrunk = sent.packet_bytes;
            self.passed_count_since_shrunk = 1;
        }
    }
}

impl Sent {
    fn is_sent_again(&self) -> bool {
        self.times + self.larger.map_or(0, |larger| larger.times) >= 2
    }

    /// How long this has been tried, at any size.
    pub(super) fn tried_ns(&self) -> u64 {
        let first = self.larger.map_or(self.first, |larger| larger.first);
        self.last.ns_after(first)
    }

    fn sent_again(&mut self, segment: &Segment, packet_bytes: u32) {
        let is_smaller = segment.end() != self.end && self.end.is_after(segment.end());
        if is_smaller && packet_bytes < self.packet_bytes {
            // Of several sizes that were given up, the one that was tried most says most.
            let given_up = Larger {
                packet_bytes: self.packet_bytes,
                times: self.times,
                first: self.first,
            };
            if self
                .larger
                .is_none_or(|larger| larger.times < given_up.times)
            {
                self.larger = Some(given_up);
            }
            self.packet_bytes = packet_bytes;
            self.end = segment.end();
            self.times = 1;
            self.first = segment.at;
        } else if is_smaller {
            // The first piece of a super-frame, as the wire has it.
            self.end = segment.end();
            self.times += 1;
        } else if segment.at.ns_after(self.last) >= SAME_PACKET_NS || segment.at.time_ns.is_none() {
            self.times += 1;
        } else {
            return;
        }
        self.last = segment.at;
        self.dont_fragment &= segment.dont_fragment;
    }
}
