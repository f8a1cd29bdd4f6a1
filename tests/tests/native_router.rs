//! `host-sim router` between real Linux endpoints: the firmware's router, its interfaces veth with
//! their offloads on, curl and iperf3 at the ends.
//!
//! Needs root, or `unshare -rn`, and the tools `ip`, `iptables`, `curl`,
//! `iperf3` and `tcpdump`.

use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;
use tests::lab::internet::{Internet, ROUTER_WORDS, TooBig, WAN_V4};
use tests::lab::{
    HostSim, Namespace, PacketSocket, curl, fetch, fetch_text, file, iperf3, serve, upload,
};

const FILE_LEN: usize = 20_000_000;

fn start(internet: &Internet, more: &str) -> HostSim {
    HostSim::start(&internet.router, &format!("{ROUTER_WORDS} --json {more}"))
}

fn report(router: HostSim) -> Value {
    let text = router.stop();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

#[test]
fn a_20_mb_file_goes_both_ways_unharmed_and_masqueraded() {
    let internet = Internet::new(1500, TooBig::Said);
    let file = file(FILE_LEN);
    serve(&internet.server, 80, &file);
    let router = start(&internet, "");
    let client = &internet.client;
    assert!(fetch(client, "http://203.0.113.2/file") == *file);
    assert_eq!(
        fetch_text(client, "http://203.0.113.2/peer"),
        WAN_V4.to_string()
    );
    assert_eq!(
        upload(client, "http://203.0.113.2/up", &file),
        format!("{FILE_LEN} bytes of the file")
    );
    let report = report(router);
    assert!(
        report["events"]["sessions_opened"].as_u64() >= Some(3),
        "{report}"
    );
}

#[test]
fn ipv6_hosts_take_the_advertised_prefix_and_are_forwarded_and_clamped() {
    let internet = Internet::new(1492, TooBig::KeptSilent);
    let file = file(FILE_LEN);
    serve(&internet.server, 80, &file);
    let router = start(&internet, "--wan-mtu 1492");
    internet.await_ipv6();
    let client = &internet.client;
    assert!(fetch(client, "http://[2001:db8:3::2]/file") == *file);
    let peer = fetch_text(client, "http://[2001:db8:3::2]/peer");
    assert!(peer.starts_with("2001:db8:1:"), "{peer}");
    // 1492 without 60 of headers and the 12 of the timestamps.
    assert_eq!(fetch_text(client, "http://[2001:db8:3::2]/mss"), "1420");
    assert_eq!(
        upload(client, "http://[2001:db8:3::2]/up", &file),
        format!("{FILE_LEN} bytes of the file")
    );
    // Both halves of four handshakes.
    assert_eq!(report(router)["clamped"], 8);
}

#[test]
fn a_forwarded_port_leads_inside_and_any_other_does_not() {
    let internet = Internet::new(1500, TooBig::Said);
    let file = file(FILE_LEN);
    serve(&internet.client, 80, &file);
    let router = start(&internet, "--forward tcp/8080=192.168.1.2:80");
    assert!(fetch(&internet.server, "http://198.51.100.2:8080/file") == *file);
    let refused = curl(&internet.server, "--max-time 3 http://198.51.100.2:80/file");
    assert!(!refused.status.success(), "{refused:?}");
    let dropped = &report(router)["dropped"];
    let unasked = dropped["unsolicited"].as_u64().unwrap() + dropped["closed"].as_u64().unwrap();
    assert!(unasked > 0, "{dropped}");
}

#[test]
fn eight_connections_at_once_fill_the_wire_in_both_directions() {
    let internet = Internet::new(1500, TooBig::Said);
    let router = start(&internet, "");
    internet.await_ipv6();
    for server in ["203.0.113.2", "2001:db8:3::2"] {
        for direction in ["", "-R"] {
            let words = format!("-c {server} -t 1 -P 8 {direction}");
            iperf3(&internet.client, &internet.server, words.trim());
        }
    }
    let report = report(router);
    assert_eq!(report["dropped"]["session_table_full"], 0, "{report}");
    assert!(
        report["events"]["sessions_opened"].as_u64() >= Some(4 * 9),
        "{report}"
    );
}

/// The article's line, as it is: the SYN that leaves is lowered, the answer is not.
#[test]
fn the_line_from_an_article_does_what_it_says_and_no_more() {
    let internet = Internet::new(1492, TooBig::KeptSilent);
    let file = file(FILE_LEN);
    serve(&internet.server, 80, &file);
    let rule = "iptables -t mangle -A FORWARD -o wan -p tcp --tcp-flags SYN,RST SYN \
                -j TCPMSS --clamp-mss-to-pmtu";
    let router = start(&internet, &format!("--wan-mtu 1492 --rule '{rule}'"));
    assert!(fetch(&internet.client, "http://203.0.113.2/file") == *file);
    let report = report(router);
    assert_eq!(report["clamped"], 1, "{report}");
    assert_eq!(report["left_alone"]["no_rule"], 1, "{report}");
}

#[test]
fn behind_a_black_hole_a_download_hangs_without_the_clamp() {
    let internet = Internet::new(1492, TooBig::KeptSilent);
    serve(&internet.server, 80, &file(FILE_LEN));
    let router = start(&internet, "--wan-mtu 1492 --no-clamp");
    let client = &internet.client;
    assert_eq!(fetch_text(client, "http://203.0.113.2/mss"), "1448");
    let hung = curl(client, "--max-time 4 http://203.0.113.2/file");
    assert_eq!(hung.status.code(), Some(28), "curl's time-out: {hung:?}");
    assert!(hung.stdout.is_empty(), "{} bytes came", hung.stdout.len());
    assert_eq!(report(router)["clamped"], 0);
}

#[test]
fn behind_a_black_hole_a_download_finishes_with_the_clamp() {
    let internet = Internet::new(1492, TooBig::KeptSilent);
    let file = file(FILE_LEN);
    serve(&internet.server, 80, &file);
    let router = start(&internet, "--wan-mtu 1492");
    let client = &internet.client;
    // 1452 without the 12 of the timestamps.
    assert_eq!(fetch_text(client, "http://203.0.113.2/mss"), "1440");
    assert!(fetch(client, "http://203.0.113.2/file") == *file);
    assert_eq!(report(router)["clamped"], 4);
}

#[test]
fn path_mtu_discovery_works_without_the_clamp_where_icmp_is_let_through() {
    let internet = Internet::new(1492, TooBig::Said);
    let file = file(FILE_LEN);
    serve(&internet.server, 80, &file);
    let router = start(&internet, "--no-clamp");
    let client = &internet.client;
    // The hop tells the server.
    assert!(fetch(client, "http://203.0.113.2/file") == *file);
    assert_eq!(report(router)["clamped"], 0);
    // The router tells the client: its own WAN is the narrow one.
    let router = start(&internet, "--wan-mtu 1400 --no-clamp");
    assert_eq!(
        upload(client, "http://203.0.113.2/up", &file),
        format!("{FILE_LEN} bytes of the file")
    );
    let report = report(router);
    assert!(report["sent"]["too_big"].as_u64() >= Some(1), "{report}");
    assert_eq!(report["clamped"], 0, "{report}");
}

#[test]
fn vlans_on_one_interface_are_two_ports() {
    let internet = Internet::new(1500, TooBig::Said);
    let _router = HostSim::start(
        &internet.router,
        "router --lan wan --lan-vlan 10 --lan-address 192.168.1.1/24 \
         --wan wan --wan-vlan 20 --wan-address 198.51.100.2/24 --gateway 198.51.100.1",
    );
    for (vlan, sender, target) in [
        (10, [192, 168, 1, 2], [192, 168, 1, 1]),
        (20, [198, 51, 100, 1], [198, 51, 100, 2]),
    ] {
        let answer = ask(&internet.hop, vlan, sender, target);
        let [a, b, c, d] = target;
        assert!(answer.contains(&format!("vlan {vlan}")), "{answer}");
        assert!(
            answer.contains(&format!("Reply {a}.{b}.{c}.{d} is-at")),
            "{answer}"
        );
    }
}

/// Asks in a VLAN who has `target`, and returns the answer in tcpdump's words: a packet socket does not
/// see the tag, which the kernel takes out, and this kernel may not have VLANs of its own.
fn ask(namespace: &Namespace, vlan: u8, sender: [u8; 4], target: [u8; 4]) -> String {
    let socket = namespace.run(|| PacketSocket::open("near"));
    let filter = format!("-i near -c 1 -nn -e vlan {vlan} and arp[6:2] = 2");
    let mut tcpdump = namespace.run(move || {
        Command::new("tcpdump")
            .args(filter.split(' '))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("tcpdump: {error}; the package is tcpdump"))
    });
    let mac = [2, 0, 0, 0, 0, 9];
    let request = [
        &[0xff; 6][..],
        &mac,
        &[0x81, 0, 0, vlan, 0x08, 0x06],
        &[0, 1, 8, 0, 6, 4, 0, 1],
        &mac,
        &sender,
        &[0; 6],
        &target,
    ]
    .concat();
    // Until tcpdump, which takes a moment to start, has seen an answer.
    for _ in 0..100 {
        socket.send(&request);
        sleep(Duration::from_millis(100));
        if tcpdump.try_wait().is_ok_and(|status| status.is_some()) {
            break;
        }
    }
    // Gone already where all went well.
    let _ = tcpdump.kill();
    let said = tcpdump.wait_with_output().unwrap();
    String::from_utf8_lossy(&said.stdout).into_owned()
}

