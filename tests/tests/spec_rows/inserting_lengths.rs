//! "Inserting a missing option": what counts the packet follows, and padding is used up first.

use clamp_core::{Insertion, Refusal};
use tests::directed::{frame_inserted, frame_not_inserted, hex};

use super::link_mtu_1492;

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
    let syn_behind = |extension_len: usize, tcp: &str| {
        let padding = "00".repeat(extension_len - 2);
        let payload_length = extension_len + hex(tcp).len();
        let length = 8 + 40 + payload_length;
        let units = extension_len / 8 - 1;
        format!(
            "020000000001 020000000002 {length:04x} | aaaa03 000000 86dd
             | 60000000 {payload_length:04x}3c40
             20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
             | 06{units:02x} {padding} | {tcp}"
        )
    };
    let to_1504 = syn_behind(1432, "c00001bb 00000000 00000000 5002faf0 00000000");
    let refused = Insertion::Refused(Refusal::NoRoom);
    frame_not_inserted(link_mtu_1492(), &to_1504, 4, refused);

    let to_1500 = hex(&syn_behind(
        1424,
        "c00001bb 00000000 00000000 6002faf0 00000000 01010101",
    ));
    let mut buffer = [to_1500.clone(), vec![0; 4]].concat();
    let clamp = link_mtu_1492().clamp().expect("a sound policy");
    let expected = Insertion::Inserted {
        mss: 1220,
        len: buffer.len(),
    };
    assert_eq!(clamp.insert_in_frame(&mut buffer, to_1500.len()), expected);
    assert_eq!(buffer[12..14], 1500_u16.to_be_bytes());

    // Such a length that is there already, and counts padding enough, stays.
    let counted = format!(
        "{} 00000000",
        to_1504.replacen("000002 05dc", "000002 05e0", 1)
    );
    let mut buffer = hex(&counted);
    let expected = Insertion::Inserted {
        mss: 1220,
        len: buffer.len(),
    };
    assert_eq!(
        clamp.insert_in_frame(&mut buffer, hex(&counted).len()),
        expected
    );
    assert_eq!(buffer[12..14], 1504_u16.to_be_bytes());
}

#[test]
fn padding_behind_pppoe_is_used_up_and_the_pppoe_length_grows() {
    frame_inserted(
        link_mtu_1492(),
        "020000000001 020000000002 8864
         | 1100002a 002a 0021
         | 45000028 12344000 40063c65 c0000201 c6336402
         | c00001bb 00000000 00000000 5002faf0 06ff0000
         | aabbccddeeff",
        "020000000001 020000000002 8864
         | 1100002a 002e 0021
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 f2de0000 02040218
         | eeff",
        536,
    );
}

#[test]
fn a_pppoe_length_that_counts_padding_grows_only_as_far_as_the_packet_needs_it_to() {
    // 42 bytes of PPP and IP, and 2 bytes that the length counts as well: needed are 46.
    frame_inserted(
        link_mtu_1492(),
        "020000000001 020000000002 8864
         | 1100002a 002c 0021
         | 45000028 12344000 40063c65 c0000201 c6336402
         | c00001bb 00000000 00000000 5002faf0 06ff0000
         | aabbccddeeff",
        "020000000001 020000000002 8864
         | 1100002a 002e 0021
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 f2de0000 02040218
         | eeff",
        536,
    );
}
