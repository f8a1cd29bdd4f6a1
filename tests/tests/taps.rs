//! `host-sim router`, `bridge` and `lab join` at the other ends of TAPs, which are the interfaces of real
//! Linux hosts: curl and iperf3 send through the device, host-sim is its wire.
//!
//! Needs root, or `unshare -rn`, `/dev/net/tun`, and the tools `ip`, `iptables`, `curl` and `iperf3`.

use std::thread::sleep;
use std::time::Duration;

use host_sim::Exit;
use serde_json::Value;
use tests::lab::internet::{
    CLIENT_INTERFACE, HOP_INTERFACE, Internet, ROUTER_WORDS, TooBig, WAN_V4,
};
use tests::lab::{
    HostSim, Namespace, PacketSocket, fetch, fetch_text, file, host_sim, iperf3, lay_wire, output,
    run, serve, upload,
};

const FILE_LEN: usize = 20_000_000;

/// Moves a TAP, which host-sim stays plugged into, to another machine, and sets it up there.
fn hand_over(from: &Namespace, device: &'static str, to: &Namespace, name_there: &'static str) {
    let thread = to.thread_id();
    from.run(move || {
        run(&format!(
            "ip link set {device} netns {thread} name {name_there}"
        ));
    });
    to.run(move || run(&format!("ip link set {name_there} up")));
}

/// Gives a host its addresses, of which none is looked for on the wire first.
fn number(host: &Namespace, device: &'static str, v4: &'static str, v6: &'static str) {
    host.run(move || {
        run(&format!("ip address add {v4} dev {device}"));
        run(&format!("ip address add {v6} dev {device} nodad"));
    });
}

