//! What the router counted, in words and for machines.

use std::collections::BTreeMap;
use std::fmt;

use firmware::router::counters::Counters;
use serde::Serialize;

use super::line::Line;
use super::wires::PortTally;

/// The counters at the end.
#[derive(Serialize)]
pub(super) struct Report<'a> {
    received: u64,
    forwarded: u64,
    delivered: u64,
    local: u64,
    waiting: u64,
    clamped: u64,
    fits: u64,
    left_alone: Counts,
    malformed: Counts,
    dropped: Counts,
    sent: Counts,
    events: Counts,
    interfaces: BTreeMap<&'a str, PortTally>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<Line>,
}

type Counts = BTreeMap<&'static str, u64>;

impl<'a> Report<'a> {
    pub(super) fn new(
        counters: &Counters,
        line: Option<Line>,
        interfaces: impl Iterator<Item = (&'a str, PortTally)>,
    ) -> Self {
        Self {
            received: counters.received,
            forwarded: counters.forwarded,
            delivered: counters.delivered,
            local: counters.local,
            waiting: counters.waiting,
            clamped: counters.clamped,
            fits: counters.fits,
            left_alone: counters.left_alone.iter().collect(),
            malformed: counters.malformed.iter().collect(),
            dropped: counters.dropped.iter().collect(),
            sent: counters.sent.iter().collect(),
            events: counters.events.iter().collect(),
            interfaces: interfaces.collect(),
            line,
        }
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = |indent: usize, words: &str, count: u64| {
            let words = words.replace('_', " ");
            let width = 44 - indent;
            writeln!(f, "{:indent$}{words:width$}{count:>9}", "")
        };
        line(0, "frames received", self.received)?;
        line(2, "forwarded", self.forwarded)?;
        line(2, "for the router itself", self.local)?;
        line(2, "waiting", self.waiting)?;
        line(2, "dropped", self.dropped.values().sum())?;
        for (why, count) in seen(&self.dropped) {
            line(4, why, count)?;
        }
        line(0, "SYNs clamped", self.clamped)?;
        line(0, "SYNs that fit", self.fits)?;
        for (title, counts) in [
            ("left alone by the clamp", &self.left_alone),
            ("malformed to the clamp", &self.malformed),
            ("sent by the router itself", &self.sent),
            ("in the tables", &self.events),
        ] {
            if counts.values().any(|&count| count != 0) {
                line(0, title, counts.values().sum())?;
            }
            for (what, count) in seen(counts) {
                line(2, what, count)?;
            }
        }
        for (name, tally) in &self.interfaces {
            for (what, count) in tally.lost() {
                line(0, &format!("lost at {name}: {what}"), count)?;
            }
        }
        match &self.line {
            Some(line) => writeln!(f, "{line}"),
            None => Ok(()),
        }
    }
}

fn seen(counts: &Counts) -> impl Iterator<Item = (&'static str, u64)> {
    counts
        .iter()
        .filter(|&(_, &count)| count != 0)
        .map(|(&what, &count)| (what, count))
}
