//! "What a segment gets": the rows about flags, options and data.

use clamp_core::{Outcome, Reason};
use tests::directed::{packet_clamped, packet_untouched};
use tests::oracle::Policy;

use super::link_mtu_1492;

#[test]
fn syn_with_mss_above_the_ceiling_is_clamped() {
    packet_clamped(
        link_mtu_1492(),
        "4500003c 12344000 40063c51 c0000201 c6336402
         | c00001bb 00000000 00000000 a002faf0 9f1b0000 020405b4 0402080a 00000001 00000000 01030307",
        "4500003c 12344000 40063c51 c0000201 c6336402
         | c00001bb 00000000 00000000 a002faf0 9f230000 020405ac 0402080a 00000001 00000000 01030307",
        (1460, 1452),
    );
}

#[test]
fn syn_ack_is_clamped() {
    packet_clamped(
        link_mtu_1492(),
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6012faf0 ef320000 020405b4",
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6012faf0 ef3a0000 020405ac",
        (1460, 1452),
    );
}

#[test]
fn syn_fin_counts() {
    packet_clamped(
        link_mtu_1492(),
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6003faf0 ef410000 020405b4",
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6003faf0 ef490000 020405ac",
        (1460, 1452),
    );
}

#[test]
fn syn_with_ecn_urgent_and_push_counts() {
    packet_clamped(
        link_mtu_1492(),
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 60fbfaf0 ee490000 020405b4",
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 60fbfaf0 ee510000 020405ac",
        (1460, 1452),
    );
}

#[test]
fn syn_rst_is_left_alone() {
    packet_untouched(
        link_mtu_1492(),
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6006faf0 ef3e0000 020405b4",
        Outcome::LeftAlone(Reason::NotSyn),
    );
    packet_untouched(
        link_mtu_1492(),
        "60000000 00203c40 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | 06000104 00000000
         | c00001bb 00000000 00000000 6006faf0 80010000 020405b4",
        Outcome::LeftAlone(Reason::NotSyn),
    );
}

#[test]
fn a_segment_without_syn_is_left_alone() {
    packet_untouched(
        link_mtu_1492(),
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6010faf0 ef340000 020405b4",
        Outcome::LeftAlone(Reason::NotSyn),
    );
    packet_untouched(
        link_mtu_1492(),
        "60000000 00180640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 5018faf0 8fef0000 020405b4",
        Outcome::LeftAlone(Reason::NotSyn),
    );
}

#[test]
fn every_well_formed_mss_option_above_the_ceiling_is_lowered() {
    packet_clamped(
        link_mtu_1492(),
        "4500003c 12344000 40063c51 c0000201 c6336402
         | c00001bb 00000000 00000000 a002faf0 76890000 020405b4 02040218 02042328 020405ac 020405ad",
        "4500003c 12344000 40063c51 c0000201 c6336402
         | c00001bb 00000000 00000000 a002faf0 940e0000 020405ac 02040218 020405ac 020405ac 020405ac",
        (9000, 1452),
    );
}

#[test]
fn mss_at_the_ceiling_fits() {
    packet_untouched(
        link_mtu_1492(),
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef4a0000 020405ac",
        Outcome::Fits { mss: 1452 },
    );
}

#[test]
fn mss_under_the_ceiling_fits() {
    packet_untouched(
        link_mtu_1492(),
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 f2de0000 02040218",
        Outcome::Fits { mss: 536 },
    );
}

#[test]
fn mss_0_fits() {
    packet_untouched(
        link_mtu_1492(),
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 f4f60000 02040000",
        Outcome::Fits { mss: 0 },
    );
}

#[test]
fn the_largest_of_several_that_fit_is_told() {
    packet_untouched(
        link_mtu_1492(),
        "45000034 12344000 40063c59 c0000201 c6336402
         | c00001bb 00000000 00000000 8002faf0 c9220000 02040218 020405ac 02040000",
        Outcome::Fits { mss: 1452 },
    );
}

#[test]
fn no_mss_option_is_unchanged() {
    let no_mss = Outcome::LeftAlone(Reason::NoMss);
    packet_untouched(
        link_mtu_1492(),
        "45000028 12344000 40063c65 c0000201 c6336402
         | c00001bb 00000000 00000000 5002faf0 06ff0000",
        no_mss,
    );
    packet_untouched(
        link_mtu_1492(),
        "45000030 12344000 40063c5d c0000201 c6336402
         | c00001bb 00000000 00000000 7002faf0 deea0000 01030307 04020000",
        no_mss,
    );
}

