//! Which flows have to complete, and what is said when one does not.

use super::super::super::scenario::load;
use super::super::{incomplete, must_complete};
use super::{World, broken, network};

#[test]
fn a_flow_that_has_to_complete_and_does_not_is_named() {
    let deaf = ("mtu_bytes = 1400", "loss_percent = 100");
    let violation = broken(network(&[deaf])).expect("nothing passes");
    assert_eq!(
        violation.to_string(),
        "incomplete: download f stands at 0 of 20000 bytes"
    );
    let upload = ("bytes = 20000", "bytes = 20000\ncarries = 'upload'");
    let violation = broken(network(&[deaf, upload])).expect("nothing passes");
    assert_eq!(
        violation.to_string(),
        "incomplete: upload f stands at 0 of 20000 bytes"
    );
}

#[test]
fn a_file_that_was_damaged_is_named_though_it_came() {
    let damages = ("mtu_bytes = 1400", "corrupt_percent = 20");
    let hides = ("clamp = true", "clamp = true\nrecomputes_checksums = true");
    let (scenario, world) = network(&[damages, hides]);
    let violation = incomplete(&scenario, &world).expect("a damaged file");
    assert_eq!(violation.to_string(), "damaged: f");
}

/// ```text
/// client ── a ── r1 ── b ── r2 ── c ── r3 ── d ── server
/// ```
fn promised(clamps: &[&str], narrow: &[&str], more: &str) -> bool {
    let mut text = "title = 't'\nuntil_s = 1\n[hosts.client]\n[hosts.server]\n".to_owned();
    for router in ["r1", "r2", "r3"] {
        let clamp = clamps.contains(&router);
        text += &format!("[routers.{router}]\nclamp = {clamp}\n");
    }
    for (link, ends) in [
        ("a", "'client', 'r1'"),
        ("b", "'r1', 'r2'"),
        ("c", "'r2', 'r3'"),
        ("d", "'r3', 'server'"),
    ] {
        text += &format!("[links.{link}]\nends = [{ends}]\n");
        if narrow.contains(&link) {
            text += "mtu_bytes = 1400\n";
        }
    }
    text += "[flows.f]\nfrom = 'client'\nto = 'server'\nbytes = 1\n";
    let scenario = load(&(text + more)).expect("a scenario").whole;
    let world = World::new(&scenario, 1, false).expect("a network");
    must_complete(&scenario, &world, 0)
}

#[test]
fn a_flow_has_to_complete_where_the_hosts_or_a_clamp_know_the_narrowest_link() {
    assert!(promised(&[], &[], ""));
    for end in ["a", "d"] {
        assert!(
            promised(&[], &[end], ""),
            "{end}: a host knows its own link"
        );
        assert!(promised(&[], &[end, "c"], ""));
    }
    assert!(!promised(&[], &["b"], ""));
    assert!(promised(&["r1"], &["b"], ""));
    assert!(promised(&["r2"], &["b"], ""));
    assert!(!promised(&["r3"], &["b"], ""));
    assert!(!promised(&["r1"], &["c"], ""));
    assert!(promised(&["r2"], &["c"], ""));
    assert!(promised(&["r1", "r3"], &["b", "c"], ""));
}

#[test]
fn nothing_is_promised_where_more_goes_on_than_that() {
    let tunnel = "[tunnels.t]\nends = ['r1', 'r2']\nkind = 'ip'\nmtu_bytes = 1480\n";
    assert!(!promised(&[], &[], tunnel));
    assert!(!promised(
        &[],
        &[],
        "[[changes]]\nat_s = 50\nlink = 'b'\nup = false\n"
    ));
}

#[test]
fn a_link_is_as_narrow_as_its_narrower_direction() {
    let towards = |end: &str| {
        let narrow = format!("towards.{end}.mtu_bytes = 1400");
        let (scenario, world) = network(&[("mtu_bytes = 1400", &narrow), ("clamp = true", "")]);
        must_complete(&scenario, &world, 0)
    };
    assert!(towards("hop") && towards("server"));
}

#[test]
fn a_way_that_goes_round_and_round_promises_nothing() {
    let round = "[routers.r1.routes]\nserver = 'b'\n[routers.r2.routes]\nserver = 'b'\n";
    assert!(!promised(&[], &[], round));
}
