//! Frames that wait for room in a driver.

use crate::drivers::MAX_FRAME_BYTES;

/// As many frames wait for a driver on the boards, which is enough for the fragments of the largest packet.
pub const BACKLOG_PLACES: usize = 4;

/// A place for one frame that waits. All zeros, so that a `static` of them costs no flash.
pub struct BacklogPlace {
    bytes: [u8; MAX_FRAME_BYTES],
    len: usize,
}

impl BacklogPlace {
    /// A place without a frame.
    pub const EMPTY: Self = Self {
        bytes: [0; MAX_FRAME_BYTES],
        len: 0,
    };
}

/// A short queue of frames, oldest first, for the few packets that make the router send more than one
/// frame: fragments, or a packet that waited for its neighbour's address.
pub(super) struct Backlog {
    places: &'static mut [BacklogPlace],
    oldest: usize,
    waiting: usize,
}

impl Backlog {
    pub(super) const fn new(places: &'static mut [BacklogPlace]) -> Self {
        Self {
            places,
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
        if self.waiting == self.places.len() || len > MAX_FRAME_BYTES {
            return false;
        }
        let place = self.after_oldest(self.waiting);
        let place = &mut self.places[place];
        write_pieces(&mut place.bytes[..len], header, packet);
        place.len = len;
        self.waiting += 1;
        true
    }

    /// The frame that has waited longest.
    pub(super) fn oldest(&self) -> Option<&[u8]> {
        if self.is_empty() {
            return None;
        }
        let place = self.places.get(self.oldest)?;
        place.bytes.get(..place.len)
    }

    /// Forgets the frame that has waited longest.
    pub(super) fn pop(&mut self) {
        if !self.is_empty() {
            self.oldest = self.after_oldest(1);
            self.waiting -= 1;
        }
    }

    /// The place so many behind the oldest frame's.
    fn after_oldest(&self, places: usize) -> usize {
        let place = self.oldest + places;
        place.checked_sub(self.places.len()).unwrap_or(place)
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
    extern crate std;
    use super::*;
    use std::boxed::Box;

    fn backlog<const PLACES: usize>() -> Backlog {
        Backlog::new(Box::leak(Box::new([BacklogPlace::EMPTY; PLACES])))
    }

    #[test]
    fn frames_come_out_in_order_and_the_queue_has_an_end() {
        let mut backlog = backlog::<4>();
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
    fn places_are_taken_again_while_others_are_not_free() {
        let mut backlog = backlog::<3>();
        assert!(backlog.push(&[], &[0]) && backlog.push(&[], &[1]));
        for next in 2..20 {
            assert!(backlog.push(&[], &[next]));
            assert_eq!(backlog.oldest(), Some(&[next - 2][..]));
            backlog.pop();
        }
    }

    #[test]
    fn a_queue_without_places_is_full_and_empty() {
        let mut backlog = backlog::<0>();
        assert!(!backlog.push(&[], &[0]));
        backlog.pop();
        assert!(backlog.is_empty() && backlog.oldest().is_none());
    }

    #[test]
    fn a_frame_over_the_limit_is_refused() {
        let mut backlog = backlog::<1>();
        assert!(!backlog.push(&[0; 14], &[0; MAX_FRAME_BYTES - 13]));
        assert!(backlog.push(&[0; 14], &[0; MAX_FRAME_BYTES - 14]));
    }
}
