//! `host-sim diagnose`: what it says of a black hole, to whom, and with which exit code.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::Output;

use crate::{Folder, assert_plain, assert_refused, host_sim, json_lines, stderr, stdout};

/// A capture of a path with a known fault, or none; `tests/traces/paths/README.md` says how it was made.
fn path_capture(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "../tests/traces/paths", name]
        .iter()
        .collect()
}

fn diagnose<W: AsRef<OsStr>>(words: &[W]) -> Output {
    host_sim().arg("diagnose").args(words).output().unwrap()
}

#[test]
fn a_black_hole_is_told_with_its_evidence_and_its_cure_and_is_a_fault() {
    let output = diagnose(&[path_capture("download-1492-lan.pcap")]);
    assert_eq!((output.status.code(), stderr(&output)), (Some(1), ""));
    let said = stdout(&output);
    for words in [
        "BLACK HOLE: 198.51.100.2:80 -> 192.0.2.2:40001 (confidence: high)",
        "packet 11     15928 bytes are missing before this packet",
        "24 packets, 2 TCP connections: path-MTU black holes on 2 of them.",
        "Cure: configure a link MTU of 1492",
        "-j TCPMSS --set-mss 1452",
        "tcp flags syn / syn,rst tcp option maxseg size set 1432",
    ] {
        assert!(said.contains(words), "no {words:?} in: {said}");
    }
    assert_plain(said);
}

#[test]
fn a_path_without_a_black_hole_is_fine_and_needs_no_cure() {
    for name in ["clamped-lan.pcap", "discovery-lan.pcap", "loss-30-wan.pcap"] {
        let output = diagnose(&[path_capture(name)]);
        assert_eq!(
            (output.status.code(), stderr(&output)),
            (Some(0), ""),
            "{name}"
        );
        let said = stdout(&output);
        assert!(said.contains("no path-MTU black hole."), "{name}: {said}");
        assert!(!said.contains("Cure"), "{name}: {said}");
    }
}

#[test]
fn each_finding_for_machines_is_a_line_of_json_and_the_summary_is_the_last() {
    let output = diagnose(&["--json".into(), path_capture("download-1492-lan.pcap")]);
    assert_eq!((output.status.code(), stderr(&output)), (Some(1), ""));
    let lines = json_lines(&output);
    let [v4, v6, summary] = &lines[..] else {
        panic!("two findings and a summary: {lines:?}");
    };
    assert_eq!(v4["sender"], "198.51.100.2:80");
    assert_eq!(v6["sender"], "[2001:db8:2::2]:80");
    for finding in [v4, v6] {
        assert_eq!(finding["verdict"], "black-hole");
        assert_eq!(finding["path_mtu"]["below_bytes"], 1500);
        assert!(finding["evidence"][0]["packet"].is_u64(), "{finding}");
    }
    let summary = &summary["summary"];
    assert_eq!(summary["black_holes"], 2);
    assert_eq!(summary["cure"]["link_mtu"], 1492);
}

#[test]
fn two_sides_of_a_router_show_whether_a_clamp_is_between_them() {
    let told = |one: &str, other: &str| {
        let output = diagnose(&[path_capture(one), path_capture(other)]);
        (output.status.code(), stdout(&output).to_owned())
    };
    let (code, said) = told("clamped-lan.pcap", "clamped-wan.pcap");
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("an MSS of 1460 became 1260: there is a clamp"),
        "{said}"
    );
    let (code, said) = told("download-1492-lan.pcap", "download-1492-wan.pcap");
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("Between the captures no MSS was changed."),
        "{said}"
    );
}

#[test]
fn a_capture_that_breaks_off_is_told_as_far_as_it_goes_and_is_bad_input() {
    let folder = Folder::new();
    let whole = fs::read(path_capture("download-1492-lan.pcap")).unwrap();
    let cut = folder.file("cut.pcap", &whole[..whole.len() - 5]);
    let output = diagnose(&[cut]);
    assert_refused(&output, &["cut.pcap", "a packet record says 86 bytes"]);
    assert!(
        stdout(&output).contains("BLACK HOLE: 198.51.100.2:80"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn what_is_no_capture_or_is_asked_for_twice_is_refused() {
    let folder = Folder::new();
    let text = folder.file("notes.txt", b"# not a capture\n");
    assert_refused(
        &diagnose(&[text]),
        &["notes.txt", "not a pcap or pcapng capture"],
    );
    assert_refused(&diagnose(&["nowhere.pcap"]), &["nowhere.pcap"]);
    assert_refused(&diagnose(&["-", "-"]), &["only one", "standard input"]);
    assert_refused(&diagnose::<&str>(&[]), &["<CAPTURE>"]);
}
