//! Standard input and output, and readers that go away.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use crate::{
    Folder, assert_plain, assert_refused, capture, clamp, host_sim, open, sample, stderr, stdout,
};

/// More than a pipe or a buffer holds, in captures as in reports.
const MANY: usize = 20_000;

fn many_syns(mss: u16) -> Vec<u8> {
    [&sample::FILE_HEADER[..], &sample::syn(mss).repeat(MANY)].concat()
}

#[test]
fn dashes_are_the_standard_streams_and_the_report_goes_to_standard_error() {
    let folder = Folder::new();
    let input = folder.file("in.pcap", &capture(1460));
    let output = clamp("-", "-").stdin(open(&input)).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(output.stdout, capture(1452));
    assert_eq!(stderr(&output).matches("1460 -> 1452").count(), 2);
    assert!(stderr(&output).contains("packets"), "{}", stderr(&output));
    assert_plain(stderr(&output));
}

#[test]
fn a_pipe_can_be_read_where_a_file_can() {
    let folder = Folder::new();
    let out = folder.path("out.pcap");
    let mut child = clamp("-", &out).stdin(Stdio::piped()).spawn().unwrap();
    // Byte by byte: what a slow writer hands over must not matter.
    let mut pipe = child.stdin.take().unwrap();
    for byte in capture(1460) {
        pipe.write_all(&[byte]).unwrap();
    }
    drop(pipe);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(fs::read(out).unwrap(), capture(1452));
    assert_eq!(stdout(&output).matches("1460 -> 1452").count(), 2);
    assert_eq!(stderr(&output), "");
}

#[test]
fn a_dash_with_the_report_for_machines_keeps_the_capture_clean() {
    let folder = Folder::new();
    let input = folder.file("in.pcap", &capture(1460));
    let output = clamp(&input, "-").arg("--json").output().unwrap();
    assert_eq!(output.stdout, capture(1452));
    for line in stderr(&output).lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
}

#[test]
fn nothing_on_standard_input_is_no_capture() {
    let output = clamp("-", "-").output().unwrap();
    assert_refused(&output, &["-", "empty"]);
    assert_eq!(output.stdout, b"");
}

/// `host-sim clamp IN OUT … | head -1`
#[test]
fn a_reader_of_the_report_who_goes_away_leaves_out_whole() {
    let folder = Folder::new();
    let input = folder.file("in.pcap", &many_syns(1460));
    let out = folder.path("out.pcap");
    let mut child = clamp(&input, &out).spawn().unwrap();
    let mut report = BufReader::new(child.stdout.take().unwrap());
    let mut first_line = String::new();
    report.read_line(&mut first_line).unwrap();
    drop(report);
    let output = child.wait_with_output().unwrap();
    assert!(first_line.contains("packet"), "{first_line}");
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""));
    assert!(fs::read(out).unwrap() == many_syns(1452));
}

/// `host-sim clamp IN - … | head -c 1`
#[test]
fn a_reader_of_the_capture_who_goes_away_is_told_of() {
    let folder = Folder::new();
    let input = folder.file("in.pcap", &many_syns(1460));
    let mut child = clamp(&input, "-").spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_refused(&output, &["-: Broken pipe"]);
}

/// `host-sim --help | true`
#[test]
fn a_reader_of_the_help_who_goes_away_is_no_matter() {
    let mut child = host_sim().arg("--help").spawn().unwrap();
    drop(child.stdout.take());
    assert_plain(stderr(&child.wait_with_output().unwrap()));
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_under_the_report_is_told_of_and_out_is_whole() {
    let folder = Folder::new();
    let input = folder.file("in.pcap", &capture(1460));
    let out = folder.path("out.pcap");
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = clamp(&input, &out).stdout(full).output().unwrap();
    assert_refused(&output, &["the report", "No space left"]);
    assert_eq!(fs::read(out).unwrap(), capture(1452));
}

/// `mkfifo IN OUT; cat capture > IN & host-sim clamp IN OUT … & cat OUT`
#[test]
#[cfg(unix)]
fn named_pipes_are_opened_once_and_carry_the_capture() {
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    use nix::sys::stat::Mode;
    use nix::unistd::mkfifo;

    let folder = Folder::new();
    let (input, out) = (folder.path("in"), folder.path("out"));
    for pipe in [&input, &out] {
        mkfifo(pipe, Mode::S_IRWXU).unwrap();
    }
    let mut child = clamp(&input, &out).spawn().unwrap();
    // Small enough for the pipe: its writer is gone at once.
    thread::spawn(move || fs::write(input, capture(1460)));
    let (sender, received) = mpsc::channel();
    thread::spawn(move || sender.send(fs::read(out).unwrap()));
    let clamped = received.recv_timeout(Duration::from_secs(60));
    if clamped.is_err() {
        child.kill().unwrap();
    }
    assert!(clamped.expect("an end to the waiting") == capture(1452));
    assert!(child.wait().unwrap().success());
}

#[test]
fn one_of_two_captures_may_be_standard_input() {
    let folder = Folder::new();
    let path = folder.file("in.pcap", &capture(1460));
    for [one, other] in [["-", "in.pcap"], ["in.pcap", "-"]] {
        for command in ["check", "diagnose"] {
            let output = host_sim()
                .current_dir(folder.path(""))
                .args([command, one, other])
                .stdin(open(&path))
                .output()
                .unwrap();
            assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""));
            assert!(!output.stdout.is_empty());
        }
    }
}
