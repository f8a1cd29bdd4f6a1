//! Keys: what a router or a clamp may change leaves a strong one as it was, and what else changes a weak one.

use super::samples::{
    Datagram, ETHERNET, ICMP, ICMPV6, MSS_1460, Tcp, clamped, data, datagram, ethernet, syn,
    to_1492, udp, whole, with,
};
use crate::check::Packet;
use crate::check::keys::Keys;
use crate::check::view::View;

const RAW_IP: u16 = 101;
const UDP: u8 = super::samples::UDP;
const INSIDE: [&str; 2] = ["192.0.2.2", "198.51.100.2"];
const OUTSIDE: [&str; 2] = ["203.0.113.7", "198.51.100.2"];
const INSIDE_V6: [&str; 2] = ["2001:db8:1::2", "2001:db8:2::2"];
const OUTSIDE_V6: [&str; 2] = ["2001:db8:9::2", "2001:db8:2::2"];

fn forwarded(datagram: Datagram) -> Datagram {
    Datagram {
        hop_limit: datagram.hop_limit - 1,
        ..datagram
    }
}

fn echo(kind: u8, identifier: u8) -> Vec<u8> {
    [&[kind, 0, 0, 0, 0, identifier, 0, 1], &b"ping"[..]].concat()
}

/// An ICMP error about the beginning of a packet.
fn error(kind: [u8; 2], about: &[u8]) -> Vec<u8> {
    [&[kind[0], kind[1], 0, 0, 0, 0, 5, 0xd4], about].concat()
}

/// IPv4 with the identification 7 at this offset, in units of 8 bytes.
fn piece(datagram: &Datagram, offset: u8) -> Vec<u8> {
    let packet = with(
        datagram.packet(),
        4,
        &[0, 7, 0x20, offset, datagram.hop_limit],
    );
    with(packet, 10, &[0, 0])
}

/// IPv6 with a fragment header.
fn piece_v6(datagram: &Datagram, offset: u8) -> Vec<u8> {
    let mut packet = datagram.packet();
    let len = u8::try_from(packet.len() - 40 + 8).unwrap();
    packet.splice(40..40, [UDP, 0, 0, offset << 3, 0, 0, 0, 9]);
    with(packet, 4, &[0, len, 44])
}

