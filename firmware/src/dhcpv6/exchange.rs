//! When a message is sent, and sent again (RFC 8415, sections 7.6 and 15).

use crate::shared::hash::Random;
use crate::shared::time::Instant;

/// How often a message is sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timing {
    first_ms: u32,
    /// The longest wait; each is double the one before.
    limit_ms: u32,
    /// How often at most.
    attempts: Option<u8>,
    /// For how long at most.
    duration_ms: Option<u64>,
}

/// The longest wait between Solicits, unless a server says otherwise (section 7.6, SOL_MAX_RT).
pub(super) const SOLICIT_LIMIT_MS: u32 = 3_600_000;
pub(super) const REQUESTS: Timing = Timing {
    first_ms: 1_000,
    limit_ms: 30_000,
    attempts: Some(10),
    duration_ms: None,
};
/// Renew and Rebind; they end with T2 and the prefix.
pub(super) const RENEWALS: Timing = Timing {
    first_ms: 10_000,
    limit_ms: 600_000,
    attempts: None,
    duration_ms: None,
};
/// The Rebind of a link that was lost and is back (section 18.2.12, with the timing of Confirm).
pub(super) const CONFIRMATIONS: Timing = Timing {
    first_ms: 1_000,
    limit_ms: 4_000,
    attempts: None,
    duration_ms: Some(10_000),
};

impl Timing {
    /// Solicits, with this wait at most.
    pub(super) fn solicits(limit_ms: u32) -> Self {
        Self {
            first_ms: 1_000,
            limit_ms,
            attempts: None,
            duration_ms: None,
        }
    }
}

/// One message, sent until it is answered.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) transaction: [u8; 3],
    timing: Timing,
    first_sent: Option<Instant>,
    timeout_ms: u32,
    attempts: u8,
    pub(super) due: Instant,
}

impl Exchange {
    /// An exchange whose first message is sent at `due`.
    pub(super) fn new(timing: Timing, due: Instant, random: &mut Random) -> Self {
        let [_, transaction @ ..] = random.next().to_be_bytes();
        Self {
            transaction,
            timing,
            first_sent: None,
            timeout_ms: 0,
            attempts: 0,
            due,
        }
    }

    /// Whether something was sent that can be answered.
    pub(super) fn is_under_way(&self) -> bool {
        self.first_sent.is_some()
    }

    /// Whether the first message has been sent in vain.
    pub(super) fn was_repeated(&self) -> bool {
        self.attempts > 1
    }

    /// Whether it is time to give up, now that it is time to send again.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        let is_old = |first: Instant, limit_ms| now.ms_since(first) >= limit_ms;
        let lasted = self.first_sent.zip(self.timing.duration_ms);
        self.timing.attempts == Some(self.attempts)
            || lasted.is_some_and(|(first, limit_ms)| is_old(first, limit_ms))
    }

    /// Something is sent now. Returns for how long it has been tried, in hundredths of a second.
    pub(super) fn send(&mut self, now: Instant, random: &mut Random) -> u16 {
        let first = *self.first_sent.get_or_insert(now);
        let Timing {
            first_ms, limit_ms, ..
        } = self.timing;
        self.timeout_ms = match self.timeout_ms {
            0 => about(first_ms, first_ms, random),
            last_ms => about(last_ms.saturating_mul(2), last_ms, random),
        };
        if self.timeout_ms > limit_ms {
            self.timeout_ms = about(limit_ms, limit_ms, random);
        }
        self.attempts = self.attempts.saturating_add(1);
        self.due = now.after_ms(u64::from(self.timeout_ms));
        u16::try_from(now.ms_since(first) / 10).unwrap_or(u16::MAX)
    }
}

/// `ms`, give or take a tenth of `spread_ms` (section 15).
fn about(ms: u32, spread_ms: u32, random: &mut Random) -> u32 {
    let tenth = spread_ms / 10;
    let span = u64::from(tenth).saturating_mul(2);
    let drawn = u64::from(random.next()).saturating_mul(span) >> 32;
    let jitter = u32::try_from(drawn).unwrap_or(0);
    ms.saturating_sub(tenth).saturating_add(jitter)
}
