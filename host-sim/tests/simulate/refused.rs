//! What a scenario can't be is refused, with its place; what is just within the limits is not.

use host_sim::Exit;

use super::{LEAST, simulate_text};

/// The complaint about a scenario that can't be.
pub(super) fn refused(text: &str) -> String {
    let (exit, out, err) = simulate_text(text, &[]);
    assert_eq!((exit, out.as_str()), (Exit::BadInput, ""), "{err}");
    err
}

/// Replaces a line of the least scenario.
pub(super) fn with(from: &str, to: &str) -> String {
    let text = LEAST.replace(from, to);
    assert_ne!(text, LEAST, "{from}");
    text
}

#[test]
fn a_link_that_can_not_be() {
    let ends = "ends = ['left', 'right']";
    for (key, said) in [
        (
            "loss_percent = 101",
            "links.l: loss_percent: not between 0 and 100",
        ),
        ("reorder_percent = -0.1", "reorder_percent"),
        ("duplicate_percent = 100.1", "duplicate_percent"),
        ("corrupt_percent = nan", "corrupt_percent"),
        ("mtu_bytes = 255", "mtu_bytes: under 256"),
        ("mbits_per_second = 0", "mbits_per_second: not between"),
        (
            "mbits_per_second = 1000001",
            "mbits_per_second: not between",
        ),
        ("delay_ms = -1", "delay_ms: not between"),
        ("delay_ms = 60001", "delay_ms: not between"),
        ("queue_frames = 0", "a line holds one frame"),
        ("towards.left.loss_percent = 101", "loss_percent"),
        (
            "towards.middle.delay_ms = 1",
            "towards.middle: no end of it",
        ),
        (
            "pppoe = true",
            "pppoe: a firmware router's uplink, to a plain router",
        ),
    ] {
        let err = refused(&with(ends, &format!("{ends}\n{key}")));
        assert!(err.contains(said), "{key}: {err}");
    }
    let err = refused(&with(ends, "ends = ['left', 'left']"));
    assert!(err.contains("both ends are the same"), "{err}");
    let err = refused(&with(ends, "ends = ['left', 'rigth']"));
    assert!(
        err.contains("links.l: there is no rigth; did you mean right?"),
        "{err}"
    );
    for key in [
        "loss_percent = 0",
        "mtu_bytes = 256",
        "mbits_per_second = 1000000",
        "delay_ms = 0",
        "queue_frames = 1",
    ] {
        let (exit, ..) = simulate_text(&with(ends, &format!("{ends}\n{key}")), &[]);
        assert_eq!(exit, Exit::Fine, "{key}");
    }
}

#[test]
fn a_line_leads_from_a_firmware_routers_uplink_to_a_plain_router() {
    let network = |home: &str, provider: &str, ends: &str| {
        let links = format!(
            "[routers.home]\n{home}\n[routers.provider]\n{provider}\n\
             [links.lan]\nends = ['left', 'home']\n[links.dsl]\nends = {ends}\npppoe = true\n\
             [links.far]\nends = ['provider', 'right']"
        );
        with("[links.l]\nends = ['left', 'right']", &links)
    };
    let dials = "kind = 'firmware'\nuplink = 'dsl'";
    for ends in ["['home', 'provider']", "['provider', 'home']"] {
        let (_, out, err) = simulate_text(&network(dials, "", ends), &[]);
        assert!(out.contains("as it stands"), "{err}");
        for (home, provider) in [
            ("kind = 'firmware'\nuplink = 'lan'", ""),
            ("uplink = 'dsl'", ""),
            (dials, "kind = 'firmware'\nuplink = 'far'"),
            ("", ""),
        ] {
            let err = refused(&network(home, provider, ends));
            assert!(
                err.contains("links.dsl: pppoe: "),
                "{home} {provider}: {err}"
            );
        }
    }
}

#[test]
fn a_host_that_can_not_be() {
    for (from, to, said) in [
        (
            "[hosts.left]",
            "[hosts.left]\nfast_open = true",
            "hosts.left: a plain stack's SYNs are as they are: take stack =",
        ),
        (
            "[hosts.left]",
            "[hosts.left]\nsyn = 'mss-twice'",
            "take stack =",
        ),
        (
            "[hosts.left]",
            "[hosts.left]\nmss_if_none_bytes = 536",
            "take stack =",
        ),
        ("[hosts.left]", "[hosts.left]\nmtu_bytes = 255", "under 256"),
        (
            "[hosts.right]",
            "[hosts.right]\n[hosts.c]",
            "hosts.c: a host has one link",
        ),
        (
            "[hosts.right]",
            "[hosts.right]\n[routers.right]",
            "right is a host and a router",
        ),
    ] {
        let err = refused(&with(from, to));
        assert!(err.contains(said), "{to}: {err}");
    }
}

