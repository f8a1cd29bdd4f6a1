//! IN and OUT are the same file, under whatever name: refused, and IN stays as it is.

use std::fs::{self, OpenOptions};
use std::path::Path;
use std::process::Command;

use crate::{Folder, assert_refused, capture, clamp, open};

/// Runs `command`, which reads and would write `input`.
fn assert_left_whole(mut command: Command, input: &Path) {
    let output = command.output().unwrap();
    assert_refused(&output, &["IN and OUT are the same file"]);
    assert_eq!(fs::read(input).unwrap(), capture(1460));
}

#[test]
fn the_same_path_is_refused() {
    let folder = Folder::new();
    let input = folder.file("in.pcap", &capture(1460));
    assert_left_whole(clamp(&input, &input), &input);
    let roundabout = folder.path("./in.pcap");
    assert_left_whole(clamp(&input, roundabout), &input);
}

#[test]
#[cfg(unix)]
fn a_symbolic_link_is_refused_in_both_directions() {
    let folder = Folder::new();
    let input = folder.file("in.pcap", &capture(1460));
    let link = folder.path("link.pcap");
    std::os::unix::fs::symlink(&input, &link).unwrap();
    assert_left_whole(clamp(&input, &link), &input);
    assert_left_whole(clamp(&link, &input), &input);
}

#[test]
fn a_hard_link_is_refused() {
    let folder = Folder::new();
    let input = folder.file("in.pcap", &capture(1460));
    let link = folder.path("link.pcap");
    fs::hard_link(&input, &link).unwrap();
    assert_left_whole(clamp(&input, &link), &input);
}

#[test]
fn a_redirected_standard_input_is_refused() {
    let folder = Folder::new();
    let input = folder.file("in.pcap", &capture(1460));
    let mut command = clamp("-", &input);
    command.stdin(open(&input));
    assert_left_whole(command, &input);
}

/// `>>`, as `>` has emptied the file before the program starts.
#[test]
fn a_redirected_standard_output_is_refused() {
    let folder = Folder::new();
    let input = folder.file("in.pcap", &capture(1460));
    let append = || OpenOptions::new().append(true).open(&input).unwrap();
    let mut command = clamp(&input, "-");
    command.stdout(append());
    assert_left_whole(command, &input);

    let mut command = clamp("-", "-");
    command.stdin(open(&input)).stdout(append());
    assert_left_whole(command, &input);
}

#[test]
fn an_equal_copy_is_another_file() {
    let folder = Folder::new();
    let input = folder.file("in.pcap", &capture(1460));
    let out = folder.file("out.pcap", &capture(1460));
    assert!(clamp(&input, &out).status().unwrap().success());
    assert_eq!(fs::read(&input).unwrap(), capture(1460));
    assert_eq!(fs::read(&out).unwrap(), capture(1452));
}
