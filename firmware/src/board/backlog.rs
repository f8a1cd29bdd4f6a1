//! Frames that wait for room in a driver.

use crate::drivers::MAX_FRAME_BYTES;

/// How many frames wait at most.
const FRAMES: usize = 4;

/// A short queue of frames, oldest first, for the few packets that make the router send more than one
/// frame: fragments, or a packet that waited for its neighbour's address.
pub(super) struct Backlog {
    frames: [[u8; MAX_FRAME_BYTES]; FRAMES],
    lengths: [usize; FRAMES],
    oldest: usize,
    waiting: usize,
}

impl Backlog {
    pub(super) const fn new() -> Self {
        Self {
            frames: [[0; MAX_FRAME_BYTES]; FRAMES],
            lengths: [0; FRAMES],
            oldest: 0,
            waiting: 0,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting == 0
    }

    /// Queues a frame made of two pieces; `false` when it is too long or the queue is full.
    pub(super) fn push(&mut self, header: &[u8], packet: &[u8]) -> bool {
        let len = header.len() + packet.len();
        if self.waiting == FRAMES || len > MAX_FRAME_BYTES {
            return false;
        }
        let slot = (self.oldest + self.waiting) % FRAMES;
        write_pieces(&mut self.frames[slot][..len], header, packet);
        self.lengths[slot] = len;
        self.waiting += 1;
        true
    }

    /// The frame that has waited longest.
    pub(super) fn oldest(&self) -> Option<&[u8]> {
        (!self.is_empty()).then(|| &self.frames[self.oldest][..self.lengths[self.oldest]])
    }

    /// Forgets the frame that has waited longest.
    pub(super) fn pop(&mut self) {
        if !self.is_empty() {
            self.oldest = (self.oldest + 1) % FRAMES;
            self.waiting -= 1;
        }
    }
}

/// Fills `frame` with `header` and `packet`, which are together as long.
pub(super) fn write_pieces(frame: &mut [u8], header: &[u8], packet: &[u8]) {
    let (front, rest) = frame.split_at_mut(header.len());
    front.copy_from_slice(header);
    rest.copy_from_slice(packet);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_out_in_order_and_the_queue_has_an_end() {
        let mut backlog = Backlog::new();
        for round in 0..3_u8 {
            for frame in 0..4 {
                assert!(backlog.push(&[round], &[frame; 60]));
            }
            assert!(!backlog.push(&[round], &[4; 60]), "a fifth frame");
            for frame in 0..4 {
                let oldest = backlog.oldest().unwrap();
                assert_eq!((oldest[0], oldest[1], oldest.len()), (round, frame, 61));
                backlog.pop();
            }
            assert!(backlog.is_empty() && backlog.oldest().is_none());
        }
    }

    #[test]
    fn a_frame_over_the_limit_is_refused() {
        let mut backlog = Backlog::new();
        assert!(!backlog.push(&[0; 14], &[0; MAX_FRAME_BYTES - 13]));
        assert!(backlog.push(&[0; 14], &[0; MAX_FRAME_BYTES - 14]));
    }
}
