//! Every capture there is goes through the clamp, and comes out byte for byte but for what a clamp
//! may change.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use host_sim::Exit;

use crate::rewritten::clamped_segments;
use crate::{captures_in, clamp, clamp_bytes, own_captures};

const POLICIES: [&str; 3] = [
    "--link-mtu 1492 --json",
    "--link-mtu 1300 --tunnels --json",
    "--max-mss-v4 500 --max-mss-v6 600 --tunnels --json",
];

#[test]
fn every_capture_of_our_own_changes_in_nothing_but_mss_values_and_checksums() {
    let captures = captures_in(&own_captures()).unwrap();
    assert!(captures.len() >= 70, "only {} captures", captures.len());
    for path in &captures {
        let mut clamped = 0;
        for flags in POLICIES {
            let (exit, segments) = clamp_and_check(path, flags);
            assert_eq!(exit, Exit::Fine, "{}", path.display());
            clamped += segments;
        }
        // In these two there is nothing that the clamp may reach.
        let out_of_reach = [
            "snap-length-60.pcap",
            "wrapped-four-tags.pcap",
            "wrapped-five-tunnels.pcap",
        ]
        .iter()
        .any(|&name| path.ends_with(name));
        assert_eq!(clamped == 0, out_of_reach, "{}: {clamped}", path.display());
    }
}

#[test]
fn every_capture_of_others_changes_in_nothing_but_mss_values_and_checksums() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/traces");
    let Some(captures) = captures_in(&folder) else {
        // Past the harness, which keeps what a passing test prints to itself.
        let notice = "NOT RUN: no folder of captures at ../shared/traces beside the workspace";
        let _ = writeln!(io::stderr(), "{notice}");
        return;
    };
    let mut clamped = 0;
    for path in &captures {
        for flags in POLICIES {
            clamped += clamp_and_check(path, flags).1;
        }
    }
    assert!(clamped > 1000, "only {clamped} segments clamped");
}

/// Clamps a capture: how that ended, and how many segments were changed.
fn clamp_and_check(path: &PathBuf, flags: &str) -> (Exit, u64) {
    let name = path.display();
    let before = fs::read(path).unwrap();
    let run = clamp(path, flags);
    let whole = match run.exit {
        Exit::Fine => before.len(),
        Exit::BadInput => fault_at(&run.complaint),
        Exit::FoundFault => panic!("{name}: the clamp finds no faults"),
    };
    let segments = clamped_segments(&before[..whole], &run.output)
        .unwrap_or_else(|why| panic!("{name} {flags}: {why}"));
    assert_eq!(
        clamped_of(&run.report),
        segments,
        "{name} {flags}: {}",
        run.report
    );

    let again = clamp_bytes(&run.output, flags);
    assert!(
        again.output == run.output,
        "{name} {flags}: clamped twice is not clamped once"
    );
    assert_eq!(clamped_of(&again.report), 0, "{name} {flags}");
    (run.exit, segments)
}

/// The byte at which the capture is at fault, as the complaint says.
fn fault_at(complaint: &str) -> usize {
    let place = complaint
        .split("byte ")
        .nth(1)
        .and_then(|rest| rest.split(':').next());
    place
        .and_then(|place| place.parse().ok())
        .unwrap_or_else(|| panic!("the complaint names no byte: {complaint}"))
}

/// How many segments were clamped, as the summary says.
fn clamped_of(report: &str) -> u64 {
    let last = report.lines().last().unwrap();
    let summary: serde_json::Value = serde_json::from_str(last).unwrap();
    summary["summary"]["clamped"].as_u64().unwrap()
}
