//! A capture of 1 GB streams through the program, and its memory stays flat.

#![cfg(target_os = "linux")]

mod sample;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::thread;

const CAPTURE_BYTES: u64 = 1 << 30;
const PEAK_LIMIT_KIB: u64 = 32 << 10;
/// What is written and compared at a time: about 1 MB of data segments with some SYNs among them.
const SYNS_A_STRETCH: usize = 16;
const DATA_SEGMENTS_BEHIND_A_SYN: usize = 42;
const SEGMENT_PAYLOAD_BYTES: usize = 1460;

/// A stretch of records whose SYNs all say `mss`.
fn stretch(mss: u16) -> Vec<u8> {
    let mut records = sample::syn(mss);
    for _ in 0..DATA_SEGMENTS_BEHIND_A_SYN {
        records.extend(sample::data(SEGMENT_PAYLOAD_BYTES));
    }
    records.repeat(SYNS_A_STRETCH)
}

#[test]
fn a_capture_of_1_gb_streams_in_32_mib() {
    let (unclamped, clamped) = (stretch(1460), stretch(1452));
    let stretches = CAPTURE_BYTES.div_ceil(unclamped.len() as u64);
    let mut child = Command::new(env!("CARGO_BIN_EXE_host-sim"))
        .args(["clamp", "-", "-", "--link-mtu", "1492"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let input = child.stdin.take().unwrap();
    let output = child.stdout.take().unwrap();
    let report = BufReader::new(child.stderr.take().unwrap());

    let (peak_kib, rows) = thread::scope(|scope| {
        let output = scope.spawn(|| assert_comes_out(output, &clamped, stretches));
        let rows = scope.spawn(|| {
            let lines = report.lines().map(Result::unwrap);
            lines.filter(|line| line.contains("1460 -> 1452")).count()
        });
        let input = feed(input, &unclamped, stretches);
        // By now all but what is in the pipe has been read, and all but the writer's last buffer
        // written; to end the input would end the process, and with it what it tells of itself.
        let peak_kib = peak_memory_kib(child.id());
        drop(input);
        output.join().unwrap();
        (peak_kib, rows.join().unwrap())
    });
    assert_eq!(rows as u64, stretches * SYNS_A_STRETCH as u64);
    assert!(child.wait().unwrap().success());
    assert!(
        peak_kib < PEAK_LIMIT_KIB,
        "{peak_kib} KiB at the peak, more than {PEAK_LIMIT_KIB}"
    );
}

/// Writes a capture of so many stretches, and hands the open pipe back.
fn feed(mut input: ChildStdin, stretch: &[u8], stretches: u64) -> ChildStdin {
    input.write_all(&sample::FILE_HEADER).unwrap();
    for _ in 0..stretches {
        input.write_all(stretch).unwrap();
    }
    input
}

/// Reads a capture of so many stretches, of which every byte must be as expected.
fn assert_comes_out(mut output: ChildStdout, expected: &[u8], stretches: u64) {
    let mut header = [0; sample::FILE_HEADER.len()];
    output.read_exact(&mut header).unwrap();
    assert_eq!(header, sample::FILE_HEADER);
    let mut stretch = vec![0; expected.len()];
    for number in 0..stretches {
        output.read_exact(&mut stretch).unwrap();
        assert!(stretch == expected, "stretch {number} came out differently");
    }
    assert_eq!(
        output.read(&mut [0]).unwrap(),
        0,
        "more came out than went in"
    );
}

/// The most memory that a process has had resident, as proc_pid_status(5) has it.
fn peak_memory_kib(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = peak.and_then(|peak| peak.trim().strip_suffix(" kB"));
    kib.expect("a peak in kB").parse().unwrap()
}

/// Thousands of connections at once, each with more unacknowledged segments than are told apart.
const PORTS: u16 = 20_000;
const SOURCE_PORT_AT: usize = 16 + 14 + 20;
const SEQUENCE_AT: usize = SOURCE_PORT_AT + 4;
const DIAGNOSE_LIMIT_KIB: u64 = 64 << 10;

#[test]
fn a_capture_of_1_gb_with_20_000_connections_is_diagnosed_in_64_mib() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_host-sim"))
        .args(["diagnose", "-", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(&sample::FILE_HEADER).unwrap();
    let mut record = sample::data(SEGMENT_PAYLOAD_BYTES);
    let mut chunk = Vec::new();
    let mut fed_bytes = 0;
    let mut number: u32 = 0;
    while fed_bytes < CAPTURE_BYTES {
        chunk.clear();
        for _ in 0..1000 {
            // A batch of segments a port, port after port: all of them outstanding.
            let port = u16::try_from(number / 64 % u32::from(PORTS)).unwrap();
            let sequence = number.wrapping_mul(1460);
            record[SOURCE_PORT_AT..SOURCE_PORT_AT + 2].copy_from_slice(&port.to_be_bytes());
            record[SEQUENCE_AT..SEQUENCE_AT + 4].copy_from_slice(&sequence.to_be_bytes());
            chunk.extend_from_slice(&record);
            number += 1;
        }
        input.write_all(&chunk).unwrap();
        fed_bytes += chunk.len() as u64;
    }
    let peak_kib = peak_memory_kib(child.id());
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(report.contains("\"black_holes\":0"), "{report}");
    assert!(
        report.contains(&format!("\"packets\":{number}")),
        "{report}"
    );
    assert!(peak_kib < DIAGNOSE_LIMIT_KIB, "{peak_kib} KiB at the peak");
    eprintln!("{peak_kib} KiB at the peak");
}
