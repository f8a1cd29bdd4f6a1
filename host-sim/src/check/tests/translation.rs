//! Translations through a NAT: one for each conversation, as long as it is in use.

use std::net::{IpAddr, Ipv4Addr};

use super::samples::{ROUTED, Tcp, UDP, check_frames, data, datagram, udp};
use crate::check::Summary;
use crate::check::nat::{Endpoint, Flow, Senders, Translations};

/// A datagram on the two sides of a router that gives it this port.
fn masqueraded(number: u8, port: u16) -> [Vec<u8>; 2] {
    let message = |port| udp([port, 53], &[number; 20]);
    let inside = datagram(["192.0.2.2", "198.51.100.2"], UDP, &message(4000));
    let mut outside = datagram(["203.0.113.7", "198.51.100.2"], UDP, &message(port));
    outside.hop_limit -= 1;
    [inside.frame(), outside.frame()]
}

/// Segments of one connection that nothing translates.
fn others(count: u32) -> Vec<[Vec<u8>; 2]> {
    let forwarded = |sequence| {
        let segment = data(sequence, format!("segment {sequence}").as_bytes());
        let ttl = segment.ttl - 1;
        [segment.frame(), Tcp { ttl, ..segment }.frame()]
    };
    (1..=count).map(forwarded).collect()
}

fn check(both: &[[Vec<u8>; 2]]) -> (Summary, String) {
    let side = |side: usize| -> Vec<_> { both.iter().map(|both| both[side].clone()).collect() };
    let (summary, report) = check_frames(&side(0), &side(1), &ROUTED);
    assert_eq!(summary.paired, both.len() as u64, "{report}");
    (summary, report)
}

#[test]
fn a_datagrams_translation_may_change_when_it_was_not_in_use_for_a_window() {
    for (between, expected) in [(0, 1), (62, 1), (65, 0)] {
        let (first, second) = (masqueraded(1, 6000), masqueraded(2, 6001));
        let all = [&[first][..], &others(between), &[second]].concat();
        let (summary, report) = check(&all);
        assert_eq!(summary.findings[8], expected, "{between}: {report}");
        assert_eq!(summary.total_findings(), expected, "{between}: {report}");
    }
}

#[test]
fn alike_segments_of_two_hosts_are_paired_by_their_translations() {
    let of = |host: u8, port: u16, sequence, payload: &[u8]| {
        let inside = Tcp {
            source: [192, 0, 2, host],
            ..data(sequence, payload)
        };
        let outside = Tcp {
            source: [203, 0, 113, 7],
            ports: [port, 80],
            ttl: 63,
            ..inside.clone()
        };
        [inside.frame(), outside.frame()]
    };
    let known = [of(2, 6002, 1, b"of one"), of(3, 6003, 1, b"of another")];
    let [one_inside, one_outside] = of(2, 6002, 50, b"alike");
    let [other_inside, other_outside] = of(3, 6003, 50, b"alike");
    // The second overtakes the first.
    let all = [
        &known[..],
        &[[one_inside, other_outside], [other_inside, one_outside]],
    ]
    .concat();
    let (summary, report) = check(&all);
    assert_eq!(summary.total_findings(), 0, "{report}");
}

fn flow(number: u32, port: u16) -> Flow {
    let end = |address: u32, port| Endpoint {
        address: IpAddr::V4(Ipv4Addr::from_bits(address)),
        port,
    };
    Flow {
        protocol: 6,
        has_ports: true,
        source: end(0x0a00_0000 + number, port),
        destination: end(0xc633_6402, 80),
    }
}

#[test]
fn the_last_flows_are_remembered_and_those_long_before_are_not() {
    // With and without one that is in use all the time.
    for used in [None, Some(flow(200_000, 1))] {
        let mut translations = Translations::default();
        for number in 0..70_000 {
            for flow in [Some(flow(number, 1)), used].into_iter().flatten() {
                assert_eq!(translations.note(flow, flow, false, 0, 0), None);
            }
        }
        let contradicts = |number| translations.contradicts(flow(number, 1), flow(number, 2));
        for number in [69_999, 69_998, 40_000] {
            assert!(contradicts(number), "{number}");
        }
        for number in [0, 1, 30_000] {
            assert!(!contradicts(number), "{number}");
        }
        assert_eq!(contradicts(200_000), used.is_some());
    }
}

#[test]
fn the_last_senders_are_remembered_and_those_long_before_are_not() {
    let address = |number| IpAddr::V4(Ipv4Addr::from_bits(number));
    // With and without one that sends all the time.
    for often in [None, Some(200_000)] {
        let mut senders = Senders::default();
        for number in 0..70_000 {
            for sender in [Some(number), often].into_iter().flatten() {
                senders.note(true, address(sender), sender % 2 == 0);
            }
        }
        assert_eq!(senders.leaves(true, address(69_999)), Some(false));
        assert_eq!(senders.leaves(true, address(40_000)), Some(true));
        assert_eq!(senders.leaves(true, address(0)), None);
        assert_eq!(senders.leaves(false, address(69_999)), None);
        assert_eq!(senders.leaves(true, address(200_000)), often.map(|_| true));
    }
}
