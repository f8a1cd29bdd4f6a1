//! The record of a packet that has grown, and the packets that may not.

use super::{samples::*, *};

const BEFORE: &[u8] = b"packet before";
const AFTER: &[u8] = b"packet thereafter";
const BEFORE_LEN: u32 = BEFORE.len() as u32;
const AFTER_LEN: u32 = AFTER.len() as u32;

/// The last record of a capture, grown.
fn grown(file: &[u8], packet: &[u8]) -> Result<Vec<u8>, GrowthRefusal> {
    let mut reader = Reader::open(file).unwrap();
    let mut record_bytes = b"left over from before".to_vec();
    let mut result = Err(GrowthRefusal::NotAPacket);
    while let Some(record) = reader.next().unwrap() {
        record_bytes.truncate(21);
        result = record.grow(packet, &mut record_bytes);
        assert_eq!(result, record.may_grow(packet.len()));
        if result.is_err() {
            assert_eq!(record_bytes, b"left over from before");
        }
    }
    result.map(|()| record_bytes)
}

fn in_pcap(order: ByteOrder, snap_len: u32, link: u32, record: &[u8]) -> Vec<u8> {
    [&pcap_header(order, MICROSECONDS, snap_len, link), record].concat()
}

fn in_pcapng(order: ByteOrder, snap_len: u32, interface_options: &[u8], block: &[u8]) -> Vec<u8> {
    let interface = interface(order, ETHERNET, snap_len, interface_options);
    [&section(order, -1), &interface, block].concat()
}

#[test]
fn both_lengths_of_a_pcap_record_follow() {
    for order in ORDERS {
        for magic in [MICROSECONDS, NANOSECONDS, MODIFIED] {
            let file = [
                pcap_header(order, magic, 0, 1),
                pcap_record(order, magic, BEFORE, BEFORE_LEN),
            ]
            .concat();
            assert_eq!(
                grown(&file, AFTER),
                Ok(pcap_record(order, magic, AFTER, AFTER_LEN))
            );
        }
    }
}

#[test]
fn an_original_length_under_the_captured_one_keeps_its_distance() {
    for order in ORDERS {
        let record = pcap_record(order, MICROSECONDS, BEFORE, BEFORE_LEN - 3);
        let expected = pcap_record(order, MICROSECONDS, AFTER, AFTER_LEN - 3);
        assert_eq!(grown(&in_pcap(order, 0, 1, &record), AFTER), Ok(expected));
    }
}

#[test]
fn all_lengths_and_the_padding_of_a_block_follow() {
    for order in ORDERS {
        let comment = option(order, 1, b"comment");
        // Growth by any number of bytes: padding behind the packet may have been used up first.
        for growth in 0..9 {
            let after = [BEFORE, &b"thereafter"[..growth]].concat();
            let length = after.len() as u32;
            for (before, expected) in [
                (
                    enhanced(order, 0, BEFORE, BEFORE_LEN, &comment),
                    enhanced(order, 0, &after, length, &comment),
                ),
                (
                    obsolete(order, 0, BEFORE, BEFORE_LEN, &comment),
                    obsolete(order, 0, &after, length, &comment),
                ),
                (
                    simple(order, BEFORE_LEN, BEFORE),
                    simple(order, length, &after),
                ),
            ] {
                assert_eq!(
                    grown(&in_pcapng(order, 0, &[], &before), &after),
                    Ok(expected)
                );
            }
        }
    }
}

#[test]
fn padding_that_is_not_zero_is_kept_where_it_still_fits() {
    for order in ORDERS {
        let mut before = enhanced(order, 0, BEFORE, BEFORE_LEN, &[]);
        let mut expected = enhanced(order, 0, AFTER, AFTER_LEN, &[]);
        before[28 + BEFORE.len()..][..3].copy_from_slice(b"pad");
        expected[28 + AFTER.len()..][..3].copy_from_slice(b"pad");
        assert_eq!(
            grown(&in_pcapng(order, 0, &[], &before), AFTER),
            Ok(expected)
        );
    }
}

