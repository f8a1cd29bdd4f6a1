//! `host-sim bridge` between real Linux hosts, whose veth interfaces have their offloads on: TCP
//! checksums left to a card that is not there, and frames of up to 64 KiB.
//!
//! Needs root, or `unshare -rn`, and the tools `ip`, `curl`, `iperf3` and `tcpdump`.

use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use etherparse::{PacketBuilder, TcpOptionElement, VlanId};
use host_sim::Exit;
use serde_json::Value;
use tests::lab::{
    HostSim, Namespace, PacketSocket, fetch, fetch_text, file, host_sim, iperf3, lay_wire, run,
    serve,
};

/// Left and right of the bridge, and the bridge.
struct BumpInTheWire {
    left: Namespace,
    right: Namespace,
    bridge: Namespace,
}

impl BumpInTheWire {
    fn new() -> BumpInTheWire {
        let [left, right, bridge] = ["left", "right", "bridge"].map(Namespace::new);
        lay_wire(&bridge, "to-left", &left, "wire");
        lay_wire(&bridge, "to-right", &right, "wire");
        for (host, v4, v6) in [
            (&left, "192.0.2.1/24", "2001:db8::1/64"),
            (&right, "192.0.2.2/24", "2001:db8::2/64"),
        ] {
            host.run(move || {
                run(&format!("ip address add {v4} dev wire"));
                run(&format!("ip address add {v6} dev wire nodad"));
            });
        }
        BumpInTheWire {
            left,
            right,
            bridge,
        }
    }

    fn start(&self, policy: &str) -> HostSim {
        let words = format!("bridge --left to-left --right to-right --json {policy}");
        HostSim::start(&self.bridge, &words)
    }
}

fn report(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

#[test]
fn it_clamps_both_families_and_leaves_offloaded_data_as_it_is() {
    let lab = BumpInTheWire::new();
    let file = file(20_000_000);
    serve(&lab.right, 80, &file);
    let bridge = lab.start("--link-mtu 1400");
    for host in ["192.0.2.2", "[2001:db8::2]"] {
        let mss = if host.starts_with('[') { 1340 } else { 1360 };
        // The timestamps option takes 12 bytes of each segment.
        let seen = fetch_text(&lab.left, &format!("http://{host}/mss"));
        assert_eq!(seen, (mss - 12).to_string(), "{host}");
        let came = fetch(&lab.left, &format!("http://{host}/file"));
        assert!(came == *file, "{host}: damaged");
    }
    let report = report(&bridge.stop());
    for direction in ["left_to_right", "right_to_left"] {
        // A SYN or SYN-ACK of each of the four connections.
        assert_eq!(report[direction]["clamped"], 4, "{report}");
        assert_eq!(report[direction]["lost"], serde_json::json!({}), "{report}");
    }
}

#[test]
fn rules_know_the_two_sides_of_the_wire() {
    let lab = BumpInTheWire::new();
    serve(&lab.right, 80, &file(1_000_000));
    let bridge = lab.start(
        "--rule 'nft add rule inet filter forward oifname \"to-right\" ip daddr 192.0.2.0/24 \
         tcp flags syn tcp option maxseg size set 1300'",
    );
    // What the server may send is what the client said, which is what passed.
    assert_eq!(fetch_text(&lab.left, "http://192.0.2.2/mss"), "1288");
    assert_eq!(fetch_text(&lab.left, "http://[2001:db8::2]/mss"), "1428");
    let report = report(&bridge.stop());
    assert_eq!(report["left_to_right"]["clamped"], 1, "{report}");
    assert_eq!(
        report["left_to_right"]["left_alone"]["no-rule"], 1,
        "{report}"
    );
    assert_eq!(
        report["right_to_left"]["left_alone"]["no-rule"], 2,
        "{report}"
    );
}

#[test]
fn a_wire_without_anything_to_clamp_passes_all_as_it_is() {
    let lab = BumpInTheWire::new();
    let file = file(1_000_000);
    serve(&lab.right, 80, &file);
    let bridge = lab.start("--max-mss-v4 65535 --max-mss-v6 65535");
    assert_eq!(fetch_text(&lab.left, "http://192.0.2.2/mss"), "1448");
    assert!(fetch(&lab.left, "http://192.0.2.2/file") == *file);
    let report = report(&bridge.stop());
    assert_eq!(report["left_to_right"]["clamped"], 0, "{report}");
    assert_eq!(report["left_to_right"]["fits"], 2, "{report}");
}

#[test]
fn eight_connections_at_once_and_udp_pass_too() {
    let lab = BumpInTheWire::new();
    let bridge = lab.start("--link-mtu 1400");
    for words in [
        "iperf3 -c 192.0.2.2 -t 1 -P 8",
        "iperf3 -c 192.0.2.2 -t 1 -P 8 -R",
        "iperf3 -c 2001:db8::2 -t 1 -u -b 20M -l 1200",
    ] {
        iperf3(&lab.left, &lab.right, words);
    }
    let report = report(&bridge.stop());
    // A control connection each time, and twice 8 for data.
    assert_eq!(report["left_to_right"]["clamped"], 19, "{report}");
}

/// A SYN with the options given.
fn syn(vlan: Option<u16>, options: &[TcpOptionElement]) -> Vec<u8> {
    let ethernet = PacketBuilder::ethernet2([2, 0, 0, 0, 0, 9], [0xff; 6]);
    let addresses = ([192, 0, 2, 1], [192, 0, 2, 2]);
    let ip = match vlan {
        Some(vlan) => {
            ethernet
                .single_vlan(VlanId::try_new(vlan).unwrap())
                .ipv4(addresses.0, addresses.1, 64)
        }
        None => ethernet.ipv4(addresses.0, addresses.1, 64),
    };
    let tcp = ip.tcp(12345, 80, 1, 1000).syn().options(options).unwrap();
    let mut frame = Vec::new();
    tcp.write(&mut frame, &[]).unwrap();
    frame
}

#[test]
fn a_vlan_tag_stays_in_its_place_and_the_syn_behind_it_is_clamped() {
    let lab = BumpInTheWire::new();
    let _bridge = lab.start("--link-mtu 1400");
    let injector = lab.left.run(|| PacketSocket::open("wire"));
    // A packet socket does not see the tag, which the kernel takes out; tcpdump puts it back.
    let mut tcpdump = lab.right.run(|| {
        Command::new("tcpdump")
            .args("-i wire -c 1 -nn -e vlan 7".split(' '))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("tcpdump is installed: package tcpdump")
    });
    let frame = syn(Some(7), &[TcpOptionElement::MaximumSegmentSize(1460)]);
    // Until tcpdump, which takes a moment to start, has seen one.
    let seen = (0..100).any(|_| {
        injector.send(&frame);
        sleep(Duration::from_millis(100));
        tcpdump.try_wait().unwrap().is_some()
    });
    // Gone already where all went well.
    let _ = tcpdump.kill();
    let said = tcpdump.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&said.stdout);
    assert!(seen && said.contains("vlan 7"), "{said}");
    assert!(said.contains("mss 1360"), "{said}");
}

