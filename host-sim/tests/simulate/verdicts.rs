//! Everything that can be expected of a run: with what holds, and with what does not.

use super::{as_json, simulate_text};

/// ```text
/// left ── a ── one ── b (1400 bytes) ── two ── c ── right, which sends a file to left
/// ```
const NETWORK: &str = "title = 't'
until_s = 30
[hosts.left]
stack = 'icmp'
[hosts.right]
stack = 'icmp'
[routers.one]
keeps_silent = false
[routers.two]
keeps_silent = false
[links.a]
ends = ['left', 'one']
[links.b]
ends = ['one', 'two']
mtu_bytes = 1400
[links.c]
ends = ['two', 'right']
[flows.f]
from = 'left'
to = 'right'
bytes = 20000
[expect]
";

/// What of it makes a black hole.
const SILENCE: (&str, &str) = ("keeps_silent = false", "keeps_silent = true");
const CUT: (&str, &str) = ("mtu_bytes = 1400", "loss_percent = 100");
const DAMAGE: (&str, &str) = (
    "mtu_bytes = 1400",
    "corrupt_percent = 20\n[routers.one]\nrecomputes_checksums = true",
);
/// Half of the file in 30 seconds.
const SLOW: (&str, &str) = (
    "mtu_bytes = 1400",
    "mbits_per_second = 0.003\nmtu_bytes = 1400",
);

/// Whether that holds of the network, and what was found.
fn verdict(change: Option<(&str, &str)>, expect: &str) -> (bool, String) {
    let mut text = NETWORK.to_owned();
    if let Some((from, to)) = change {
        text = text.replace(from, to);
        if to.contains("[routers.one]") {
            text = text.replacen("[routers.one]\nkeeps_silent = false\n", "", 1);
        }
    }
    let (_, out, err) = simulate_text(&(text + expect + "\n"), &["--json"]);
    assert_eq!(err, "");
    let verdicts = as_json(&out)["verdicts"].clone();
    let [verdict] = &verdicts.as_array().expect("verdicts")[..] else {
        panic!("{verdicts}");
    };
    let key = expect.split(" =").next().expect("a key");
    assert_eq!(verdict["what"], key);
    let found = verdict["found"].as_str().expect("what was found");
    (verdict["held"] == true, found.to_owned())
}

#[test]
fn of_a_flow() {
    for (change, expect, held, found) in [
        (
            None,
            "completes_within_s = 0.021",
            true,
            "complete in 0.020 s",
        ),
        (
            None,
            "completes_within_s = 0.02",
            false,
            "complete in 0.020 s",
        ),
        (
            Some(SILENCE),
            "completes_within_s = 30.0",
            false,
            "hangs at 0 of 20000 bytes",
        ),
        (
            Some(CUT),
            "completes_within_s = 30.0",
            false,
            "no connection",
        ),
        (Some(SLOW), "completes_within_s = 30.0", false, "slow"),
        (Some(DAMAGE), "completes_within_s = 30.0", false, "damaged"),
        (None, "hangs = false", true, "complete"),
        (None, "hangs = true", false, "complete"),
        (Some(SILENCE), "hangs = true", true, "hangs"),
        (Some(SILENCE), "hangs = false", false, "hangs"),
        (Some(CUT), "hangs = false", true, "no connection"),
        (Some(SLOW), "hangs = false", true, "slow"),
        (None, "connects = true", true, "complete"),
        (None, "connects = false", false, "complete"),
        (Some(SILENCE), "connects = true", true, "hangs"),
        (Some(CUT), "connects = true", false, "no connection"),
        (Some(CUT), "connects = false", true, "no connection"),
        (None, "damaged = false", true, "complete"),
        (Some(DAMAGE), "damaged = false", false, "damaged"),
        (Some(DAMAGE), "damaged = true", true, "damaged"),
        (None, "mss_at_server = 1460", true, "1460"),
        (None, "mss_at_server = 1461", false, "1460"),
        (Some(CUT), "mss_at_server = 1460", false, "no SYN"),
        (None, "mss_at_client = 1460", true, "1460"),
        (None, "mss_at_client = 0", false, "1460"),
        (None, "largest_packet_bytes = 1400", true, "1400"),
        (None, "largest_packet_bytes = 1500", false, "1400"),
        (None, "segment_bytes = [1460, 1360]", true, "[1460, 1360]"),
        (None, "segment_bytes = [1360, 1460]", false, "[1460, 1360]"),
        (None, "segment_bytes = [1460]", false, "[1460, 1360]"),
        (
            None,
            "segment_bytes = [1460, 1360, 1]",
            false,
            "[1460, 1360]",
        ),
        (None, "sent_again_at_most = 11", true, "11"),
        (None, "sent_again_at_most = 10", false, "11"),
        (None, "sent_again_at_least = 11", true, "11"),
        (None, "sent_again_at_least = 12", false, "11"),
    ] {
        let expect = format!("flows.f.{expect}");
        let verdict = verdict(change, &expect);
        assert_eq!(verdict.0, held, "{change:?} {expect}: {}", verdict.1);
        assert!(
            verdict.1.starts_with(found),
            "{change:?} {expect}: {}",
            verdict.1
        );
    }
}

