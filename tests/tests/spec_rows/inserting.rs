//! "Inserting a missing option".

use clamp_core::{Insertion, Refusal};
use tests::directed::{frame_inserted, frame_not_inserted, hex};
use tests::oracle::Policy;

use super::link_mtu_1492;

fn refused(frame: &str, refusal: Refusal) {
    let policy = link_mtu_1492().through_tunnels();
    frame_not_inserted(policy, frame, 4, Insertion::Refused(refusal));
}

#[test]
fn right_after_the_fixed_header_with_536_for_ipv4() {
    frame_inserted(
        link_mtu_1492(),
        "020000000001 020000000002 0800
         | 45000030 12344000 40063c5d c0000201 c6336402
         | c00001bb 00000000 00000000 7002faf0 deea0000 01030307 04020000",
        "020000000001 020000000002 0800
         | 45000034 12344000 40063c59 c0000201 c6336402
         | c00001bb 00000000 00000000 8002faf0 caca0000 02040218 01030307 04020000",
        536,
    );
}

#[test]
fn right_after_the_fixed_header_with_1220_for_ipv6() {
    frame_inserted(
        link_mtu_1492(),
        "020000000001 020000000002 86dd
         | 60000000 00180640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 6002faf0 83b30000 01030307",
        "020000000001 020000000002 86dd
         | 60000000 001c0640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 7002faf0 6ce70000 020404c4 01030307",
        1220,
    );
}

#[test]
fn the_ceiling_where_it_is_smaller() {
    frame_inserted(
        Policy::max_mss(Some(400), Some(1200)),
        "020000000001 020000000002 0800
         | 45000028 12344000 40063c65 c0000201 c6336402
         | c00001bb 00000000 00000000 5002faf0 06ff0000",
        "020000000001 020000000002 0800
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 f3660000 02040190",
        400,
    );
    frame_inserted(
        Policy::max_mss(Some(400), Some(1200)),
        "020000000001 020000000002 86dd
         | 60000000 00140640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 5012faf0 97b10000",
        "020000000001 020000000002 86dd
         | 60000000 00180640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 6012faf0 80f90000 020404b0",
        1200,
    );
}

#[test]
fn never_under_48() {
    frame_inserted(
        Policy::link_mtu(96),
        "020000000001 020000000002 8864
         | 1100002a 002a 0021
         | 45000028 12344000 40063c65 c0000201 c6336402
         | c00001bb 00000000 00000000 5002faf0 06ff0000",
        "020000000001 020000000002 8864
         | 1100002a 002e 0021
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 f4c60000 02040030",
        48,
    );
    frame_not_inserted(
        Policy::link_mtu(95),
        "020000000001 020000000002 8864
         | 1100002a 002a 0021
         | 45000028 12344000 40063c65 c0000201 c6336402
         | c00001bb 00000000 00000000 5002faf0 06ff0000",
        4,
        Insertion::Refused(Refusal::CeilingTooLow),
    );
}

#[test]
fn not_without_a_ceiling() {
    frame_not_inserted(
        Policy::max_mss(None, Some(1220)),
        "020000000001 020000000002 0800
         | 45000028 12344000 40063c65 c0000201 c6336402
         | c00001bb 00000000 00000000 5002faf0 06ff0000",
        4,
        Insertion::Refused(Refusal::NoCeiling),
    );
}

#[test]
fn not_into_a_segment_with_payload() {
    refused(
        "020000000001 020000000002 0800
         | 45000029 12344000 40063c64 c0000201 c6336402
         | c00001bb 00000000 00000000 5002faf0 bffd0000 47",
        Refusal::Payload,
    );
}

#[test]
fn into_a_header_of_14_words_but_not_of_15() {
    frame_inserted(
        link_mtu_1492(),
        "020000000001 020000000002 0800
         | 4500004c 12344000 40063c41 c0000201 c6336402
         | c00001bb 00000000 00000000 e002faf0 64c80000 01010101 01010101 01010101 01010101 01010101 01010101 01010101 01010101 01010101",
        "020000000001 020000000002 0800
         | 45000050 12344000 40063c3d c0000201 c6336402
         | c00001bb 00000000 00000000 f002faf0 50a80000 02040218 01010101 01010101 01010101 01010101 01010101 01010101 01010101 01010101 01010101",
        536,
    );
    refused(
        "020000000001 020000000002 0800
         | 45000050 12344000 40063c3d c0000201 c6336402
         | c00001bb 00000000 00000000 f002faf0 52c20000 01010101 01010101 01010101 01010101 01010101 01010101 01010101 01010101 01010101 01010101",
        Refusal::HeaderFull,
    );
}

