//! Rules of other firewalls, as flags and explained.

use std::fs;

use serde_json::Value;

use crate::{
    Folder, assert_plain, assert_refused, capture, host_sim, json_lines, quoted_words, stderr,
    stdout,
};

const TO_PMTU: &str =
    "iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu";
const TO_1300_FOR_WEB: &str =
    "nft add rule inet filter forward tcp dport 80 tcp flags syn tcp option maxseg size set 1300";

/// Runs `clamp --json` with these flags over SYNs of 1460 to port 80; hands back the first one's row
/// and the summary.
fn clamped(flags: &[&str]) -> (Value, Value) {
    let folder = Folder::new();
    let input = folder.file("in.pcap", &capture(1460));
    let out = folder.path("out.pcap");
    let output = host_sim()
        .args(["clamp", "--json"])
        .args([&input, &out])
        .args(flags)
        .output()
        .unwrap();
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""));
    assert_eq!(fs::read(out).unwrap().len(), capture(1460).len());
    let mut lines = json_lines(&output).into_iter();
    (lines.next().unwrap(), lines.next_back().unwrap())
}

#[test]
fn the_first_rule_that_matches_says_what_a_syn_is_lowered_to() {
    let (row, _) = clamped(&["--rule", TO_PMTU, "--link-mtu", "1492"]);
    assert_eq!(row["to"], 1452);
    let mtu = ["--link-mtu", "1492"];
    let (row, _) = clamped(&[&["--rule", TO_1300_FOR_WEB, "--rule", TO_PMTU], &mtu[..]].concat());
    assert_eq!(row["to"], 1300);
    let (row, _) = clamped(&[&["--rule", TO_PMTU, "--rule", TO_1300_FOR_WEB], &mtu[..]].concat());
    assert_eq!(row["to"], 1452);
}

#[test]
fn a_syn_that_no_rule_matches_is_left_alone_and_counted() {
    let elsewhere = TO_1300_FOR_WEB.replace("80", "443");
    let (row, summary) = clamped(&["--rule", &elsewhere]);
    assert_eq!(
        (&row["outcome"], &row["reason"]),
        (&"left-alone".into(), &"no-rule".into())
    );
    assert_eq!(summary["summary"]["left_alone"]["no-rule"], 2);
    assert_eq!(summary["summary"]["left_alone"]["not-syn"], 1);
}

#[test]
fn check_holds_a_capture_to_the_rules() {
    let folder = Folder::new();
    let capture = folder.file("in.pcap", &capture(1460));
    let check = |rule: &str| {
        let mut command = host_sim();
        command.arg("check").args([&capture, &capture]);
        command.args(["--rule", rule]).output().unwrap()
    };
    let output = check(TO_1300_FOR_WEB);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stdout(&output).contains("1300"), "{}", stdout(&output));
    assert_eq!(
        check(&TO_1300_FOR_WEB.replace("80", "443")).status.code(),
        Some(0)
    );
}

#[test]
fn what_cannot_be_honoured_is_refused_with_a_caret_under_the_word() {
    let refused = |flags: &[&str], words: &[&str]| {
        let command = host_sim().args(["clamp", "a", "b"]).args(flags).output();
        assert_refused(&command.unwrap(), words);
    };
    let limited = "-A FORWARD -p tcp --syn -m limit -j TCPMSS --set-mss 1400";
    let caret = format!("\n  {limited}\n{:>34}\n", "^^^^^");
    refused(&["--rule", limited], &["`limit` at column 28", &caret]);
    refused(
        &["--rule", TO_PMTU],
        &["`--clamp-mss-to-pmtu`", "give --link-mtu"],
    );
    let at_ppp0 = TO_1300_FOR_WEB.replace("tcp flags", "oifname ppp0 tcp flags");
    refused(&["--rule", &at_ppp0], &["`ppp0`", "a capture doesn't say"]);
    refused(
        &["--rule", TO_1300_FOR_WEB, "--link-mtu", "1492"],
        &["--link-mtu would do nothing"],
    );
    refused(
        &["--rule", TO_1300_FOR_WEB, "--max-mss-v4", "1400"],
        &["cannot be used with"],
    );
}

#[test]
fn explain_says_it_in_a_sentence_and_for_machines() {
    let output = host_sim().args(["explain", TO_PMTU]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let said = stdout(&output);
    assert!(said.starts_with(TO_PMTU), "{said}");
    assert!(
        said.contains("\n  Lowers the MSS of TCP SYNs and SYN-ACKs over IPv4 to what"),
        "{said}"
    );
    assert!(
        said.lines().skip(1).all(|line| line.chars().count() <= 88),
        "{said}"
    );
    assert_plain(said);

    let output = host_sim()
        .args([
            "explain",
            "--json",
            "--link-mtu",
            "1492",
            "--rule",
            TO_1300_FOR_WEB,
            TO_PMTU,
        ])
        .output()
        .unwrap();
    let lines = json_lines(&output);
    let [pmtu, web] = &lines[..] else {
        panic!("two lines: {lines:?}");
    };
    assert_eq!(pmtu["ceiling"]["ipv4"], 1452);
    assert_eq!(
        (&web["ceiling"]["ipv4"], &web["ceiling"]["ipv6"]),
        (&1300.into(), &1300.into())
    );
    assert_eq!(web["rule"], TO_1300_FOR_WEB);
}

#[test]
fn explain_without_a_rule_is_bad_usage() {
    let output = host_sim().arg("explain").output().unwrap();
    assert_refused(&output, &["no rule"]);
}

#[test]
fn the_examples_of_explain_are_understood() {
    let output = host_sim().args(["explain", "--help"]).output().unwrap();
    let (_, examples) = stdout(&output).split_once("Examples:").unwrap();
    let examples: Vec<&str> = examples
        .lines()
        .filter_map(|line| line.split_once("host-sim "))
        .map(|(_, words)| words)
        .collect();
    assert_eq!(examples.len(), 3, "{examples:?}");
    for example in examples {
        let output = host_sim().args(quoted_words(example)).output().unwrap();
        assert_eq!(
            output.status.code(),
            Some(0),
            "{example}: {}",
            stderr(&output)
        );
    }
}
