//! Changes that are told exactly: where they are, and how much of them is shown.

use super::samples::{
    ICMP, ICMPV6, MSS_1460, PLAIN, ROUTED, Tcp, UDP, check_frames, checked, cut_frames, data,
    datagram, frames, syn, udp, whole, with,
};
use crate::check::view::View;
use crate::check::{CheckOptions, Summary};

/// What is found in one frame that became another.
fn found(before: &[u8], after: &[u8], options: &CheckOptions) -> (Summary, Vec<String>) {
    let (summary, report) = check_frames(&[before.to_vec()], &[after.to_vec()], options);
    assert_eq!(summary.paired, 1, "{report}");
    let lines = report.lines();
    let told = lines.filter_map(|line| line.strip_prefix("packet 1 -> 1: "));
    (summary, told.map(str::to_owned).collect())
}

/// The bytes that changed, as they are told.
fn changed(before: &[u8], after: &[u8]) -> Vec<String> {
    let (_, found) = found(before, after, &PLAIN);
    let mut changes = found;
    changes.retain(|told| told.contains("changed that a clamp may not change"));
    changes
}

#[test]
fn a_payload_that_looks_like_an_option_is_no_mss() {
    let with_data = |payload: &[u8]| {
        Tcp {
            payload: payload.to_vec(),
            ..syn(&MSS_1460)
        }
        .frame()
    };
    let changes = changed(&with_data(&MSS_1460), &with_data(&[2, 4, 5, 0xac]));
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert!(
        changes[0].contains("(TCP byte 27) was b4 and is ac"),
        "{changes:?}"
    );
}

#[test]
fn an_option_as_long_as_an_mss_is_none() {
    let with_timeout = |low| syn(&[2, 4, 5, 0xb4, 28, 4, 0, low]).frame();
    let changes = changed(&with_timeout(9), &with_timeout(8));
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert!(
        changes[0].contains("(TCP byte 27) was 09 and is 08"),
        "{changes:?}"
    );
}

#[test]
fn an_mss_that_is_another_option_now_is_a_changed_byte_whole() {
    let changes = changed(&syn(&MSS_1460).frame(), &syn(&[3, 4, 5, 0xac]).frame());
    assert_eq!(changes.len(), 2, "{changes:?}");
    assert!(
        changes[0].contains("(TCP byte 20) was 02 and is 03"),
        "{changes:?}"
    );
    assert!(
        changes[1].contains("(TCP byte 23) was b4 and is ac"),
        "{changes:?}"
    );
}

#[test]
fn an_mss_that_stayed_what_it_was_is_not_lowered() {
    let before = syn(&MSS_1460).frame();
    let (summary, _) = found(&before, &with(before.clone(), 48, &[0x11]), &PLAIN);
    assert_eq!(summary.findings[0], 1);
    assert_eq!(summary.lowered, [].into());
}

#[test]
fn a_byte_of_a_datagram_is_told_by_its_place_in_the_ip_packet() {
    let ends = ["192.0.2.2", "198.51.100.2"];
    let query = |payload: &[u8]| datagram(ends, UDP, &udp([4000, 53], payload)).frame();
    let changes = changed(&query(b"query"), &query(b"Query"));
    assert!(changes[0].contains("byte 42 (IPv4 byte 28)"), "{changes:?}");
}

#[test]
fn changes_in_many_places_are_told_in_eight_rows_at_most() {
    let before = data(1, &[0; 60]).frame();
    let sum = before[50..52].to_vec();
    for (places, expected) in [(7, 7), (8, 8), (9, 8), (20, 8)] {
        let mut after = before.clone();
        for place in 0..places {
            after[54 + 2 * place] = 1;
        }
        let changes = changed(&before, &with(after, 50, &sum));
        assert_eq!(changes.len(), expected, "{changes:?}");
        let counts = changes.iter().map(|told| {
            let (count, _) = told.split_once(' ').unwrap();
            count.parse::<usize>().unwrap()
        });
        assert_eq!(counts.sum::<usize>(), places);
    }
}

#[test]
fn of_a_long_change_its_first_sixteen_bytes_are_shown() {
    let before = data(1, &[0; 60]).frame();
    let after = with(before.clone(), 60, &[1; 40]);
    let changes = changed(&before, &after);
    let shown = format!("was {} and is {}", "00".repeat(16), "01".repeat(16));
    assert!(changes[0].starts_with("40 byte(s) changed"), "{changes:?}");
    assert!(changes[0].contains(&shown), "{changes:?}");
}

