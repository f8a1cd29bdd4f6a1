//! `host-sim router --wan-dhcp` behind a real DHCP server, ISC's, for both IP versions, with Linux machines at the ends.
//!
//! Needs root, or `unshare -rn`, and the tools `dhcpd`, `radvd`, `ip`, `iptables` and `curl`.

use std::net::Ipv6Addr;

use serde_json::Value;
use tests::lab::internet::{Internet, TooBig};
use tests::lab::{
    Advertiser, DhcpServer, HostSim, Namespace, fetch, fetch_text, file, output, run, serve,
};

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
    let dhcpd = dhcpd(&internet.hop, 3, "198.51.100.100 198.51.100.100", "");
    let router = HostSim::start(&internet.router, WORDS);
    let _ = router.says("line up");
    // Some fifteen seconds, though curl may well be done after ten: several leases, each prolonged at its half.
    let url = "--limit-rate 400k http://203.0.113.2/file";
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

#[test]
fn a_lan_numbered_by_a_real_server_reaches_the_internet_by_ipv6_clamped_to_the_advertised_mtu() {
    let internet = Internet::new(1400, TooBig::KeptSilent);
    let file = file(FILE_LEN);
    serve(&internet.server, 80, &file);
    let dhcpd = dhcpd(&internet.hop, 600, "198.51.100.100 198.51.100.100", "");
    let configuration = "default-lease-time 600; preferred-lifetime 400; \
         subnet6 2001:db8:2::/64 { prefix6 2001:db8:4200:: 2001:db8:4200:: /56; }";
    let dhcpd_v6 = DhcpServer::start(&internet.hop, 6, "near", configuration);
    let advertiser = Advertiser::start(
        &internet.hop,
        "interface near { AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4; \
         AdvLinkMTU 1400; };",
    );
    let router = HostSim::start(&internet.router, WORDS);
    let said = router.says("LAN from 2001:db8:4200::/56");
    assert!(said.contains("MTU 1400"), "{said}");
    internet.await_ipv6();
    // The provider's router learns from its DHCPv6 server where the prefix is; here, from us.
    let box_is_at = internet.router.run(|| {
        let shown = output("ip -o link show dev wan");
        let text = String::from_utf8_lossy(&shown.stdout).into_owned();
        let mac = text.split("link/ether ").nth(1);
        mac.and_then(|mac| mac.split_whitespace().next())
            .unwrap_or_else(|| panic!("no MAC in {text}"))
            .to_owned()
    });
    let via = link_local_of_the_router(&box_is_at);
    internet.hop.run(move || {
        run(&format!(
            "ip -6 route add 2001:db8:4200::/56 via {via} dev near mtu 1400"
        ));
    });
    let client = &internet.client;
    assert!(fetch(client, "http://[2001:db8:3::2]/file") == *file);
    let peer = fetch_text(client, "http://[2001:db8:3::2]/peer");
    assert!(peer.starts_with("2001:db8:4200:"), "{peer}");
    drop((router, advertiser, dhcpd_v6, dhcpd));
}

/// The link-local address of the router, whose MAC is the second that `host-sim router` makes of its interface's.
fn link_local_of_the_router(interface: &str) -> Ipv6Addr {
    let mut mac: Vec<u8> = interface
        .split(':')
        .map(|byte| u8::from_str_radix(byte, 16).expect("a MAC"))
        .collect();
    mac[0] = (mac[0] & 0xfc | 0x02) ^ 0x80;
    let word = |high: u8, low: u8| u16::from_be_bytes([high, low]);
    let [a, b, c, d, e, f] = mac[..] else {
        panic!("{interface} is no MAC");
    };
    Ipv6Addr::new(
        0xfe80,
        0,
        0,
        0,
        word(a ^ 2, b),
        word(c, 0xff),
        word(0xfe, d),
        word(e, f),
    )
}

fn report(router: HostSim) -> Value {
    let text = router.stop();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text}"))
}
