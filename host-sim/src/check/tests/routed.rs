//! What a router changes is recognised when asked: link layers, TTL, addresses, ports; and nothing
//! more than that.

use std::slice::from_ref;

use clamp_core::Clamp;

use super::samples::{
    MSS_1460, ROUTED, Tcp, check_frames, checksum, clamped, data, syn, to_1492, with,
};
use crate::check::{CheckOptions, Summary};

/// A segment one router later.
fn forwarded(segment: &Tcp) -> Tcp {
    Tcp {
        ttl: segment.ttl - 1,
        ..segment.clone()
    }
}

/// The same, its source translated.
fn masqueraded(segment: &Tcp, port: u16) -> Tcp {
    Tcp {
        source: [203, 0, 113, 7],
        ports: [port, segment.ports[1]],
        ..forwarded(segment)
    }
}

/// A segment from the other end on its two sides: as it came in and as it left.
fn answered(segment: &Tcp, port: u16) -> [Tcp; 2] {
    let mut outside = masqueraded(segment, port).reply();
    outside.ttl = 60;
    let mut inside = segment.reply();
    inside.ttl = 59;
    [outside, inside]
}

fn check(before: &[Vec<u8>], after: &[Vec<u8>], options: &CheckOptions) -> (Summary, String) {
    check_frames(before, after, options)
}

#[test]
fn both_ways_through_a_router_with_nat_from_ethernet_to_pppoe() {
    let opening = syn(&MSS_1460);
    let clamp = Clamp::for_link_mtu(1500).unwrap();
    let [answer_outside, _] = answered(&opening, 61_000);
    // Clamped on the PPPoE side, which it came from.
    let answer_inside = Tcp {
        options: vec![2, 4, 5, 0xac],
        ..answered(&opening, 61_000)[1].clone()
    };
    let segment = data(2, b"GET / HTTP/1.1");
    let before = [opening.frame(), answer_inside.frame(), segment.frame()];
    let after = [
        clamped(masqueraded(&opening, 61_000).pppoe_frame(), clamp),
        answer_outside.pppoe_frame(),
        masqueraded(&segment, 61_000).pppoe_frame(),
    ];
    let options = CheckOptions {
        policy: Some(clamp.into()),
        ..ROUTED
    };
    let (summary, report) = check(&before, &after, &options);
    assert_eq!(summary.total_findings(), 0, "{report}");
    assert_eq!(
        (summary.paired, summary.backwards, summary.clamped),
        (3, 1, 2)
    );
    assert_eq!(summary.lowered, [((1460, 1452), 2)].into());
}

#[test]
fn a_masquerade_may_draw_another_identification_where_it_means_something() {
    let segment = data(1, b"any");
    let renumbered = Tcp {
        identification: 7,
        ..masqueraded(&segment, 61_000)
    };
    let atomic = [segment.frame(), renumbered.frame()];
    let pieceable = atomic.clone().map(without_dont_fragment);
    let findings = |[before, after]: [Vec<u8>; 2]| {
        let (summary, report) = check(&[before], &[after], &ROUTED);
        assert_eq!(summary.paired, 1, "{report}");
        summary.total_findings()
    };
    assert_eq!((findings(pieceable), findings(atomic)), (0, 1));
}

/// The same, to be cut where a link is too narrow.
fn without_dont_fragment(mut frame: Vec<u8>) -> Vec<u8> {
    let ip = &mut frame[14..34];
    ip[6] = 0;
    ip[10..12].fill(0);
    let sum = checksum(&[&*ip]);
    ip[10..12].copy_from_slice(&sum.to_be_bytes());
    frame
}

#[test]
fn an_answer_is_held_to_the_ceiling_of_the_side_it_came_from() {
    let opening = syn(&MSS_1460);
    let [outside, inside] = answered(&opening, 61_000);
    let options = CheckOptions {
        policy: Some(Clamp::for_link_mtu(1500).unwrap().into()),
        ..ROUTED
    };
    let (summary, report) = check(&[inside.frame()], &[outside.pppoe_frame()], &options);
    assert_eq!(summary.findings[7], 1, "{report}");
    assert!(report.contains("packet 1 <- 1: SYN left with MSS 1460, above the ceiling of 1452"));
}

