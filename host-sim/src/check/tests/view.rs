//! What is seen in a packet: its ends, whether a router carries it over, and how it is told.

use super::samples::{
    ETHERNET, ICMP, ICMPV6, MSS_1460, UDP, data, datagram, ethernet, syn, udp, whole, with,
};
use crate::check::Packet;
use crate::check::view::View;

const ARP: &[u8] = b"\xff\xff\xff\xff\xff\xff\x02\0\0\0\0\x01\x08\x06\0\x01\x08\0\x06\x04\0\x01";

fn stays(frame: &[u8]) -> bool {
    View::of(whole(ETHERNET, frame), true).stays_on_its_link
}

#[test]
fn no_router_carries_what_is_for_one_link_alone() {
    const V4: &str = "198.51.100.2";
    const V6: &str = "2001:db8:2::2";
    for (ends, expected) in [
        ([V4, "192.0.2.2"], false),
        ([V4, "0.0.0.0"], true),
        ([V4, "255.255.255.255"], true),
        ([V4, "169.254.9.9"], true),
        ([V4, "169.253.9.9"], false),
        ([V4, "168.254.9.9"], false),
        ([V4, "224.0.0.251"], true),
        ([V4, "224.0.1.1"], false),
        ([V4, "224.1.0.1"], false),
        ([V6, "2001:db8:1::2"], false),
        ([V6, "::"], true),
        ([V6, "fe80::1"], true),
        ([V6, "febf::1"], true),
        ([V6, "fec0::1"], false),
        ([V6, "fd80::1"], false),
        ([V6, "ff01::1"], true),
        ([V6, "ff02::1"], true),
        ([V6, "ff12::1"], true),
        ([V6, "ff05::1"], false),
        ([V6, "ff0e::1"], false),
        ([V6, "fe02::1"], false),
        ([V6, "2::1"], false),
    ] {
        let [one, other] = ends;
        for ends in [[one, other], [other, one]] {
            let frame = datagram(ends, UDP, &udp([1000, 2000], b"any")).frame();
            assert_eq!(stays(&frame), expected, "{ends:?}");
        }
    }
}

#[test]
fn neighbours_are_found_on_one_link_whatever_their_addresses_are() {
    let ends = ["2001:db8:1::2", "2001:db8:1::3"];
    for (kind, expected) in [
        (132, false),
        (133, true),
        (135, true),
        (137, true),
        (138, false),
    ] {
        let frame = datagram(ends, ICMPV6, &[kind, 0, 0, 0, 0, 0, 0, 0]).frame();
        assert_eq!(stays(&frame), expected, "{kind}");
    }
    let ends = ["192.0.2.2", "192.0.2.3"];
    assert!(!stays(
        &datagram(ends, ICMP, &[135, 0, 0, 0, 0, 0, 0, 0]).frame()
    ));
    assert!(stays(ARP));
}

#[test]
fn an_ipv4_header_that_contradicts_itself_is_none() {
    let packet = data(1, b"any").ipv4();
    for (why, damaged) in [
        ("version", with(packet.clone(), 0, &[0x55])),
        ("header length", with(packet.clone(), 0, &[0x44])),
        ("total length", with(packet.clone(), 2, &[0, 19])),
    ] {
        let mut frame = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0];
        frame.extend(damaged);
        let view = View::of(whole(ETHERNET, &frame), true);
        assert_eq!(view.outer(), None, "{why}");
        assert!(view.stays_on_its_link, "{why}");
    }
    let bare = with(packet[..20].to_vec(), 2, &[0, 20]);
    let view = View::of(whole(ETHERNET, &ethernet(&bare)), true);
    assert_eq!(view.outer().map(|outer| outer.end), Some(34));
}

