//! The conformance runner, and programs that keep to its form or don't.

use std::fs;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use tests::conformance::corpus;

/// Runs the corpus against a shell command that may take so many seconds for an answer.
fn against(command: &str, patience: &str) -> (Output, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_conformance"))
        .args(["--quiet", "--patience", patience, "--against", command])
        .output()
        .expect("the runner starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output, said)
}

#[track_caller]
fn assert_breaks_the_form(command: &str, patience: &str, problem: &str) {
    let started = Instant::now();
    let (output, said) = against(command, patience);
    assert_eq!(output.status.code(), Some(2), "{command}: {said}");
    let first = &corpus()[0].name;
    assert_eq!(said, format!("conformance: at {first:?}: {problem}\n"));
    assert!(started.elapsed() < Duration::from_secs(60), "{command}");
}

/// Long enough for a program that answers.
const BUSY_MACHINE: &str = "60";
/// Long enough to see that none answers.
const SHORT: &str = "1";
const NO_ANSWER: &str = "no answer in 1s: it hangs, or keeps its answers in a buffer; flush standard output \
                         after each line";

#[test]
fn a_program_that_cannot_be_asked_has_nothing_wrong() {
    let (output, said) = against("while read -r line; do echo not asked; done", BUSY_MACHINE);
    assert_eq!(output.status.code(), Some(0), "{said}");
    let sums = String::from_utf8_lossy(&output.stdout);
    assert!(
        sums.contains(&format!("not asked        {}", corpus().len())),
        "{sums}"
    );
}

#[test]
fn a_program_that_gives_back_what_it_gets_is_wrong_about_each_syn_to_lower() {
    let (output, said) = against(
        "while IFS='\t' read -r policy call bytes; do echo \"$bytes\"; done",
        BUSY_MACHINE,
    );
    assert_eq!(output.status.code(), Some(1), "{said}");
    let changed = corpus()
        .into_iter()
        .filter(|case| case.input != case.output)
        .count();
    let sums = String::from_utf8_lossy(&output.stdout);
    assert!(
        sums.contains(&format!("left as it was  {changed:>4}\n")),
        "{sums}"
    );
}

#[test]
fn a_program_that_hangs_is_ended_and_the_case_named() {
    assert_breaks_the_form("sleep 1000", SHORT, NO_ANSWER);
}

#[test]
fn what_a_hanging_program_started_is_ended_too() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let file = directory.path().join("id");
    assert_breaks_the_form(
        &format!("sleep 1000 & echo $! > {}; wait", file.display()),
        SHORT,
        NO_ANSWER,
    );
    let id = fs::read_to_string(file).expect("the id of what it started");
    // Whoever inherits it may not have looked yet: Z.
    let state = fs::read_to_string(format!("/proc/{}/stat", id.trim())).unwrap_or_default();
    assert!(state.is_empty() || state.contains(") Z "), "{state}");
}

#[test]
fn a_program_that_keeps_its_answers_in_a_buffer_is_told_so() {
    assert_breaks_the_form("sed 's/.*/not asked/'", SHORT, NO_ANSWER);
}

#[test]
fn a_program_that_ends_is_told_so() {
    assert_breaks_the_form("true", BUSY_MACHINE, "it ended before it answered");
}

#[test]
fn an_answer_in_another_form_is_shown() {
    assert_breaks_the_form("echo clamped", BUSY_MACHINE, "\"clamped\" is no answer");
}
