//! Real captures of both sides of Linux routers that clamp, where the folder of captures is there.

use std::fs::File;
use std::path::{Path, PathBuf};

use clamp_core::{Clamp, LinkType, Outcome};

use super::samples::{checked, in_memory};
use crate::check::source::Capture;
use crate::check::{CheckOptions, Packet, Source, Summary, run};

/// The folder of captures beside the workspace, which is not part of it.
fn trace(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/traces")
        .join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("SKIPPED: no capture ../shared/traces/{name} beside the workspace");
    None
}

fn check_traces(before: &str, after: &str, options: &CheckOptions) -> Option<(Summary, String)> {
    let (before, after) = (trace(before)?, trace(after)?);
    let open = |path| File::open(path).unwrap();
    let mut report = Vec::new();
    let summary = run(open(before), open(after), options, &mut report).unwrap();
    Some((summary, String::from_utf8(report).unwrap()))
}

fn routed(policy: Clamp) -> CheckOptions {
    CheckOptions {
        policy: Some(policy.into()),
        routed: true,
        ..CheckOptions::default()
    }
}

#[test]
fn a_linux_router_that_clamps_ethernet_to_ethernet() {
    let Some((summary, report)) = check_traces(
        "lab-linux-tcpmss-clamp-ipv4-mtu1492-client-side.pcap",
        "lab-linux-tcpmss-clamp-ipv4-mtu1492-server-side.pcap",
        &routed(Clamp::for_link_mtu(1492).unwrap()),
    ) else {
        return;
    };
    assert_eq!(summary.total_findings(), 0, "{report}");
    assert_eq!((summary.paired, summary.clamped), (50, 2), "{report}");
    assert_eq!(summary.lowered, [((1460, 1452), 2)].into());
}

#[test]
fn a_linux_router_that_clamps_and_translates_ethernet_to_pppoe() {
    let Some((summary, report)) = check_traces(
        "lab-pppoe-clamp-lan-first120.pcap",
        "lab-pppoe-clamp-wan-first120.pcap",
        &routed(Clamp::for_link_mtu(1500).unwrap()),
    ) else {
        return;
    };
    assert_eq!(summary.total_findings(), 0, "{report}");
    assert_eq!(summary.lowered, [((1460, 1452), 2)].into(), "{report}");
}

#[test]
fn a_router_that_does_not_clamp_is_found_out() {
    let Some((summary, report)) = check_traces(
        "lab-pppoe-blackhole-noclamp-lan.pcap",
        "lab-pppoe-blackhole-noclamp-wan.pcap",
        &routed(Clamp::for_link_mtu(1500).unwrap()),
    ) else {
        return;
    };
    assert_eq!(summary.findings[7], 2, "{report}");
    assert_eq!(summary.total_findings(), 2, "{report}");
}

#[test]
fn two_captures_that_have_nothing_in_common() {
    let Some((summary, report)) = check_traces(
        "lab-pmtud-ok-ipv6-mtu1492-server-side.pcap",
        "smb-transfer-3100pkts-stripped.pcap",
        &CheckOptions::default(),
    ) else {
        return;
    };
    assert_eq!(summary.total_findings(), 1, "{report}");
    assert_eq!(summary.findings[9], 1, "{report}");
}

/// A capture of the project's own.
fn own(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/traces")
        .join(name)
}

fn check_own(before: &str, after: &str, options: &CheckOptions) -> (Summary, String) {
    let open = |name| File::open(own(name)).unwrap();
    let mut report = Vec::new();
    let summary = run(open(before), open(after), options, &mut report).unwrap();
    (summary, String::from_utf8(report).unwrap())
}

#[test]
fn linux_routers_that_clamp_have_no_finding() {
    for name in [
        "tcpmss",
        "tcpmss-set-1300",
        "nft-rt-mtu",
        "masquerade",
        "variety",
        "fast-open",
        "raw-ip",
        "seed",
    ] {
        let (summary, report) = check_own(
            &format!("{name}-lan.pcap"),
            &format!("{name}-wan.pcap"),
            &routed(Clamp::for_link_mtu(1492).unwrap()),
        );
        assert_eq!(summary.total_findings(), 0, "{name}: {report}");
        assert!(summary.clamped >= 4, "{name}: {report}");
        assert!(summary.backwards > 0, "{name}: {report}");
    }
}

#[test]
fn linux_routers_that_do_not_clamp_are_found_out_and_nothing_else() {
    for (name, syns) in [
        ("plain", 4),
        ("black-hole", 4),
        ("path-mtu-discovery", 4),
        ("fragments", 3),
    ] {
        let (lan, wan) = (format!("{name}-lan.pcap"), format!("{name}-wan.pcap"));
        let (summary, report) = check_own(&lan, &wan, &routed(Clamp::for_link_mtu(1492).unwrap()));
        assert!(summary.findings[7] >= syns, "{name}: {report}");
        assert_eq!(
            summary.findings[7],
            summary.total_findings(),
            "{name}: {report}"
        );
        let (summary, report) = check_own(
            &lan,
            &wan,
            &CheckOptions {
                routed: true,
                ..CheckOptions::default()
            },
        );
        assert_eq!(summary.total_findings(), 0, "{name}: {report}");
    }
}

#[test]
fn link_layers_that_differ_on_the_two_sides() {
    for before in [
        "wrapped-pppoe-qinq",
        "wrapped-cooked-v2-vlan",
        "wrapped-ppp",
    ] {
        let (summary, report) = check_own(
            &format!("{before}.pcap"),
            "wrapped-pppoe-vlan-clamped.pcap",
            &CheckOptions {
                routed: true,
                ..CheckOptions::default()
            },
        );
        assert_eq!(summary.total_findings(), 0, "{before}: {report}");
        assert!(summary.clamped >= 4, "{before}: {report}");
    }
}

/// All packets of a capture, as far as it can be read.
fn packets_of(path: &Path) -> Vec<Packet> {
    let mut packets = Vec::new();
    if let Ok(mut capture) = Capture::open(File::open(path).unwrap()) {
        while let Ok(Some(packet)) = capture.next_packet() {
            packets.push(packet);
        }
    }
    packets
}

/// How many SYNs were clamped on the way.
fn our_own_clamp_has_no_finding_on(folder: &Path) -> u64 {
    let clamp = Clamp::for_max_mss(Some(700), Some(700))
        .unwrap()
        .through_tunnels();
    let mut clamped_in_all = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let before = packets_of(&path);
        if before.is_empty() {
            continue;
        }
        let mut clamped = 0;
        let after = before.iter().cloned().map(|mut packet| {
            if let Some(link_type) = LinkType::from_pcap(packet.link_type)
                && let Outcome::Clamped { .. } =
                    clamp.captured(link_type, &mut packet.bytes, packet.wire_len, &mut ())
            {
                clamped += 1;
            }
            packet
        });
        let after = in_memory(after.collect());
        let options = CheckOptions {
            policy: Some(clamp.into()),
            ..CheckOptions::default()
        };
        let packets = before.len() as u64;
        let (summary, report) = checked(in_memory(before), after, &options);
        assert_eq!(summary.total_findings(), 0, "{}: {report}", path.display());
        assert_eq!(
            (summary.paired, summary.clamped),
            (packets, clamped),
            "{}: {report}",
            path.display()
        );
        clamped_in_all += clamped;
    }
    clamped_in_all
}

#[test]
fn our_own_clamp_has_no_finding_on_real_captures() {
    assert!(our_own_clamp_has_no_finding_on(&own("")) > 100);
    if let Some(folder) = trace("") {
        assert!(our_own_clamp_has_no_finding_on(&folder) > 1000);
    }
}