#[test]
fn not_into_a_fragment_of_any_kind() {
    refused(
        "020000000001 020000000002 0800
         | 45000028 12342000 40065c65 c0000201 c6336402
         | c00001bb 00000000 00000000 5002faf0 06ff0000",
        Refusal::Fragment,
    );
    refused(
        "020000000001 020000000002 86dd
         | 60000000 001c2c40 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | 06000001 00000007
         | c00001bb 00000000 00000000 5002faf0 97c10000",
        Refusal::Fragment,
    );
    refused(
        "020000000001 020000000002 86dd
         | 60000000 001c2c40 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | 06000000 00000007
         | c00001bb 00000000 00000000 5002faf0 97c10000",
        Refusal::Fragment,
    );
}

#[test]
fn not_inside_a_tunnel() {
    refused(
        "020000000001 020000000002 0800
         | 4500003c 12344000 40043c53 c0000201 c6336402
         | 45000028 12344000 40063c65 c0000201 c6336402
         | c00001bb 00000000 00000000 5002faf0 06ff0000",
        Refusal::Tunnel,
    );
    refused(
        "020000000001 020000000002 0800
         | 45000054 12344000 402f3c10 c0000201 c6336402
         | 0000 86dd
         | 60000000 00140640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 5002faf0 97c10000",
        Refusal::Tunnel,
    );
}

#[test]
fn not_beside_tcp_md5() {
    refused(
        "020000000001 020000000002 0800
         | 4500003c 12344000 40063c51 c0000201 c6336402
         | c00001bb 00000000 00000000 a002faf0 904e0000 13120101 aabbccdd aabbccdd aabbccdd aabb0101",
        Refusal::TcpMd5,
    );
}

#[test]
fn not_beside_tcp_ao() {
    frame_not_inserted(
        link_mtu_1492(),
        "020000000001 020000000002 0800
         | 45000038 12344000 40063c55 c0000201 c6336402
         | c00001bb 00000000 00000000 9002faf0 42110000 1d100101 aabbccdd aabbccdd aabbccdd",
        4,
        Insertion::NotMissing,
    );
}

#[test]
fn not_where_an_mss_is_there_already() {
    frame_not_inserted(
        link_mtu_1492(),
        "020000000001 020000000002 0800
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4",
        4,
        Insertion::NotMissing,
    );
}

#[test]
fn extension_headers_are_fine() {
    frame_inserted(
        link_mtu_1492(),
        "020000000001 020000000002 86dd
         | 60000000 001c3c40 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | 06000104 00000000
         | c00001bb 00000000 00000000 5002faf0 97c10000",
        "020000000001 020000000002 86dd
         | 60000000 00203c40 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | 06000104 00000000
         | c00001bb 00000000 00000000 6002faf0 80f50000 020404c4",
        1220,
    );
}

#[test]
fn the_pppoe_length_follows() {
    frame_inserted(
        link_mtu_1492(),
        "020000000001 020000000002 8864
         | 1100002a 002a 0021
         | 45000028 12344000 40063c65 c0000201 c6336402
         | c00001bb 00000000 00000000 5002faf0 06ff0000",
        "020000000001 020000000002 8864
         | 1100002a 002e 0021
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 f2de0000 02040218",
        536,
    );
    frame_inserted(
        link_mtu_1492(),
        "020000000001 020000000002 8864
         | 1100002a 003d 57
         | 60000000 00140640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 5002faf0 97c10000",
        "020000000001 020000000002 8864
         | 1100002a 0041 57
         | 60000000 00180640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
         | c00001bb 00000000 00000000 6002faf0 80f50000 020404c4",
        1220,
    );
}

