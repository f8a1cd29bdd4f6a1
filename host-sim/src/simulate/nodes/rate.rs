//! How many ICMP errors a router sends.

use std::time::Duration;

/// So many a second, with a burst of as many. Tokens are kept as the time they take to come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rate {
    each: Duration,
    most: Duration,
    saved: Duration,
    at: Duration,
}

impl Rate {
    pub(super) fn new(per_second: u16) -> Self {
        let each = Duration::from_secs(1) / u32::from(per_second.max(1));
        let most = if per_second == 0 {
            Duration::ZERO
        } else {
            Duration::from_secs(1)
        };
        Self {
            each,
            most,
            saved: most,
            at: Duration::ZERO,
        }
    }

    /// Whether one more may go now.
    pub(super) fn allows(&mut self, now: Duration) -> bool {
        self.saved = (self.saved + now.saturating_sub(self.at)).min(self.most);
        self.at = now;
        let allows = self.saved >= self.each;
        if allows {
            self.saved -= self.each;
        }
        allows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_and_then_one_by_one() {
        let mut rate = Rate::new(2);
        let start = Duration::from_secs(10);
        let allowed = |rate: &mut Rate, ms| rate.allows(start + Duration::from_millis(ms));
        assert_eq!(
            [0, 0, 0].map(|ms| allowed(&mut rate, ms)),
            [true, true, false]
        );
        assert_eq!(
            [499, 500, 501].map(|ms| allowed(&mut rate, ms)),
            [false, true, false]
        );
        assert!(!Rate::new(0).allows(start));
    }
}
