//! "The ceiling".

use clamp_core::{Clamp, Outcome, Reason};
use tests::directed::{frame_clamped, frame_untouched, packet_clamped, packet_untouched};
use tests::oracle::Policy;

use super::link_mtu_1492;

#[test]
fn link_mtu_minus_40_for_ipv4() {
    frame_clamped(
        link_mtu_1492(),
        "020000000001 020000000002 0800
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        "020000000001 020000000002 0800
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef4a0000 020405ac",
        (1460, 1452),
    );
}

#[test]
fn link_mtu_minus_60_for_ipv6() {
    frame_clamped(
        link_mtu_1492(),
        "020000000001 020000000002 86dd
         | 60000000 00180640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 6002faf0 80190000 020405a0",
        "020000000001 020000000002 86dd
         | 60000000 00180640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 6002faf0 80210000 02040598",
        (1440, 1432),
    );
}

#[test]
fn pppoe_on_the_wire_1500_gives_1452_and_1432() {
    frame_clamped(
        Policy::link_mtu(1500),
        "020000000001 020000000002 8864
         | 1100002a 002e 0021
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        "020000000001 020000000002 8864
         | 1100002a 002e 0021
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef4a0000 020405ac",
        (1460, 1452),
    );
    frame_clamped(
        Policy::link_mtu(1500),
        "020000000001 020000000002 8864
         | 1100002a 0042 0057
         | 60000000 00180640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 6002faf0 80190000 020405a0",
        "020000000001 020000000002 8864
         | 1100002a 0042 0057
         | 60000000 00180640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 6002faf0 80210000 02040598",
        (1440, 1432),
    );
}

#[test]
fn rfc_4638_baby_jumbo_1508_gives_1460_and_1440() {
    frame_untouched(
        Policy::link_mtu(1508),
        "020000000001 020000000002 8864
         | 1100002a 002e 0021
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        Outcome::Fits { mss: 1460 },
    );
    frame_clamped(
        Policy::link_mtu(1508),
        "020000000001 020000000002 8864
         | 1100002a 002e 0021
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef410000 020405b5",
        "020000000001 020000000002 8864
         | 1100002a 002e 0021
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        (1461, 1460),
    );
    frame_clamped(
        Policy::link_mtu(1508),
        "020000000001 020000000002 8864
         | 1100002a 0042 0057
         | 60000000 00180640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 6002faf0 80180000 020405a1",
        "020000000001 020000000002 8864
         | 1100002a 0042 0057
         | 60000000 00180640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 6002faf0 80190000 020405a0",
        (1441, 1440),
    );
}

#[test]
fn pppoe_costs_8_also_when_the_protocol_field_is_compressed() {
    frame_clamped(
        Policy::link_mtu(1500),
        "020000000001 020000000002 8864
         | 1100002a 002d 21
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        "020000000001 020000000002 8864
         | 1100002a 002d 21
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef4a0000 020405ac",
        (1460, 1452),
    );
}

#[test]
fn vlan_tags_of_the_outer_ethernet_header_cost_nothing() {
    frame_clamped(
        link_mtu_1492(),
        "020000000001 020000000002 88a8
         | 0007 9100 | 0008 8100 | 0009 0800
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        "020000000001 020000000002 88a8
         | 0007 9100 | 0008 8100 | 0009 0800
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef4a0000 020405ac",
        (1460, 1452),
    );
}

#[test]
fn llc_snap_costs_its_8_bytes() {
    frame_clamped(
        Policy::link_mtu(1500),
        "020000000001 020000000002  0034
         | aaaa03 000000 0800
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        "020000000001 020000000002  0034
         | aaaa03 000000 0800
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef4a0000 020405ac",
        (1460, 1452),
    );
}

#[test]
fn options_of_the_innermost_ip_header_cost_nothing() {
    // MSS counts neither IP nor TCP options (RFC 6691).
    packet_clamped(
        link_mtu_1492(),
        "46000034 12344000 4006a754 c0000201 c6336402 94040000
         | c00001bb 00000000 00000000 7002faf0 dd3c0000 01010101 020405b4",
        "46000034 12344000 4006a754 c0000201 c6336402 94040000
         | c00001bb 00000000 00000000 7002faf0 dd440000 01010101 020405ac",
        (1460, 1452),
    );
}

