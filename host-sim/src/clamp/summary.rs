//! The counts of a whole capture, by outcome and reason.

use std::collections::BTreeMap;
use std::fmt;

use clamp_core::Outcome;
use serde::Serialize;

use super::rewrite::Verdict;
use crate::capture::Defect;
use crate::policy::NO_RULE;
use crate::wording::{self, LAYER_COUNT, REASON_COUNT};

/// Counts of packets, and of what was wrong with their records.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    packets: u64,
    clamped: u64,
    inserted: u64,
    fits: u64,
    left_alone: [u64; REASON_COUNT],
    no_rule: u64,
    not_inserted: BTreeMap<String, u64>,
    malformed: [u64; LAYER_COUNT],
    link_types: BTreeMap<u16, u64>,
    unreadable: u64,
    defects: BTreeMap<&'static str, u64>,
}

/// The same for machines.
#[derive(Serialize)]
pub(crate) struct SummaryLine<'a> {
    packets: u64,
    clamped: u64,
    inserted: u64,
    fits: u64,
    left_alone: BTreeMap<&'static str, u64>,
    not_inserted: &'a BTreeMap<String, u64>,
    malformed: BTreeMap<&'static str, u64>,
    unknown_link_types: &'a BTreeMap<u16, u64>,
    unreadable: u64,
    defects: &'a BTreeMap<&'static str, u64>,
    fault: Option<&'a str>,
}

impl Summary {
    pub(crate) fn count(&mut self, verdict: &Verdict) {
        self.packets += 1;
        match verdict {
            Verdict::Inserted { .. } => self.inserted += 1,
            Verdict::NoRule => self.no_rule += 1,
            Verdict::NotInserted(why) => *self.not_inserted.entry(why.clone()).or_default() += 1,
            Verdict::Outcome(outcome) => match *outcome {
                Outcome::Clamped { .. } => self.clamped += 1,
                Outcome::Fits { .. } => self.fits += 1,
                Outcome::LeftAlone(reason) => self.left_alone[reason as usize] += 1,
                Outcome::Malformed(malformed) => {
                    self.malformed[wording::layer_of(malformed) as usize] += 1;
                }
            },
        }
    }

    /// A packet of a link type that the clamp can't look behind.
    pub(crate) fn count_link_type(&mut self, number: u16) {
        self.packets += 1;
        *self.link_types.entry(number).or_default() += 1;
    }

    /// A packet that can't be found in its record.
    pub(crate) fn count_unreadable(&mut self) {
        self.packets += 1;
        self.unreadable += 1;
    }

    /// Something wrong with a record.
    pub(crate) fn count_defect(&mut self, defect: Defect) {
        *self
            .defects
            .entry(wording::defect_words(defect))
            .or_default() += 1;
    }

    /// For machines, with the fault that ended the capture early.
    pub(crate) fn line<'a>(&'a self, fault: Option<&'a str>) -> SummaryLine<'a> {
        SummaryLine {
            packets: self.packets,
            clamped: self.clamped,
            inserted: self.inserted,
            fits: self.fits,
            left_alone: seen(&self.left_alone, wording::reason_key_at)
                .chain((self.no_rule != 0).then_some((NO_RULE.0, self.no_rule)))
                .collect(),
            not_inserted: &self.not_inserted,
            malformed: seen(&self.malformed, wording::layer_name_at).collect(),
            unknown_link_types: &self.link_types,
            unreadable: self.unreadable,
            defects: &self.defects,
            fault,
        }
    }
}

