//! One direction of a link: a line with a queue in front of it, and all that can go wrong on it.

use std::collections::VecDeque;
use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::packet::{ETHERNET_HEADER_LEN, Ip, is_icmp_error, packet_in};
use super::scenario::Quality;
use super::trace::Fate;

/// What a frame takes on a real wire besides its own bytes: preamble, check sequence, gap.
const FRAMING_BYTES: u64 = 8 + 4 + 12;
const USUAL_MBITS_PER_SECOND: f64 = 1000.0;
const USUAL_DELAY_MS: f64 = 1.0;
/// Enough for the windows of a few connections.
const USUAL_QUEUE_FRAMES: u32 = 256;
/// How much later a frame arrives that is overtaken.
const OVERTAKEN: Duration = Duration::from_millis(3);
/// Chances are parts of this.
const CERTAIN: u32 = 1_000_000;

/// One direction.
#[derive(Debug)]
pub(crate) struct Direction {
    pub(crate) mtu_bytes: usize,
    pub(crate) is_up: bool,
    bits_per_second: u64,
    delay: Duration,
    queue_frames: usize,
    chances: Chances,
    filters_icmp: bool,
    random: ChaCha8Rng,
    free_at: Duration,
    /// When each of the frames that wait will have left.
    leaving: VecDeque<Duration>,
}

/// In parts of [`CERTAIN`].
#[derive(Clone, Copy, Debug)]
struct Chances {
    loss: u32,
    reorder: u32,
    duplicate: u32,
    corrupt: u32,
}

/// What becomes of a frame that is put on a line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Journey {
    /// When its last bit has left, or when it was dropped.
    pub(crate) left_at: Duration,
    /// When it arrives, where it does.
    pub(crate) arrives_at: Duration,
    pub(crate) fate: Fate,
    /// When a second one of it arrives.
    pub(crate) again_at: Option<Duration>,
}

impl Direction {
    /// A direction of this quality, whose faults are those of `seed` and of no other direction.
    pub(crate) fn new(quality: &Quality, mtu_bytes: u16, seed: u64, stream: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(stream);
        let rate = quality.mbits_per_second.unwrap_or(USUAL_MBITS_PER_SECOND);
        let delay_ms = quality.delay_ms.unwrap_or(USUAL_DELAY_MS);
        let queue_frames = quality.queue_frames.unwrap_or(USUAL_QUEUE_FRAMES);
        Self {
            mtu_bytes: usize::from(mtu_bytes),
            is_up: true,
            bits_per_second: whole(rate * 1e6).max(1),
            delay: Duration::from_nanos(whole(delay_ms * 1e6)),
            queue_frames: usize::try_from(queue_frames).unwrap_or(usize::MAX),
            chances: Chances {
                loss: chance(quality.loss_percent),
                reorder: chance(quality.reorder_percent),
                duplicate: chance(quality.duplicate_percent),
                corrupt: chance(quality.corrupt_percent),
            },
            filters_icmp: quality.filters_icmp == Some(true),
            random,
            free_at: Duration::ZERO,
            leaving: VecDeque::new(),
        }
    }

    /// Puts a frame on the line; what damages it damages `frame`.
    pub(crate) fn put(&mut self, frame: &mut [u8], now: Duration) -> Journey {
        let dropped = |fate| Journey {
            left_at: now,
            arrives_at: now,
            fate,
            again_at: None,
        };
        if !self.is_up {
            return dropped(Fate::LinkDown);
        }
        while self.leaving.front().is_some_and(|left| *left <= now) {
            self.leaving.pop_front();
        }
        if self.leaving.len() >= self.queue_frames {
            return dropped(Fate::QueueFull);
        }
        let bits = (frame.len() as u64 + FRAMING_BYTES) * 8;
        let busy = Duration::from_nanos(bits * 1_000_000_000 / self.bits_per_second);
        let left_at = self.free_at.max(now) + busy;
        self.free_at = left_at;
        self.leaving.push_back(left_at);
        let mut journey = Journey {
            left_at,
            arrives_at: left_at + self.delay,
            fate: Fate::Arrived,
            again_at: None,
        };
        if frame.len() > self.mtu_bytes + ETHERNET_HEADER_LEN {
            journey.fate = Fate::TooBigForLink;
        } else if self.filters_icmp && is_error(frame) {
            journey.fate = Fate::Filtered;
        } else if self.happens(self.chances.loss) {
            journey.fate = Fate::Lost;
        } else {
            if self.happens(self.chances.reorder) {
                journey.arrives_at += OVERTAKEN;
            }
            if self.happens(self.chances.corrupt) && self.corrupt(frame) {
                journey.fate = Fate::Corrupted;
            }
            if self.happens(self.chances.duplicate) {
                journey.again_at = Some(journey.arrives_at + busy);
            }
        }
        journey
    }

