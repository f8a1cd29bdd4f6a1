//! `host-sim diagnose` over captures whose black holes are known. Those that are not part of this
//! repository are looked at where their folder is there; where not, the tests say so and pass.

use std::fs;
use std::io::{self, Write};

use proptest::prelude::*;
use tests::black_holes::{Set, black_holes, diagnosed, known, renumbered};
use tests::frames::check;

/// As many as are known to be there; fewer would mean that some were not read.
const OWN: usize = 105;
const SHARED: usize = 95;

/// Holds the verdicts on a set to what is known.
fn hold(set: Set, at_least: usize) {
    let captures = known(set);
    if captures.is_empty() && set == Set::Shared {
        let _ = writeln!(
            io::stderr(),
            "NOT TESTED: the shared captures are not there"
        );
        return;
    }
    assert!(
        captures.len() >= at_least,
        "only {} captures",
        captures.len()
    );
    for capture in captures {
        let (expected, path) = (capture.told(), capture.path);
        let bytes = fs::read(&path).expect("a readable capture");
        let diagnosis = diagnosed(&bytes);
        let findings = &diagnosis.findings;
        assert_eq!(
            black_holes(&diagnosis),
            expected,
            "{}: {findings:#?}",
            path.display()
        );
    }
}

#[test]
fn every_verdict_on_our_own_captures_is_right() {
    hold(Set::Own, OWN);
}

#[test]
fn every_verdict_on_captures_of_others_is_right() {
    hold(Set::Shared, SHARED);
}

#[test]
fn other_addresses_ports_and_times_change_no_verdict() {
    let mut renumbered_captures = 0;
    for capture in known(Set::Own).into_iter().chain(known(Set::Shared)) {
        let (expected, path) = (capture.told(), capture.path);
        let bytes = fs::read(&path).expect("a readable capture");
        for by in [1, 77, 200] {
            let Some(renumbered) = renumbered(&bytes, by) else {
                continue;
            };
            assert_ne!(renumbered, bytes, "{}", path.display());
            let said = black_holes(&diagnosed(&renumbered));
            assert_eq!(said, expected, "{} renumbered by {by}", path.display());
            renumbered_captures += 1;
        }
    }
    assert!(renumbered_captures > 30, "{renumbered_captures}");
}

/// A capture that ends early may lose its black hole, but never gets one.
#[test]
fn a_capture_that_ends_early_raises_no_false_alarm() {
    for capture in known(Set::Own).into_iter().chain(known(Set::Shared)) {
        let (expected, path) = (capture.told(), capture.path);
        let bytes = fs::read(&path).expect("a readable capture");
        for part in 1..8 {
            let Some(start) = bytes.get(..bytes.len() * part / 8) else {
                continue;
            };
            let Ok((diagnosis, _)) = host_sim::diagnose::diagnose(start, true) else {
                continue;
            };
            let said = black_holes(&diagnosis);
            assert!(said <= expected, "{}, {part}/8", path.display());
        }
    }
}

#[test]
fn any_bytes_are_diagnosed_or_refused() {
    let captures: Vec<Vec<u8>> = known(Set::Own)
        .into_iter()
        .map(|known| fs::read(known.path).expect("a readable capture"))
        .collect();
    let damage = || {
        let byte = (any::<prop::sample::Index>(), any::<u8>());
        (
            any::<prop::sample::Index>(),
            prop::collection::vec(byte, 1..40),
        )
    };
    check(4, damage, |(capture, bytes)| {
        let mut damaged = capture.get(&captures).clone();
        for (place, byte) in bytes {
            let place = place.index(damaged.len());
            damaged[place] = byte;
        }
        if let Ok((diagnosis, _)) = host_sim::diagnose::diagnose(&damaged[..], true) {
            prop_assert!(diagnosis.packets < 100_000);
        }
        Ok(())
    });
}
