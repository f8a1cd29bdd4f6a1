//! What a check says: a line for each finding and each packet left alone, as they come, and a
//! summary at the end; in words, or as JSON Lines.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::finding::Finding;

/// How many different pairs of MSS values the summary counts one by one.
const MAX_LOWERINGS: usize = 64;

/// Which packet of each file something is about, and which way it went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Numbers {
    /// The packet's number in the file before.
    pub before: Option<u64>,
    /// Its number in the file after.
    pub after: Option<u64>,
    /// It came in on the side of the file after, and left on the other (with `--routed`).
    pub backwards: bool,
}

/// All counts of a check.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Packets in the file before.
    pub before: u64,
    /// Packets in the file after.
    pub after: u64,
    /// Packets that were found in both.
    pub paired: u64,
    /// Of these, how many went from the side of the file after to that of the file before.
    pub backwards: u64,
    /// Packets in the file before only.
    pub only_before: u64,
    /// Packets in the file after only.
    pub only_after: u64,
    /// Of all unpaired packets, how many no router would carry over (with `--routed`).
    pub stay_on_their_link: u64,
    /// Packets whose records are defective, and that were not looked at.
    pub unreadable: u64,
    /// Packets in which an MSS was lowered and nothing done that a clamp may not do.
    pub clamped: u64,
    /// SYNs that an MSS option was put into, as `--insert-missing` allows.
    pub inserted: u64,
    /// Unpaired SYNs above the ceiling of which nobody can say whether they left (with `--routed`).
    pub may_have_left_above_ceiling: u64,
    /// How many MSS values were lowered, by what they were and are.
    #[serde(skip)]
    pub lowered: BTreeMap<(u16, u16), u64>,
    /// How many findings there are of each of [`Finding::KINDS`].
    #[serde(skip)]
    pub findings: [u64; Finding::KINDS.len()],
}

impl Summary {
    /// How many findings there are.
    #[must_use]
    pub fn total_findings(&self) -> u64 {
        self.findings.iter().sum()
    }

    pub(super) fn count_lowered(&mut self, from: u16, to: u16) {
        if self.lowered.len() < MAX_LOWERINGS || self.lowered.contains_key(&(from, to)) {
            *self.lowered.entry((from, to)).or_default() += 1;
        }
    }
}

#[derive(Serialize)]
struct FindingLine<'a> {
    #[serde(flatten)]
    finding: &'a Finding,
    packet: Numbers,
    text: String,
}

#[derive(Serialize)]
struct UnpairedLine<'a> {
    unpaired: Numbers,
    what: &'a str,
    stays_on_its_link: bool,
}

#[derive(Serialize)]
struct SummaryLine<'a> {
    summary: &'a Summary,
    lowered: Vec<Lowered>,
    findings: BTreeMap<&'static str, u64>,
}

#[derive(Serialize)]
struct Lowered {
    from: u16,
    to: u16,
    count: u64,
}

/// Writes the report.
pub(super) struct Report<'a> {
    out: &'a mut dyn Write,
    json: bool,
}

impl<'a> Report<'a> {
    pub(super) fn new(out: &'a mut dyn Write, json: bool) -> Self {
        Self { out, json }
    }

    pub(super) fn finding(&mut self, numbers: Numbers, finding: &Finding) -> io::Result<()> {
        if self.json {
            return self.line(&FindingLine {
                finding,
                packet: numbers,
                text: finding.to_string(),
            });
        }
        match (numbers.before, numbers.after) {
            (Some(before), Some(after)) if numbers.backwards => {
                writeln!(self.out, "packet {before} <- {after}: {finding}")
            }
            (Some(before), Some(after)) => {
                writeln!(self.out, "packet {before} -> {after}: {finding}")
            }
            (Some(before), None) => writeln!(self.out, "packet {before} before: {finding}"),
            (None, Some(after)) => writeln!(self.out, "packet {after} after: {finding}"),
            (None, None) => writeln!(self.out, "{finding}"),
        }
    }

    pub(super) fn unpaired(
        &mut self,
        numbers: Numbers,
        what: &str,
        stays_on_its_link: bool,
    ) -> io::Result<()> {
        if self.json {
            return self.line(&UnpairedLine {
                unpaired: numbers,
                what,
                stays_on_its_link,
            });
        }
        // What a router never forwards is expected on one side only: for eyes, its count will do.
        if stays_on_its_link {
            return Ok(());
        }
        let (side, number) = match numbers.before {
            Some(number) => ("before", number),
            None => ("after", numbers.after.unwrap_or_default()),
        };
        writeln!(self.out, "packet {number} only {side}: {what}")
    }

    pub(super) fn summary(&mut self, summary: &Summary) -> io::Result<()> {
        if self.json {
            return self.line(&SummaryLine {
                summary,
                lowered: summary
                    .lowered
                    .iter()
                    .map(|(&(from, to), &count)| Lowered { from, to, count })
                    .collect(),
                findings: Finding::KINDS
                    .map(|(key, _)| key)
                    .into_iter()
                    .zip(summary.findings)
                    .collect(),
            });
        }
        let out = &mut self.out;
        writeln!(
            out,
            "packets: {} before, {} after",
            summary.before, summary.after
        )?;
        writeln!(
            out,
            "paired: {} ({} from after to before)",
            summary.paired, summary.backwards
        )?;
        writeln!(
            out,
            "unpaired: {} only before, {} only after ({} of them stay on their link)",
            summary.only_before, summary.only_after, summary.stay_on_their_link
        )?;
        if summary.unreadable != 0 {
            writeln!(out, "unreadable records: {}", summary.unreadable)?;
        }
        writeln!(out, "SYNs clamped: {}", summary.clamped)?;
        for ((from, to), count) in &summary.lowered {
            writeln!(out, "  MSS {from} -> {to}: {count}")?;
        }
        if summary.inserted != 0 {
            writeln!(out, "MSS options inserted as asked: {}", summary.inserted)?;
        }
        if summary.may_have_left_above_ceiling != 0 {
            writeln!(
                out,
                "unpaired SYNs above the ceiling that may have left: {}",
                summary.may_have_left_above_ceiling
            )?;
        }
        writeln!(out, "findings: {}", summary.total_findings())?;
        for ((_, kind), count) in Finding::KINDS.iter().zip(summary.findings) {
            if count != 0 {
                writeln!(out, "  {kind}: {count}")?;
            }
        }
        Ok(())
    }

    fn line(&mut self, value: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut *self.out, value)?;
        writeln!(self.out)
    }
}
