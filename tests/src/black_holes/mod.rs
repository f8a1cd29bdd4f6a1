//! Captures whose black holes are known, and how often `host-sim diagnose` is right about them.

mod renumber;

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use host_sim::diagnose::{Diagnosis, diagnose};

pub use renumber::renumbered;

/// The known answers, which stand beside the captures.
const KNOWN: &str = include_str!("../../traces/black-holes.tsv");

/// Whose captures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Set {
    /// Those of this repository.
    Own,
    /// Those that may lie beside it.
    Shared,
}

impl Set {
    fn name(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Shared => "shared",
        }
    }

    fn folders(self) -> Vec<PathBuf> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        match self {
            Self::Own => vec![here.join("traces"), here.join("traces/paths")],
            Self::Shared => vec![here.join("../../shared/traces")],
        }
    }
}

/// A capture and what is known of it.
#[derive(Clone, Debug)]
pub struct Known {
    /// The file.
    pub path: PathBuf,
    /// How many directions of its connections have a black hole.
    pub black_holes: usize,
    /// How many of them can't be told from it.
    pub missed: usize,
}

impl Known {
    /// How many are told.
    #[must_use]
    pub fn told(&self) -> usize {
        self.black_holes - self.missed
    }
}

/// The captures of a set, in order of their names; none where its folder is not there.
///
/// # Panics
/// A capture of the table is not there though its folder is, or the table can't be read.
#[must_use]
pub fn known(set: Set) -> Vec<Known> {
    let mut answers: BTreeMap<&str, [usize; 2]> = KNOWN
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut words = line.split('\t');
            let [Some(of), Some(file), Some(count), Some(missed)] = [(); 4].map(|()| words.next())
            else {
                panic!("four columns: {line}");
            };
            let counts = [count, missed].map(|count| count.parse().expect("a number"));
            (of == set.name()).then_some((file, counts))
        })
        .collect();
    let mut captures = Vec::new();
    for entry in set
        .folders()
        .iter()
        .filter_map(|folder| fs::read_dir(folder).ok())
        .flatten()
    {
        let path = entry.expect("a readable folder").path();
        let is_capture = path
            .extension()
            .is_some_and(|suffix| suffix == "pcap" || suffix == "pcapng");
        if !is_capture {
            continue;
        }
        let name = path
            .file_name()
            .expect("a file")
            .to_string_lossy()
            .into_owned();
        let [black_holes, missed] = answers.remove(name.as_str()).unwrap_or_default();
        captures.push(Known {
            path,
            black_holes,
            missed,
        });
    }
    assert!(
        captures.is_empty() || answers.is_empty(),
        "not there: {answers:?}"
    );
    captures.sort_by(|one, other| one.path.cmp(&other.path));
    captures
}

/// What `host-sim diagnose --tunnels` says of a capture's bytes.
///
/// # Panics
/// The bytes are no capture.
#[must_use]
pub fn diagnosed(bytes: &[u8]) -> Diagnosis {
    let (diagnosis, _) = diagnose(bytes, true).expect("a capture");
    diagnosis
}

/// How many directions have a black hole by a diagnosis.
#[must_use]
pub fn black_holes(diagnosis: &Diagnosis) -> usize {
    let findings = diagnosis.findings.iter();
    findings
        .filter(|finding| finding.verdict.is_black_hole())
        .count()
}

/// How often it was right.
#[derive(Clone, Copy, Debug, Default)]
pub struct Score {
    /// How many captures were looked at.
    pub captures: usize,
    /// How many TCP connections they hold.
    pub connections: u64,
    /// Black holes that were found.
    pub found: usize,
    /// Black holes that were missed.
    pub missed: usize,
    /// Black holes that are none.
    pub false_alarms: usize,
}

impl Score {
    /// The score over a set.
    ///
    /// # Panics
    /// A capture can't be read.
    #[must_use]
    pub fn over(set: Set) -> Self {
        let mut score = Self::default();
        for Known {
            path,
            black_holes: known,
            ..
        } in known(set)
        {
            let diagnosis = diagnosed(&fs::read(path).expect("a readable capture"));
            let said = black_holes(&diagnosis);
            score.captures += 1;
            score.connections += diagnosis.connections();
            score.found += said.min(known);
            score.missed += known.saturating_sub(said);
            score.false_alarms += said.saturating_sub(known);
        }
        score
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |part: usize, whole: usize| match whole {
            0 => "-".to_owned(),
            whole => format!("{} %", part * 100 / whole),
        };
        write!(
            f,
            "{} | {} | {} | {} | {} | {} | {}",
            self.captures,
            self.connections,
            self.found,
            self.missed,
            self.false_alarms,
            percent(self.found, self.found + self.false_alarms),
            percent(self.found, self.found + self.missed)
        )
    }
}
