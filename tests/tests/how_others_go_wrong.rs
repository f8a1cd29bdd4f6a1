//! What other clamps get wrong, one input each, with the bytes that are right.
//!
//! In the bytes, `|` stands where a header begins.

use clamp_core::{Clamp, Insertion, Layer, Malformed, Outcome, Reason, Refusal};
use tests::directed::{
    frame_clamped, frame_not_inserted, frame_untouched, hex, packet_clamped, packet_untouched,
};
use tests::oracle::{Policy, sum};

fn link_mtu_1492() -> Policy {
    Policy::link_mtu(1492)
}

fn too_short(layer: Layer, needed: u16, there: u16) -> Outcome {
    Outcome::Malformed(Malformed::TooShort {
        layer,
        needed,
        there,
    })
}

/// Whether a bare IPv4 packet without options holds a segment with a right checksum.
fn is_valid(packet: &[u8]) -> bool {
    let segment = &packet[20..];
    let pseudo = sum::pseudo_header(&packet[12..20], segment.len());
    sum::is_valid(&[pseudo.as_slice(), segment].concat())
}

/// Linux (seen live on 6.18), nft, VPP, ipfw, ng_tcpmss and OpenVPN write 4700.
#[test]
fn mss_at_an_odd_offset_checksum_46f8_becomes_4ef8() {
    let before = "45000030 12344000 40063c5d c0000201 c6336402
         | c00001bb 0000e6f6 00000000 7002faf0 46f80000 01020405 b4000000";
    let after = "45000030 12344000 40063c5d c0000201 c6336402
         | c00001bb 0000e6f6 00000000 7002faf0 4ef80000 01020405 ac000000";
    assert!(is_valid(&hex(before)) && is_valid(&hex(after)));
    packet_clamped(link_mtu_1492(), before, after, (1460, 1452));
}

/// smoltcp in place, etherparse, pnet and fips-core compute it anew and hide the corruption.
#[test]
fn a_checksum_wrong_before_is_not_repaired() {
    let before = "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 dead0000 020405b4";
    let after = "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 deb50000 020405ac";
    assert!(!is_valid(&hex(before)) && !is_valid(&hex(after)));
    packet_clamped(link_mtu_1492(), before, after, (1460, 1452));
}

/// VPP and the BSD macro write ffff where recomputation gives 0000.
#[test]
fn checksum_fff7_1460_to_1452_becomes_0000() {
    let before = "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 0000ef4a 00000000 6002faf0 fff70000 020405b4";
    let after = "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 0000ef4a 00000000 6002faf0 00000000 020405ac";
    assert!(is_valid(&hex(before)) && is_valid(&hex(after)));
    packet_clamped(link_mtu_1492(), before, after, (1460, 1452));
}

/// Linux, VPP and ipfw lower only the first; receivers use the last.
#[test]
fn two_mss_options_are_both_lowered() {
    packet_clamped(
        link_mtu_1492(),
        "45000030 12344000 40063c5d c0000201 c6336402
         | c00001bb 00000000 00000000 7002faf0 ba120000 02042328 020405b4",
        "45000030 12344000 40063c5d c0000201 c6336402
         | c00001bb 00000000 00000000 7002faf0 d7960000 020405ac 020405ac",
        (9000, 1452),
    );
}

/// All others rewrite what its MAC covers, and the connection dies.
#[test]
fn tcp_ao_is_left_alone() {
    packet_untouched(
        link_mtu_1492(),
        "4500003c 12344000 40063c51 c0000201 c6336402
         | c00001bb 00000000 00000000 a002faf0 2a550000 020405b4 1d100101 aabbccdd aabbccdd aabbccdd",
        Outcome::LeftAlone(Reason::TcpAo),
    );
}

