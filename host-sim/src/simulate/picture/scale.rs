//! Where a moment is on the page: to scale where something happens, quiet stretches cut short.

use std::time::Duration;

use super::super::trace::Happening;
use super::span;

/// Above the first moment, in pixels like all heights here.
pub(super) const TOP: f64 = 20.0;
/// What a quiet stretch is cut to.
const QUIET_HEIGHT: f64 = 56.0;
/// A stretch is quiet when nothing happens for so many times the usual.
const QUIET_FACTOR: u32 = 12;
const LEAST_QUIET: Duration = Duration::from_millis(8);
/// So much for each happening, as far as the page does not get too long.
const HEIGHT_EACH: f64 = 3.5;
const MOST_HEIGHT: f64 = 14_000.0;

/// A stretch of time in which something happens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stretch {
    pub(super) from: Duration,
    pub(super) to: Duration,
    pub(super) top: f64,
}

/// The scale of a page.
#[derive(Clone, Debug)]
pub(super) struct Scale {
    pub(super) stretches: Vec<Stretch>,
    per_second: f64,
}

impl Scale {
    pub(super) fn of(shown: &[Happening]) -> Self {
        let mut spans: Vec<_> = shown.iter().map(span).collect();
        spans.sort();
        let busy = spans
            .windows(2)
            .map(|pair| pair[1].0.saturating_sub(pair[0].0))
            .filter(|gap| *gap < Duration::from_millis(100));
        let count = u32::try_from(spans.len()).unwrap_or(u32::MAX).max(1);
        let quiet = (busy.sum::<Duration>() / count * QUIET_FACTOR).max(LEAST_QUIET);
        let mut stretches: Vec<Stretch> = Vec::new();
        for (from, to) in spans {
            match stretches.last_mut() {
                Some(last) if from <= last.to + quiet => last.to = last.to.max(to),
                _ => stretches.push(Stretch { from, to, top: 0.0 }),
            }
        }
        let loud: Duration = stretches
            .iter()
            .map(|stretch| stretch.to - stretch.from)
            .sum();
        let height = (f64::from(count) * HEIGHT_EACH).min(MOST_HEIGHT);
        let per_second = height / loud.as_secs_f64().max(1e-6);
        let mut top = TOP;
        for stretch in &mut stretches {
            stretch.top = top;
            top += (stretch.to - stretch.from).as_secs_f64() * per_second + QUIET_HEIGHT;
        }
        Self {
            stretches,
            per_second,
        }
    }

    /// The place of a moment.
    pub(super) fn y(&self, at: Duration) -> f64 {
        let behind = self.stretches.partition_point(|stretch| stretch.from <= at);
        let Some(stretch) = behind
            .checked_sub(1)
            .and_then(|index| self.stretches.get(index))
        else {
            return TOP;
        };
        let into = at.min(stretch.to).saturating_sub(stretch.from);
        stretch.top + into.as_secs_f64() * self.per_second
    }

    pub(super) fn height(&self) -> f64 {
        self.stretches.last().map_or(TOP, |last| self.y(last.to)) + QUIET_HEIGHT
    }

    /// Moments to write beside the page, none nearer to the next than `apart`: the beginnings of
    /// stretches, and round ones in between.
    pub(super) fn ticks(&self, apart: f64) -> Vec<Duration> {
        let step = round_step(apart / self.per_second);
        let mut ticks: Vec<Duration> = Vec::new();
        for stretch in &self.stretches {
            ticks.push(stretch.from);
            let first = u32::try_from(stretch.from.as_nanos() / step.as_nanos() + 1).unwrap_or(0);
            let mut number = first;
            while step * number < stretch.to {
                let at = step * number;
                if ticks
                    .last()
                    .is_none_or(|last| self.y(at) - self.y(*last) >= apart * 0.6)
                {
                    ticks.push(at);
                }
                number += 1;
            }
        }
        ticks
    }
}

/// 1, 2 or 5 times a power of ten: the next above so many seconds.
fn round_step(seconds: f64) -> Duration {
    let mut step = Duration::from_micros(1);
    for factor in [2, 5, 10].into_iter().cycle() {
        if step.as_secs_f64() >= seconds || step > Duration::from_secs(3600) {
            break;
        }
        let base = if factor == 2 { step } else { base_of(step) };
        step = base * factor;
    }
    step
}

/// The power of ten below.
fn base_of(step: Duration) -> Duration {
    let mut base = Duration::from_micros(1);
    while base * 10 <= step {
        base *= 10;
    }
    base
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(at_ms: &[u64]) -> Vec<Happening> {
        let change = |at: &u64| Happening::Changed {
            link: 0,
            at: Duration::from_millis(*at),
            what: String::new(),
        };
        at_ms.iter().map(change).collect()
    }

    #[test]
    fn a_quiet_hour_takes_no_more_room_than_a_quiet_second() {
        let second = Scale::of(&changes(&[0, 1, 2, 1002, 1003]));
        let hour = Scale::of(&changes(&[0, 1, 2, 3_600_002, 3_600_003]));
        assert!((second.height() - hour.height()).abs() < 1.0);
        assert_eq!(hour.stretches.len(), 2);
    }

    #[test]
    fn later_is_lower() {
        let scale = Scale::of(&changes(&[0, 1, 2, 1002, 1003]));
        let places: Vec<_> = [0, 1, 2, 1002, 1003]
            .map(|ms| scale.y(Duration::from_millis(ms)))
            .into();
        assert!(places.is_sorted() && places[0] < places[4]);
    }

    #[test]
    fn steps_are_round() {
        assert_eq!(round_step(0.0003), Duration::from_micros(500));
        assert_eq!(round_step(0.0007), Duration::from_millis(1));
        assert_eq!(round_step(0.0011), Duration::from_millis(2));
        assert_eq!(round_step(3.0), Duration::from_secs(5));
    }
}
