//! So many a second and no more (RFC 1812, section 4.3.2.8; RFC 4443, section 2.4 f).

use super::time::Instant;

/// A bucket of tokens: full at first, and refilled at an even rate.
pub(crate) struct RateLimit {
    per_second: u16,
    /// Thousandths of a token.
    millitokens: u64,
    refilled: Instant,
}

impl RateLimit {
    /// None at all.
    pub(crate) const CLOSED: Self = Self {
        per_second: 0,
        millitokens: 0,
        refilled: Instant(0),
    };

    pub(crate) fn new(per_second: u16) -> Self {
        Self {
            per_second,
            millitokens: u64::from(per_second).saturating_mul(1000),
            refilled: Instant(0),
        }
    }

    /// Whether one more is allowed now; then it counts.
    pub(crate) fn allows(&mut self, now: Instant) -> bool {
        let full = u64::from(self.per_second).saturating_mul(1000);
        let gained = now
            .ms_since(self.refilled)
            .saturating_mul(u64::from(self.per_second));
        self.refilled = now;
        self.millitokens = self.millitokens.saturating_add(gained).min(full);
        match self.millitokens.checked_sub(1000) {
            Some(rest) => {
                self.millitokens = rest;
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RateLimit;
    use crate::router::time::Instant;

    #[test]
    fn a_burst_then_the_rate() {
        let mut limit = RateLimit::new(10);
        let allowed =
            |limit: &mut RateLimit, ms| (0..100).filter(|_| limit.allows(Instant(ms))).count();
        assert_eq!(allowed(&mut limit, 5), 10);
        assert_eq!(allowed(&mut limit, 104), 0);
        assert_eq!(allowed(&mut limit, 105), 1);
        assert_eq!(allowed(&mut limit, 100_000), 10);
    }
}