/// Packets on both sides of a router, by what they are.
fn routed() -> Vec<(&'static str, Vec<u8>, Vec<u8>)> {
    let both = |protocol, ends: [[&str; 2]; 2], inside: &[u8], outside: &[u8]| {
        let [inside_ends, outside_ends] = ends;
        (
            datagram(inside_ends, protocol, inside),
            forwarded(datagram(outside_ends, protocol, outside)),
        )
    };
    let v4 = [INSIDE, OUTSIDE];
    let v6 = [INSIDE_V6, OUTSIDE_V6];
    let dns = both(
        UDP,
        v4,
        &udp([4000, 53], b"query"),
        &udp([6000, 53], b"query"),
    );
    let dns_v6 = both(
        UDP,
        v6,
        &udp([4000, 53], b"query"),
        &udp([6000, 53], b"query"),
    );
    let ping = both(ICMP, v4, &echo(8, 1), &echo(8, 2));
    let ping_v6 = both(ICMPV6, v6, &echo(128, 1), &echo(128, 2));
    let about = |kind, one: &Datagram, other: &Datagram| {
        // A packet behind the router is quoted on both sides, with the TTL that it had there.
        let other = Datagram {
            hop_limit: one.hop_limit,
            ..other.clone()
        };
        (error(kind, &one.packet()), error(kind, &other.packet()))
    };
    let (in_v4, out_v4) = about([3, 4], &dns.0, &dns.1);
    let about_dns = both(ICMP, v4, &in_v4, &out_v4);
    let (in_v4, out_v4) = about([3, 4], &ping.0, &ping.1);
    let about_ping = both(ICMP, v4, &in_v4, &out_v4);
    let (in_v6, out_v6) = about([2, 0], &dns_v6.0, &dns_v6.1);
    let about_dns_v6 = both(ICMPV6, v6, &in_v6, &out_v6);
    let (in_v6, out_v6) = about([2, 0], &ping_v6.0, &ping_v6.1);
    let about_ping_v6 = both(ICMPV6, v6, &in_v6, &out_v6);
    let segment = Tcp {
        payload: b"GET".to_vec(),
        ..syn(&[])
    };
    let translated = Tcp {
        source: [203, 0, 113, 7],
        ports: [6000, 80],
        ttl: 63,
        ..segment.clone()
    };
    let first_piece = (piece(&dns.0, 0), piece(&dns.1, 0));
    let first_piece_v6 = (piece_v6(&dns_v6.0, 0), piece_v6(&dns_v6.1, 0));
    // All that a router changes in the others is in front of what they carry.
    let (later, later_v6) = (piece(&dns.0, 9), piece_v6(&dns_v6.0, 9));
    let later_piece = (
        later.clone(),
        [&piece(&dns.1, 9)[..20], &later[20..]].concat(),
    );
    let later_piece_v6 = (
        later_v6.clone(),
        [&piece_v6(&dns_v6.1, 9)[..40], &later_v6[40..]].concat(),
    );
    let packets = |(one, other): (Datagram, Datagram)| (one.packet(), other.packet());
    [
        ("TCP", (segment.ipv4(), translated.ipv4())),
        ("the first piece", first_piece),
        ("a later piece", later_piece),
        ("the first piece of IPv6", first_piece_v6),
        ("a later piece of IPv6", later_piece_v6),
        ("UDP", packets(dns)),
        ("UDP over IPv6", packets(dns_v6)),
        ("a ping", packets(ping)),
        ("a ping over IPv6", packets(ping_v6)),
        ("an error about UDP", packets(about_dns)),
        ("an error about a ping", packets(about_ping)),
        ("an error about UDP over IPv6", packets(about_dns_v6)),
        ("an error about a ping over IPv6", packets(about_ping_v6)),
    ]
    .map(|(name, (before, after))| (name, before, after))
    .to_vec()
}

fn have_in_common(one: &[u64], other: &[u64]) -> bool {
    one.iter().any(|key| other.contains(key))
}

#[test]
fn what_a_router_changes_leaves_a_strong_key_as_it_was_and_nothing_else_does() {
    let keys = Keys::default();
    let strong = |packet: Packet| keys.strong(&View::of(packet, true));
    for (name, before, after) in routed() {
        let came = strong(whole(ETHERNET, &ethernet(&before)));
        let left = strong(whole(RAW_IP, &after));
        assert!(have_in_common(&came, &left), "{name}");
        let last = after.len() - 1;
        let changed = with(after.clone(), last, &[!after[last]]);
        let changed = strong(whole(RAW_IP, &changed));
        assert!(!have_in_common(&came, &changed), "{name}");
        if name == "an error about UDP over IPv6" {
            let of_another_mtu = strong(whole(RAW_IP, &with(after, 47, &[0])));
            assert!(!have_in_common(&came, &of_another_mtu), "{name}");
        }
    }
}

#[test]
fn what_a_clamp_changes_leaves_the_strong_key_as_it_was_on_one_link_type() {
    let keys = Keys::default();
    let strong = |link_type, frame: &[u8]| keys.strong(&View::of(whole(link_type, frame), false));
    let came = syn(&[MSS_1460, MSS_1460].concat()).frame();
    let left = clamped(came.clone(), to_1492());
    assert_ne!(came, left);
    assert_eq!(strong(ETHERNET, &came), strong(ETHERNET, &left));
    let packet = data(1, b"any").ipv4();
    assert_ne!(strong(RAW_IP, &packet), strong(228, &packet));
}

/// What a router does to the destination of a segment, and to nothing else.
fn delivered(segment: &Tcp) -> Tcp {
    Tcp {
        destination: [10, 0, 0, 80],
        ports: [segment.ports[0], 8080],
        ttl: segment.ttl - 1,
        ..segment.clone()
    }
}

