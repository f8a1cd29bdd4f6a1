//! "Options walk".

use clamp_core::{Outcome, Reason};
use tests::directed::{packet_clamped, packet_untouched};

use super::link_mtu_1492;

const NO_MSS: Outcome = Outcome::LeftAlone(Reason::NoMss);

#[test]
fn kinds_0_and_1_are_one_byte_and_the_walk_goes_on_past_kind_0() {
    packet_clamped(
        link_mtu_1492(),
        "45000030 12344000 40063c5d c0000201 c6336402
         | c00001bb 00000000 00000000 7002faf0 dd3c0000 01010101 020405b4",
        "45000030 12344000 40063c5d c0000201 c6336402
         | c00001bb 00000000 00000000 7002faf0 dd440000 01010101 020405ac",
        (1460, 1452),
    );
    packet_clamped(
        link_mtu_1492(),
        "45000030 12344000 40063c5d c0000201 c6336402
         | c00001bb 00000000 00000000 7002faf0 df3e0000 00000000 020405b4",
        "45000030 12344000 40063c5d c0000201 c6336402
         | c00001bb 00000000 00000000 7002faf0 df460000 00000000 020405ac",
        (1460, 1452),
    );
}

#[test]
fn a_length_of_0_advances_one_byte() {
    // 03 00: on to the 00, then to the MSS.
    packet_clamped(
        link_mtu_1492(),
        "45000030 12344000 40063c5d c0000201 c6336402
         | c00001bb 00000000 00000000 7002faf0 db3d0000 03000101 020405b4",
        "45000030 12344000 40063c5d c0000201 c6336402
         | c00001bb 00000000 00000000 7002faf0 db450000 03000101 020405ac",
        (1460, 1452),
    );
}

#[test]
fn a_length_of_1_advances_one_byte() {
    packet_clamped(
        link_mtu_1492(),
        "45000030 12344000 40063c5d c0000201 c6336402
         | c00001bb 00000000 00000000 7002faf0 db3c0000 03010101 020405b4",
        "45000030 12344000 40063c5d c0000201 c6336402
         | c00001bb 00000000 00000000 7002faf0 db440000 03010101 020405ac",
        (1460, 1452),
    );
    // Of kind 2 as well: 02 01, then NOP, NOP.
    packet_clamped(
        link_mtu_1492(),
        "45000030 12344000 40063c5d c0000201 c6336402
         | c00001bb 00000000 00000000 7002faf0 dc3c0000 02010101 020405b4",
        "45000030 12344000 40063c5d c0000201 c6336402
         | c00001bb 00000000 00000000 7002faf0 dc440000 02010101 020405ac",
        (1460, 1452),
    );
}

#[test]
fn a_kind_2_option_whose_length_is_not_4_is_skipped_by_its_length() {
    packet_untouched(
        link_mtu_1492(),
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef430000 020305b4",
        NO_MSS,
    );
    packet_untouched(
        link_mtu_1492(),
        "45000030 12344000 40063c5d c0000201 c6336402
         | c00001bb 00000000 00000000 7002faf0 d7840000 020605b4 020405b4",
        Outcome::LeftAlone(Reason::NoMss),
    );
    packet_clamped(
        link_mtu_1492(),
        "45000034 12344000 40063c59 c0000201 c6336402
         | c00001bb 00000000 00000000 8002faf0 bfc60000 020805b4 020405b4 020405b4",
        "45000034 12344000 40063c59 c0000201 c6336402
         | c00001bb 00000000 00000000 8002faf0 bfce0000 020805b4 020405b4 020405ac",
        (1460, 1452),
    );
    packet_clamped(
        link_mtu_1492(),
        "45000030 12344000 40063c5d c0000201 c6336402
         | c00001bb 00000000 00000000 7002faf0 dc3b0000 02020204 05b40101",
        "45000030 12344000 40063c5d c0000201 c6336402
         | c00001bb 00000000 00000000 7002faf0 dc430000 02020204 05ac0101",
        (1460, 1452),
    );
}

#[test]
fn an_option_running_past_the_header_ends_the_walk_and_what_came_before_it_counts() {
    packet_clamped(
        link_mtu_1492(),
        "45000034 12344000 40063c59 c0000201 c6336402
         | c00001bb 00000000 00000000 8002faf0 be830000 020405b4 08ff0000 020405b4",
        "45000034 12344000 40063c59 c0000201 c6336402
         | c00001bb 00000000 00000000 8002faf0 be8b0000 020405ac 08ff0000 020405b4",
        (1460, 1452),
    );
    packet_untouched(
        link_mtu_1492(),
        "45000034 12344000 40063c59 c0000201 c6336402
         | c00001bb 00000000 00000000 8002faf0 c72d0000 080d0000 00000000 020405b4",
        NO_MSS,
    );
}

#[test]
fn an_mss_option_running_past_the_header_is_none() {
    packet_untouched(
        link_mtu_1492(),
        "4500002e 12344000 40063c5f c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 3df10000 01020405 b400",
        NO_MSS,
    );
    packet_untouched(
        link_mtu_1492(),
        "4500002e 12344000 40063c5f c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ee3f0000 01010204 05b4",
        NO_MSS,
    );
    packet_untouched(
        link_mtu_1492(),
        "4500002f 12344000 40063c5e c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 3cef0000 01010102 0405b4",
        NO_MSS,
    );
}

#[test]
fn an_mss_option_at_the_very_end_counts() {
    packet_clamped(
        link_mtu_1492(),
        "45000050 12344000 40063c3d c0000201 c6336402
         | c00001bb 00000000 00000000 f002faf0 4d0c0000 01010101 01010101 01010101 01010101 01010101 01010101 01010101 01010101 01010101 020405b4",
        "45000050 12344000 40063c3d c0000201 c6336402
         | c00001bb 00000000 00000000 f002faf0 4d140000 01010101 01010101 01010101 01010101 01010101 01010101 01010101 01010101 01010101 020405ac",
        (1460, 1452),
    );
}

#[test]
fn bytes_that_look_like_an_mss_inside_another_option_are_none() {
    packet_untouched(
        link_mtu_1492(),
        "45000030 12344000 40063c5d c0000201 c6336402
         | c00001bb 00000000 00000000 7002faf0 d6370000 08060204 05b40101",
        NO_MSS,
    );
}
