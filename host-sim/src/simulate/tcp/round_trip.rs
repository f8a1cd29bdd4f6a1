//! How long to wait for an acknowledgement (RFC 6298, with Linux's bounds).

use std::time::Duration;

const INITIAL: Duration = Duration::from_secs(1);
/// Linux's; RFC 6298, section 2.4 would have a second.
pub(super) const LEAST: Duration = Duration::from_millis(200);
const MOST: Duration = Duration::from_secs(120);

/// An estimate, and how often it was too short.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RoundTrip {
    smoothed: Option<(Duration, Duration)>,
    backed_off: u32,
}

impl RoundTrip {
    /// A segment that was sent once was acknowledged after `sample`.
    pub(super) fn measured(&mut self, sample: Duration) {
        self.smoothed = Some(match self.smoothed {
            None => (sample, sample / 2),
            Some((mean, deviation)) => (
                mean * 7 / 8 + sample / 8,
                deviation * 3 / 4 + sample.abs_diff(mean) / 4,
            ),
        });
    }

    /// Something new was acknowledged.
    pub(super) fn progressed(&mut self) {
        self.backed_off = 0;
    }

    /// Nothing came in time.
    pub(super) fn back_off(&mut self) {
        self.backed_off = (self.backed_off + 1).min(16);
    }

    pub(super) fn time_out(&self) -> Duration {
        let base = match self.smoothed {
            None => INITIAL,
            // Linux takes the least time-out for the least deviation's part.
            Some((mean, deviation)) => mean + (deviation * 4).max(LEAST),
        };
        (base * 2_u32.pow(self.backed_off)).min(MOST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_out_doubles_until_something_is_acknowledged() {
        let mut round_trip = RoundTrip::default();
        assert_eq!(round_trip.time_out(), INITIAL);
        round_trip.back_off();
        round_trip.back_off();
        assert_eq!(round_trip.time_out(), INITIAL * 4);
        round_trip.progressed();
        round_trip.measured(Duration::from_millis(10));
        assert_eq!(round_trip.time_out(), Duration::from_millis(210));
    }
}