/// A ceiling computed from the bytes of this frame would be 1453.
#[test]
fn ppp_protocol_field_compressed_in_one_direction_only() {
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

/// VPP, ng_tcpmss, ipfw, ppp, OpenVPN and rp-pppoe stop at the end-of-list.
#[test]
fn mss_after_end_of_list() {
    packet_clamped(
        link_mtu_1492(),
        "45000030 12344000 40063c5d c0000201 c6336402
         | c00001bb 00000000 00000000 7002faf0 dd3d0000 01010100 020405b4",
        "45000030 12344000 40063c5d c0000201 c6336402
         | c00001bb 00000000 00000000 7002faf0 dd450000 01010100 020405ac",
        (1460, 1452),
    );
}

/// VPP writes past the option, into the payload.
#[test]
fn mss_option_with_length_2_or_3_at_the_headers_end() {
    let no_mss = Outcome::LeftAlone(Reason::NoMss);
    packet_untouched(
        link_mtu_1492(),
        "45000030 12344000 40063c5d c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 f3f30000 01010202 ffffffff",
        no_mss,
    );
    packet_untouched(
        link_mtu_1492(),
        "45000030 12344000 40063c5d c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 f2ef0000 01020305 ffffffff",
        no_mss,
    );
    packet_untouched(
        link_mtu_1492(),
        "60000000 001c0640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 6002faf0 84b50000 01010203 ffffffff",
        no_mss,
    );
}

/// Linux before 2638fd0f92d4 let the data offset wrap to 0 (CVE-2017-18017).
#[test]
fn data_offset_15_without_mss() {
    frame_not_inserted(
        link_mtu_1492(),
        "020000000001 020000000002 0800
         | 45000050 12344000 40063c3d c0000201 c6336402
         | c00001bb 00000000 00000000 f002faf0 52c20000 01010101 01010101 01010101 01010101 01010101 01010101 01010101 01010101 01010101 01010101",
        4,
        Insertion::Refused(Refusal::HeaderFull),
    );
}

/// VPP lifted a data offset of 0 to 4; npppd shifted it by 4 instead of 2: payload was rewritten.
#[test]
fn data_offset_0_to_4_or_past_the_packet_with_02_04_05_b4_in_the_payload() {
    packet_untouched(
        link_mtu_1492(),
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 0002faf0 10000000 020405b4",
        too_short(Layer::Tcp, 20, 0),
    );
    packet_untouched(
        link_mtu_1492(),
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 1002faf0 10000000 020405b4",
        too_short(Layer::Tcp, 20, 4),
    );
    packet_untouched(
        link_mtu_1492(),
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 2002faf0 10000000 020405b4",
        too_short(Layer::Tcp, 20, 8),
    );
    packet_untouched(
        link_mtu_1492(),
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 3002faf0 10000000 020405b4",
        too_short(Layer::Tcp, 20, 12),
    );
    packet_untouched(
        link_mtu_1492(),
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 4002faf0 10000000 020405b4",
        too_short(Layer::Tcp, 20, 16),
    );
    packet_untouched(
        link_mtu_1492(),
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 7002faf0 10000000 020405b4",
        too_short(Layer::Tcp, 28, 24),
    );
    packet_untouched(
        link_mtu_1492(),
        "45000030 12344000 40063c5d c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ed3c0000 01010101 020405b4",
        Outcome::LeftAlone(Reason::NoMss),
    );
}

/// VPP and ng_tcpmss take it for the header of a SYN.
#[test]
fn later_fragment_whose_byte_13_has_the_syn_bit() {
    packet_untouched(
        link_mtu_1492(),
        "4500002c 123400b9 40067ba8 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 10000000 020405b4",
        Outcome::LeftAlone(Reason::Fragment),
    );
    packet_untouched(
        link_mtu_1492(),
        "60000000 00202c40 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | 060005c8 00000007
         | c00001bb 00000000 00000000 6002faf0 10000000 020405b4",
        Outcome::LeftAlone(Reason::Fragment),
    );
}

/// Linux's xt_tcpmss match read one past it (CVE-2026-43190), ng_tcpmss too.
#[test]
fn last_option_byte_is_a_lone_kind() {
    packet_untouched(
        link_mtu_1492(),
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 f4f70000 01010102",
        Outcome::LeftAlone(Reason::NoMss),
    );
    packet_clamped(
        link_mtu_1492(),
        "45000030 12344000 40063c5d c0000201 c6336402
         | c00001bb 00000000 00000000 7002faf0 dd350000 020405b4 01010108",
        "45000030 12344000 40063c5d c0000201 c6336402
         | c00001bb 00000000 00000000 7002faf0 dd3d0000 020405ac 01010108",
        (1460, 1452),
    );
}

/// rp-pppoe reads up to 64 KB past the frame.
#[test]
fn ipv4_total_length_past_the_pppoe_length_or_the_frame_or_under_the_header_length() {
    frame_untouched(
        link_mtu_1492(),
        "020000000001 020000000002 8864
         | 1100002a 002e 0021
         | 4500ffff 12344000 40063c8d c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 10000000 020405b4
         | 0000",
        too_short(Layer::Ipv4, 0xffff, 44),
    );
    frame_untouched(
        link_mtu_1492(),
        "020000000001 020000000002 0800
         | 4500ffff 12344000 40063c8d c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 10000000 020405b4",
        too_short(Layer::Ipv4, 0xffff, 44),
    );
    frame_untouched(
        link_mtu_1492(),
        "020000000001 020000000002 8864
         | 1100002a 002e 0021
         | 45000004 12344000 40063c89 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 10000000 020405b4",
        too_short(Layer::Ipv4, 20, 4),
    );
}

/// OpenVPN and ppp demand that the lengths are equal, and stop clamping.
#[test]
fn ethernet_padding_behind_the_packet() {
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
    frame_clamped(
        link_mtu_1492(),
        "020000000001 020000000002 8864
         | 1100002a 002e 0021
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4
         | 00000000 00000000",
        "020000000001 020000000002 8864
         | 1100002a 002e 0021
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef520000 020405a4
         | 00000000 00000000",
        (1460, 1444),
    );
}

/// VPP, OpenVPN and fips-core miss the SYN; ng_tcpmss drops IPv6.
#[test]
fn ipv6_hop_by_hop_before_tcp() {
    packet_clamped(
        link_mtu_1492(),
        "60000000 00200040 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | 06000502 00000100
         | c00001bb 00000000 00000000 6002faf0 80190000 020405a0",
        "60000000 00200040 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | 06000502 00000100
         | c00001bb 00000000 00000000 6002faf0 80210000 02040598",
        (1440, 1432),
    );
}

/// FreeBSD's ipfw dereferenced null (CVE-2025-14769).
#[test]
fn syn_with_data_first_segment_in_pieces() {
    packet_clamped(
        link_mtu_1492(),
        "45000030 12342000 40065c5d c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 10000000 020405b4 4745542f",
        "45000030 12342000 40065c5d c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 10080000 020405ac 4745542f",
        (1460, 1452),
    );
    packet_untouched(
        link_mtu_1492(),
        "45000024 12342000 40065c69 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0",
        Outcome::LeftAlone(Reason::Fragment),
    );
}

/// VPP's unrolled pair gave both packets the MSS of the first one's policy.
#[test]
fn two_packets_of_different_policies_in_one_batch() {
    let syn = hex("4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4");
    let clamps = [1400, 1300].map(|mss| Clamp::for_max_mss(Some(mss), None).expect("sound"));
    let mut batch = [syn.clone(), syn];
    let outcomes: Vec<_> = clamps
        .iter()
        .zip(&mut batch)
        .map(|(clamp, packet)| clamp.packet(packet))
        .collect();
    let clamped_to = |to| Outcome::Clamped { from: 1460, to };
    assert_eq!(outcomes, [clamped_to(1400), clamped_to(1300)]);
    assert_eq!(
        batch[0],
        hex("4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef7e0000 02040578")
    );
    assert_eq!(
        batch[1],
        hex("4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 efe20000 02040514")
    );
}

/// Senders burn CPU on tiny segments (CVE-2019-11479).
#[test]
fn an_mss_under_48_from_a_configuration_is_refused() {
    assert!(Clamp::for_max_mss(Some(47), None).is_err());
    assert!(Clamp::for_max_mss(None, Some(1)).is_err());
    assert!(Clamp::for_link_mtu(87).is_err());
    frame_untouched(
        Policy::link_mtu(88),
        "020000000001 020000000002 8864
         | 1100002a 002e 0021
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        Outcome::LeftAlone(Reason::CeilingTooLow),
    );
}
