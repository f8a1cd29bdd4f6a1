//! What passes over the line parses in Wireshark without a complaint.
//!
//! Needs tshark (package tshark), QEMU (package qemu-system-arm) and the guests.

use std::fs::read_dir;
use std::path::Path;
use std::process::Command;

use host_sim::Exit;
use tests::lab::{Machine, host_sim};

/// What Wireshark would colour: malformed packets, warnings and errors of every protocol but TCP's
/// running commentary on losses and full windows. Of a segment that was sent again it says that it overlaps what
/// was there, and calls that malformed.
const COMPLAINTS: &str = "(_ws.malformed || _ws.expert.severity >= 6291456) && !tcp.analysis.flags";

fn tshark_finds_nothing_wrong(capture: &Path) {
    let checksums = ["ip", "tcp", "udp"].map(|of| format!("{of}.check_checksum:TRUE"));
    let said = Command::new("tshark")
        .args(checksums.iter().flat_map(|option| ["-o", option]))
        .args(["-n", "-Y", COMPLAINTS, "-r"])
        .arg(capture)
        .output()
        .unwrap_or_else(|error| panic!("tshark: {error}; the package is tshark"));
    let (complaints, errors) = (
        String::from_utf8_lossy(&said.stdout),
        String::from_utf8_lossy(&said.stderr),
    );
    let name = capture.display();
    assert!(said.status.success(), "{name}: {errors}");
    assert_eq!(complaints, "", "{name}");
}

fn captures_in(directory: &Path, prefix: &str) -> usize {
    let captures: Vec<_> = read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(prefix)
        })
        .collect();
    for capture in &captures {
        tshark_finds_nothing_wrong(capture);
    }
    captures.len()
}

#[test]
fn the_sessions_that_are_kept_parse() {
    let traces = Path::new(env!("CARGO_MANIFEST_DIR")).join("traces");
    assert_eq!(captures_in(&traces, "pppoe-"), 8);
}

/// The command, too, says what it should.
fn demonstration(words: &str) {
    let captures = tempfile::tempdir().unwrap();
    let directory = captures.path().display();
    let (exit, out, err) = host_sim(&format!("lab pppoe {words} --capture {directory}"));
    assert_eq!((exit, err.as_str()), (Exit::Fine, ""), "{out}");
    for expected in ["MTU 1492", "HANGS", "FINISHED", "As it should be."] {
        assert!(out.contains(expected), "{expected:?} is not in {out}");
    }
    assert!(!out.contains("NO REAL ACCESS CONCENTRATOR"), "{out}");
    assert_eq!(captures_in(captures.path(), "with"), 8);
}

#[test]
fn the_demonstration_with_the_firmware_in_qemu_at_a_real_access_concentrator_parses() {
    let image = Machine::Mps2An500.image();
    demonstration(&format!("--image {}", image.display()));
}

#[test]
fn the_demonstration_at_the_one_in_this_process_parses() {
    demonstration("--native --in-process");
}

#[test]
fn the_same_seed_gives_the_same_bytes_where_nothing_is_real() {
    let bytes = || {
        let captures = tempfile::tempdir().unwrap();
        let directory = captures.path().display();
        let words = format!("lab pppoe --native --in-process --seed 7 --capture {directory}");
        assert_eq!(host_sim(&words).0, Exit::Fine);
        std::fs::read(captures.path().join("with-clamp-trunk.pcap")).unwrap()
    };
    assert!(bytes() == bytes());
}
