//! Files that can't be read or written, and what is left of OUT.

use std::fs;
use std::path::Path;

use crate::{Folder, assert_refused, capture, clamp, sample, stdout};

/// Clamps `input`, which must be refused with nothing written and no OUT made or touched.
fn assert_nothing_written(folder: &Folder, input: &Path, words: &[&str]) {
    let name = input.file_name().unwrap().to_str().unwrap();
    let words = [words, &[name]].concat();
    let out = folder.path("out.pcap");
    let output = clamp(input, &out).output().unwrap();
    assert_refused(&output, &words);
    assert_eq!(stdout(&output), "");
    assert!(!out.exists(), "OUT was made");

    let earlier = folder.file("earlier.pcap", b"an earlier result");
    assert_refused(&clamp(input, &earlier).output().unwrap(), &words);
    assert_eq!(fs::read(earlier).unwrap(), b"an earlier result");
}

#[test]
fn a_missing_file_is_named() {
    let folder = Folder::new();
    assert_nothing_written(&folder, &folder.path("missing.pcap"), &["No such file"]);
}

#[test]
fn a_folder_is_no_capture() {
    let folder = Folder::new();
    let input = folder.path("captures");
    fs::create_dir(&input).unwrap();
    assert_nothing_written(&folder, &input, &["Is a directory"]);
}

#[test]
fn an_empty_file_is_no_capture() {
    let folder = Folder::new();
    let input = folder.file("empty.pcap", b"");
    assert_nothing_written(&folder, &input, &["empty"]);
}

#[test]
fn a_text_file_is_no_capture() {
    let folder = Folder::new();
    let input = folder.file(
        "notes.txt",
        b"This is no capture, but a text of some length.\n",
    );
    assert_nothing_written(
        &folder,
        &input,
        &["not a pcap or pcapng capture", "54 68 69 73"],
    );
}

#[test]
fn a_file_header_cut_short_is_no_capture() {
    let folder = Folder::new();
    for len in 1..sample::FILE_HEADER.len() {
        let input = folder.file("short.pcap", &sample::FILE_HEADER[..len]);
        assert_nothing_written(&folder, &input, &[]);
    }
}

#[test]
fn an_out_in_a_missing_folder_is_named() {
    let folder = Folder::new();
    let input = folder.file("in.pcap", &capture(1460));
    let output = clamp(&input, folder.path("missing/out.pcap"))
        .output()
        .unwrap();
    assert_refused(&output, &["missing/out.pcap", "No such file"]);
    assert!(!folder.path("missing").exists());
}

#[test]
fn an_out_that_is_a_folder_is_named() {
    let folder = Folder::new();
    let input = folder.file("in.pcap", &capture(1460));
    let out = folder.path("results");
    fs::create_dir(&out).unwrap();
    assert_refused(
        &clamp(&input, &out).output().unwrap(),
        &["results", "directory"],
    );
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_under_out_is_named() {
    let folder = Folder::new();
    let input = folder.file("in.pcap", &capture(1460));
    let output = clamp(&input, "/dev/full").output().unwrap();
    assert_refused(&output, &["/dev/full", "No space left"]);
}

/// At every length: the whole records are written, clamped, and the message says where the record
/// begins that is not whole.
#[test]
fn everything_before_a_fault_is_written_and_the_fault_has_its_byte() {
    let folder = Folder::new();
    let (before, after) = (capture(1460), capture(1452));
    let mut record_ends = vec![sample::FILE_HEADER.len()];
    for record in [sample::syn(0), sample::data(100), sample::syn(0)] {
        record_ends.push(record_ends[record_ends.len() - 1] + record.len());
    }
    let first_record_end = record_ends[1];
    for len in first_record_end..before.len() {
        let whole = *record_ends.iter().rfind(|&&end| end <= len).unwrap();
        let input = folder.file("cut.pcap", &before[..len]);
        let out = folder.path("out.pcap");
        let output = clamp(&input, &out).output().unwrap();
        if whole == len {
            assert_eq!(output.status.code(), Some(0), "{len} bytes");
        } else {
            assert_refused(&output, &["cut.pcap", &format!("byte {whole}:")]);
        }
        assert!(stdout(&output).contains("1460 -> 1452"), "{len} bytes");
        assert_eq!(fs::read(&out).unwrap(), after[..whole], "{len} bytes");
    }
}

#[test]
fn a_fault_is_in_the_summary_for_machines_too() {
    let folder = Folder::new();
    let before = capture(1460);
    let input = folder.file("cut.pcap", &before[..before.len() - 1]);
    let mut command = clamp(&input, folder.path("out.pcap"));
    let output = command.arg("--json").output().unwrap();
    let last = stdout(&output).lines().last().unwrap();
    let last: serde_json::Value = serde_json::from_str(last).unwrap();
    let fault = last["summary"]["fault"].as_str().unwrap();
    assert_refused(&output, &[fault]);
    assert!(fault.contains("byte "), "{fault}");
}