/// ```text
/// left ── l ── r ── main ── right
/// ```
fn routed(router: &str) -> String {
    let links = format!(
        "[routers.r]\n{router}\n[links.l]\nends = ['left', 'r']\n[links.main]\nends = ['r', 'right']"
    );
    with("[links.l]\nends = ['left', 'right']", &links)
}

#[test]
fn a_router_that_can_not_be() {
    let firmware = |more: &str| format!("kind = 'firmware'\nuplink = 'main'\n{more}");
    for (router, said) in [
        ("uplink = 'n'".to_owned(), "routers.r: it has no link n"),
        (
            "mtu_bytes = { mane = 1500 }".to_owned(),
            "it has no link mane; did you mean main?",
        ),
        ("mtu_bytes = { main = 255 }".to_owned(), "under 256"),
        (
            "routes = { nobody = 'main' }".to_owned(),
            "there is no host nobody",
        ),
        ("routes = { right = 'n' }".to_owned(), "it has no link n"),
        ("rules = ['iptables']".to_owned(), "routers.r: "),
        ("policy.only_ip = 5".to_owned(), "only_ip: neither 4 nor 6"),
        (
            "policy.only = 'outward'".to_owned(),
            "policy.only needs an uplink",
        ),
        (
            "kind = 'firmware'".to_owned(),
            "a firmware router needs an uplink",
        ),
        (firmware("policy.tunnels = true"), "are a plain router's"),
        (
            firmware("routes = { right = 'main' }"),
            "are a plain router's",
        ),
        (
            firmware("recomputes_checksums = true"),
            "are a plain router's",
        ),
        (firmware("keeps_silent = true"), "are a plain router's"),
    ] {
        let err = refused(&routed(&router));
        assert!(err.contains(said), "{router}: {err}");
    }
    for router in [
        firmware("clamp = true"),
        "uplink = 'main'\npolicy.only = 'outward'".to_owned(),
    ] {
        assert_eq!(
            simulate_text(&routed(&router), &[]).0,
            Exit::Fine,
            "{router}"
        );
    }
}

#[test]
fn a_tunnel_that_can_not_be() {
    let routed = || {
        with(
            "[links.l]\nends = ['left', 'right']",
            "[routers.r]\n[routers.s]\n[routers.f]\nkind = 'firmware'\nuplink = 'n'\n\
             [links.l]\nends = ['left', 'r']\n[links.m]\nends = ['r', 's']\n\
             [links.n]\nends = ['s', 'f']\n[links.o]\nends = ['f', 'right']",
        )
    };
    let tunnel = |name: &str, ends: &str, more: &str| {
        format!(
            "{}[tunnels.{name}]\nends = {ends}\nkind = 'ip'\n{more}\n",
            routed()
        )
    };
    let mtu = "mtu_bytes = 1480";
    for (name, ends, more, said) in [
        ("l", "['r', 's']", mtu, "tunnels.l: a link has that name"),
        (
            "t",
            "['r', 's']",
            "mtu_bytes = 255",
            "tunnels.t: mtu_bytes: under 256",
        ),
        (
            "t",
            "['r', 's']",
            "mtu_bytes = 1480\nover_ip = 5",
            "over_ip: neither 4 nor 6",
        ),
        ("t", "['r', 'x']", mtu, "there is no x"),
        ("t", "['r', 'left']", mtu, "left is not a plain router"),
        ("t", "['r', 'f']", mtu, "f is not a plain router"),
        ("t", "['r', 'r']", mtu, "both ends are the same"),
    ] {
        let err = refused(&tunnel(name, ends, more));
        assert!(err.contains(said), "{ends} {more}: {err}");
    }
    let (_, out, err) = simulate_text(&tunnel("t", "['r', 's']", mtu), &[]);
    assert!(out.contains("as it stands"), "{err}");
}

