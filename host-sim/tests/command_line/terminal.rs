//! What a user at a terminal sees while a long file goes through.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::os::fd::OwnedFd;
use std::process::Command;

use nix::pty::{Winsize, openpty};

use crate::{Folder, clamp, sample};

const SYNS: usize = 20_000;
/// What a bar may take on the terminal: far more than 20 drawings a second do in the time there
/// is, and far less than one a SYN.
const BAR_BYTES: usize = 1 << 20;

/// A capture long enough for a bar, with many SYNs.
fn long_capture(mss: u16) -> Vec<u8> {
    let mut capture = sample::FILE_HEADER.to_vec();
    capture.extend(sample::syn(mss).repeat(SYNS));
    capture.extend(sample::data(60_000).repeat(1_200));
    assert!(capture.len() > 64 << 20);
    capture
}

/// A terminal of the usual size: what a program is given, and where its user sits.
fn terminal() -> (OwnedFd, File) {
    let size = Winsize {
        ws_row: 24,
        ws_col: 80,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    let terminal = openpty(&size, None).unwrap();
    (terminal.slave, terminal.master.into())
}

/// Runs `command`: what appeared on the terminal.
fn seen_on(mut user: File, mut command: Command) -> String {
    let mut child = command.env("TERM", "xterm").spawn().unwrap();
    // The command holds the terminal open, too.
    drop(command);
    let mut seen = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        match user.read(&mut chunk) {
            Ok(0) => break,
            Ok(len) => seen.extend(&chunk[..len]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // Linux says EIO once nobody holds the other end.
            Err(_) => break,
        }
    }
    assert!(child.wait().unwrap().success());
    String::from_utf8_lossy(&seen).into_owned()
}

#[test]
fn a_bar_beside_a_redirected_report_is_not_drawn_for_every_syn() {
    let folder = Folder::new();
    let input = folder.file("in.pcap", &long_capture(1460));
    let (out, report) = (folder.path("out.pcap"), folder.path("report.txt"));
    let (theirs, user) = terminal();
    let mut command = clamp(&input, &out);
    command
        .stdout(File::create(&report).unwrap())
        .stderr(theirs);
    let seen = seen_on(user, command);
    assert!(seen.contains(" left"), "no bar: {seen}");
    assert!(seen.len() < BAR_BYTES, "{} bytes", seen.len());
    let report = fs::read_to_string(report).unwrap();
    assert_eq!(report.matches("1460 -> 1452").count(), SYNS);
    assert!(!report.contains('\u{1b}'));
    assert!(fs::read(out).unwrap() == long_capture(1452));
}

#[test]
fn a_bar_and_the_report_share_a_terminal_line_by_line() {
    let folder = Folder::new();
    let input = folder.file("in.pcap", &long_capture(1460));
    let (theirs, user) = terminal();
    let mut command = clamp(&input, folder.path("out.pcap"));
    command.stdout(theirs.try_clone().unwrap()).stderr(theirs);
    let seen = seen_on(user, command);
    assert!(seen.contains(" left"), "no bar: {seen}");
    assert_eq!(seen.matches("  ipv4\r\n").count(), SYNS);
}

/// Standard error is unbuffered: a row in pieces would have the bar drawn over it.
#[test]
fn a_bar_and_the_report_share_standard_error_line_by_line() {
    let folder = Folder::new();
    let input = folder.file("in.pcap", &long_capture(1460));
    let out = folder.path("out.pcap");
    let (theirs, user) = terminal();
    let mut command = clamp(&input, "-");
    command.stdout(File::create(&out).unwrap()).stderr(theirs);
    let seen = seen_on(user, command);
    assert!(seen.contains(" left"), "no bar: {seen}");
    assert_eq!(seen.matches("  ipv4\r\n").count(), SYNS);
    assert!(fs::read(out).unwrap() == long_capture(1452));
}
