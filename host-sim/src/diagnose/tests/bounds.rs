//! What is kept in mind is bounded, and what connections say of each other.

use std::fs::File;
use std::path::Path;

use super::script::{Capture, OFTEN, SERVER, SYN, Segment, answer, data, handshake, mss};
use crate::diagnose::{Diagnosis, diagnose, report};

/// One connection from this port with a black hole in it.
fn black_hole(client_port: u16) -> Capture {
    let capture = Capture {
        client_port,
        ..Capture::new()
    };
    capture
        .and(handshake(mss(1460), mss(1460)))
        .and(OFTEN.map(|at_ms| data(at_ms, SERVER, 1460)))
        .and([answer(9600, SERVER)])
}

fn diagnosed(captures: impl IntoIterator<Item = Capture>) -> Diagnosis {
    let mut diagnosis = Diagnosis::new(false);
    let packets = captures.into_iter().flat_map(|capture| capture.packets);
    for (mut packet, number) in packets.zip(1..) {
        packet.number = number;
        diagnosis.see(&mut packet);
    }
    diagnosis.finish();
    diagnosis
}

#[test]
fn of_too_many_open_connections_those_silent_longest_are_judged_early() {
    let opening = |client_port| {
        let capture = Capture {
            client_port,
            ..Capture::new()
        };
        capture.and(handshake(mss(1460), mss(1460)))
    };
    let of = |count: u16| diagnosed([black_hole(1)].into_iter().chain((2..=count).map(opening)));
    let (all_kept, some_given_up) = (of(4096), of(4097));
    assert_eq!((all_kept.connections(), all_kept.given_up()), (4096, 0));
    assert_eq!(some_given_up.connections(), 4097);
    assert_eq!(some_given_up.given_up(), 1025);
    let mut told = Vec::new();
    for diagnosis in [all_kept, some_given_up] {
        assert_eq!(diagnosis.findings.len(), 1);
        report::write(&[(Path::new("line.pcap"), diagnosis)], &mut told).unwrap();
    }
    let told = String::from_utf8(told).unwrap();
    assert_eq!(told.matches("were judged early").count(), 1);
    let words = "1025 connections were judged early, more than 4096 being open at once.";
    assert!(told.contains(words), "{told}");
}

#[test]
fn findings_beyond_a_thousand_are_counted() {
    let of = |count| {
        let diagnosis = diagnosed((1..=count).map(black_hole));
        (diagnosis.findings.len(), diagnosis.findings_left_out)
    };
    assert_eq!((of(1000), of(1003)), ((1000, 0), (1000, 3)));
}

/// Client SYNs with these numbers.
fn syns(numbers: std::ops::Range<u32>, size: u16) -> Capture {
    let syn = |number| Segment {
        flags: SYN,
        sequence: number,
        options: mss(size),
        ..answer(0, 0)
    };
    Capture::new().and(numbers.map(syn))
}

#[test]
fn the_same_syn_with_another_mss_has_been_clamped() {
    let diagnosis = diagnosed([syns(7..8, 1460), syns(7..8, 1452), syns(8..9, 1460)]);
    let [change] = &diagnosis.mss_changes[..] else {
        panic!("{:?}", diagnosis.mss_changes);
    };
    assert_eq!(change.sender.to_string(), "192.0.2.2:40000");
    assert_eq!((change.from, change.to, change.packet), (1460, 1452, 2));
    assert_eq!(diagnosis.mss_counts, [(1452, 1), (1460, 2)].into());
    let raised = diagnosed([syns(7..8, 1452), syns(7..8, 1460)]);
    let change = &raised.mss_changes[0];
    assert_eq!((change.from, change.to), (1460, 1452));
    let no_syn = Segment {
        options: mss(536),
        ..answer(0, 0)
    };
    let counts = diagnosed([Capture::new().and([no_syn])]).mss_counts;
    assert_eq!(counts, [].into());
    let many = diagnosed([syns(0..101, 1460), syns(0..101, 1452)]);
    assert_eq!(many.mss_changes.len(), 100);
}

