//! "Where TCP is looked for", 1 and 2: frames and bare packets, bounded by the IP length.

use clamp_core::{Layer, Outcome, Reason};
use tests::directed::{frame_clamped, frame_untouched, packet_clamped, packet_untouched};
use tests::oracle::Policy;

use super::{link_mtu_1492, too_short, wrong_version};

#[test]
fn one_vlan_tag_of_each_ethertype() {
    frame_clamped(
        link_mtu_1492(),
        "020000000001 020000000002 8100
         | 0007 0800
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        "020000000001 020000000002 8100
         | 0007 0800
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef4a0000 020405ac",
        (1460, 1452),
    );
    frame_clamped(
        link_mtu_1492(),
        "020000000001 020000000002 88a8
         | 0007 86dd
         | 60000000 00180640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 6002faf0 80050000 020405b4",
        "020000000001 020000000002 88a8
         | 0007 86dd
         | 60000000 00180640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 6002faf0 80210000 02040598",
        (1460, 1432),
    );
    frame_clamped(
        link_mtu_1492(),
        "020000000001 020000000002 9100
         | 0007 8864
         | 1100002a 002e 0021
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        "020000000001 020000000002 9100
         | 0007 8864
         | 1100002a 002e 0021
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef520000 020405a4",
        (1460, 1444),
    );
}

#[test]
fn a_fourth_vlan_tag_is_left_alone() {
    frame_untouched(
        link_mtu_1492(),
        "020000000001 020000000002 8100
         | 0007 8100 | 0008 8100 | 0009 8100 | 000a 0800
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        Outcome::LeftAlone(Reason::TooManyVlanTags),
    );
}

#[test]
fn pppoe_of_another_version_type_or_code_is_no_session() {
    for pppoe in ["21 00", "12 00", "11 a7"] {
        let frame = "020000000001 020000000002 8864
         | 1100002a 002e 0021
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4"
            .replace("1100002a", &format!("{pppoe} 002a"));
        let outcome = Outcome::LeftAlone(Reason::NotPppoeSession);
        frame_untouched(link_mtu_1492(), &frame, outcome);
    }
}

#[test]
fn pppoe_discovery_is_not_ip() {
    frame_untouched(
        link_mtu_1492(),
        "020000000001 020000000002 8863 | 1109 0000 0000",
        Outcome::LeftAlone(Reason::NotIp),
    );
}

#[test]
fn ppp_protocol_in_two_bytes_and_in_the_one_byte_form() {
    frame_clamped(
        link_mtu_1492(),
        "020000000001 020000000002 8864
         | 1100002a 0042 0057
         | 60000000 00180640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 6002faf0 80050000 020405b4",
        "020000000001 020000000002 8864
         | 1100002a 0042 0057
         | 60000000 00180640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 6002faf0 80290000 02040590",
        (1460, 1424),
    );
    frame_clamped(
        link_mtu_1492(),
        "020000000001 020000000002 8864
         | 1100002a 0041 57
         | 60000000 00180640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 6002faf0 80050000 020405b4",
        "020000000001 020000000002 8864
         | 1100002a 0041 57
         | 60000000 00180640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 6002faf0 80290000 02040590",
        (1460, 1424),
    );
    frame_clamped(
        link_mtu_1492(),
        "020000000001 020000000002 8864
         | 1100002a 002d 21
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        "020000000001 020000000002 8864
         | 1100002a 002d 21
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef520000 020405a4",
        (1460, 1444),
    );
}

#[test]
fn another_ppp_protocol_is_not_ip() {
    frame_untouched(
        link_mtu_1492(),
        "020000000001 020000000002 8864 | 1100 002a 000a c021 | 0101 0008 0304 c023",
        Outcome::LeftAlone(Reason::NotIp),
    );
}

#[test]
fn the_pppoe_length_bounds_what_follows() {
    // The IP total length of 44 reaches past the 43 bytes that PPPoE leaves it.
    frame_untouched(
        link_mtu_1492(),
        "020000000001 020000000002 8864
         | 1100002a 002d 0021
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        too_short(Layer::Ipv4, 44, 43),
    );
}

#[test]
fn a_pppoe_length_past_the_frame_is_malformed() {
    frame_untouched(
        link_mtu_1492(),
        "020000000001 020000000002 8864
         | 1100002a 002f 0021
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        too_short(Layer::Pppoe, 47, 46),
    );
}