#[test]
fn padding_behind_an_ip_packet_is_not_part_of_it() {
    let v6 = datagram(
        ["2001:db8:1::2", "2001:db8:2::2"],
        UDP,
        &udp([1, 2], b"any"),
    );
    for packet in [data(1, b"any").ipv4(), v6.packet()] {
        let mut frame = ethernet(&packet);
        frame.resize(90, 0);
        let view = View::of(whole(ETHERNET, &frame), true);
        assert_eq!((view.bytes(), view.wire_len), (&packet[..], packet.len()));
        assert!(view.is_whole());
        let cut = Packet {
            bytes: frame[..30].to_vec(),
            ..whole(ETHERNET, &frame)
        };
        assert!(!View::of(cut, true).is_whole());
    }
}

#[test]
fn the_length_of_an_ipv6_extension_header_is_counted_in_eights() {
    let mut packet = datagram(
        ["2001:db8:1::2", "2001:db8:2::2"],
        UDP,
        &udp([4000, 53], b"any"),
    )
    .packet();
    let options = [UDP, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    packet.splice(40..40, options);
    let packet = with(packet, 4, &[0, 27, 60]);
    assert_eq!(
        told(&ethernet(&packet)),
        "UDP [2001:db8:1::2]:4000 > [2001:db8:2::2]:53, 81 bytes"
    );
}

fn told(frame: &[u8]) -> String {
    View::of(whole(ETHERNET, frame), false).to_string()
}

#[test]
fn a_packet_is_told_by_its_ends_or_by_what_it_is_instead() {
    let tagged = [&ARP[..12], &[0x81, 0, 0, 7], &ARP[12..]].concat();
    let ends = ["192.0.2.2", "198.51.100.2"];
    let ping = datagram(ends, ICMP, &[8, 0, 0, 0, 0, 9, 0, 1]).frame();
    let answer = datagram(ends, ICMP, &[0, 0, 0, 0, 0, 9, 0, 1]).frame();
    let unreachable = datagram(ends, ICMP, &[3, 0, 0, 0, 0, 9, 0, 1]).frame();
    let ends = ["2001:db8:1::2", "2001:db8:2::2"];
    let ping_v6 = datagram(ends, ICMPV6, &[128, 0, 0, 0, 0, 9, 0, 1]).frame();
    let answer_v6 = datagram(ends, ICMPV6, &[129, 0, 0, 0, 0, 9, 0, 1]).frame();
    let later_piece = with(data(1, b"any").frame(), 20, &[0, 9]);
    for (frame, expected) in [
        (
            &syn(&MSS_1460).frame()[..],
            "TCP 192.0.2.2:40000 > 198.51.100.2:80, SYN with MSS 1460, 58 bytes",
        ),
        (&ping, "ICMP 192.0.2.2:9 > 198.51.100.2:9, 42 bytes"),
        (&answer, "ICMP 192.0.2.2:9 > 198.51.100.2:9, 42 bytes"),
        (&unreachable, "ICMP 192.0.2.2 > 198.51.100.2, 42 bytes"),
        (
            &ping_v6,
            "ICMPv6 [2001:db8:1::2]:9 > [2001:db8:2::2]:9, 62 bytes",
        ),
        (
            &answer_v6,
            "ICMPv6 [2001:db8:1::2]:9 > [2001:db8:2::2]:9, 62 bytes",
        ),
        (&later_piece, "TCP 192.0.2.2 > 198.51.100.2, 57 bytes"),
        (ARP, "ethertype 0x0806, 22 bytes"),
        (&tagged, "ethertype 0x0806, 26 bytes"),
        (&ping[..20], "malformed, 20 bytes"),
    ] {
        assert_eq!(told(frame), expected);
    }
    let view = |link_type, bytes: &[u8]| View::of(whole(link_type, bytes), false).to_string();
    assert_eq!(view(105, &[7; 40]), "link type 105, 40 bytes");
    let ppp_lcp = [0xff, 3, 0xc0, 0x21, 1, 1, 0, 4];
    assert_eq!(view(9, &ppp_lcp), "not IP, 8 bytes");
}