#[test]
fn as_many_syns_as_fit_are_compared_with_another_capture() {
    const KEPT: u32 = 1 << 16;
    let many = diagnosed([syns(0..KEPT + 1, 1460)]);
    let changes = |number| diagnosed([syns(number..number + 1, 1452)]).mss_changes_since(&many);
    assert_eq!(changes(KEPT - 1), [(1460, 1452)]);
    assert_eq!(changes(KEPT), []);
}

#[test]
fn what_passes_in_another_connection_between_the_same_hosts_did_not_vanish() {
    let passed = |size: u16, client: [u8; 4]| {
        let end = SERVER + u32::from(size);
        let capture = Capture {
            client_port: 50000,
            client: client.into(),
            ..Capture::new()
        };
        capture
            .and(handshake(mss(1460), mss(1460)))
            .and([data(100, SERVER, size), answer(200, end)])
    };
    let found = |size, client| {
        let diagnosis = diagnosed([black_hole(40000), passed(size, client)]);
        let findings = diagnosis.findings.iter();
        findings
            .map(|finding| finding.path_mtu.at_least_bytes)
            .collect::<Vec<_>>()
    };
    assert_eq!(found(1460, [192, 0, 2, 2]), []);
    assert_eq!(found(1459, [192, 0, 2, 2]), [Some(1499)]);
    assert_eq!(found(1460, [192, 0, 2, 3]), [None]);
}

#[test]
fn a_syn_with_another_number_opens_another_connection_between_the_same_ports() {
    let opening = |sequence| {
        let [syn, rest @ ..] = handshake(mss(1460), mss(1460));
        let all = [&[Segment { sequence, ..syn }][..], &rest].concat();
        Capture::new().and(all)
    };
    let connections = |captures: &[Capture]| diagnosed(captures.to_vec()).connections();
    assert_eq!(connections(&[opening(1), opening(1)]), 1);
    assert_eq!(connections(&[opening(1), opening(2)]), 2);
    let under_way = Capture::new().and([answer(0, SERVER)]);
    assert_eq!(connections(&[under_way, opening(1)]), 2);
    let answered_only =
        Capture::new().and(handshake(mss(1460), mss(1460)).into_iter().skip(1).take(1));
    assert_eq!(connections(&[answered_only, opening(1)]), 1);
    // What was found in the first stays found.
    let diagnosis = diagnosed([black_hole(40000), opening(1)]);
    assert_eq!((diagnosis.connections(), diagnosis.findings.len()), (2, 1));
}

#[test]
fn fragments_are_counted_and_tunnels_looked_into_when_asked() {
    let mut capture = Capture::opened();
    capture.packets[1].bytes[7] = 9;
    capture.packets[2].bytes[7] = 9;
    let diagnosis = capture.diagnosed();
    assert_eq!((diagnosis.packets, diagnosis.fragments), (3, 2));
    assert_eq!(diagnosis.first_fragment, Some(2));

    let mut tunnelled = Capture::opened();
    for packet in &mut tunnelled.packets {
        let mut outer = packet.bytes[..20].to_vec();
        let len = u16::try_from(packet.wire_len + 20).unwrap();
        outer[2..4].copy_from_slice(&len.to_be_bytes());
        outer[9] = 4;
        packet.bytes.splice(0..0, outer);
        packet.wire_len += 20;
    }
    for (tunnels, expected) in [(false, 0), (true, 1)] {
        let mut diagnosis = Diagnosis::new(tunnels);
        for packet in &mut tunnelled.packets {
            diagnosis.see(packet);
        }
        assert_eq!(diagnosis.connections(), expected);
    }
}

#[test]
fn a_connection_in_a_pppoe_session_is_told_from_one_that_is_in_none() {
    for (name, expected) in [
        ("pppoe-upload-1492-lan.pcap", true),
        ("upload-1492-lan.pcap", false),
    ] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/traces/paths");
        let (diagnosis, _) = diagnose(File::open(folder.join(name)).unwrap(), false).unwrap();
        assert!(!diagnosis.findings.is_empty());
        for finding in &diagnosis.findings {
            assert_eq!(finding.in_pppoe, expected, "{name}");
        }
    }
}
