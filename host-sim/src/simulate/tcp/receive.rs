//! The receiving half: puts bytes in order, and says how far it got.

use std::collections::BTreeMap;
use std::time::Duration;

/// What it takes beyond what is in order, in bytes: all that fits a header without scaling.
pub(super) const WINDOW: u16 = u16::MAX;
/// How long a lone segment waits for company before it is acknowledged.
const DELAY: Duration = Duration::from_millis(40);

/// What has come. Offsets count from the peer's SYN, which is 0.
#[derive(Clone, Debug, Default)]
pub(super) struct Receive {
    next: u64,
    early: BTreeMap<u64, Vec<u8>>,
    in_order: Vec<u8>,
    ends_at: Option<u64>,
    unacknowledged: u32,
    acknowledge_at: Option<Duration>,
    must_acknowledge: bool,
}

impl Receive {
    /// The peer's SYN came.
    pub(super) fn begin(&mut self) {
        self.next = 1;
    }

    /// What to expect next.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// Takes what has come in order.
    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.in_order)
    }

    /// A segment with `payload` at `at`, and maybe the end behind it, came at `now`.
    pub(super) fn segment(&mut self, at: u64, payload: &[u8], is_last: bool, now: Duration) {
        let end = at + payload.len() as u64;
        if payload.is_empty() && !is_last {
            return;
        }
        if at > self.next || end < self.next {
            // A hole, or an old one: the peer is told at once.
            self.must_acknowledge = true;
        }
        if end > self.next + u64::from(WINDOW) {
            return;
        }
        if is_last {
            self.ends_at = Some(end);
            self.must_acknowledge = true;
        }
        if !payload.is_empty() && end > self.next {
            let had_holes = !self.early.is_empty();
            self.early.entry(at).or_insert_with(|| payload.to_vec());
            self.put_in_order();
            self.must_acknowledge |= had_holes;
        }
        if self.ends_at == Some(self.next) {
            self.next += 1;
        }
        self.unacknowledged += 1;
        if self.unacknowledged >= 2 {
            self.must_acknowledge = true;
        } else if self.acknowledge_at.is_none() {
            self.acknowledge_at = Some(now + DELAY);
        }
    }

    fn put_in_order(&mut self) {
        while let Some(entry) = self.early.first_entry() {
            let at = *entry.key();
            if at > self.next {
                break;
            }
            let bytes = entry.remove();
            let known = usize::try_from(self.next - at).unwrap_or(usize::MAX);
            if let Some(fresh) = bytes.get(known..) {
                self.in_order.extend_from_slice(fresh);
                self.next += fresh.len() as u64;
            }
        }
    }

    /// Something has to be said even if it says nothing new.
    pub(super) fn insist(&mut self) {
        self.must_acknowledge = true;
    }

    /// Whether an acknowledgement is due.
    pub(super) fn is_due(&self, now: Duration) -> bool {
        self.must_acknowledge || self.acknowledge_at.is_some_and(|at| at <= now)
    }

    /// When one is due.
    pub(super) fn due_at(&self) -> Option<Duration> {
        self.acknowledge_at
    }

    /// An acknowledgement leaves.
    pub(super) fn acknowledged(&mut self) {
        self.must_acknowledge = false;
        self.acknowledge_at = None;
        self.unacknowledged = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_out_in_order_whatever_the_segments_do() {
        let mut receive = Receive::default();
        receive.begin();
        let now = Duration::ZERO;
        receive.segment(4, b"def", true, now);
        assert!(receive.is_due(now));
        assert!(receive.take().is_empty());
        receive.segment(1, b"abcd", false, now);
        receive.segment(1, b"abc", false, now);
        assert_eq!(receive.take(), b"abcdef");
        assert_eq!(receive.next(), 8);
    }

    #[test]
    fn a_lone_segment_waits_for_company() {
        let mut receive = Receive::default();
        receive.begin();
        receive.segment(1, b"a", false, Duration::ZERO);
        assert!(!receive.is_due(Duration::ZERO));
        assert!(receive.is_due(DELAY));
        receive.segment(2, b"b", false, Duration::ZERO);
        assert!(receive.is_due(Duration::ZERO));
    }
}