#[test]
fn a_raised_mss_is_told_by_the_way_the_packet_went() {
    let opening = syn(&[2, 4, 5, 0xac]);
    let [outside, inside] = answered(&opening, 61_000);
    let raised = Tcp {
        options: MSS_1460.to_vec(),
        ..inside
    };
    let (summary, report) = check(&[raised.frame()], &[outside.frame()], &ROUTED);
    assert_eq!(summary.findings, [0, 0, 1, 0, 0, 0, 0, 0, 0, 0], "{report}");
    assert!(report.contains("MSS raised from 1452 to 1460"));
}

#[test]
fn without_routed_a_router_changes_bytes() {
    let segment = data(5, b"payload");
    let (summary, report) = check(
        &[segment.frame()],
        &[forwarded(&segment).frame()],
        &CheckOptions {
            routed: false,
            ..ROUTED
        },
    );
    assert_eq!((summary.paired, summary.findings[0]), (1, 1), "{report}");
}

#[test]
fn a_changed_payload_byte_behind_a_router_with_nat() {
    let segment = data(5, b"payload");
    let changed = with(masqueraded(&segment, 61_000).frame(), 57, b"!");
    let (summary, report) = check(&[segment.frame()], &[changed], &ROUTED);
    assert_eq!(summary.findings, [1, 0, 0, 0, 1, 0, 0, 0, 0, 0], "{report}");
}

#[test]
fn a_changed_traffic_class_is_no_routers_business() {
    let segment = data(5, b"payload");
    let mut changed = forwarded(&segment).frame();
    changed[15] = 0xb8;
    changed[24..26].fill(0);
    let sum = checksum(&[&changed[14..34]]);
    changed[24..26].copy_from_slice(&sum.to_be_bytes());
    let (summary, report) = check(&[segment.frame()], &[changed], &ROUTED);
    assert_eq!(summary.findings, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0], "{report}");
}

#[test]
fn a_header_checksum_that_does_not_follow_the_ttl() {
    let segment = data(5, b"payload");
    let stale = segment.frame()[24..26].to_vec();
    let changed = with(forwarded(&segment).frame(), 24, &stale);
    let (summary, report) = check(&[segment.frame()], &[changed], &ROUTED);
    assert_eq!(summary.findings, [0, 0, 0, 0, 1, 0, 0, 0, 0, 0], "{report}");
    assert!(report.contains("IPv4 header checksum was right before and is wrong after"));
}

#[test]
fn a_translation_that_changes_in_the_middle_of_a_connection() {
    let segments: Vec<_> = (1..4)
        .map(|sequence| data(sequence, b"same flow"))
        .collect();
    let before: Vec<_> = segments.iter().map(Tcp::frame).collect();
    let ports = [61_000, 61_000, 61_001];
    let after: Vec<_> = segments
        .iter()
        .zip(ports)
        .map(|(segment, port)| masqueraded(segment, port).frame())
        .collect();
    let (summary, report) = check(&before, &after, &ROUTED);
    assert_eq!(summary.findings, [0, 0, 0, 0, 0, 0, 0, 0, 1, 0], "{report}");
    assert!(report.contains(
        "packet 3 -> 3: NAT is inconsistent: TCP 192.0.2.2:40000 > 198.51.100.2:80 was TCP \
         203.0.113.7:61000 > 198.51.100.2:80 earlier and is TCP 203.0.113.7:61001 > \
         198.51.100.2:80 now"
    ));
}

#[test]
fn an_answer_that_is_translated_back_to_somebody_else() {
    let segment = data(5, b"request");
    let other = Tcp {
        source: [192, 0, 2, 3],
        ..segment.clone()
    };
    let [outside, _] = answered(&segment, 61_000);
    let [_, inside] = answered(&other, 61_000);
    let (summary, report) = check(
        &[segment.frame(), inside.frame()],
        &[masqueraded(&segment, 61_000).frame(), outside.frame()],
        &ROUTED,
    );
    assert_eq!(summary.paired, 2, "{report}");
    assert_eq!(summary.findings, [0, 0, 0, 0, 0, 0, 0, 0, 1, 0], "{report}");
}

