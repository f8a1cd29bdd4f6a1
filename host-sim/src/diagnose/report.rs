//! The report for people: what happened on each connection, and then the cure.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;

use super::cure::lines;
use super::path_mtu::{Advice, Reason};
use super::{Confidence, Diagnosis, Finding, Verdict};

/// How many findings are told in full; with more, the first ones stand for all.
const TOLD_IN_FULL: usize = 20;

/// What to configure.
pub(super) struct Cure {
    pub(super) advice: Advice,
    /// The capture that it is for.
    pub(super) path: String,
}

/// The cure for all black holes at once: the smallest MTU that one of them asks for.
pub(super) fn cure_of(seen: &[(&Path, Diagnosis)]) -> Option<Cure> {
    let advised = seen.iter().flat_map(|(path, diagnosis)| {
        let holes = diagnosis.findings.iter();
        holes
            .filter(|finding| finding.verdict.is_black_hole())
            .map(|finding| Cure {
                advice: finding.path_mtu.advice(finding.sender.is_ipv6()),
                path: path.display().to_string(),
            })
    });
    advised.min_by_key(|cure| cure.advice.mtu_bytes)
}

pub(super) fn write(seen: &[(&Path, Diagnosis)], out: &mut dyn Write) -> io::Result<()> {
    let mut text = String::new();
    for (path, diagnosis) in seen {
        if seen.len() > 1 {
            let _ = writeln!(text, "== {}\n", path.display());
        }
        for finding in diagnosis.findings.iter().take(TOLD_IN_FULL) {
            tell(&mut text, finding);
        }
        let untold = diagnosis.findings.len().saturating_sub(TOLD_IN_FULL) as u64
            + diagnosis.findings_left_out;
        if untold > 0 {
            let _ = writeln!(text, "... and {untold} more; --json has up to 1000\n");
        }
        sum_up(&mut text, diagnosis);
    }
    if let [(_, first), (_, second)] = seen {
        let changes = second.mss_changes_since(first);
        if changes.is_empty() {
            text += "Between the captures no MSS was changed.\n";
        }
        for (from, to) in distinct(changes) {
            let _ = writeln!(
                text,
                "Between the captures an MSS of {from} became {to}: there is a clamp."
            );
        }
    }
    if let Some(cure) = cure_of(seen) {
        tell_cure(&mut text, &cure);
    }
    out.write_all(text.as_bytes())?;
    out.flush()
}