#[test]
fn the_8023_length_follows() {
    frame_inserted(
        link_mtu_1492(),
        "020000000001 020000000002  0030
         | aaaa03 000000 0800
         | 45000028 12344000 40063c65 c0000201 c6336402
         | c00001bb 00000000 00000000 5002faf0 06ff0000",
        "020000000001 020000000002  0034
         | aaaa03 000000 0800
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 f2de0000 02040218",
        536,
    );
}

#[test]
fn a_wrong_checksum_stays_wrong_by_the_same_amount() {
    // Four bytes longer, one word more of header, kind, length and value: the sum grows by
    // 0004 + 1000 + 0204 + 0218, and the checksum shrinks by as much.
    frame_inserted(
        link_mtu_1492(),
        "020000000001 020000000002 0800
         | 45000028 12344000 40063c65 c0000201 c6336402
         | c00001bb 00000000 00000000 5002faf0 80000000",
        "020000000001 020000000002 0800
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 6be00000 02040218",
        536,
    );
}

#[test]
fn a_wrong_ipv4_header_checksum_stays_wrong_by_the_same_amount() {
    let before = "020000000001 020000000002 0800
         | 45000028 12344000 40063c65 c0000201 c6336402
         | c00001bb 00000000 00000000 5002faf0 06ff0000"
        .replace("40063c65", "40068000");
    let after = "020000000001 020000000002 0800
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 f2de0000 02040218"
        .replace("40063c61", "40067ffc");
    frame_inserted(link_mtu_1492(), &before, &after, 536);
}

#[test]
fn padding_behind_the_packet_is_used_up_first_so_a_frame_padded_to_60_stays_60() {
    frame_inserted(
        link_mtu_1492(),
        "020000000001 020000000002 0800
         | 45000028 12344000 40063c65 c0000201 c6336402
         | c00001bb 00000000 00000000 5002faf0 06ff0000
         | aabbccddeeff",
        "020000000001 020000000002 0800
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 f2de0000 02040218
         | eeff",
        536,
    );
}

#[test]
fn where_there_is_less_padding_the_frame_grows_by_the_rest() {
    frame_inserted(
        link_mtu_1492(),
        "020000000001 020000000002 0800
         | 45000028 12344000 40063c65 c0000201 c6336402
         | c00001bb 00000000 00000000 5002faf0 06ff0000
         | aabbcc",
        "020000000001 020000000002 0800
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 f2de0000 02040218",
        536,
    );
}

#[test]
fn where_the_buffer_has_no_room_nothing_changes() {
    for room in 0..4 {
        frame_not_inserted(
            link_mtu_1492(),
            "020000000001 020000000002 0800
         | 45000028 12344000 40063c65 c0000201 c6336402
         | c00001bb 00000000 00000000 5002faf0 06ff0000",
            room,
            Insertion::Refused(Refusal::NoRoom),
        );
    }
}

/// IEEE 802.3, 3.2.6: 1500 is the largest length; not much above, it would be an ethertype.
#[test]
fn an_8023_length_never_grows_past_1500() {
    let syn_behind = |extension_len: usize| {
        let padding = "00".repeat(extension_len - 2);
        let length = 8 + 40 + extension_len + 20;
        let payload_length = extension_len + 20;
        let units = extension_len / 8 - 1;
        format!(
            "020000000001 020000000002 {length:04x} | aaaa03 000000 86dd
             | 60000000 {payload_length:04x}3c40
             20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
             | 06{units:02x} {padding}
             | c00001bb 00000000 00000000 5002faf0 00000000"
        )
    };
    let refused = Insertion::Refused(Refusal::NoRoom);
    frame_not_inserted(link_mtu_1492(), &syn_behind(1432), 4, refused);
    let fits = hex(&syn_behind(1424));
    let mut buffer = [fits.clone(), vec![0; 4]].concat();
    let clamp = link_mtu_1492().clamp().expect("a sound policy");
    let expected = Insertion::Inserted {
        mss: 1220,
        len: buffer.len(),
    };
    assert_eq!(clamp.insert_in_frame(&mut buffer, fits.len()), expected);
    assert_eq!(buffer[12..14], [0x05, 0xd8]);
}