#[test]
fn a_new_connection_may_take_another_translation() {
    let (first, second) = (
        syn(&MSS_1460),
        Tcp {
            sequence: 99,
            ..syn(&MSS_1460)
        },
    );
    let (summary, report) = check(
        &[first.frame(), second.frame()],
        &[
            clamped(masqueraded(&first, 61_000).frame(), to_1492()),
            clamped(masqueraded(&second, 61_001).frame(), to_1492()),
        ],
        &ROUTED,
    );
    assert_eq!(
        (summary.total_findings(), summary.clamped),
        (0, 2),
        "{report}"
    );
}

#[test]
fn what_stays_on_its_link_is_never_paired() {
    let segment = data(5, b"payload");
    let arp =
        b"\xff\xff\xff\xff\xff\xff\x02\0\0\0\0\x01\x08\x06\0\x01\x08\0\x06\x04\0\x01".to_vec();
    let multicast = Tcp {
        destination: [224, 0, 0, 251],
        ..data(1, b"")
    };
    let (summary, report) = check(
        &[arp.clone(), segment.frame(), multicast.frame()],
        &[arp, multicast.frame(), forwarded(&segment).frame()],
        &ROUTED,
    );
    assert_eq!(
        (summary.paired, summary.stay_on_their_link),
        (1, 4),
        "{report}"
    );
    assert_eq!(summary.total_findings(), 0, "{report}");
}

#[test]
fn an_unpaired_syn_counts_as_left_only_when_its_sender_is_on_the_other_side() {
    let options = CheckOptions {
        policy: Some(to_1492().into()),
        ..ROUTED
    };
    let known = data(5, b"payload");
    let from_inside = Tcp {
        sequence: 77,
        ..masqueraded(&syn(&MSS_1460), 61_001)
    };
    let from_outside = Tcp {
        source: [198, 51, 100, 9],
        destination: [203, 0, 113, 7],
        ..syn(&MSS_1460)
    };
    let (summary, report) = check(
        &[known.frame()],
        &[
            masqueraded(&known, 61_000).frame(),
            from_inside.frame(),
            from_outside.frame(),
        ],
        &options,
    );
    assert_eq!(summary.findings[7], 1, "{report}");
    assert_eq!(summary.may_have_left_above_ceiling, 1, "{report}");
}

#[test]
fn ethernet_padding_does_not_count_behind_a_router() {
    let segment = data(5, b"");
    let mut padded = segment.frame();
    padded.resize(60, 0);
    let (summary, report) = check(&[padded], &[forwarded(&segment).frame()], &ROUTED);
    assert_eq!(
        (summary.paired, summary.total_findings()),
        (1, 0),
        "{report}"
    );
}

/// An ICMP "fragmentation needed" about a packet, with what it quotes.
fn too_big(to: [u8; 4], quoted: &[u8], ttl: u8) -> Vec<u8> {
    let mut message = vec![3, 4, 0, 0, 0, 0, 5, 0xd4];
    message.extend(&quoted[..28]);
    let sum = checksum(&[&message]);
    message[2..4].copy_from_slice(&sum.to_be_bytes());
    let mut packet = vec![0x45, 0, 0, 56, 0, 9, 0, 0, ttl, 1, 0, 0, 10, 9, 8, 7];
    packet.extend(to);
    let sum = checksum(&[&packet]);
    packet[10..12].copy_from_slice(&sum.to_be_bytes());
    packet.extend(message);
    let mut frame = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0];
    frame.extend(packet);
    frame
}

#[test]
fn an_icmp_error_is_translated_with_the_packet_it_quotes() {
    let segment = data(5, b"payload");
    let outside = too_big([203, 0, 113, 7], &masqueraded(&segment, 61_000).ipv4(), 50);
    // The quotation is of the packet behind the router: its TTL stays.
    let inside = too_big([192, 0, 2, 2], &forwarded(&segment).ipv4(), 49);
    let (summary, report) = check(from_ref(&inside), from_ref(&outside), &ROUTED);
    assert_eq!(
        (summary.paired, summary.total_findings()),
        (1, 0),
        "{report}"
    );
    // Its next-hop MTU is none of a router's business.
    let changed = with(outside, 14 + 20 + 7, &[0]);
    let (summary, report) = check(&[inside], &[changed], &ROUTED);
    assert_eq!(summary.findings[0], 1, "{report}");
}