fn tell(text: &mut String, finding: &Finding) {
    let Finding {
        sender, receiver, ..
    } = finding;
    let heading = match finding.verdict {
        Verdict::BlackHole => "BLACK HOLE",
        Verdict::BlackHoleWorkedAround => "BLACK HOLE, WORKED AROUND",
        Verdict::Suspected => "suspected",
        Verdict::DiscoveryWorks => "path MTU discovery works",
    };
    let confidence = match finding.confidence {
        Confidence::High => "high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    };
    let _ = writeln!(
        text,
        "{heading}: {sender} -> {receiver} (confidence: {confidence})"
    );
    let _ = writeln!(text, "  {}", in_words(finding));
    for evidence in &finding.evidence {
        let _ = writeln!(text, "    packet {:<6} {}", evidence.packet, evidence.shows);
    }
    let mss = |mss: Option<u16>| mss.map_or("unknown".into(), |mss| mss.to_string());
    let _ = writeln!(
        text,
        "  MSS: the receiver takes {}, the sender {}",
        mss(finding.receiver_mss),
        mss(finding.sender_mss)
    );
    if let Some(below_bytes) = finding.path_mtu.below_bytes {
        let _ = match finding.path_mtu.at_least_bytes {
            Some(at_least) => writeln!(
                text,
                "  Path MTU: {at_least} bytes passed, {below_bytes} did not"
            ),
            None => writeln!(text, "  Path MTU: less than {below_bytes} bytes"),
        };
    }
    text.push('\n');
}

fn in_words(finding: &Finding) -> String {
    let (from, to) = (finding.sender.ip(), finding.receiver.ip());
    let icmp = match finding.too_big_count {
        0 => "no ICMP says so",
        _ => "ICMP says so, but the sender does not act on it",
    };
    match finding.verdict {
        Verdict::BlackHole => {
            format!("Large packets from {from} vanish on the way to {to}, and {icmp}.")
        }
        Verdict::BlackHoleWorkedAround => format!(
            "Large packets from {from} vanish on the way to {to}; its TCP noticed by itself, after a stall."
        ),
        Verdict::Suspected => format!(
            "Large packets from {from} get no answer from {to}; a host that went away looks the same."
        ),
        Verdict::DiscoveryWorks => {
            format!("{from} was told that its packets were too big, and sends smaller ones.")
        }
    }
}

fn sum_up(text: &mut String, diagnosis: &Diagnosis) {
    let holes =
        diagnosis.count(Verdict::BlackHole) + diagnosis.count(Verdict::BlackHoleWorkedAround);
    let verdict = match holes {
        0 => "no path-MTU black hole".into(),
        1 => "a path-MTU black hole on one of them".into(),
        holes => format!("path-MTU black holes on {holes} of them"),
    };
    let connections = match diagnosis.connections() {
        1 => "1 TCP connection".into(),
        count => format!("{count} TCP connections"),
    };
    let _ = writeln!(
        text,
        "{} packets, {connections}: {verdict}.",
        diagnosis.packets
    );
    if !diagnosis.mss_counts.is_empty() {
        let values: Vec<String> = diagnosis
            .mss_counts
            .iter()
            .rev()
            .take(8)
            .map(|(mss, count)| format!("{mss} ({count}x{})", usual(*mss)))
            .collect();
        let _ = writeln!(text, "MSS in SYNs: {}.", values.join(", "));
    }
    let within = diagnosis.mss_changes.iter();
    for (from, to) in distinct(within.map(|change| (change.from, change.to)).collect()) {
        let _ = writeln!(
            text,
            "The same SYN is here with an MSS of {from} and of {to}: a clamp is between the two places."
        );
    }
    if let Some(first) = diagnosis.first_fragment {
        let _ = writeln!(
            text,
            "{} fragments of IP packets, the first one is packet {first}.",
            diagnosis.fragments
        );
    }
    if diagnosis.strange_errors() > 0 {
        let _ = writeln!(
            text,
            "{} ICMP errors \"too big\" are about connections that are not in this capture.",
            diagnosis.strange_errors()
        );
    }
    if diagnosis.given_up() > 0 {
        let _ = writeln!(
            text,
            "{} connections were judged early, more than {} being open at once.",
            diagnosis.given_up(),
            super::flows::MAX_FLOWS
        );
    }
}

/// What an MSS gives away.
fn usual(mss: u16) -> &'static str {
    match mss {
        1452 => ", clamped for PPPoE",
        1432 => ", IPv6 clamped for PPPoE",
        1380 => ", WireGuard",
        1372 => ", WireGuard in PPPoE",
        1360 => ", a tunnel or a clamp for 1400",
        1412 => ", a tunnel or a clamp for 1452",
        _ => "",
    }
}

fn distinct(mut changes: Vec<(u16, u16)>) -> Vec<(u16, u16)> {
    changes.sort_unstable();
    changes.dedup();
    changes
}

fn tell_cure(text: &mut String, cure: &Cure) {
    let Advice {
        mtu_bytes,
        reason,
        otherwise,
    } = cure.advice;
    let reason = match reason {
        Reason::Said => "a router said so in ICMP".into(),
        Reason::Link(link) => format!("{link}: the largest usual one that fits what was seen"),
        Reason::Passed => "the largest that is known to pass".into(),
    };
    let _ = writeln!(
        text,
        "\nCure: configure a link MTU of {mtu_bytes} ({reason})."
    );
    if let Some((mtu_bytes, link)) = otherwise {
        let _ = writeln!(
            text,
            "If large packets still vanish, try {mtu_bytes} ({link})."
        );
    }
    let _ = writeln!(
        text,
        "On any router that the SYNs of both directions pass, one of these:\n"
    );
    let mut last = "";
    for line in lines(mtu_bytes, &cure.path) {
        let system = if line.system == last { "" } else { line.system };
        let _ = writeln!(text, "  {system:<20} {}", line.line);
        last = line.system;
    }
}