#[test]
fn a_segment_whose_options_were_taken_out_is_told_by_its_place_in_its_connection() {
    let keys = Keys::default();
    let weak =
        |segment: &Tcp, routed| keys.weak(&View::of(whole(ETHERNET, &segment.frame()), routed));
    let came = Tcp {
        options: vec![8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1],
        identification: 0,
        ..data(7, b"payload")
    };
    let left = Tcp {
        options: Vec::new(),
        identification: 9,
        ..came.clone()
    };
    for routed in [false, true] {
        let (came, left) = if routed {
            (came.clone(), delivered(&left))
        } else {
            (came.clone(), left.clone())
        };
        let is_like = |other: &Tcp| have_in_common(&weak(&came, routed), &weak(other, routed));
        assert!(is_like(&left), "{routed}");
        for other in [
            Tcp {
                sequence: 8,
                ..left.clone()
            },
            Tcp {
                flags: 0x19,
                ..left.clone()
            },
            Tcp {
                payload: b"payloads".to_vec(),
                ..left.clone()
            },
        ] {
            assert!(!is_like(&other), "{routed}");
        }
    }
    let of_others = Tcp {
        ports: [40_001, 80],
        ..left
    };
    assert!(!have_in_common(
        &weak(&came, false),
        &weak(&of_others, false)
    ));
}

#[test]
fn a_datagram_of_another_length_is_told_by_its_identification() {
    let keys = Keys::default();
    let weak =
        |packet: &[u8], routed| keys.weak(&View::of(whole(ETHERNET, &ethernet(packet)), routed));
    let long = datagram(INSIDE, UDP, &udp([4000, 53], b"a longer query"));
    let short = datagram(INSIDE, UDP, &udp([4000, 53], b"query"));
    let numbered = |datagram: &Datagram, identification: u8| {
        with(datagram.packet(), 4, &[0, identification, 0, 0])
    };
    for routed in [false, true] {
        let came = weak(&numbered(&long, 7), routed);
        let is_like = |packet: &[u8]| have_in_common(&came, &weak(packet, routed));
        assert!(is_like(&numbered(&short, 7)));
        let whole_only = with(numbered(&short, 7), 6, &[0x40]);
        assert!(is_like(&whole_only), "whether it may be cut says nothing");
        assert!(!is_like(&numbered(&short, 8)));
        assert!(
            !is_like(&with(numbered(&short, 7), 6, &[0, 3])),
            "a later piece"
        );
    }
    let unnumbered = |datagram| weak(&numbered(datagram, 0), false);
    assert!(!have_in_common(&unnumbered(&long), &unnumbered(&short)));
    let elsewhere = datagram(OUTSIDE, UDP, &udp([4000, 53], b"query"));
    let elsewhere = weak(&numbered(&elsewhere, 7), false);
    assert!(!have_in_common(
        &weak(&numbered(&long, 7), false),
        &elsewhere
    ));
}

#[test]
fn pieces_of_one_datagram_are_told_apart_by_their_lengths() {
    let keys = Keys::default();
    let weak = |payload: &[u8]| {
        let datagram = datagram(INSIDE, UDP, &udp([4000, 53], payload));
        keys.weak(&View::of(
            whole(ETHERNET, &ethernet(&piece(&datagram, 0))),
            true,
        ))
    };
    assert!(have_in_common(&weak(b"query"), &weak(b"QUERY")));
    assert!(!have_in_common(&weak(b"query"), &weak(b"a longer query")));
    let later = |payload: &[u8], offset| {
        let piece = piece(&datagram(INSIDE, UDP, &udp([4000, 53], payload)), offset);
        keys.weak(&View::of(whole(ETHERNET, &ethernet(&piece)), false))
    };
    assert!(have_in_common(
        &later(b"query", 3),
        &later(b"a longer query", 3)
    ));
    assert!(!have_in_common(
        &later(b"query", 3),
        &later(b"a longer query", 5)
    ));
}
