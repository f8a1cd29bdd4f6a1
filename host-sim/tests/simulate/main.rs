//! `host-sim simulate`: every scenario holds, and something else happens without its cure and
//! without its fault; the same seed gives the same bytes; what can't be is refused with its place.

mod bytes;
mod misspelt;
mod picture;
mod refused;
mod routers;
mod verdicts;
mod words;

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use host_sim::Exit;

fn simulate(words: &[&str]) -> (Exit, String, String) {
    let words = ["host-sim", "simulate"].iter().chain(words);
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let exit = host_sim::run(words.map(OsString::from), &mut out, &mut err);
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (exit, text(out), text(err))
}

/// The same of a scenario that is only text.
fn simulate_text(text: &str, words: &[&str]) -> (Exit, String, String) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("scenario.toml");
    fs::write(&path, text).expect("a file");
    simulate(&[&[&*path.to_string_lossy()], words].concat())
}

fn as_json(line: &str) -> serde_json::Value {
    serde_json::from_str(line).expect("a line of JSON")
}

fn built_in() -> Vec<String> {
    let (exit, list, _) = simulate(&["--list", "--json"]);
    assert_eq!(exit, Exit::Fine);
    let name = |line: &str| as_json(line)["name"].as_str().expect("a name").to_owned();
    list.lines().map(name).collect()
}

#[test]
fn every_scenario_file_is_built_in() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut files: Vec<_> = fs::read_dir(directory)
        .expect("the scenarios are there")
        .map(|entry| {
            let path = entry.expect("an entry").path();
            path.file_stem().unwrap().to_string_lossy().into_owned()
        })
        .collect();
    files.sort();
    assert_eq!(built_in(), files);
}

#[test]
fn every_scenario_holds_and_fails_without_its_cure_and_without_its_fault() {
    for name in built_in() {
        let (exit, out, err) = simulate(&[&name, "--variants"]);
        assert_eq!(exit, Exit::Fine, "{err}{out}");
        for variant in [
            "as it stands",
            "without.cure",
            "without.fault",
            "without both",
        ] {
            assert!(
                out.contains(&format!("\n{variant} (seed")),
                "{name}: {variant}"
            );
        }
    }
}

const LEAST: &str = "title = 't'\n[hosts.left]\n[hosts.right]\n\
                     [links.l]\nends = ['left', 'right']\n\
                     [flows.f]\nfrom = 'left'\nto = 'right'\nbytes = 1000\n";

#[test]
fn a_name_that_is_no_scenario_is_answered_with_the_nearest() {
    let (exit, _, err) = simulate(&["mtu-lowered-in-midflow"]);
    assert_eq!(exit, Exit::BadInput);
    assert!(
        err.contains("did you mean mtu-lowered-in-mid-flow?"),
        "{err}"
    );
}

#[test]
fn what_does_not_hold_is_said_and_is_the_exit_code() {
    let expect = "[expect.flows.f]\ncompletes_within_s = 1.0\nmss_at_server = 1400\n";
    let text = format!("{LEAST}{expect}");
    let (exit, out, _) = simulate_text(&text, &[]);
    assert_eq!(exit, Exit::FoundFault);
    assert!(out.contains("held    flows.f.completes_within_s"), "{out}");
    assert!(
        out.contains("FAILED  flows.f.mss_at_server       1400            1460"),
        "{out}"
    );
    let (exit, out, _) = simulate_text(&text, &["--json"]);
    assert_eq!(exit, Exit::FoundFault);
    let line = as_json(&out);
    assert_eq!(line["verdicts"][1]["held"], false);
    assert_eq!(line["flows"][0]["received_bytes"], 1000);
}

#[test]
fn a_timeline_marks_what_was_dropped() {
    let name = "masquerading-server-goes-deaf";
    let (exit, out, _) = simulate(&[name, "--without", "cure", "--timeline"]);
    assert_eq!(exit, Exit::Fine);
    assert!(out.contains("SYN mss 1460"), "{out}");
    assert!(out.contains("[too big, in silence]"));
}
