//! The sentences of the clamp's contract that take more than one pair of inputs and outputs to hold. The others are
//! the conformance corpus.
//!
//! In the bytes, `|` stands where a header begins.

use clamp_core::{Clamp, Insertion, Layer, Malformed, Outcome, Refusal};
use reference::frames::hex;
use reference::oracle::{self, Policy, sum};

/// What most rows are held under: plain IPv4 comes to 1452, plain IPv6 to 1432.
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
fn a_gre_checksum_stays_right_without_being_touched() {
    let packet = hex("45000048 12344000 402f3c1c c0000201 c6336402
         | 8000 0800
         | 6455 0000
         | 4500002c 12344000 40063c61 c0000201 c6336402
         | c00001bb 00000000 00000000 6002faf0 ef420000 020405b4");
    let clamp = Policy::link_mtu(1500)
        .through_tunnels()
        .clamp()
        .expect("a sound policy");
    let mut after = packet.clone();
    assert_eq!(
        clamp.packet(&mut after),
        Outcome::Clamped {
            from: 1460,
            to: 1432
        }
    );
    assert!(sum::is_valid(&packet[20..]));
    assert!(sum::is_valid(&after[20..]));
    assert_eq!(packet[20..28], after[20..28]);
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
    let mut buffer = [hex(&to_1504), vec![0; 4]].concat();
    let clamp = link_mtu_1492().clamp().expect("a sound policy");
    assert_eq!(
        clamp.insert_in_frame(&mut buffer, hex(&to_1504).len()),
        refused
    );

    let to_1500 = hex(&syn_behind(
        1424,
        "c00001bb 00000000 00000000 6002faf0 00000000 01010101",
    ));
    let mut buffer = [to_1500.clone(), vec![0; 4]].concat();
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
