//! `host-sim router --wan-dhcp` behind a real DHCP server, ISC's, with Linux machines at the ends.
//!
//! Needs root, or `unshare -rn`, and the tools `dhcpd`, `ip`, `iptables` and `curl`.

use serde_json::Value;
use tests::lab::internet::{Internet, TooBig};
use tests::lab::{DhcpServer, HostSim, Namespace, fetch, fetch_text, file, serve};

const WORDS: &str = "router --lan lan --wan wan --lan-address 192.168.1.1/24 --wan-dhcp --json";
const FILE_LEN: usize = 6_000_000;

/// Leases of this length, from this range, with these options besides.
fn dhcpd(hop: &Namespace, lease_s: u32, range: &str, options: &str) -> DhcpServer {
    let configuration = format!(
        "authoritative; ping-check off; min-lease-time {lease_s}; default-lease-time {lease_s}; \
         max-lease-time {lease_s}; subnet 198.51.100.0 netmask 255.255.255.0 {{ range {range}; \
         option routers 198.51.100.1; option domain-name-servers 198.51.100.53; {options} }}"
    );
    DhcpServer::start(hop, 4, "near", &configuration)
}

#[test]
fn the_mtu_that_a_dhcp_server_names_takes_downloads_past_a_black_hole() {
    let internet = Internet::new(1400, TooBig::KeptSilent);
    let file = file(FILE_LEN);
    serve(&internet.server, 80, &file);
    let dhcpd = dhcpd(
        &internet.hop,
        600,
        "198.51.100.100 198.51.100.100",
        "option interface-mtu 1400;",
    );
    let router = HostSim::start(&internet.router, WORDS);
    let said = router.says("line up");
    assert!(
        said.contains("MTU 1400, 198.51.100.100 by way of 198.51.100.1"),
        "{said}"
    );
    assert!(said.contains("name servers 198.51.100.53"), "{said}");
    assert!(fetch(&internet.client, "http://203.0.113.2/file") == *file);
    let peer = fetch_text(&internet.client, "http://203.0.113.2/peer");
    assert_eq!(peer, "198.51.100.100");
    let report = report(router);
    assert_eq!(report["line"]["phase"], "bound", "{report}");
    assert_eq!(report["line"]["up"]["mtu_bytes"], 1400, "{report}");
    assert!(report["clamped"].as_u64() >= Some(2), "{report}");
    drop(dhcpd);
}

#[test]
fn a_download_goes_on_while_the_lease_is_prolonged() {
    let internet = Internet::new(1500, TooBig::Said);
    let file = file(FILE_LEN);
    serve(&internet.server, 80, &file);
    let dhcpd = dhcpd(&internet.hop, 4, "198.51.100.100 198.51.100.100", "");
    let router = HostSim::start(&internet.router, WORDS);
    let _ = router.says("line up");
    // Six seconds: beyond the end of the first lease.
    let url = "--limit-rate 1M http://203.0.113.2/file";
    assert!(fetch(&internet.client, url) == *file);
    let report = report(router);
    assert!(
        report["line"]["renewals"].as_u64() >= Some(2),
        "asked in vain: {report}"
    );
    assert_eq!(report["events"]["sessions_flushed"], 0, "{report}");
    drop(dhcpd);
}

#[test]
fn another_servers_refusal_brings_another_address_and_ends_what_ran_under_the_old_one() {
    let internet = Internet::new(1500, TooBig::Said);
    let file = file(1_000);
    serve(&internet.server, 80, &file);
    let first = dhcpd(&internet.hop, 4, "198.51.100.100 198.51.100.100", "");
    let router = HostSim::start(&internet.router, WORDS);
    let _ = router.says("198.51.100.100 by way of");
    let peer = |client: &Namespace| fetch_text(client, "http://203.0.113.2/peer");
    assert_eq!(peer(&internet.client), "198.51.100.100");
    drop(first);
    let second = dhcpd(&internet.hop, 4, "198.51.100.101 198.51.100.101", "");
    let _ = router.says("198.51.100.101 by way of");
    assert_eq!(peer(&internet.client), "198.51.100.101");
    let report = report(router);
    assert!(
        report["events"]["sessions_flushed"].as_u64() >= Some(1),
        "{report}"
    );
    drop(second);
}

fn report(router: HostSim) -> Value {
    let text = router.stop();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text}"))
}