#[test]
fn of_a_link() {
    for (change, expect, held, found) in [
        (None, "b.no_packet_above_bytes = 1400", true, "1400"),
        (None, "b.no_packet_above_bytes = 1399", false, "1400"),
        (None, "c.no_packet_above_bytes = 1400", false, "1500"),
        (Some(SILENCE), "b.no_packet_above_bytes = 1400", true, "56"),
        (None, "b.largest_packet_bytes = 1400", true, "1400"),
        (None, "b.largest_packet_bytes = 1399", false, "1400"),
        (None, "c.largest_packet_bytes = 1500", true, "1500"),
        // Who is misled puts on a link what that doesn't carry.
        (
            Some(MISLED),
            "b.no_packet_above_bytes = 1400",
            false,
            "1500",
        ),
        (Some(MISLED), "b.largest_packet_bytes = 56", true, "56"),
    ] {
        let expect = format!("links.{expect}");
        let verdict = verdict(change, &expect);
        let expected = (held, found.to_owned());
        assert_eq!(verdict, expected, "{change:?} {expect}");
    }
}

const MISLED: (&str, &str) = (
    "keeps_silent = false",
    "keeps_silent = false\nmtu_bytes = { b = 1500 }",
);

#[test]
fn of_the_whole() {
    for (change, expect, held, found) in [
        (None, "icmp_seen = true", true, "10"),
        (None, "icmp_seen = false", false, "10"),
        (Some(SILENCE), "icmp_seen = true", false, "0"),
        (Some(SILENCE), "icmp_seen = false", true, "0"),
        (None, "too_big_seen = true", true, "10"),
        (None, "too_big_seen = false", false, "10"),
        (Some(MISLED), "too_big_seen = true", true, ""),
        (Some(CUT), "too_big_seen = true", false, "0"),
        (Some(CUT), "too_big_seen = false", true, "0"),
        (
            None,
            "nothing_lost_after_s = 0.011",
            true,
            "last at 0.010 s",
        ),
        (
            None,
            "nothing_lost_after_s = 0.01",
            false,
            "last at 0.010 s",
        ),
        (
            Some(WIDE),
            "nothing_lost_after_s = 0",
            true,
            "nothing lost at all",
        ),
        (Some(CUT), "nothing_lost_after_s = 10", false, "last at"),
        (None, "invariants = true", true, "all hold"),
        (
            Some(CUT),
            "invariants = true",
            false,
            "incomplete: download f",
        ),
    ] {
        let expect = format!("network.{expect}");
        let verdict = verdict(change, &expect);
        assert_eq!(verdict.0, held, "{change:?} {expect}: {}", verdict.1);
        assert!(
            verdict.1.starts_with(found),
            "{change:?} {expect}: {}",
            verdict.1
        );
    }
}

const WIDE: (&str, &str) = ("mtu_bytes = 1400", "mtu_bytes = 1500");

#[test]
fn what_is_expected_is_said() {
    for (expect, said) in [
        ("flows.f.hangs = true", "yes"),
        ("network.icmp_seen = false", "no"),
        ("flows.f.completes_within_s = 1.5", "within 1.500 s"),
        ("flows.f.sent_again_at_most = 7", "at most 7"),
        ("links.b.no_packet_above_bytes = 1400", "1400"),
        ("network.nothing_lost_after_s = 2.25", "not after 2.250 s"),
    ] {
        let (_, out, _) = simulate_text(&format!("{NETWORK}{expect}\n"), &["--json"]);
        assert_eq!(as_json(&out)["verdicts"][0]["expected"], said, "{expect}");
    }
}

/// The verdict on a scenario's variants, beside what they expect of themselves.
fn of_variants(cure: &str, fault: &str) -> Vec<(String, bool)> {
    let text = format!(
        "{NETWORK}flows.f.completes_within_s = 1.0\n[without.cure]\n{cure}\n[without.fault]\n{fault}\n"
    );
    let (_, out, err) = simulate_text(&text, &["--variants", "--json"]);
    assert_eq!(err, "");
    let last = |line: &str| {
        let verdicts = as_json(line)["verdicts"].clone();
        let verdict = verdicts.as_array().and_then(|all| all.last()).cloned();
        let verdict = verdict.expect("a verdict");
        (
            verdict["found"].as_str().expect("words").to_owned(),
            verdict["held"] == true,
        )
    };
    out.lines().map(last).collect()
}

#[test]
fn without_its_cure_or_its_fault_something_else_must_happen_and_without_both_all_complete() {
    let found = |found: &str, held| (found.to_owned(), held);
    let silent = "routers.two.keeps_silent = true";
    let cut = "links.c.loss_percent = 100";
    let same = of_variants("", "title = 'u'");
    assert_eq!(
        same[1..],
        [
            found("all the same", false),
            found("all the same", false),
            found("all do", true),
        ]
    );
    let other = of_variants(silent, cut);
    assert_eq!(
        other[1..],
        [
            found("it does", true),
            found("it does", true),
            found("not all do", false),
        ]
    );
    let damaged = of_variants(
        "links.b = { corrupt_percent = 20, mtu_bytes = 1500 }",
        "routers.one.recomputes_checksums = true",
    );
    assert_eq!(damaged[3], found("not all do", false));
}