#[test]
fn a_frame_that_was_longer_than_what_was_captured_of_it() {
    let mut longer = data(1, b"payload").frame();
    let cut = longer.len();
    let before = cut_frames(&[longer.clone()], cut);
    longer.push(0);
    let (summary, report) = checked(before, cut_frames(&[longer], cut), &PLAIN);
    assert_eq!(summary.findings[1], 1, "{report}");
    assert!(
        report.contains("length changed from 61 to 62 bytes"),
        "{report}"
    );
}

#[test]
fn checksums_of_datagrams_have_to_follow_and_may_be_missing() {
    let inside = datagram(
        ["192.0.2.2", "198.51.100.2"],
        UDP,
        &udp([4000, 53], b"query"),
    );
    let mut outside = datagram(
        ["203.0.113.7", "198.51.100.2"],
        UDP,
        &udp([6000, 53], b"query"),
    );
    outside.hop_limit = 63;
    let (inside, outside) = (inside.frame(), outside.frame());
    let stale = inside[40..42].to_vec();
    let kinds = |before: &[u8], after: &[u8]| found(before, after, &ROUTED).0.findings;
    assert_eq!(kinds(&inside, &outside), [0; 10]);
    assert_eq!(kinds(&inside, &with(outside.clone(), 40, &stale))[4], 1);
    // None is as good as any, as long as it stays none.
    let [inside_without, outside_without] =
        [&inside, &outside].map(|frame| with(frame.clone(), 40, &[0, 0]));
    assert_eq!(kinds(&inside_without, &outside_without), [0; 10]);
    assert_eq!(kinds(&inside, &outside_without)[0], 1);
    assert_eq!(kinds(&inside_without, &outside)[0], 1);
}

#[test]
fn the_checksum_of_icmpv6_is_judged() {
    let ends = ["2001:db8:1::2", "2001:db8:2::2"];
    let ping = datagram(ends, ICMPV6, &[128, 0, 0, 0, 0, 9, 0, 1]).frame();
    let (summary, told) = found(&ping, &with(ping.clone(), 56, &[0xde, 0xad]), &PLAIN);
    assert_eq!(summary.findings, [0, 0, 0, 0, 1, 0, 0, 0, 0, 0]);
    assert!(
        told[0].starts_with("ICMP checksum was right before and is wrong after"),
        "{told:?}"
    );
}

#[test]
fn what_a_ping_carries_is_no_quoted_packet() {
    let ping = |payload: &[u8]| {
        let message = [&[8, 0, 0, 0, 0, 9, 0, 1], payload].concat();
        datagram(["192.0.2.2", "198.51.100.2"], ICMP, &message)
    };
    let payload = data(1, b"any").ipv4();
    let before = ping(&payload);
    let mut after = ping(&with(payload, 12, &[203]));
    after.hop_limit = 63;
    let (summary, told) = found(&before.frame(), &after.frame(), &ROUTED);
    assert_eq!(summary.findings, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0], "{told:?}");
}

#[test]
fn a_router_that_takes_nothing_off_the_ttl_sends_forwards() {
    let (before, after) = (syn(&MSS_1460), syn(&[2, 4, 5, 0xac]));
    let (summary, told) = found(&before.frame(), &after.frame(), &ROUTED);
    assert_eq!((summary.backwards, summary.clamped), (0, 1), "{told:?}");
    assert_eq!(summary.lowered, [((1460, 1452), 1)].into());
}

#[test]
fn what_is_mostly_the_same_in_an_unknown_link_layer_may_be_a_damaged_copy() {
    let view = |bytes: &[u8]| View::of(whole(105, bytes), false);
    let original = view(&[7; 40]);
    for (changed_bytes, expected) in [(10, true), (11, false)] {
        let damaged = with(vec![7; 40], 0, &vec![8; changed_bytes]);
        assert_eq!(view(&damaged).is_damaged_copy_of(&original), expected);
    }
    // More of it is less alike.
    assert!(view(&[7; 53]).is_damaged_copy_of(&original));
    assert!(!view(&[7; 54]).is_damaged_copy_of(&original));
    assert!(!original.is_damaged_copy_of(&view(&[7; 54])));
}

#[test]
fn an_ip_packet_whose_ports_were_not_captured_is_told_as_one() {
    let ends = ["2001:db8:1::2", "2001:db8:2::2"];
    let frame = datagram(ends, UDP, &udp([4000, 53], b"query")).frame();
    let before = cut_frames(&[frame], 54);
    let after = frames(&[data(1, b"another").frame()]);
    let (_, report) = checked(before, after, &PLAIN);
    let told = "packet 1 only before: IP, 67 bytes\n";
    assert!(report.starts_with(told), "{report}");
}