/// The counts that are not zero, named by their places.
fn seen(
    counts: &[u64],
    name: fn(usize) -> &'static str,
) -> impl Iterator<Item = (&'static str, u64)> {
    counts
        .iter()
        .enumerate()
        .filter(|&(_, &count)| count != 0)
        .map(move |(place, &count)| (name(place), count))
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = |indent: usize, words: &str, count: u64| {
            let width = 44 - indent;
            writeln!(f, "{:indent$}{words:width$}{count:>9}", "")
        };
        line(0, "packets", self.packets)?;
        line(2, "clamped", self.clamped)?;
        if self.inserted != 0 {
            line(2, "MSS option inserted", self.inserted)?;
        }
        line(2, "fits", self.fits)?;
        let not_inserted: u64 = self.not_inserted.values().sum();
        line(
            2,
            "left alone",
            self.left_alone.iter().sum::<u64>() + not_inserted + self.no_rule,
        )?;
        for (words, count) in seen(&self.left_alone, wording::reason_words_at) {
            line(4, words, count)?;
        }
        if self.no_rule != 0 {
            line(4, NO_RULE.1, self.no_rule)?;
        }
        for (why, &count) in &self.not_inserted {
            line(4, &format!("no MSS option, not inserted: {why}"), count)?;
        }
        line(2, "malformed", self.malformed.iter().sum())?;
        for (name, count) in seen(&self.malformed, wording::layer_name_at) {
            line(4, name, count)?;
        }
        for (number, &count) in &self.link_types {
            line(2, &format!("copied, unknown link type {number}"), count)?;
        }
        if self.unreadable != 0 {
            line(
                2,
                "copied, not to be found in their records",
                self.unreadable,
            )?;
        }
        for (words, &count) in &self.defects {
            line(0, words, count)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use clamp_core::{Layer, Malformed, Outcome, Reason};

    use super::{Summary, Verdict};
    use crate::capture::Defect;

    /// One of each thing that there is to count, or two.
    fn of_everything() -> Summary {
        let mut summary = Summary::default();
        for outcome in [
            Outcome::Clamped {
                from: 1460,
                to: 1452,
            },
            Outcome::Fits { mss: 1452 },
            Outcome::LeftAlone(Reason::NotSyn),
            Outcome::LeftAlone(Reason::NotSyn),
            Outcome::Malformed(Malformed::WrongVersion {
                layer: Layer::Ipv4,
                version: 5,
            }),
        ] {
            summary.count(&Verdict::Outcome(outcome));
        }
        summary.count(&Verdict::Inserted { mss: 536 });
        summary.count(&Verdict::NotInserted("SYN with data".into()));
        summary.count(&Verdict::NotInserted("SYN with data".into()));
        summary.count(&Verdict::NoRule);
        summary.count_link_type(105);
        summary.count_link_type(105);
        summary.count_unreadable();
        for defect in [
            Defect::TooShort,
            Defect::UnknownInterface { interface: 3 },
            Defect::UnknownInterface { interface: 4 },
            Defect::CapturedPastBlock {
                says_bytes: 9,
                there_bytes: 8,
            },
            Defect::TooLarge { record_bytes: 9 },
            Defect::TooManyInterfaces,
        ] {
            summary.count_defect(defect);
        }
        summary
    }

    #[test]
    fn every_count_is_told_by_name() {
        let told = of_everything().to_string();
        let lines: Vec<(&str, &str)> = told
            .lines()
            .filter_map(|line| line.trim().rsplit_once(' '))
            .map(|(words, count)| (words.trim(), count))
            .collect();
        assert_eq!(
            lines,
            [
                ("packets", "12"),
                ("clamped", "1"),
                ("MSS option inserted", "1"),
                ("fits", "1"),
                ("left alone", "5"),
                ("TCP without SYN", "2"),
                ("no rule matches", "1"),
                ("no MSS option, not inserted: SYN with data", "2"),
                ("malformed", "1"),
                ("IPv4", "1"),
                ("copied, unknown link type 105", "2"),
                ("copied, not to be found in their records", "1"),
                ("blocks too short for their fields", "1"),
                ("captured lengths past their blocks", "1"),
                ("interfaces too many to keep in mind", "1"),
                ("packets of unknown interfaces", "2"),
                ("records too large to look into", "1"),
            ]
        );
        let empty = Summary::default().to_string();
        assert_eq!(empty.lines().count(), 5, "{empty}");
    }

    #[test]
    fn every_count_is_there_for_machines() {
        let summary = of_everything();
        let line = serde_json::to_value(summary.line(Some("cut short"))).unwrap();
        let expected = serde_json::json!({
            "packets": 12,
            "clamped": 1,
            "inserted": 1,
            "fits": 1,
            "left_alone": {"not-syn": 2, "no-rule": 1},
            "not_inserted": {"SYN with data": 2},
            "malformed": {"IPv4": 1},
            "unknown_link_types": {"105": 2},
            "unreadable": 1,
            "defects": {
                "blocks too short for their fields": 1,
                "captured lengths past their blocks": 1,
                "interfaces too many to keep in mind": 1,
                "packets of unknown interfaces": 2,
                "records too large to look into": 1,
            },
            "fault": "cut short",
        });
        assert_eq!(line, expected);
    }
}
