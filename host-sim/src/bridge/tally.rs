//! What passed in one direction, by outcome and reason.

use std::collections::BTreeMap;
use std::fmt;

use clamp_core::{Insertion, Outcome};
use serde::Serialize;

use crate::interface::{Sent, Unsupported};
use crate::policy::NO_RULE;
use crate::wording;

/// Counts of frames.
#[derive(Debug, Default)]
pub(super) struct Tally {
    sent: u64,
    clamped: u64,
    inserted: u64,
    fits: u64,
    left_alone: BTreeMap<&'static str, (u64, &'static str)>,
    not_inserted: BTreeMap<&'static str, u64>,
    malformed: BTreeMap<&'static str, u64>,
    lost: BTreeMap<&'static str, u64>,
}

/// The same for machines.
#[derive(Serialize)]
pub(super) struct TallyLine<'a> {
    sent: u64,
    clamped: u64,
    inserted: u64,
    fits: u64,
    left_alone: BTreeMap<&'static str, u64>,
    not_inserted: &'a BTreeMap<&'static str, u64>,
    malformed: &'a BTreeMap<&'static str, u64>,
    lost: &'a BTreeMap<&'static str, u64>,
}

impl Tally {
    pub(super) fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Clamped { .. } => self.clamped += 1,
            Outcome::Fits { .. } => self.fits += 1,
            Outcome::LeftAlone(reason) => {
                self.left_alone
                    .entry(wording::reason_key(reason))
                    .or_insert((0, wording::reason_words(reason)))
                    .0 += 1;
            }
            Outcome::Malformed(malformed) => {
                let layer = wording::layer_name(wording::layer_of(malformed));
                *self.malformed.entry(layer).or_default() += 1;
            }
        }
    }

    /// A SYN that no rule matches.
    pub(super) fn count_no_rule(&mut self) {
        let (key, words) = NO_RULE;
        self.left_alone.entry(key).or_insert((0, words)).0 += 1;
    }

    pub(super) fn count_insertion(&mut self, insertion: Insertion) {
        match insertion {
            Insertion::Inserted { .. } => self.inserted += 1,
            // Only a SYN without an MSS option is ever given for insertion.
            Insertion::NotMissing => {}
            Insertion::Refused(refusal) => {
                let why = wording::refusal_words(refusal);
                *self.not_inserted.entry(why).or_default() += 1;
            }
        }
    }

    pub(super) fn count_sent(&mut self, sent: Sent) {
        let why = match sent {
            Sent::OnItsWay => {
                self.sent += 1;
                return;
            }
            Sent::QueueFull => "queue full",
            Sent::TooLong => "too long for the way out",
            Sent::Refused => "refused by the kernel",
            Sent::Unplugged => "the way out is down",
        };
        *self.lost.entry(why).or_default() += 1;
    }

    /// Returns whether it is the first of its kind.
    pub(super) fn count_unsupported(&mut self, unsupported: Unsupported) -> bool {
        let count = self
            .lost
            .entry(match unsupported {
                Unsupported::TooLong => "longer than any wire's frame",
                Unsupported::Cut => "left to a network card to be cut up",
                Unsupported::Contradiction => "offload contradicts the frame",
            })
            .or_default();
        *count += 1;
        *count == 1
    }

    pub(super) fn line(&self) -> TallyLine<'_> {
        TallyLine {
            sent: self.sent,
            clamped: self.clamped,
            inserted: self.inserted,
            fits: self.fits,
            left_alone: self
                .left_alone
                .iter()
                .map(|(&key, &(count, _))| (key, count))
                .collect(),
            not_inserted: &self.not_inserted,
            malformed: &self.malformed,
            lost: &self.lost,
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = |indent: usize, words: &str, count: u64| {
            let width = 44 - indent;
            writeln!(f, "{:indent$}{words:width$}{count:>9}", "")
        };
        line(2, "frames sent", self.sent)?;
        line(4, "clamped", self.clamped)?;
        if self.inserted != 0 {
            line(4, "MSS option inserted", self.inserted)?;
        }
        line(4, "fits", self.fits)?;
        for &(count, words) in self.left_alone.values() {
            line(4, words, count)?;
        }
        for (why, &count) in &self.not_inserted {
            line(4, &format!("no MSS option, not inserted: {why}"), count)?;
        }
        for (layer, &count) in &self.malformed {
            line(4, &format!("malformed {layer}"), count)?;
        }
        for (why, &count) in &self.lost {
            line(2, &format!("frames lost: {why}"), count)?;
        }
        Ok(())
    }
}