#[test]
fn tcp_ao_anywhere_in_the_walk_is_authenticated() {
    let tcp_ao = Outcome::LeftAlone(Reason::TcpAo);
    packet_untouched(
        link_mtu_1492(),
        "4500003c 12344000 40063c51 c0000201 c6336402
         | c00001bb 00000000 00000000 a002faf0 2a550000 020405b4 1d100101 aabbccdd aabbccdd aabbccdd",
        tcp_ao,
    );
    packet_untouched(
        link_mtu_1492(),
        "60000000 00280640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 a002faf0 bb170000 1d100101 aabbccdd aabbccdd aabbccdd 020405b4",
        tcp_ao,
    );
    // The shortest well-formed one, behind the end of the list.
    packet_untouched(
        link_mtu_1492(),
        "45000034 12344000 40063c59 c0000201 c6336402
         | c00001bb 00000000 00000000 8002faf0 b1350000 020405b4 00000000 1d040101",
        tcp_ao,
    );
}

#[test]
fn a_kind_29_that_is_not_well_formed_is_no_tcp_ao() {
    packet_clamped(
        link_mtu_1492(),
        "45000030 12344000 40063c5d c0000201 c6336402
         | c00001bb 00000000 00000000 7002faf0 c23a0000 1d030001 020405b4",
        "45000030 12344000 40063c5d c0000201 c6336402
         | c00001bb 00000000 00000000 7002faf0 c2420000 1d030001 020405ac",
        (1460, 1452),
    );
    packet_clamped(
        link_mtu_1492(),
        "45000030 12344000 40063c5d c0000201 c6336402
         | c00001bb 00000000 00000000 7002faf0 c12d0000 020405b4 1d100101",
        "45000030 12344000 40063c5d c0000201 c6336402
         | c00001bb 00000000 00000000 7002faf0 c1350000 020405ac 1d100101",
        (1460, 1452),
    );
}

#[test]
fn tcp_md5_beside_the_mss_does_not_stop_the_clamp() {
    // Linux too rewrites what RFC 2385 covers: options are left out of its digest.
    packet_clamped(
        link_mtu_1492(),
        "45000040 12344000 40063c4d c0000201 c6336402
         | c00001bb 00000000 00000000 b002faf0 78920000 020405b4 13120101 aabbccdd aabbccdd aabbccdd aabb0101",
        "45000040 12344000 40063c4d c0000201 c6336402
         | c00001bb 00000000 00000000 b002faf0 789a0000 020405ac 13120101 aabbccdd aabbccdd aabbccdd aabb0101",
        (1460, 1452),
    );
}

#[test]
fn syn_with_data_is_clamped_like_any_other() {
    packet_clamped(
        link_mtu_1492(),
        "4500003f 12344000 40063c4e c0000201 c6336402
         | c00001bb 00000000 00000000 9002faf0 1db10000 020405b4 220c1122 33445566 778899aa 47455420 2f0d0a",
        "4500003f 12344000 40063c4e c0000201 c6336402
         | c00001bb 00000000 00000000 9002faf0 1db90000 020405ac 220c1122 33445566 778899aa 47455420 2f0d0a",
        (1460, 1452),
    );
}

#[test]
fn non_tcp_is_left_alone() {
    let not_tcp = Outcome::LeftAlone(Reason::NotTcp);
    packet_untouched(
        link_mtu_1492(),
        "4500001c 12344000 40013c76 c0000201 c6336402
         | 08000000 00010001",
        not_tcp,
    );
    packet_untouched(
        link_mtu_1492(),
        "4500001c 12344000 40113c66 c0000201 c6336402
         | c0000035 00080000",
        not_tcp,
    );
    packet_untouched(
        link_mtu_1492(),
        "60000000 00083a40 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | 80000000 00010001",
        not_tcp,
    );
}

#[test]
fn no_ceiling_for_this_version_says_so() {
    packet_untouched(
        Policy::max_mss(None, Some(1220)),
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        Outcome::LeftAlone(Reason::NoCeiling),
    );
}
