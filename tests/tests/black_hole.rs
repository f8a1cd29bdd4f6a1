//! The demonstration: a download from behind a PMTU black hole, without the clamp and with it.

use std::fs::read_dir;
use std::path::Path;

use host_sim::Exit;
use serde_json::Value;
use tests::lab::host_sim;

fn lab(words: &str) -> (Exit, String, String) {
    host_sim(&format!("lab black-hole {words}"))
}

#[test]
fn natively_it_hangs_without_the_clamp_and_finishes_with_it() {
    let captures = tempfile::tempdir().unwrap();
    let directory = captures.path().display();
    let (exit, out, err) = lab(&format!("--native --json --capture {directory}"));
    assert_eq!((exit, err.as_str()), (Exit::Fine, ""), "{out}");
    let report: Value = serde_json::from_str(&out).unwrap();
    let without = &report["without_clamp"];
    assert_eq!(without["end"], "hung", "{report}");
    assert_eq!(without["mss_offered"], 1460);
    assert_eq!(without["mss_arrived"], 1460);
    assert_eq!(without["file_bytes"], 0);
    assert_eq!(without["black_hole"]["most_tried_len"], 1500);
    assert!(without["black_hole"]["most_tried_times"].as_u64() >= Some(3));
    let with = &report["with_clamp"];
    assert_eq!(with["end"], "finished", "{report}");
    assert_eq!(with["mss_offered"], 1460);
    assert_eq!(with["mss_arrived"], 1452);
    assert_eq!(with["file_bytes"], 200_000);
    assert_eq!(with["longest_packet_len"], 1492);
    assert_eq!(with["black_hole"]["swallowed_packets"], 0);
    assert_eq!(with["sha1"], "0d816f26fc244990088198381119b6465505a1d2");

    let summary = check(captures.path(), "with-clamp", Exit::Fine);
    assert_eq!(summary["clamped"], 2, "SYN and SYN-ACK: {summary}");
    let unpaired = [&summary["only_before"], &summary["only_after"]].map(Value::as_u64);
    let total = unpaired[0].unwrap() + unpaired[1].unwrap();
    assert_eq!(summary["stay_on_their_link"], total, "{summary}");
    let summary = check(captures.path(), "without-clamp", Exit::FoundFault);
    assert_eq!(summary["clamped"], 0, "{summary}");

    let mut names: Vec<_> = read_dir(captures.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let wires = ["beyond", "lan", "trunk", "wan"];
    let expected: Vec<String> = ["with-clamp", "without-clamp"]
        .iter()
        .flat_map(|half| wires.map(|wire| format!("{half}-{wire}.pcap")))
        .collect();
    assert_eq!(names, expected);
}

/// Holds what passed on both sides of the router against each other; returns the summary.
fn check(captures: &Path, half: &str, expected: Exit) -> Value {
    let wire = |name: &str| captures.join(format!("{half}-{name}.pcap"));
    let (exit, out, err) = host_sim(&format!(
        "check {} {} --routed --link-mtu 1492 --json",
        wire("lan").display(),
        wire("wan").display()
    ));
    assert_eq!(exit, expected, "{out}{err}");
    let last = out.lines().last().unwrap_or_default();
    let last: Value = serde_json::from_str(last).unwrap();
    last["summary"].clone()
}

#[test]
fn the_same_seed_gives_the_same_captures() {
    let bytes = || {
        let captures = tempfile::tempdir().unwrap();
        let directory = captures.path().display();
        let (exit, ..) = lab(&format!("--native --seed 7 --capture {directory}"));
        assert_eq!(exit, Exit::Fine);
        std::fs::read(captures.path().join("with-clamp-trunk.pcap")).unwrap()
    };
    assert!(bytes() == bytes());
}

#[test]
fn in_words_it_says_what_happened() {
    let (exit, out, _) = lab("--native --bytes 50000");
    assert_eq!(exit, Exit::Fine, "{out}");
    for words in [
        "offers MSS 1460, the server sees 1460",
        "HANGS",
        "offers MSS 1460, the server sees 1452",
        "FINISHED: 50000 bytes",
        "As it should be.",
    ] {
        assert!(out.contains(words), "{words:?} is not in {out}");
    }
}

#[test]
fn without_an_image_it_says_how_to_build_one() {
    let (exit, _, err) = lab("--image nowhere.elf");
    assert_eq!(exit, Exit::BadInput);
    assert!(err.contains("nowhere.elf: no such image"), "{err}");
}
