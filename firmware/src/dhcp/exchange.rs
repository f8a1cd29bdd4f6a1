//! One question, asked until an answer comes: its transaction identifier, and when it is asked again.

use crate::pppoe::doubled;
use crate::shared::hash::Random;
use crate::shared::time::Instant;

use super::message::{Kind, Request};

/// RFC 2131, section 4.1: 4 s until the first retransmission, doubled each time up to 64 s, give or take a second.
const FIRST_WAIT_MS: u32 = 4_000;
const LAST_WAIT_MS: u32 = 64_000;
const JITTER_MS: u16 = 2_000;

/// What is asked, again and again until an answer comes.
#[derive(Clone, Copy)]
pub(crate) struct Exchange {
    pub(crate) transaction_id: u32,
    began: Instant,
    /// When it was asked last.
    pub(crate) asked: Instant,
    pub(crate) times: u8,
}

impl Exchange {
    /// One that wasn't asked yet.
    pub(crate) fn new(transaction_id: u32, now: Instant) -> Self {
        Self {
            transaction_id,
            began: now,
            asked: now,
            times: 0,
        }
    }

    /// The same, asked once more.
    pub(crate) fn again(self, now: Instant) -> Self {
        Self {
            asked: now,
            times: self.times.saturating_add(1),
            ..self
        }
    }

    /// The same, with another question, which wasn't asked yet.
    pub(crate) fn afresh(self) -> Self {
        Self { times: 0, ..self }
    }

    /// When to ask again.
    pub(crate) fn next_due(&self, random: &mut Random) -> Instant {
        let doublings = self.times.saturating_sub(1);
        let wait_ms = doubled(FIRST_WAIT_MS, doublings, LAST_WAIT_MS);
        let jitter_ms = u64::from(random.below(JITTER_MS));
        let least_ms = u64::from(wait_ms).saturating_sub(u64::from(JITTER_MS) >> 1);
        self.asked.after_ms(least_ms.saturating_add(jitter_ms))
    }

    /// A message without addresses.
    pub(crate) fn request(&self, kind: Kind) -> Request {
        let seconds = self.asked.ms_since(self.began).div_euclid(1_000);
        Request {
            kind,
            transaction_id: self.transaction_id,
            seconds: u16::try_from(seconds).unwrap_or(u16::MAX),
            own_address: None,
            requested: None,
            server: None,
        }
    }
}
