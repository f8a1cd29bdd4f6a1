//! How long to wait after an end before the next beginning.

use super::status::Reason;

/// After an end that may not happen again at once: 1 s, doubled each time, up to a minute.
const SHORT_MS: u32 = 1_000;
const SHORT_LIMIT_MS: u32 = 64_000;
/// After a refused password: half a minute, doubled each time, up to half an hour. At most 8 in the
/// first hour and 2 an hour later, so that no provider locks the account.
const LONG_MS: u32 = 30_000;
const LONG_LIMIT_MS: u32 = 1_920_000;
/// A session that lasted as long forgives all that was before it.
const STABLE_MS: u64 = 60_000;

/// How often in a row it went wrong.
#[derive(Default)]
pub(crate) struct Retry {
    failures: u8,
    refusals: u8,
}

impl Retry {
    /// The time to wait, in milliseconds, after an end for `reason` of a session in which packets
    /// passed for `uptime_ms`.
    pub(crate) fn after(&mut self, reason: Reason, uptime_ms: Option<u64>) -> u32 {
        if uptime_ms.is_some() {
            self.refusals = 0;
        }
        if uptime_ms.is_some_and(|uptime| uptime >= STABLE_MS) {
            self.failures = 0;
        }
        let (count, first, limit) = if reason.is_about_the_password() {
            (&mut self.refusals, LONG_MS, LONG_LIMIT_MS)
        } else {
            (&mut self.failures, SHORT_MS, SHORT_LIMIT_MS)
        };
        let wait = doubled(first, *count, limit);
        *count = count.saturating_add(1);
        wait
    }

    /// The link is back, perhaps with other wiring: the access concentrator may be asked at once.
    /// The password is what it was.
    pub(crate) fn new_link(&mut self) {
        self.failures = 0;
    }
}

/// `first_ms` doubled `times` times, at most `limit_ms`.
pub(crate) fn doubled(first_ms: u32, times: u8, limit_ms: u32) -> u32 {
    let factor = 1_u32.checked_shl(u32::from(times)).unwrap_or(u32::MAX);
    first_ms.saturating_mul(factor).min(limit_ms)
}
