//! What plain routers do to SYNs, and to packets that are too big.

use serde_json::Value;

use super::{as_json, simulate_text};

/// ```text
/// left ── lan ── home ── line (1400 bytes) ── right
/// ```
fn run(router: &str, flow: &str, more: &str) -> Value {
    let bytes = if flow.contains("bytes") {
        ""
    } else {
        "bytes = 50000"
    };
    let text = format!(
        "title = 't'\nuntil_s = 20\n[hosts.left]\nstack = 'icmp'\nmtu_bytes = 1500\n[hosts.right]\nstack = 'icmp'\nmtu_bytes = 1500\n\
         [routers.home]\nuplink = 'line'\n{router}\n\
         [links.lan]\nends = ['left', 'home']\n[links.line]\nends = ['home', 'right']\nmtu_bytes = 1400\n\
         [flows.f]\nfrom = 'left'\nto = 'right'\ncarries = 'upload'\n{bytes}\n{flow}\n{more}\n"
    );
    let (_, out, err) = simulate_text(&text, &["--json"]);
    assert_eq!(err, "", "{text}");
    as_json(&out)
}

/// The MSS that reaches the server, and the one that reaches the client.
fn mss(router: &str, flow: &str) -> (u64, u64) {
    let run = run(router, flow, "");
    let of = |end| run["flows"][0][end].as_u64().expect("a SYN");
    (of("mss_at_server"), of("mss_at_client"))
}

#[test]
fn a_router_clamps_whom_its_policy_names() {
    let [v4, v6] = ["", "ip = 6"];
    for (router, flow, expected) in [
        ("", v4, (1460, 1460)),
        ("clamp = true", v4, (1360, 1360)),
        ("clamp = true", v6, (1340, 1340)),
        ("clamp = true\npolicy.only = 'outward'", v4, (1360, 1460)),
        ("clamp = true\npolicy.only = 'inward'", v4, (1460, 1360)),
        ("clamp = true\npolicy.only_ip = 4", v4, (1360, 1360)),
        ("clamp = true\npolicy.only_ip = 4", v6, (1440, 1440)),
        ("clamp = true\npolicy.only_ip = 6", v6, (1340, 1340)),
        ("clamp = true\npolicy.max_mss_v4 = 1200", v4, (1200, 1200)),
        ("clamp = true\npolicy.max_mss_v4 = 1200", v6, (1440, 1440)),
        ("clamp = true\npolicy.max_mss_v6 = 1210", v6, (1210, 1210)),
        ("clamp = true\npolicy.by = 'linux'", v4, (1360, 1360)),
        ("clamp = true\npolicy.by = 'linux'", v6, (1340, 1340)),
        (
            "clamp = true\npolicy.by = 'linux'\npolicy.max_mss_v4 = 1200",
            v4,
            (1200, 1200),
        ),
        (
            "clamp = true\npolicy.by = 'linux'\npolicy.max_mss_v4 = 1500",
            v4,
            (1460, 1460),
        ),
        (
            "clamp = true\npolicy.by = 'linux'\npolicy.max_mss_v6 = 1200",
            v6,
            (1200, 1200),
        ),
    ] {
        assert_eq!(mss(router, flow), expected, "{router} {flow}");
    }
}

#[test]
fn a_router_clamps_what_its_rules_match() {
    let rule = |words: &str| {
        let flags = "-p tcp --tcp-flags SYN,RST SYN -j TCPMSS";
        format!("rules = ['iptables -A FORWARD {words} {flags} --set-mss 1300']")
    };
    assert_eq!(mss(&rule(""), ""), (1300, 1300));
    assert_eq!(mss(&rule("-o line"), ""), (1300, 1460));
    assert_eq!(mss(&rule("-i line"), ""), (1460, 1300));
    assert_eq!(mss(&rule("-o lan"), ""), (1460, 1300));
    assert_eq!(mss(&rule(""), "ip = 6"), (1440, 1440));
    let of_mtu = "rules = ['ip6tables -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu']";
    assert_eq!(mss(of_mtu, "ip = 6"), (1340, 1340));
}

#[test]
fn a_syn_with_data_and_one_without_an_mss_are_clamped_where_that_is_asked_for() {
    let with = |host: &str, router: &str| {
        let text = format!("[hosts.left]\nstack = 'icmp'\n{host}\n");
        let (_, out, err) = simulate_text(
            &format!(
                "title = 't'\n{text}[hosts.right]\nstack = 'icmp'\nfast_open = true\n\
                 [routers.home]\nclamp = true\n{router}\n\
                 [links.lan]\nends = ['left', 'home']\n\
                 [links.line]\nends = ['home', 'right']\nmtu_bytes = 1400\n\
                 [flows.f]\nfrom = 'left'\nto = 'right'\nbytes = 50000\n"
            ),
            &["--json"],
        );
        assert_eq!(err, "");
        let flow = &as_json(&out)["flows"][0];
        assert_eq!(flow["received_bytes"], 50_000);
        flow["mss_at_server"].as_u64().expect("a SYN")
    };
    let [data, none] = ["fast_open = true", "syn = 'without-mss'"];
    let insert = "policy.insert_missing = true";
    assert_eq!(with(data, ""), 1360);
    assert_eq!(with(data, "policy.not_with_data = true"), 1460);
    assert_eq!(with("", "policy.not_with_data = true"), 1360);
    assert_eq!(with(none, ""), 0);
    assert_eq!(with(none, insert), 536);
    assert_eq!(with(none, &format!("{insert}\npolicy.by = 'linux'")), 536);
    assert_eq!(
        with(
            "syn = 'mss-twice'",
            &format!("{insert}\npolicy.by = 'linux'")
        ),
        1460
    );
    assert_eq!(with("syn = 'mss-twice'", ""), 1360);
    assert_eq!(with("syn = 'mss-at-odd-offset'", ""), 1360);
}

#[test]
fn a_router_that_speaks_cures_what_one_that_keeps_silent_does_not() {
    let state = |router: &str, flow: &str, more: &str| {
        run(router, flow, more)["flows"][0]["received_bytes"].clone()
    };
    for flow in ["", "ip = 6"] {
        assert_eq!(state("", flow, ""), 50_000, "{flow}");
        assert_eq!(state("keeps_silent = true", flow, ""), 0, "{flow}");
        assert_eq!(state("icmp_errors_per_second = 0", flow, ""), 0, "{flow}");
        assert_eq!(state("mtu_bytes = { line = 1500 }", flow, ""), 0, "{flow}");
    }
    // What a link carries may change, and who asks its interface knows.
    let change = "[[changes]]\nat_s = 0.03\nlink = 'line'\nmtu_bytes = 1300";
    let slow = "bytes = 500000\nstarts_s = 0.01";
    let changed = run("", slow, change);
    let flow = &changed["flows"][0];
    assert_eq!(
        flow["segment_bytes"],
        serde_json::json!([1460, 1360, 1260]),
        "{changed}"
    );
}
