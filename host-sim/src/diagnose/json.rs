//! The report for machines: a line of JSON a finding, a summary last.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::Path;

use serde::Serialize;

use super::cure::lines;
use super::report::{Cure, cure_of};
use super::{Confidence, Diagnosis, Evidence, Finding, PathMtu, Verdict};

#[derive(Serialize)]
struct FindingLine<'a> {
    capture: String,
    sender: SocketAddr,
    receiver: SocketAddr,
    verdict: Verdict,
    confidence: Confidence,
    evidence: &'a [Evidence],
    path_mtu: PathMtu,
    #[serde(skip_serializing_if = "Option::is_none")]
    sender_mss: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receiver_mss: Option<u16>,
    icmp_too_big: u64,
}

#[derive(Serialize)]
struct Last {
    summary: Summary,
}

#[derive(Serialize)]
struct Summary {
    packets: u64,
    connections: u64,
    connections_given_up: u64,
    black_holes: usize,
    worked_around: usize,
    suspected: usize,
    discovery_works: usize,
    findings_left_out: u64,
    fragments: u64,
    icmp_about_unseen_connections: u64,
    mss: BTreeMap<u16, u64>,
    mss_changed: Vec<Change>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cure: Option<CureLines>,
}

#[derive(Serialize)]
struct Change {
    from: u16,
    to: u16,
}

#[derive(Serialize)]
struct CureLines {
    link_mtu: u32,
    lines: Vec<CureLine>,
}

#[derive(Serialize)]
struct CureLine {
    system: &'static str,
    line: String,
}

pub(super) fn write(seen: &[(&Path, Diagnosis)], out: &mut dyn Write) -> io::Result<()> {
    for (path, diagnosis) in seen {
        for finding in &diagnosis.findings {
            line(out, &FindingLine::new(path, finding))?;
        }
    }
    line(
        out,
        &Last {
            summary: Summary::of(seen),
        },
    )?;
    out.flush()
}

fn line(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    writeln!(out, "{}", serde_json::to_string(value)?)
}

impl<'a> FindingLine<'a> {
    fn new(path: &Path, finding: &'a Finding) -> Self {
        Self {
            capture: path.display().to_string(),
            sender: finding.sender,
            receiver: finding.receiver,
            verdict: finding.verdict,
            confidence: finding.confidence,
            evidence: &finding.evidence,
            path_mtu: finding.path_mtu,
            sender_mss: finding.sender_mss,
            receiver_mss: finding.receiver_mss,
            icmp_too_big: finding.too_big_count,
        }
    }
}

impl Summary {
    fn of(seen: &[(&Path, Diagnosis)]) -> Self {
        let sum = |count: fn(&Diagnosis) -> u64| seen.iter().map(|(_, one)| count(one)).sum();
        let count = |verdict| seen.iter().map(|(_, one)| one.count(verdict)).sum();
        let mut mss = BTreeMap::new();
        for (_, diagnosis) in seen {
            for (&value, count) in &diagnosis.mss_counts {
                *mss.entry(value).or_default() += count;
            }
        }
        let mut changed: Vec<(u16, u16)> = seen
            .iter()
            .flat_map(|(_, one)| {
                one.mss_changes
                    .iter()
                    .map(|change| (change.from, change.to))
            })
            .collect();
        if let [(_, first), (_, second)] = seen {
            changed.extend(second.mss_changes_since(first));
        }
        Self {
            packets: sum(|one| one.packets),
            connections: sum(Diagnosis::connections),
            connections_given_up: sum(Diagnosis::given_up),
            black_holes: count(Verdict::BlackHole),
            worked_around: count(Verdict::BlackHoleWorkedAround),
            suspected: count(Verdict::Suspected),
            discovery_works: count(Verdict::DiscoveryWorks),
            findings_left_out: sum(|one| one.findings_left_out),
            fragments: sum(|one| one.fragments),
            icmp_about_unseen_connections: sum(Diagnosis::strange_errors),
            mss,
            mss_changed: changed
                .into_iter()
                .map(|(from, to)| Change { from, to })
                .collect(),
            cure: cure_of(seen).map(|Cure { advice, path }| CureLines {
                link_mtu: advice.mtu_bytes,
                lines: lines(advice.mtu_bytes, &path)
                    .into_iter()
                    .map(|line| CureLine {
                        system: line.system,
                        line: line.line,
                    })
                    .collect(),
            }),
        }
    }
}
