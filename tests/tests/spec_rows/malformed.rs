//! "What a segment gets": the row of what is malformed, each clause a test.

use clamp_core::Layer;
use tests::directed::{frame_untouched, hex, packet_untouched};
use tests::oracle;

use super::{link_mtu_1492, too_short, wrong_version};

#[test]
fn tcp_header_length_under_20() {
    packet_untouched(
        link_mtu_1492(),
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 0002faf0 10000000 020405b4",
        too_short(Layer::Tcp, 20, 0),
    );
    packet_untouched(
        link_mtu_1492(),
        "60000000 00180640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 4002faf0 10000000 020405b4",
        too_short(Layer::Tcp, 20, 16),
    );
}

#[test]
fn tcp_header_length_past_the_ip_length() {
    packet_untouched(
        link_mtu_1492(),
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 7002faf0 10000000 020405b4",
        too_short(Layer::Tcp, 28, 24),
    );
    packet_untouched(
        link_mtu_1492(),
        "60000000 00180640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 f002faf0 10000000 020405b4",
        too_short(Layer::Tcp, 60, 24),
    );
}

#[test]
fn tcp_header_of_under_20_bytes() {
    packet_untouched(
        link_mtu_1492(),
        "45000024 12344000 40063c69 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0",
        too_short(Layer::Tcp, 20, 16),
    );
}

#[test]
fn ipv4_header_length_under_20() {
    let packet = "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4"
        .replace("4500002c", "4400002c");
    packet_untouched(link_mtu_1492(), &packet, too_short(Layer::Ipv4, 20, 16));
}

#[test]
fn ip_total_length_under_the_header_length() {
    packet_untouched(
        link_mtu_1492(),
        "45000013 12344000 40063c7a c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 10000000 020405b4",
        too_short(Layer::Ipv4, 20, 19),
    );
    packet_untouched(
        link_mtu_1492(),
        "46000017 12344000 40063974 c0000201 c6336402 01010101
         | c00001bb 00000000 00000000 6002faf0 10000000 020405b4",
        too_short(Layer::Ipv4, 24, 23),
    );
}

#[test]
fn ip_total_length_past_the_frame() {
    frame_untouched(
        link_mtu_1492(),
        "020000000001 020000000002 0800
         | 4500002d 12344000 40063c60 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 10000000 020405b4",
        too_short(Layer::Ipv4, 45, 44),
    );
    frame_untouched(
        link_mtu_1492(),
        "020000000001 020000000002 86dd
         | 60000000 00190640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 6002faf0 10000000 020405b4",
        too_short(Layer::Ipv6, 25, 24),
    );
}

#[test]
fn an_ip_version_that_contradicts_the_ethertype() {
    frame_untouched(
        link_mtu_1492(),
        "020000000001 020000000002 86dd
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        wrong_version(Layer::Ipv6, 4),
    );
    frame_untouched(
        link_mtu_1492(),
        "020000000001 020000000002 0800
         | 60000000 00180640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 6002faf0 80050000 020405b4",
        wrong_version(Layer::Ipv4, 6),
    );
    frame_untouched(
        link_mtu_1492(),
        "020000000001 020000000002 8864
         | 1100002a 0042 0021
         | 60000000 00180640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 6002faf0 80050000 020405b4",
        wrong_version(Layer::Ipv4, 6),
    );
}

#[test]
fn an_ip_version_neither_4_nor_6() {
    let packet = "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4"
        .replace("4500002c", "5500002c");
    packet_untouched(link_mtu_1492(), &packet, wrong_version(Layer::Ipv4, 5));
    let packet = "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4"
        .replace("4500002c", "0500002c");
    packet_untouched(link_mtu_1492(), &packet, wrong_version(Layer::Ipv4, 0));
}

#[test]
fn ipv6_payload_length_0() {
    packet_untouched(
        link_mtu_1492(),
        "60000000 00000040 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | 3b00c204 00010000",
        too_short(Layer::Ipv6, 1, 0),
    );
    packet_untouched(
        link_mtu_1492(),
        "60000000 00000640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 6002faf0 10000000 020405b4",
        too_short(Layer::Ipv6, 1, 0),
    );
}

/// Layer, bytes needed and bytes there, at every length of a frame with every kind of header.
#[test]
fn truncated_anywhere() {
    let frame = hex("020000000001 020000000002 8100
         | 0007 8864
         | 1100002a 0090 0021
         | 4500008e 12344000 40293bdc c0000201 c6336402
         | 60000000 00523c40 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | 2f000104 00000000
         | 2000 6558
         | 0000002a
         | 020000000001 020000000002  0034
         | aaaa03 000000 0800
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4");
    let policy = link_mtu_1492().through_tunnels();
    let clamp = policy.clamp().expect("a sound policy");
    let expected = [
        (0, 14, Layer::Ethernet, 14, 0),
        (14, 18, Layer::Vlan, 4, 14),
        (18, 24, Layer::Pppoe, 6, 18),
    ];
    for (from, to, layer, needed, at) in expected {
        for len in from..to {
            let there = u16::try_from(len - at).expect("few bytes");
            let outcome = clamp.judge_frame(&frame[..len]);
            assert_eq!(outcome, too_short(layer, needed, there), "at {len} bytes");
        }
    }
    // From here on the PPPoE length is what lacks bytes.
    let pppoe_length = u16::from_be_bytes([frame[22], frame[23]]);
    for len in 24..frame.len() {
        let there = u16::try_from(len - 24).expect("few bytes");
        let outcome = clamp.judge_frame(&frame[..len]);
        assert_eq!(
            outcome,
            too_short(Layer::Pppoe, pppoe_length, there),
            "at {len} bytes"
        );
        assert_eq!(outcome, oracle::frame(&policy, &frame[..len]).outcome);
    }
}

#[test]
fn truncated_in_ipv4() {
    let packet = hex("4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4");
    let clamp = link_mtu_1492().clamp().expect("a sound policy");
    for len in 0..packet.len() {
        let there = u16::try_from(len).expect("few bytes");
        let needed = if len < 20 { 20 } else { 44 };
        let outcome = clamp.judge_packet(&packet[..len]);
        assert_eq!(
            outcome,
            too_short(Layer::Ipv4, needed, there),
            "at {len} bytes"
        );
    }
}

#[test]
fn truncated_in_ipv6() {
    let packet = hex(
        "60000000 00180640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 6002faf0 80050000 020405b4",
    );
    let clamp = link_mtu_1492().clamp().expect("a sound policy");
    for len in 1..packet.len() {
        let there = u16::try_from(len).expect("few bytes");
        let (needed, there) = if len < 40 {
            (40, there)
        } else {
            (24, there - 40)
        };
        let outcome = clamp.judge_packet(&packet[..len]);
        assert_eq!(
            outcome,
            too_short(Layer::Ipv6, needed, there),
            "at {len} bytes"
        );
    }
}