#[test]
fn the_smaller_of_fixed_ceiling_and_link_mtu_counts() {
    let policy = |mss| Policy {
        max_mss_v4: Some(mss),
        ..link_mtu_1492()
    };
    packet_clamped(
        policy(1400),
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef7e0000 02040578",
        (1460, 1400),
    );
    packet_clamped(
        policy(1456),
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef4a0000 020405ac",
        (1460, 1452),
    );
}

#[test]
fn a_fixed_ceiling_holds_for_its_ip_version_only() {
    let policy = Policy::max_mss(Some(1360), Some(1340));
    packet_clamped(
        policy,
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 efa60000 02040550",
        (1460, 1360),
    );
    packet_clamped(
        policy,
        "60000000 00180640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 6002faf0 80190000 020405a0",
        "60000000 00180640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 6002faf0 807d0000 0204053c",
        (1440, 1340),
    );
}

#[test]
fn a_fixed_ceiling_does_not_shrink_with_the_overhead() {
    frame_clamped(
        Policy::max_mss(Some(1400), None),
        "020000000001 020000000002 8864
         | 1100002a 002e 0021
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        "020000000001 020000000002 8864
         | 1100002a 002e 0021
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef7e0000 02040578",
        (1460, 1400),
    );
}

#[test]
fn without_a_link_mtu_an_ip_version_without_a_fixed_ceiling_is_left_alone() {
    packet_untouched(
        Policy::max_mss(Some(1400), None),
        "60000000 00180640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 6002faf0 80190000 020405a0",
        Outcome::LeftAlone(Reason::NoCeiling),
    );
    packet_untouched(
        Policy::max_mss(None, Some(1400)),
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        Outcome::LeftAlone(Reason::NoCeiling),
    );
}

#[test]
fn a_ceiling_under_48_is_never_written() {
    // 88 - 8 - 40 = 40.
    frame_untouched(
        Policy::link_mtu(88),
        "020000000001 020000000002 8864
         | 1100002a 002e 0021
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        Outcome::LeftAlone(Reason::CeilingTooLow),
    );
    frame_clamped(
        Policy::link_mtu(96),
        "020000000001 020000000002 8864
         | 1100002a 002e 0021
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        "020000000001 020000000002 8864
         | 1100002a 002e 0021
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 f4c60000 02040030",
        (1460, 48),
    );
}

#[test]
fn a_ceiling_that_comes_out_negative_is_never_written() {
    packet_untouched(
        Policy::link_mtu(88).through_tunnels(),
        "60000000 002c0440 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        Outcome::LeftAlone(Reason::CeilingTooLow),
    );
}

#[test]
fn a_link_mtu_above_65520_is_no_special_case() {
    packet_clamped(
        Policy::link_mtu(65_570),
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 f4f60000 0204ffff",
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 f4fb0000 0204fffa",
        (65_535, 65_530),
    );
    packet_untouched(
        Policy::link_mtu(u32::MAX),
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 f4f60000 0204ffff",
        Outcome::Fits { mss: 65_535 },
    );
}

#[test]
fn a_link_mtu_under_88_is_refused_when_the_policy_is_built() {
    assert!(Clamp::for_link_mtu(0).is_err());
    assert!(Clamp::for_link_mtu(87).is_err());
    assert!(Clamp::for_link_mtu(88).is_ok());
    assert!(Clamp::for_link_mtu(u32::MAX).is_ok());
}

#[test]
fn a_fixed_ceiling_under_48_is_refused_when_the_policy_is_built() {
    let by_mtu = Clamp::for_link_mtu(1500).expect("a sound link MTU");
    for (mss, is_refused) in [(0, true), (47, true), (48, false), (u16::MAX, false)] {
        assert_eq!(Clamp::for_max_mss(Some(mss), None).is_err(), is_refused);
        assert_eq!(Clamp::for_max_mss(None, Some(mss)).is_err(), is_refused);
        assert_eq!(by_mtu.max_mss_v4(mss).is_err(), is_refused);
        assert_eq!(by_mtu.max_mss_v6(mss).is_err(), is_refused);
    }
}

#[test]
fn a_policy_without_any_ceiling_is_refused_when_it_is_built() {
    assert!(Clamp::for_max_mss(None, None).is_err());
}
