//! The picture of a run. That a browser shows it, and that there is something to see, is held by `tests/tests/picture.rs`;
//! here, that everything is drawn, and stays where it was.

use std::fs;

use host_sim::Exit;
use sha1::{Digest, Sha1};

use super::words::OWN_STACKS;
use super::{simulate, simulate_text};

fn page(run: impl Fn(&[&str]) -> (Exit, String, String)) -> String {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("run.html");
    let (exit, _, err) = run(&["--picture", &path.to_string_lossy()]);
    assert_eq!((exit, err.as_str()), (Exit::Fine, ""));
    fs::read_to_string(path).expect("a page")
}

fn of_own_stacks() -> String {
    page(|words| simulate_text(OWN_STACKS, words))
}

#[test]
fn every_frame_is_an_arrow_of_its_kind() {
    let page = of_own_stacks();
    let count = |what: &str| page.matches(what).count();
    assert_eq!(count("<g class=\"arrow syn "), 6);
    assert_eq!(count("<g class=\"arrow data "), 13);
    assert_eq!(count("<g class=\"arrow data drop\""), 2);
    assert_eq!(count("<g class=\"arrow icmp "), 2);
    assert_eq!(count("<g class=\"arrow end "), 9);
    assert_eq!(count("<g class=\"arrow ack "), 12);
    assert_eq!(count("<g class=\"change\""), 2);
    assert_eq!(count("<line class=\"lane host\""), 2);
    assert_eq!(count("<line class=\"lane router\""), 2);
    assert!(page.contains("<li class=\"good\">"), "the flow is complete");
}

/// Whoever moves something looks at it in a browser, and puts the new hash here.
#[test]
fn everything_is_drawn_where_it_was() {
    let hash = |page: &str| {
        let (_, drawn) = page.split_once("<svg").expect("a drawing");
        let hash = Sha1::digest(drawn);
        hash.iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    assert_eq!(
        hash(&of_own_stacks()),
        "1f83f71e9d7f81a15a5e46359bddb23eb4137534"
    );
    for (name, expected) in [
        (
            "black-hole-without-any-router-of-yours",
            "fb5d4b9df151d2471149773e4e7ef0734c8db982",
        ),
        (
            "policy-routing-two-uplinks",
            "474c7fb3fb0f3a1b33a2de825dce1b4de3df5caf",
        ),
        (
            "gre-between-two-sites",
            "ed3c0444d370e4ae97f7b98691b3837b23116e5e",
        ),
    ] {
        let page = page(|words| {
            let words = [&[name, "--without", "cure"], words].concat();
            simulate(&words)
        });
        assert_eq!(hash(&page), expected, "{name}");
    }
}