/// What a client behind a router gets to see, and a server of it.
#[derive(Debug, PartialEq, Eq)]
struct Observed {
    mss_v4: String,
    mss_v6: String,
    peer_v4: String,
    files_unharmed: [bool; 2],
    uploads: [String; 2],
}

fn observe(internet: &Internet, file: &[u8]) -> Observed {
    internet.await_ipv6();
    let client = &internet.client;
    let [v4, v6] = ["http://203.0.113.2", "http://[2001:db8:3::2]"];
    Observed {
        mss_v4: fetch_text(client, &format!("{v4}/mss")),
        mss_v6: fetch_text(client, &format!("{v6}/mss")),
        peer_v4: fetch_text(client, &format!("{v4}/peer")),
        files_unharmed: [v4, v6].map(|host| fetch(client, &format!("{host}/file")) == file),
        uploads: [v4, v6].map(|host| upload(client, &format!("{host}/up"), file)),
    }
}

#[test]
fn side_by_side_with_a_linux_router_both_ends_see_the_same() {
    let file = file(FILE_LEN);
    let ours = {
        let internet = Internet::new(1492, TooBig::KeptSilent);
        serve(&internet.server, 80, &file);
        let _router = start(&internet, "--wan-mtu 1492");
        observe(&internet, &file)
    };
    let linux = {
        let internet = Internet::new(1492, TooBig::KeptSilent);
        serve(&internet.server, 80, &file);
        internet.route_by_linux(1492);
        observe(&internet, &file)
    };
    assert_eq!(ours, linux);
    assert_eq!(ours.files_unharmed, [true, true]);
}
