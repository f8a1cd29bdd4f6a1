//! One SYN in the report.

use std::fmt::{self, Write};

use clamp_core::{Malformed, Outcome};
use serde::Serialize;

use super::rewrite::Verdict;
use crate::capture::Packet;
use crate::path::{Flow, Handshake, Path};
use crate::policy::NO_RULE;
use crate::wording;

/// A SYN: where it was, who sent it, and what became of it.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    packet: u64,
    handshake: Handshake,
    #[serde(flatten)]
    flow: Option<Flow>,
    encapsulation: String,
    #[serde(flatten)]
    fate: Fate,
}

/// What became of a SYN's MSS.
#[derive(Debug, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
enum Fate {
    Clamped {
        from: u16,
        to: u16,
    },
    Inserted {
        mss: u16,
    },
    Fits {
        mss: u16,
    },
    LeftAlone {
        reason: &'static str,
        #[serde(skip)]
        words: &'static str,
    },
    NotInserted {
        why: String,
    },
    Malformed {
        layer: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        needed: Option<u16>,
        #[serde(skip_serializing_if = "Option::is_none")]
        there: Option<u16>,
        #[serde(skip)]
        words: String,
    },
}

impl Row {
    pub(crate) fn new(
        packet: Packet,
        handshake: Handshake,
        verdict: &Verdict,
        path: &Path,
        bytes: &[u8],
    ) -> Self {
        Self {
            packet: packet.number(),
            handshake,
            flow: path.flow(bytes),
            encapsulation: path.encapsulation(bytes),
            fate: Fate::new(verdict),
        }
    }

    /// The line above all rows.
    pub(crate) fn heading() -> String {
        format!(
            "{:>7}  {:7}  {:45}  {:30}  encapsulation",
            "packet", "", "from > to", "MSS"
        )
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>7}  {:7}  ", self.packet, self.handshake)?;
        match &self.flow {
            Some(flow) => column(f, 45, flow)?,
            None => column(f, 45, &"")?,
        }
        column(f, 30, &self.fate)?;
        f.write_str(&self.encapsulation)
    }
}

/// Writes a column so wide and the gap behind it, without a string in between: there are captures of
/// SYNs only.
fn column(f: &mut fmt::Formatter<'_>, width: usize, content: &dyn fmt::Display) -> fmt::Result {
    let mut column = Column { f, left: width };
    write!(column, "{content}")?;
    let padding = column.left + 2;
    write!(f, "{:padding$}", "")
}

/// Counts what is left of a column. All that is written there is ASCII.
struct Column<'a, 'b> {
    f: &'a mut fmt::Formatter<'b>,
    left: usize,
}

impl Write for Column<'_, '_> {
    fn write_str(&mut self, words: &str) -> fmt::Result {
        self.left = self.left.saturating_sub(words.len());
        self.f.write_str(words)
    }
}

impl Fate {
    fn new(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Inserted { mss } => Self::Inserted { mss: *mss },
            Verdict::NotInserted(why) => Self::NotInserted { why: why.clone() },
            Verdict::NoRule => Self::LeftAlone {
                reason: NO_RULE.0,
                words: NO_RULE.1,
            },
            Verdict::Outcome(outcome) => match *outcome {
                Outcome::Clamped { from, to } => Self::Clamped { from, to },
                Outcome::Fits { mss } => Self::Fits { mss },
                Outcome::LeftAlone(reason) => Self::LeftAlone {
                    reason: wording::reason_key(reason),
                    words: wording::reason_words(reason),
                },
                Outcome::Malformed(malformed) => {
                    let (needed, there) = match malformed {
                        Malformed::TooShort { needed, there, .. } => (Some(needed), Some(there)),
                        Malformed::WrongVersion { .. } => (None, None),
                    };
                    Self::Malformed {
                        layer: wording::layer_name(wording::layer_of(malformed)),
                        needed,
                        there,
                        words: wording::malformed_words(malformed),
                    }
                }
            },
        }
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clamped { from, to } => write!(f, "{from} -> {to}"),
            Self::Inserted { mss } => write!(f, "none -> {mss}"),
            Self::Fits { mss } => write!(f, "{mss} fits"),
            Self::LeftAlone { words, .. } => f.write_str(words),
            Self::NotInserted { why } => write!(f, "no MSS option, not inserted: {why}"),
            Self::Malformed { words, .. } => f.write_str(words),
        }
    }
}
