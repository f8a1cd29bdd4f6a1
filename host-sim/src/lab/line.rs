//! One direction of a wire: a queue that gives frames out no faster than a line rate.

use std::collections::VecDeque;
use std::time::Duration;

/// What a frame takes on a real wire besides its own bytes: preamble, check sequence, gap.
const FRAMING_BYTES: u64 = 8 + 4 + 12;

/// Frames on their way, in order.
#[derive(Debug)]
pub(crate) struct Line {
    rate_bits_per_second: u64,
    capacity_frames: usize,
    waiting: VecDeque<Vec<u8>>,
    /// Since the lab started.
    free_at: Duration,
    lost: u64,
}

impl Line {
    pub(crate) fn new(rate_bits_per_second: u64, capacity_frames: usize) -> Self {
        Self {
            rate_bits_per_second: rate_bits_per_second.max(1),
            capacity_frames,
            waiting: VecDeque::new(),
            free_at: Duration::ZERO,
            lost: 0,
        }
    }

    /// Queues a frame; one that finds the queue full is lost and counted.
    pub(crate) fn put(&mut self, frame: Vec<u8>) -> bool {
        let has_room = self.waiting.len() < self.capacity_frames;
        if has_room {
            self.waiting.push_back(frame);
        } else {
            self.lost += 1;
        }
        has_room
    }

    /// The next frame, if the line is free for it. The line is busy from now on for as long as the
    /// frame takes: one that is asked late does not catch up in a burst, which is what would overrun
    /// an emulated network card.
    pub(crate) fn take(&mut self, now: Duration) -> Option<Vec<u8>> {
        if now < self.free_at {
            return None;
        }
        let frame = self.waiting.pop_front()?;
        let bits = (frame.len() as u64 + FRAMING_BYTES) * 8;
        let busy_ns = bits.saturating_mul(1_000_000_000) / self.rate_bits_per_second;
        self.free_at = now + Duration::from_nanos(busy_ns);
        Some(frame)
    }

    /// When the next frame can be taken, if one waits.
    pub(crate) fn next_at(&self) -> Option<Duration> {
        (!self.waiting.is_empty()).then_some(self.free_at)
    }

    /// How many frames found the queue full.
    pub(crate) fn lost(&self) -> u64 {
        self.lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1,000 bytes with all that goes with them, so that 1 Mbit/s takes 8 ms.
    fn frame() -> Vec<u8> {
        vec![0; 1000 - 24]
    }

    #[test]
    fn frames_come_out_at_the_line_rate() {
        let mut line = Line::new(1_000_000, 10);
        for _ in 0..3 {
            assert!(line.put(frame()));
        }
        let mut taken_at = Vec::new();
        for ms in 0..30 {
            let now = Duration::from_millis(ms);
            while line.take(now).is_some() {
                taken_at.push(ms);
            }
        }
        assert_eq!(taken_at, [0, 8, 16]);
        assert_eq!(line.next_at(), None);
    }

    #[test]
    fn a_line_that_was_asked_late_gives_no_burst() {
        let mut line = Line::new(1_000_000, 10);
        for _ in 0..3 {
            line.put(frame());
        }
        let late = Duration::from_secs(1);
        assert!(line.take(late).is_some());
        assert!(line.take(late).is_none());
        assert_eq!(line.next_at(), Some(late + Duration::from_millis(8)));
    }

    #[test]
    fn a_full_queue_loses_the_newest_frame_and_counts_it() {
        let mut line = Line::new(1_000_000, 2);
        assert!(line.put(vec![1]));
        assert!(line.put(vec![2]));
        assert!(!line.put(vec![3]));
        assert_eq!(line.lost(), 1);
        assert_eq!(line.take(Duration::ZERO), Some(vec![1]));
    }
}