fn report(host_sim: HostSim) -> Value {
    let text = host_sim.stop();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

#[test]
fn a_router_between_two_taps_cures_the_black_hole_for_both_families() {
    let (internet, router) = Internet::wired(1492, TooBig::KeptSilent, |router, client, hop| {
        let words = ROUTER_WORDS.replace("--lan lan --wan wan", "--lan tap:lan --wan tap:wan");
        let host_sim = HostSim::start(router, &format!("{words} --wan-mtu 1492 --json"));
        hand_over(router, "lan", client, CLIENT_INTERFACE);
        hand_over(router, "wan", hop, HOP_INTERFACE);
        host_sim
    });
    let file = file(FILE_LEN);
    serve(&internet.server, 80, &file);
    internet.await_ipv6();
    let client = &internet.client;
    // The timestamps option takes 12 bytes of each segment.
    for (server, mss) in [("203.0.113.2", 1452 - 12), ("[2001:db8:3::2]", 1432 - 12)] {
        let url = format!("http://{server}");
        assert_eq!(fetch_text(client, &format!("{url}/mss")), mss.to_string());
        assert!(fetch(client, &format!("{url}/file")) == *file, "{server}");
        assert_eq!(
            upload(client, &format!("{url}/up"), &file),
            format!("{FILE_LEN} bytes of the file")
        );
    }
    assert_eq!(
        fetch_text(client, "http://203.0.113.2/peer"),
        WAN_V4.to_string()
    );
    for words in ["-c 203.0.113.2 -t 1 -P 4", "-c 2001:db8:3::2 -t 1 -P 4 -R"] {
        iperf3(client, &internet.server, words);
    }
    let report = report(router);
    // Both halves of seven handshakes, and of the five that iperf3 makes each time.
    assert_eq!(report["clamped"], 2 * (7 + 2 * 5), "{report}");
}

#[test]
fn a_bridge_from_a_tap_to_a_veth_takes_what_either_leaves_to_a_card() {
    let [left, right, bridge] = ["left", "right", "bridge"].map(Namespace::new);
    lay_wire(&bridge, "to-right", &right, "wire");
    let running = HostSim::start(
        &bridge,
        "bridge --left tap:to-left --right to-right --link-mtu 1400 --json",
    );
    hand_over(&bridge, "to-left", &left, "wire");
    number(&left, "wire", "192.0.2.1/24", "2001:db8::1/64");
    number(&right, "wire", "192.0.2.2/24", "2001:db8::2/64");
    let file = file(FILE_LEN);
    serve(&right, 80, &file);
    for server in ["192.0.2.2", "[2001:db8::2]"] {
        assert!(fetch(&left, &format!("http://{server}/file")) == *file);
        assert_eq!(
            upload(&left, &format!("http://{server}/up"), &file),
            format!("{FILE_LEN} bytes of the file")
        );
    }
    iperf3(&left, &right, "-c 192.0.2.2 -t 1 -u -b 20M -l 1200");
    let report = report(running);
    for direction in ["left_to_right", "right_to_left"] {
        // Four of curl, and iperf3's control connection.
        assert_eq!(report[direction]["clamped"], 5, "{report}");
    }
}

/// One TAP was made by its user, and is his machine's own interface; the other is made and goes with the
/// bridge.
#[test]
fn a_tap_that_was_there_stays_and_one_that_was_made_goes() {
    let [left, right] = ["left", "right"].map(Namespace::new);
    left.run(|| {
        run("ip tuntap add dev mine mode tap");
        run("ip link set mine up");
    });
    number(&left, "mine", "192.0.2.1/24", "2001:db8::1/64");
    serve(&right, 80, &file(FILE_LEN));
    for _ in 0..2 {
        let bridge = HostSim::start(
            &left,
            "bridge --left tap:mine --right tap:far --json \
             --rule '-A FORWARD -o far -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1300'",
        );
        hand_over(&left, "far", &right, "wire");
        number(&right, "wire", "192.0.2.2/24", "2001:db8::2/64");
        assert_eq!(fetch_text(&left, "http://192.0.2.2/mss"), "1288");
        assert_eq!(report(bridge)["left_to_right"]["clamped"], 1);
        let there = |host: &Namespace, device| {
            let words = format!("ip link show {device}");
            host.run(move || output(&words).status.success())
        };
        assert!(there(&left, "mine") && !there(&right, "wire"));
    }
}

#[test]
fn lab_join_takes_taps_too() {
    let [client, server, router] = ["client", "server", "router"].map(Namespace::new);
    let join = HostSim::start(
        &router,
        "lab join --native --lan tap:lan --wan tap:wan --json",
    );
    hand_over(&router, "lan", &client, "eth0");
    hand_over(&router, "wan", &server, "eth0");
    number(&client, "eth0", "192.168.1.2/24", "2001:db8:1::2/64");
    number(&server, "eth0", "198.51.100.1/24", "2001:db8:2::1/64");
    client.run(|| {
        run("ip route add default via 192.168.1.1");
        run("ip -6 route add default via 2001:db8:1::1");
    });
    server.run(|| run("ip -6 route add 2001:db8:1::/64 via 2001:db8:2::2"));
    for host in ["198.51.100.1", "2001:db8:2::1"] {
        iperf3(&client, &server, &format!("-c {host} -t 1 -R"));
    }
    let report = report(join);
    assert!(report["to_lan_frames"].as_u64() > Some(100), "{report}");
}

/// A frame of so many bytes for nobody in particular.
fn frame(length: usize) -> Vec<u8> {
    let mut frame = [[0xff; 6], [2, 0, 0, 0, 0, 9]].concat();
    // For experiments (IEEE 802, section 9.2.3).
    frame.extend([0x88, 0xb5]);
    frame.resize(length, 0);
    frame
}

#[test]
fn a_tap_carries_nothing_while_it_is_down_and_nothing_longer_than_its_mtu() {
    let [left, right, bridge] = ["left", "right", "bridge"].map(Namespace::new);
    lay_wire(&bridge, "to-right", &right, "wire");
    bridge.run(|| {
        run("ip tuntap add dev narrow mode tap");
        run("ip link set narrow mtu 1400");
    });
    let running = HostSim::start(
        &bridge,
        "bridge --left tap:narrow --right to-right --link-mtu 1400 --json",
    );
    let injector = right.run(|| PacketSocket::open("wire"));
    injector.send(&frame(100));
    // Time enough for the bridge to lose it: the TAP is down as yet.
    sleep(Duration::from_secs(1));
    hand_over(&bridge, "narrow", &left, "wire");
    let witness = left.run(|| PacketSocket::open("wire"));
    let sent = [1400, 1401, 100].map(|packet_len| frame(14 + packet_len));
    for frame in &sent {
        injector.send(frame);
    }
    let came: Vec<Vec<u8>> = std::iter::from_fn(|| witness.receive(Duration::from_secs(2)))
        .filter(|frame| frame[12..14] == sent[0][12..14])
        .take(2)
        .collect();
    assert!(came == [sent[0].clone(), sent[2].clone()], "{came:?}");
    let report = report(running);
    let lost = &report["right_to_left"]["lost"];
    assert_eq!(lost["too long for the way out"], 1, "{report}");
    // The veth's own stack has also said a thing or two by then.
    assert!(lost["the way out is down"].as_u64() >= Some(1), "{report}");
}

#[test]
fn what_cannot_be_had_is_named() {
    let [here, elsewhere] = ["here", "elsewhere"].map(Namespace::new);
    lay_wire(&here, "veth", &elsewhere, "wire");
    here.run(|| {
        run("ip tuntap add dev packets mode tun");
        run("ip tuntap add dev taken mode tap");
    });
    let _holder = HostSim::start(
        &here,
        "bridge --left tap:taken --right veth --link-mtu 1492",
    );
    let complaint = |left: &'static str| {
        let (exit, _, err) = here.run(move || {
            host_sim(&format!(
                "bridge --left {left} --right veth --link-mtu 1492"
            ))
        });
        assert_eq!(exit, Exit::BadInput, "{left}: {err}");
        err
    };
    for (left, words) in [
        ("tap:taken", "plugged into TAP taken already"),
        ("tap:veth", "the same interface"),
        ("tap:packets", "packets is no TAP"),
        ("tap:a-name-that-is-too-long", "is no TAP"),
        ("tap:", "name is missing"),
    ] {
        let said = complaint(left);
        assert!(said.contains(words), "{left}: {said}");
    }
}

#[test]
fn it_ends_with_a_complaint_when_a_tap_is_taken_away() {
    let [here, elsewhere] = ["here", "elsewhere"].map(Namespace::new);
    lay_wire(&here, "veth", &elsewhere, "wire");
    here.run(|| run("ip tuntap add dev short-lived mode tap"));
    let bridge = HostSim::start(
        &here,
        "bridge --left tap:short-lived --right veth --link-mtu 1492",
    );
    here.run(|| run("ip link del short-lived"));
    let (exit, complaints) = bridge.ended();
    assert_eq!(exit, Exit::BadInput);
    assert!(
        complaints
            .concat()
            .contains("TAP short-lived was taken away"),
        "{complaints:?}"
    );
}
