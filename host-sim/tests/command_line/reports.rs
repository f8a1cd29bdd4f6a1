//! The reports: for machines, and for eyes that look at no terminal.

use std::fs;

use serde_json::Value;

use crate::{Folder, assert_plain, capture, clamp, json_lines, sample, stderr, stdout};

#[test]
fn each_line_for_machines_is_json_and_the_last_is_the_summary() {
    let folder = Folder::new();
    let input = folder.file("in.pcap", &capture(1460));
    let out = folder.path("out.pcap");
    let output = clamp(&input, &out).arg("--json").output().unwrap();
    let lines = json_lines(&output);
    let [first, second, last] = &lines[..] else {
        panic!("two SYNs and a summary, but {} lines", lines.len());
    };
    for (row, packet) in [(first, 1), (second, 3)] {
        assert_eq!(row["packet"], packet);
        assert_eq!(row["handshake"], "SYN");
        assert_eq!(row["source"]["address"], "192.0.2.2");
        assert_eq!(row["source"]["port"], 40_000);
        assert_eq!(row["destination"]["address"], "198.51.100.2");
        assert_eq!(row["destination"]["port"], 80);
        assert_eq!(row["encapsulation"], "ipv4");
        assert_eq!(row["outcome"], "clamped");
        assert_eq!((&row["from"], &row["to"]), (&1460.into(), &1452.into()));
    }
    let summary = &last["summary"];
    assert_eq!(summary["packets"], 3);
    assert_eq!(summary["clamped"], 2);
    assert_eq!(summary["left_alone"]["not-syn"], 1);
    assert_eq!(summary["fault"], Value::Null);
    assert_eq!(stderr(&output), "");
}

/// A file long enough for a progress bar, of packets too large to be slow.
#[test]
fn a_long_file_shows_no_progress_where_there_is_no_terminal() {
    const RECORD_PAYLOAD_BYTES: usize = 60_000;
    const RECORDS: usize = 1_200;
    let folder = Folder::new();
    let mut long = sample::FILE_HEADER.to_vec();
    long.extend(sample::syn(1460));
    long.extend(sample::data(RECORD_PAYLOAD_BYTES).repeat(RECORDS));
    assert!(long.len() > 64 << 20);
    let input = folder.file("in.pcap", &long);
    let out = folder.path("out.pcap");
    let output = clamp(&input, &out).output().unwrap();
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""));
    assert_plain(stdout(&output));
    assert_eq!(fs::metadata(&out).unwrap().len(), long.len() as u64);
}

#[test]
fn no_colour_goes_where_there_is_no_terminal() {
    let output = clamp("missing.pcap", "out.pcap")
        .arg("--no-such-flag")
        .env("CLICOLOR_FORCE", "1")
        .output()
        .unwrap();
    assert_plain(stderr(&output));
    assert!(stderr(&output).contains("--no-such-flag"));
}

#[test]
fn the_report_for_eyes_is_a_table_of_syns_and_the_counts_behind_it() {
    let folder = Folder::new();
    let mut without_mss = sample::syn(1460);
    let options_at = without_mss.len() - 4;
    without_mss[options_at..].fill(1);
    let records = [sample::syn(1460), sample::data(100), without_mss];
    let captured = [&sample::FILE_HEADER[..], &records.concat()].concat();
    let input = folder.file("in.pcap", &captured);
    let out = folder.path("out.pcap");
    let output = clamp(&input, &out)
        .arg("--insert-missing")
        .output()
        .unwrap();
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""));
    assert_eq!(
        stdout(&output).trim_start(),
        "\
packet           from > to                                      MSS                             encapsulation
      1  SYN      192.0.2.2:40000 > 198.51.100.2:80              1460 -> 1452                    ipv4
      3  SYN      192.0.2.2:40000 > 198.51.100.2:80              none -> 536                     ipv4

packets                                             3
  clamped                                           1
  MSS option inserted                               1
  fits                                              0
  left alone                                        1
    TCP without SYN                                 1
  malformed                                         0
"
    );
    let clamped = fs::read(out).unwrap();
    assert_eq!(clamped.len(), captured.len() + 4, "an option is four bytes");
}