#[test]
fn snap_carries_ipv4_and_ipv6() {
    frame_clamped(
        link_mtu_1492(),
        "020000000001 020000000002  0034
         | aaaa03 000000 0800
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        "020000000001 020000000002  0034
         | aaaa03 000000 0800
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef520000 020405a4",
        (1460, 1444),
    );
    frame_clamped(
        link_mtu_1492(),
        "020000000001 020000000002  0048
         | aaaa03 000000 86dd
         | 60000000 00180640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 6002faf0 80050000 020405b4",
        "020000000001 020000000002  0048
         | aaaa03 000000 86dd
         | 60000000 00180640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 6002faf0 80290000 02040590",
        (1460, 1424),
    );
}

#[test]
fn other_llc_and_other_ethertypes_in_snap_are_not_ip() {
    let not_ip = Outcome::LeftAlone(Reason::NotIp);
    frame_untouched(
        link_mtu_1492(),
        "0180c2000000 020000000002 0004 | 42420300",
        not_ip,
    );
    frame_untouched(
        link_mtu_1492(),
        "020000000001 020000000002  0034
         | aaaa03 000000 0806
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        not_ip,
    );
}

#[test]
fn snap_is_bounded_by_the_8023_length_where_that_is_smaller() {
    frame_untouched(
        link_mtu_1492(),
        "020000000001 020000000002  0033
         | aaaa03 000000 0800
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        too_short(Layer::Ipv4, 44, 43),
    );
}

#[test]
fn snap_is_bounded_by_the_frame_where_that_is_smaller() {
    frame_clamped(
        link_mtu_1492(),
        "020000000001 020000000002  05dc
         | aaaa03 000000 0800
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        "020000000001 020000000002  05dc
         | aaaa03 000000 0800
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef520000 020405a4",
        (1460, 1444),
    );
    frame_untouched(
        link_mtu_1492(),
        "020000000001 020000000002  05dc
         | aaaa03 000000 0800
         | 4500002d 12344000 40063c60 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ffff0000 020405b4",
        too_short(Layer::Ipv4, 45, 44),
    );
}

#[test]
fn an_unknown_ethertype_is_left_alone() {
    frame_untouched(
        link_mtu_1492(),
        "ffffffffffff 020000000002 0806 | 0001 0800 06 04 0001 020000000002 c0000201 000000000000 c6336402",
        Outcome::LeftAlone(Reason::NotIp),
    );
}

#[test]
fn a_bare_packet_of_either_version() {
    packet_clamped(
        link_mtu_1492(),
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef4a0000 020405ac",
        (1460, 1452),
    );
    packet_clamped(
        link_mtu_1492(),
        "60000000 00180640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 6002faf0 80050000 020405b4",
        "60000000 00180640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 6002faf0 80210000 02040598",
        (1460, 1432),
    );
}

#[test]
fn a_bare_packet_of_neither_version_is_malformed() {
    packet_untouched(link_mtu_1492(), "50", wrong_version(Layer::Ipv4, 5));
    packet_untouched(link_mtu_1492(), "", too_short(Layer::Ipv4, 20, 0));
}

#[test]
fn ethernet_padding_is_not_tcp() {
    // A padded frame is clamped like any other...
    frame_clamped(
        link_mtu_1492(),
        "020000000001 020000000002 0800
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4
         | 0000",
        "020000000001 020000000002 0800
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef4a0000 020405ac
         | 0000",
        (1460, 1452),
    );
    // ...and an MSS option in the padding is none, though the data offset reaches over it.
    frame_untouched(
        link_mtu_1492(),
        "020000000001 020000000002 0800
         | 45000028 12344000 40063c65 c0000201 c6336402
         | c00001bb 00000000 00000000 5002faf0 06ff0000
         | 020405b4 0000",
        Outcome::LeftAlone(Reason::NoMss),
    );
    frame_untouched(
        link_mtu_1492(),
        "020000000001 020000000002 0800
         | 45000028 12344000 40063c65 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 f6fe0000
         | 020405b4 0000",
        too_short(Layer::Tcp, 24, 20),
    );
    frame_untouched(
        link_mtu_1492(),
        "020000000001 020000000002 86dd
         | 60000000 00140640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 6002faf0 87c10000
         | 020405b4",
        too_short(Layer::Tcp, 24, 20),
    );
}

#[test]
fn nothing_but_ethertypes_is_believed() {
    frame_untouched(
        Policy::link_mtu(1500),
        "020000000001 020000000002 0806
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        Outcome::LeftAlone(Reason::NotIp),
    );
}

#[test]
fn mpls_is_not_in_scope() {
    frame_untouched(
        link_mtu_1492(),
        "020000000001 020000000002 8847
         | 000641ff
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        Outcome::LeftAlone(Reason::NotIp),
    );
}