#[test]
fn a_flow_or_a_change_or_an_expectation_that_can_not_be() {
    for (from, to, said) in [
        (
            "bytes = 1000",
            "bytes = 0",
            "flows.f: bytes: not between 1 and",
        ),
        ("bytes = 1000", "bytes = 2000000000", "bytes: not between"),
        ("bytes = 1000", "bytes = 1000000001", "bytes: not between"),
        (
            "bytes = 1000",
            "bytes = 1000\nip = 5",
            "ip: neither 4 nor 6",
        ),
        (
            "bytes = 1000",
            "bytes = 1000\nstarts_s = -1",
            "starts_s: not between 0",
        ),
        (
            "bytes = 1000",
            "bytes = 1000\nstarts_s = 86401",
            "starts_s: not between 0",
        ),
        (
            "from = 'left'",
            "from = 'lefd'",
            "there is no host lefd; did you mean left?",
        ),
        (
            "to = 'right'",
            "to = 'left'",
            "it goes from a host to itself",
        ),
    ] {
        let err = refused(&with(from, to));
        assert!(err.contains(said), "{to}: {err}");
    }
    for (more, said) in [
        (
            "[[changes]]\nat_s = -1\nlink = 'l'\nup = true",
            "changes[0]: at_s: not between",
        ),
        (
            "[[changes]]\nat_s = 1\nlink = 'll'\nup = true",
            "changes[0]: there is no link ll",
        ),
        (
            "[[changes]]\nat_s = 1\nlink = 'l'\nmtu_bytes = 255",
            "under 256",
        ),
        (
            "[[changes]]\nat_s = 1\nlink = 'l'",
            "neither up nor mtu_bytes changes",
        ),
        (
            "[expect.flows.g]\nhangs = true",
            "expect.flows.g: no such flow",
        ),
        (
            "[expect.links.m]\nlargest_packet_bytes = 1",
            "expect.links.m: no such link",
        ),
        (
            "[without.cure]\n[without.rain]",
            "[without.rain]: there are only cure and fault",
        ),
        ("[without]\ncure = 1", "without.cure is not a table"),
    ] {
        let err = refused(&format!("{LEAST}{more}\n"));
        assert!(err.contains(said), "{more}: {err}");
    }
}

#[test]
fn a_whole_that_can_not_be() {
    for (from, to, said) in [
        (
            "title = 't'",
            "title = 't'\nuntil_s = 0",
            "until_s: not between 1 and 86400",
        ),
        (
            "title = 't'",
            "title = 't'\nuntil_s = 86401",
            "until_s: not between 1 and 86400",
        ),
        (
            "[flows.f]\nfrom = 'left'\nto = 'right'\nbytes = 1000\n",
            "[flows]\n",
            "a scenario needs a link and a flow",
        ),
    ] {
        let err = refused(&with(from, to));
        assert!(err.contains(said), "{to}: {err}");
    }
    let nowhere = "title = 't'\n[hosts.left]\n[hosts.right]\n[links]\n\
                   [flows.f]\nfrom = 'left'\nto = 'right'\nbytes = 1\n";
    assert!(refused(nowhere).contains("a scenario needs a link and a flow"));
    let (exit, ..) = simulate_text(&with("title = 't'", "title = 't'\nuntil_s = 86400"), &[]);
    assert_eq!(exit, Exit::Fine);
}

#[test]
fn there_are_no_more_links_than_addresses() {
    let chain = |links: usize, tunnels: usize| {
        let mut text = "title = 't'\nuntil_s = 1\n[hosts.left]\n[hosts.right]\n".to_owned();
        for router in 1..links {
            text += &format!("[routers.r{router}]\n");
        }
        for link in 0..links {
            let from = match link {
                0 => "left".to_owned(),
                link => format!("r{link}"),
            };
            let to = match link + 1 {
                end if end == links => "right".to_owned(),
                end => format!("r{end}"),
            };
            text += &format!("[links.l{link}]\nends = ['{from}', '{to}']\n");
        }
        for tunnel in 0..tunnels {
            text += &format!(
                "[tunnels.t{tunnel}]\nends = ['r1', 'r2']\nkind = 'ip'\nmtu_bytes = 1480\n"
            );
        }
        text + "[flows.f]\nfrom = 'left'\nto = 'right'\nbytes = 1\n"
    };
    for (links, tunnels) in [(201, 0), (199, 2)] {
        let err = refused(&chain(links, tunnels));
        assert!(
            err.contains("there are more than 200 links and tunnels"),
            "{err}"
        );
    }
    for (links, tunnels) in [(200, 0), (199, 1)] {
        let (exit, _, err) = simulate_text(&chain(links, tunnels), &[]);
        assert_eq!(exit, Exit::Fine, "{err}");
    }
}
