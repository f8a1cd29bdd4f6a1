//! Reports worth reading, one snapshot each: what a user sees for a kind of capture and policy.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use host_sim::Exit;

use crate::rewritten::clamped_segments;
use crate::{clamp, clamp_bytes, own_captures};

/// A test for each line: its name is that of the snapshot, then come the capture and the flags.
macro_rules! golden_reports {
    ($($name:ident: $capture:literal, $flags:literal;)*) => {
        const NAMES: &[&str] = &[$(stringify!($name)),*];
        $(
            #[test]
            fn $name() {
                golden_report(stringify!($name), $capture, $flags);
            }
        )*
    };
}

golden_reports! {
    a_router_on_a_dsl_line_clamps_both_ip_versions: "plain-lan.pcap", "--link-mtu 1492";
    syns_that_linux_clamped_fit: "tcpmss-wan.pcap", "--link-mtu 1492";
    pppoe_syns_that_linux_clamped_fit_the_line: "wrapped-pppoe-vlan-clamped.pcap", "--link-mtu 1500";
    every_kind_of_client_there_is: "variety-lan.pcap", "--link-mtu 1492";
    a_fixed_ceiling_for_ipv4_leaves_ipv6_alone: "raw-ip-lan.pcap", "--max-mss-v4 1300";
    fixed_ceilings_for_both_ip_versions: "masquerade-wan.pcap", "--max-mss-v4 1300 --max-mss-v6 1220";
    the_lower_of_link_mtu_and_fixed_ceiling_counts: "nanoseconds.pcap", "--link-mtu 1492 --max-mss-v6 1400";
    fast_open_is_clamped_like_any_other: "fast-open-lan.pcap", "--link-mtu 1400";
    first_fragments_are_clamped_and_later_ones_left_alone: "fragments-wan.pcap", "--link-mtu 800";
    a_snap_length_that_cuts_some_tcp_headers: "snap-length-80.pcap", "--link-mtu 1492";
    both_sides_of_a_router_in_one_cooked_capture: "linux-cooked-v2.pcap", "--link-mtu 1400";
    pppoe_in_a_vlan_costs_8_bytes: "wrapped-pppoe-vlan.pcap", "--link-mtu 1500";
    pppoe_on_a_baby_jumbo_link_costs_nothing: "wrapped-pppoe.pcap", "--link-mtu 1508";
    compressed_ppp_still_costs_8_bytes: "wrapped-pppoe-compressed.pcap", "--link-mtu 1500";
    snap_costs_8_bytes: "wrapped-snap.pcap", "--link-mtu 1500";
    a_ceiling_under_48_is_never_written: "wrapped-pppoe-qinq.pcap", "--link-mtu 110";
    four_tags_are_too_many: "wrapped-four-tags.pcap", "--link-mtu 1492";
    tunnels_are_left_alone_unasked: "wrapped-gre-full.pcap", "--link-mtu 1500";
    gre_with_ethernet_in_it: "wrapped-gre-ethernet-vlan.pcap", "--link-mtu 1500 --tunnels";
    six_in_4_for_machines: "wrapped-6in4.pcap", "--link-mtu 1500 --tunnels --json";
    four_tunnels_in_pppoe: "wrapped-four-tunnels.pcap", "--link-mtu 1500 --tunnels";
    five_tunnels_are_too_many: "wrapped-five-tunnels.pcap", "--link-mtu 1500 --tunnels --json";
    three_link_types_in_one_file: "three-link-types.pcapng", "--link-mtu 1492";
    two_sections_for_machines: "two-sections.pcapng", "--link-mtu 1400 --json";
}

fn golden_report(name: &str, capture: &str, flags: &str) {
    let path = own_captures().join(capture);
    let before = fs::read(&path).unwrap();
    let run = clamp(&path, flags);
    assert_eq!((run.exit, run.complaint.as_str()), (Exit::Fine, ""));
    clamped_segments(&before, &run.output).unwrap_or_else(|why| panic!("{capture}: {why}"));
    let again = clamp_bytes(&run.output, flags);
    assert!(
        again.output == run.output,
        "{capture}: clamped twice is not clamped once"
    );
    assert_report(name, capture, flags, &run.report);
}

/// Compares a report with the one committed under its name.
pub(crate) fn assert_report(name: &str, capture: &str, flags: &str, report: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        let command = format!("$ host-sim clamp {capture} OUT {flags}");
        insta::assert_snapshot!(
            format!("golden_summaries__{name}"),
            format!("{command}\n{report}")
        );
    });
}

/// A report no test looks at any more would go on looking like a promise, and one that is missing
/// could be written unseen where insta is told to write.
#[test]
fn the_committed_reports_are_those_of_the_tests() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots");
    let committed: BTreeSet<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension() == Some(OsStr::new("snap")))
        .filter_map(|path| {
            let name = path.file_stem()?.to_str()?;
            name.strip_prefix("golden_summaries__").map(str::to_owned)
        })
        .collect();
    let tested = NAMES.iter().copied().chain([crate::insertion::NAME]);
    assert_eq!(committed, tested.map(str::to_owned).collect());
}
