//! Real captures of both sides of Linux routers that clamp, where the folder of captures is there.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::check::{CheckOptions, Summary, run};
use clamp_core::Clamp;

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
        policy: Some(policy),
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
