//! The program as a user starts it: what it says, where, and with which exit code.

mod bad_input;
mod diagnose;
mod one_file;
mod reports;
mod rules;
#[path = "../sample/mod.rs"]
mod sample;
mod streams;
#[cfg(unix)]
mod terminal;
mod usage;

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A folder for the files of one test.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file.
    fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path
    }
}

/// The program with its standard streams piped, and nothing to read.
fn host_sim() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_host-sim"));
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// `host-sim clamp INPUT OUTPUT --link-mtu 1492`.
fn clamp(input: impl AsRef<OsStr>, output: impl AsRef<OsStr>) -> Command {
    let mut command = host_sim();
    command.arg("clamp").args([input.as_ref(), output.as_ref()]);
    command.args(["--link-mtu", "1492"]);
    command
}

/// A capture of a SYN whose MSS is `mss`, some data, and another SYN.
fn capture(mss: u16) -> Vec<u8> {
    let records = [sample::syn(mss), sample::data(100), sample::syn(mss)];
    [&sample::FILE_HEADER[..], &records.concat()].concat()
}

/// The words of an example, those in single quotes as one.
fn quoted_words(example: &str) -> Vec<String> {
    let pieces = example.split('\'').enumerate();
    pieces
        .flat_map(|(place, piece)| match place % 2 {
            0 => piece.split_whitespace().map(str::to_owned).collect(),
            _ => vec![piece.to_owned()],
        })
        .collect()
}

/// A report for machines: JSON, a line each.
fn json_lines(output: &Output) -> Vec<Value> {
    stdout(output)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn stdout(output: &Output) -> &str {
    str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    str::from_utf8(&output.stderr).unwrap()
}

fn open(path: &Path) -> File {
    File::open(path).unwrap()
}

/// Asserts a refusal: exit code 2, and each of `words` in what was said on standard error.
fn assert_refused(output: &Output, words: &[&str]) {
    let said = stderr(output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    for word in words {
        assert!(said.contains(word), "no word of {word} in: {said}");
    }
    assert_plain(said);
}

/// Asserts that there is neither a panic nor anything meant for a terminal in `text`.
fn assert_plain(text: &str) {
    assert!(!text.contains("panicked"), "{text}");
    assert!(!text.contains(['\u{1b}', '\r']), "{text:?}");
}
