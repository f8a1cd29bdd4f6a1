//! `host-sim clamp` over the captures in `tests/traces`: its reports, reviewed as text, and what it
//! did to the bytes, found out without any code of ours.
//!
//! After new captures (`tests/traces/make.sh`) the reports have to be looked at again:
//! `INSTA_UPDATE=always cargo test -p tests --test golden_summaries`, then `git diff`.

mod every_capture;
mod insertion;
mod packets;
mod reports;
mod rewritten;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use host_sim::Exit;

/// What one run of the command left behind.
struct Run {
    exit: Exit,
    report: String,
    complaint: String,
    output: Vec<u8>,
}

/// Runs `host-sim clamp INPUT OUT FLAGS`.
fn clamp(input: &Path, flags: &str) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out");
    let mut words: Vec<OsString> = vec!["host-sim".into(), "clamp".into()];
    words.extend([input.into(), output.clone().into()]);
    words.extend(flags.split_whitespace().map(OsString::from));
    let (mut report, mut complaint) = (Vec::new(), Vec::new());
    let exit = host_sim::run(words, &mut report, &mut complaint);
    Run {
        exit,
        report: String::from_utf8(report).unwrap(),
        complaint: String::from_utf8(complaint).unwrap(),
        output: fs::read(output).unwrap(),
    }
}

/// The same for a capture that is in memory.
fn clamp_bytes(input: &[u8], flags: &str) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("in");
    fs::write(&path, input).unwrap();
    clamp(&path, flags)
}

/// Where the captures of our own making are.
fn own_captures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("traces")
}

/// The captures in a folder, in the order of their names; `None` where there is no such folder.
fn captures_in(folder: &Path) -> Option<Vec<PathBuf>> {
    let mut captures: Vec<PathBuf> = fs::read_dir(folder)
        .ok()?
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|end| end == "pcap" || end == "pcapng")
        })
        .collect();
    captures.sort();
    Some(captures)
}