/// CRC-32, MD5 and SHA-1 of the packet before and after, computed with Python's zlib and hashlib.
fn hashes() -> [(u8, Vec<u8>, Vec<u8>); 4] {
    let bytes = |hex: &str| -> Vec<u8> {
        (0..hex.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
            .collect()
    };
    let reversed = |hex: &str| -> Vec<u8> { bytes(hex).into_iter().rev().collect() };
    [
        (2, bytes("7eec8bcf"), bytes("f462aaa1")),
        (2, reversed("7eec8bcf"), reversed("f462aaa1")),
        (
            3,
            bytes("2d922ba2a692b1cc940384293bfef20a"),
            bytes("47c0a338c30ca665a9fc332d16fe93c3"),
        ),
        (
            4,
            bytes("2bb26352c4f1507566c4f7fbd291dba695059da5"),
            bytes("218cfa4fd1aafe5468e71f00b9dde3e0783bff27"),
        ),
    ]
}

#[test]
fn a_hash_that_was_right_follows_and_one_that_was_wrong_does_not() {
    for order in ORDERS {
        for (algorithm, hash_before, hash_after) in hashes() {
            let mut wrong = hash_before.clone();
            wrong[2] ^= 0x40;
            for (hash, expected_hash) in [
                (&hash_before, &hash_after),
                (&wrong, &wrong),
                (&hash_before[1..].to_vec(), &hash_before[1..].to_vec()),
                (&Vec::new(), &Vec::new()),
            ] {
                let options = |hash: &[u8]| {
                    [
                        option(order, 1, b"note"),
                        option(order, 3, &[&[algorithm], hash].concat()),
                        option(order, 0, &[]),
                    ]
                    .concat()
                };
                for build in [
                    (|order, packet: &[u8], options: &[u8]| {
                        enhanced(order, 0, packet, packet.len() as u32, options)
                    }) as fn(ByteOrder, &[u8], &[u8]) -> Vec<u8>,
                    |order, packet, options| {
                        obsolete(order, 0, packet, packet.len() as u32, options)
                    },
                ] {
                    let file = in_pcapng(order, 0, &[], &build(order, BEFORE, &options(hash)));
                    let expected = build(order, AFTER, &options(expected_hash));
                    assert_eq!(grown(&file, AFTER), Ok(expected), "algorithm {algorithm}");
                }
            }
        }
    }
}

#[test]
fn a_hash_that_cannot_be_computed_refuses() {
    for order in ORDERS {
        for algorithm in [0, 1, 5, 6, 255] {
            let options = option(order, 3, &[algorithm, 1, 2, 3, 4]);
            for block in [
                enhanced(order, 0, BEFORE, BEFORE_LEN, &options),
                obsolete(order, 0, BEFORE, BEFORE_LEN, &options),
            ] {
                let file = in_pcapng(order, 0, &[], &block);
                assert_eq!(grown(&file, AFTER), Err(GrowthRefusal::Hash { algorithm }));
            }
        }
    }
}

#[test]
fn options_that_run_past_the_block_are_no_options() {
    for order in ORDERS {
        let mut options = option(order, 3, &[0, 1, 2, 3]);
        options[2..4].copy_from_slice(&u16_bytes(order, 5));
        let file = in_pcapng(
            order,
            0,
            &[],
            &enhanced(order, 0, BEFORE, BEFORE_LEN, &options),
        );
        let expected = enhanced(order, 0, AFTER, AFTER_LEN, &options);
        assert_eq!(grown(&file, AFTER), Ok(expected));
    }
}

#[test]
fn what_is_behind_the_end_of_options_is_no_option() {
    for order in ORDERS {
        let options = [option(order, 0, &[]), option(order, 3, &[0, 1, 2, 3, 4])].concat();
        let file = in_pcapng(
            order,
            0,
            &[],
            &enhanced(order, 0, BEFORE, BEFORE_LEN, &options),
        );
        let expected = enhanced(order, 0, AFTER, AFTER_LEN, &options);
        assert_eq!(grown(&file, AFTER), Ok(expected));
    }
}

#[test]
fn a_cut_packet_refuses() {
    for order in ORDERS {
        for file in [
            in_pcap(
                order,
                0,
                1,
                &pcap_record(order, MICROSECONDS, BEFORE, BEFORE_LEN + 1),
            ),
            in_pcapng(
                order,
                0,
                &[],
                &enhanced(order, 0, BEFORE, BEFORE_LEN + 1, &[]),
            ),
            in_pcapng(
                order,
                0,
                &[],
                &obsolete(order, 0, BEFORE, BEFORE_LEN + 1, &[]),
            ),
            in_pcapng(order, 8, &[], &simple(order, 9, BEFORE)),
            in_pcapng(order, 0, &[], &simple(order, 17, BEFORE)),
        ] {
            assert_eq!(grown(&file, AFTER), Err(GrowthRefusal::Cut));
        }
    }
}

#[test]
fn a_snap_length_is_a_bound_unless_it_is_0() {
    for order in ORDERS {
        let records = |snap_len| {
            [
                in_pcap(
                    order,
                    snap_len,
                    1,
                    &pcap_record(order, MICROSECONDS, BEFORE, BEFORE_LEN),
                ),
                in_pcapng(
                    order,
                    snap_len,
                    &[],
                    &enhanced(order, 0, BEFORE, BEFORE_LEN, &[]),
                ),
                in_pcapng(
                    order,
                    snap_len,
                    &[],
                    &obsolete(order, 0, BEFORE, BEFORE_LEN, &[]),
                ),
                in_pcapng(order, snap_len, &[], &simple(order, BEFORE_LEN, BEFORE)),
            ]
        };
        for snap_len_bytes in [BEFORE_LEN, AFTER_LEN - 1] {
            for file in records(snap_len_bytes) {
                let refusal = GrowthRefusal::SnapLength { snap_len_bytes };
                assert_eq!(grown(&file, AFTER), Err(refusal));
                assert!(grown(&file, BEFORE).is_ok(), "a change without growth");
            }
        }
        for snap_len in [AFTER_LEN, u32::MAX, 0] {
            assert!(
                records(snap_len)
                    .iter()
                    .all(|file| grown(file, AFTER).is_ok())
            );
        }
    }
}

#[test]
fn a_packet_that_is_longer_than_the_snap_length_already_may_change_but_not_grow() {
    let order = ByteOrder::Big;
    let file = in_pcap(
        order,
        4,
        1,
        &pcap_record(order, MICROSECONDS, BEFORE, BEFORE_LEN),
    );
    assert!(grown(&file, BEFORE).is_ok());
    assert_eq!(
        grown(&file, AFTER),
        Err(GrowthRefusal::SnapLength { snap_len_bytes: 4 })
    );
}

#[test]
fn a_frame_check_sequence_refuses_wherever_it_is_declared() {
    for order in ORDERS {
        let record = pcap_record(order, MICROSECONDS, BEFORE, BEFORE_LEN);
        let block = enhanced(order, 0, BEFORE, BEFORE_LEN, &[]);
        let flagged = |flags| {
            enhanced(
                order,
                0,
                BEFORE,
                BEFORE_LEN,
                &option(order, 2, &u32s(order, &[flags])),
            )
        };
        for (file, refused) in [
            (in_pcap(order, 0, 0x2400_0001, &record), true),
            (in_pcap(order, 0, 0x0400_0001, &record), false), // 0 bytes of it
            (in_pcap(order, 0, 0x2000_0001, &record), false), // a length that is not in force
            (in_pcapng(order, 0, &option(order, 13, &[4]), &block), true),
            (in_pcapng(order, 0, &option(order, 13, &[0]), &block), false),
            (
                in_pcapng(
                    order,
                    0,
                    &option(order, 13, &[4]),
                    &simple(order, 4, b"data"),
                ),
                true,
            ),
            (in_pcapng(order, 0, &[], &flagged(4 << 5)), true),
            (in_pcapng(order, 0, &[], &flagged(0xffff_fe1f)), false),
        ] {
            let result = grown(&file, AFTER);
            assert_eq!(
                result == Err(GrowthRefusal::FrameCheckSequence),
                refused,
                "{result:?}"
            );
            assert_eq!(result.is_ok(), !refused);
        }
    }
}

#[test]
fn what_holds_no_packet_refuses() {
    let order = ByteOrder::Big;
    for file in [
        pcap_header(order, MICROSECONDS, 0, 1),
        section(order, -1),
        in_pcapng(order, 0, &[], &enhanced(order, 7, BEFORE, BEFORE_LEN, &[])),
    ] {
        assert_eq!(grown(&file, AFTER), Err(GrowthRefusal::NotAPacket));
    }
}

#[test]
fn why_a_packet_cannot_grow_is_told() {
    for (refusal, told) in [
        (GrowthRefusal::NotAPacket, "no packet to look into"),
        (GrowthRefusal::Cut, "packet cut by the capture"),
        (
            GrowthRefusal::FrameCheckSequence,
            "packet ends in a frame check sequence",
        ),
        (
            GrowthRefusal::SnapLength { snap_len_bytes: 96 },
            "longer than the snap length of 96 bytes",
        ),
        (
            GrowthRefusal::Hash { algorithm: 9 },
            "hash algorithm 9 cannot be computed",
        ),
    ] {
        assert_eq!(refusal.to_string(), told);
    }
}