    /// Draws nothing where nothing can happen: a fault more does not move the others.
    fn happens(&mut self, chance: u32) -> bool {
        chance != 0 && self.random.next_u32() % CERTAIN < chance
    }

    /// Turns one bit over behind the Ethernet header.
    fn corrupt(&mut self, frame: &mut [u8]) -> bool {
        let draw = self.random.next_u64();
        let Some(packet) = frame.get_mut(ETHERNET_HEADER_LEN..) else {
            return false;
        };
        let bits = packet.len() as u64 * 8;
        if bits == 0 {
            return false;
        }
        let bit = draw % bits;
        let Some(byte) = usize::try_from(bit / 8)
            .ok()
            .and_then(|at| packet.get_mut(at))
        else {
            return false;
        };
        *byte ^= 1 << (bit % 8);
        true
    }
}

fn is_error(frame: &[u8]) -> bool {
    packet_in(frame)
        .and_then(Ip::read)
        .is_some_and(|ip| is_icmp_error(&ip))
}

fn chance(percent: Option<f64>) -> u32 {
    let parts = percent.unwrap_or_default() / 100.0 * f64::from(CERTAIN);
    u32::try_from(whole(parts)).unwrap_or(CERTAIN)
}

/// The nearest whole number; the scenario's check lets nothing negative pass.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturates"
)]
pub(crate) fn whole(number: f64) -> u64 {
    number.round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn direction(quality: &Quality) -> Direction {
        Direction::new(quality, 1500, 1, 1)
    }

    /// 1,000 bytes with all that goes with them, so that 1 Mbit/s takes 8 ms.
    fn frame() -> Vec<u8> {
        vec![0; 1000 - 24]
    }

    #[test]
    fn frames_leave_at_the_line_rate_and_arrive_after_the_delay() {
        let mut line = direction(&Quality {
            mbits_per_second: Some(1.0),
            delay_ms: Some(5.0),
            ..Quality::default()
        });
        let arrivals = [0, 0].map(|_| line.put(&mut frame(), Duration::ZERO).arrives_at);
        assert_eq!(arrivals, [13, 21].map(Duration::from_millis));
    }

    #[test]
    fn a_full_queue_drops_the_newest() {
        let mut line = direction(&Quality {
            mbits_per_second: Some(1.0),
            queue_frames: Some(1),
            ..Quality::default()
        });
        assert_eq!(line.put(&mut frame(), Duration::ZERO).fate, Fate::Arrived);
        assert_eq!(line.put(&mut frame(), Duration::ZERO).fate, Fate::QueueFull);
        let later = Duration::from_millis(8);
        assert_eq!(line.put(&mut frame(), later).fate, Fate::Arrived);
    }

    #[test]
    fn a_frame_above_the_mtu_vanishes_and_one_at_it_does_not() {
        let mut line = direction(&Quality::default());
        assert_eq!(
            line.put(&mut [0; 1515], Duration::ZERO).fate,
            Fate::TooBigForLink
        );
        assert_eq!(line.put(&mut [0; 1514], Duration::ZERO).fate, Fate::Arrived);
    }

    #[test]
    fn corruption_turns_one_bit_over_behind_the_ethernet_header() {
        let mut line = direction(&Quality {
            corrupt_percent: Some(100.0),
            ..Quality::default()
        });
        let mut bytes = frame();
        assert_eq!(line.put(&mut bytes, Duration::ZERO).fate, Fate::Corrupted);
        let ones: u32 = bytes.iter().map(|byte| byte.count_ones()).sum();
        assert_eq!(ones, 1);
        assert_eq!(bytes[..ETHERNET_HEADER_LEN], [0; ETHERNET_HEADER_LEN]);
    }

    #[test]
    fn faults_come_as_often_as_was_asked_for() {
        let mut line = direction(&Quality {
            loss_percent: Some(10.0),
            ..Quality::default()
        });
        let lost = (0..10_000)
            .filter(|ms| {
                let now = Duration::from_millis(*ms);
                line.put(&mut frame(), now).fate == Fate::Lost
            })
            .count();
        assert!((900..1100).contains(&lost), "{lost}");
    }
}