#[test]
fn a_missing_option_is_inserted_when_asked() {
    let lab = BumpInTheWire::new();
    let bridge = lab.start("--link-mtu 1400 --insert-missing");
    let injector = lab.left.run(|| PacketSocket::open("wire"));
    let witness = lab.right.run(|| PacketSocket::open("wire"));
    let before = syn(None, &[]);
    injector.send(&before);
    let is_it = |frame: &Vec<u8>| frame.starts_with(&before[..14]);
    let after = (0..100)
        .find_map(|_| witness.receive(Duration::from_secs(2)).filter(is_it))
        .expect("the SYN comes out");
    // IPv4's default MSS is 536, and the ceiling is above it.
    assert_eq!(after[54..58], [2, 4, 0x02, 0x18]);
    assert_eq!(after.len(), before.len() + 4);
    let report = report(&bridge.stop());
    assert_eq!(report["left_to_right"]["inserted"], 1, "{report}");
}

#[test]
fn what_cannot_be_opened_is_named() {
    let lab = BumpInTheWire::new();
    let complaint = |words: &'static str| {
        let (exit, _, err) = lab
            .bridge
            .run(move || host_sim(&format!("bridge {words} --link-mtu 1492")));
        assert_eq!(exit, Exit::BadInput);
        err
    };
    let none = complaint("--left nowhere --right to-right");
    assert!(none.contains("no interface \"nowhere\""), "{none}");
    assert!(none.contains("to-left"), "those that are there: {none}");
    let loopback = complaint("--left lo --right to-right");
    assert!(
        loopback.contains("lo does not carry Ethernet"),
        "{loopback}"
    );
    lab.bridge.run(|| run("ip link set to-left down"));
    let down = complaint("--left to-left --right to-right");
    assert!(down.contains("ip link set to-left up"), "{down}");
    let same = complaint("--left to-right --right to-right");
    assert!(same.contains("the same interface"), "{same}");
}

#[test]
fn it_ends_with_a_complaint_when_an_interface_is_taken_down() {
    let lab = BumpInTheWire::new();
    let bridge = lab.start("--link-mtu 1492");
    lab.bridge.run(|| run("ip link set to-right down"));
    let (exit, complaints) = bridge.ended();
    assert_eq!(exit, Exit::BadInput);
    assert!(
        complaints.concat().contains("ip link set to-right up"),
        "{complaints:?}"
    );
}
