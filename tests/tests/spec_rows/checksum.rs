//! "Checksum".

use clamp_core::Outcome;
use tests::directed::{hex, packet_clamped, packet_untouched};
use tests::oracle::{Policy, sum};

use super::link_mtu_1492;

#[test]
fn an_mss_value_at_an_odd_offset_straddles_two_checksum_words() {
    packet_clamped(
        link_mtu_1492(),
        "45000030 12344000 40063c5d c0000201 c6336402
         | c00001bb 00000000 00000000 7002faf0 2def0000 01020405 b4000000",
        "45000030 12344000 40063c5d c0000201 c6336402
         | c00001bb 00000000 00000000 7002faf0 35ef0000 01020405 ac000000",
        (1460, 1452),
    );
    packet_clamped(
        Policy::link_mtu(576),
        "60000000 001c0640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 7002faf0 bdaf0000 01010102 0405b401",
        "60000000 001c0640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 7002faf0 6db30000 01010102 04020401",
        (1460, 516),
    );
}

#[test]
fn several_mss_options_at_odd_and_even_offsets() {
    packet_clamped(
        link_mtu_1492(),
        "45000038 12344000 40063c55 c0000201 c6336402
         | c00001bb 00000000 00000000 9002faf0 da090000 020405b4 01020423 28020405 b4000000",
        "45000038 12344000 40063c55 c0000201 c6336402
         | c00001bb 00000000 00000000 9002faf0 5e2f0000 020405ac 01020405 ac020405 ac000000",
        (9000, 1452),
    );
}

/// The source port makes the checksum what the test needs it to be.
fn syn_with_checksum(checksum: u16, mss: u16) -> Vec<u8> {
    let mut packet = hex("4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 00000000 020405b4");
    packet[42..44].copy_from_slice(&mss.to_be_bytes());
    let pseudo = sum::pseudo_header(&packet[12..20], 24);
    for port in 0..=u16::MAX {
        packet[20..22].copy_from_slice(&port.to_be_bytes());
        let whole = [pseudo.as_slice(), &packet[20..]].concat();
        let summed = sum::with_checksum(whole, pseudo.len() + 16);
        let at = pseudo.len() + 16;
        if summed[at..at + 2] == checksum.to_be_bytes() {
            packet[36..38].copy_from_slice(&checksum.to_be_bytes());
            return packet;
        }
    }
    panic!("no source port gives {checksum:04x}");
}

#[test]
fn the_result_is_what_full_recomputation_gives_0000_and_ffff_included() {
    let clamp = link_mtu_1492().clamp().expect("a sound policy");
    for checksum in [0x0000, 0x0001, 0xfff6, 0xfff7, 0xfff8, 0xfffe, 0x8000] {
        let mut packet = syn_with_checksum(checksum, 1460);
        assert_eq!(
            clamp.packet(&mut packet),
            Outcome::Clamped {
                from: 1460,
                to: 1452
            }
        );
        let pseudo = sum::pseudo_header(&packet[12..20], 24);
        let whole = [pseudo.as_slice(), &packet[20..]].concat();
        let recomputed = sum::with_checksum(whole.clone(), pseudo.len() + 16);
        assert_eq!(whole, recomputed, "from {checksum:04x}");
    }
}

#[test]
fn a_valid_checksum_of_ffff_becomes_what_full_recomputation_gives() {
    // ffff says the same as 0000 but is never computed: the rewritten one is.
    packet_clamped(
        link_mtu_1492(),
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ffff0000 020405b4",
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 00080000 020405ac",
        (1460, 1452),
    );
}

#[test]
fn a_checksum_that_was_wrong_is_wrong_by_the_same_amount_after() {
    packet_clamped(
        link_mtu_1492(),
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 00000000 020405b4",
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 00080000 020405ac",
        (1460, 1452),
    );
    packet_clamped(
        link_mtu_1492(),
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 fffa0000 020405b4",
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 00030000 020405ac",
        (1460, 1452),
    );
}

#[test]
fn nothing_else_in_the_frame_changes() {
    // A wrong IPv4 header checksum stays, and so does whatever is behind the packet.
    let before = "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4
         | ffffff"
        .replace("40063c61", "4006dead");
    let after = "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef4a0000 020405ac
         | ffffff"
        .replace("40063c61", "4006dead");
    packet_clamped(link_mtu_1492(), &before, &after, (1460, 1452));
}

#[test]
fn clamping_twice_is_the_same_as_clamping_once() {
    packet_clamped(
        link_mtu_1492(),
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef4a0000 020405ac",
        (1460, 1452),
    );
    packet_untouched(
        link_mtu_1492(),
        "4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef4a0000 020405ac",
        Outcome::Fits { mss: 1452 },
    );
}
