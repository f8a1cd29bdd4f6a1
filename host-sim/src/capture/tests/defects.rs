//! What is wrong with a record without losing the next one: copied, counted, told.

use super::{samples::*, *};

/// Reads `block` between a good interface and a good packet, and gives back what became of it. The
/// file must come out as it went in, and the good packet be found.
fn among_good_blocks(order: ByteOrder, block: &[u8]) -> SeenRecord {
    let before = [section(order, -1), interface(order, ETHERNET, 0, &[])].concat();
    let file = [&before, block, &enhanced(order, 0, b"good", 4, &[])].concat();
    let seen = read(&file[..]);
    assert!(seen.error.is_none(), "{:?}", seen.error);
    assert_eq!(seen.copied, file);
    assert_eq!(seen.records.len(), 4);
    assert_eq!(seen.packets().last().unwrap().1, b"good");
    seen.records[2].clone()
}

#[test]
fn a_packet_of_an_unknown_interface() {
    for order in ORDERS {
        for (block, number) in [
            (enhanced(order, 1, b"packet", 6, &[]), 1),
            (enhanced(order, u32::MAX, b"packet", 6, &[]), u32::MAX),
            (obsolete(order, 0xffff, b"packet", 6, &[]), 0xffff),
        ] {
            let seen = among_good_blocks(order, &block);
            assert_eq!(seen.content, Content::UnreadablePacket { number: 1 });
            assert_eq!(
                seen.defect,
                Some(Defect::UnknownInterface { interface: number })
            );
        }
    }
}

#[test]
fn a_simple_packet_without_any_interface() {
    for order in ORDERS {
        let file = [section(order, -1), simple(order, 4, b"data")].concat();
        let seen = read(&file[..]);
        assert_eq!(seen.copied, file);
        assert_eq!(
            seen.records[1].defect,
            Some(Defect::UnknownInterface { interface: 0 })
        );
    }
}

#[test]
fn a_section_header_forgets_the_interfaces_before_it() {
    for order in ORDERS {
        let block = [section(order, -1)].concat();
        let file = [
            section(order, -1),
            interface(order, ETHERNET, 0, &[]),
            block,
            enhanced(order, 0, b"packet", 6, &[]),
        ]
        .concat();
        let seen = read(&file[..]);
        assert_eq!(
            seen.records[3].defect,
            Some(Defect::UnknownInterface { interface: 0 })
        );
    }
}

#[test]
fn a_captured_length_past_its_block() {
    for order in ORDERS {
        for (mut block, there_bytes) in [
            (enhanced(order, 0, b"packet", 9, &[]), 8),
            (obsolete(order, 0, b"", 9, &[]), 0),
        ] {
            for says_bytes in [9, u32::MAX] {
                block[20..24].copy_from_slice(&u32s(order, &[says_bytes]));
                let seen = among_good_blocks(order, &block);
                assert_eq!(seen.content, Content::UnreadablePacket { number: 1 });
                assert_eq!(
                    seen.defect,
                    Some(Defect::CapturedPastBlock {
                        says_bytes,
                        there_bytes
                    })
                );
            }
        }
    }
}

#[test]
fn a_block_too_short_for_its_fields() {
    for order in ORDERS {
        for (block_type, shortest_body) in [(6, 20), (2, 20), (3, 4)] {
            for body_len in (0..shortest_body).step_by(4) {
                let seen = among_good_blocks(order, &block(order, block_type, &vec![0; body_len]));
                assert_eq!(seen.content, Content::UnreadablePacket { number: 1 });
                assert_eq!(
                    seen.defect,
                    Some(Defect::TooShort),
                    "type {block_type}, {body_len}"
                );
            }
            let whole =
                among_good_blocks(order, &block(order, block_type, &vec![0; shortest_body]));
            assert_eq!(whole.defect, None);
            assert_eq!(whole.captured, Some(Vec::new()));
        }
        for body_len in [0, 4] {
            let seen = among_good_blocks(order, &block(order, 1, &vec![0; body_len]));
            assert_eq!(
                (seen.content, seen.defect),
                (Content::Other, Some(Defect::TooShort))
            );
        }
    }
}

#[test]
fn an_interface_too_short_for_its_fields_has_a_number_all_the_same() {
    for order in ORDERS {
        let file = [
            section(order, -1),
            block(order, 1, &[0; 4]),
            interface(order, 101, 0, &[]),
            enhanced(order, 0, b"zero", 4, &[]),
            enhanced(order, 1, b"one", 3, &[]),
        ]
        .concat();
        let seen = read(&file[..]);
        assert_eq!(
            seen.records[3].defect,
            Some(Defect::UnknownInterface { interface: 0 })
        );
        assert_eq!(
            (
                seen.packets()[0].0.link_type(),
                seen.packets()[0].0.number()
            ),
            (101, 2)
        );
    }
}

#[test]
fn a_section_header_too_short_for_its_length() {
    for order in ORDERS {
        let file = block(order, 0x0a0d_0d0a, &u32s(order, &[0x1a2b_3c4d, 1]));
        let seen = read(&file[..]);
        assert_eq!(seen.copied, file);
        let header = SectionHeader {
            order,
            length_bytes: None,
        };
        assert_eq!(seen.records[0].content, Content::SectionHeader(header));
        assert_eq!(seen.records[0].defect, Some(Defect::TooShort));
    }
}

#[test]
fn a_record_larger_than_memory_goes_through_a_file() {
    const SMALL: Sizes = Sizes {
        initial_bytes: 32,
        limit_bytes: 64,
    };
    let long = [0x5a; 300];
    for order in ORDERS {
        let pcap = [
            pcap_header(order, MICROSECONDS, 0, 1),
            pcap_record(order, MICROSECONDS, &long, 300),
            pcap_record(order, MICROSECONDS, b"good", 4),
        ]
        .concat();
        let pcapng = [
            section(order, -1),
            interface(order, ETHERNET, 0, &[]),
            enhanced(order, 0, &long, 300, &[]),
            block(order, 4, &long),
            enhanced(order, 0, b"good", 4, &[]),
            interface(order, ETHERNET, 0, &option(order, 1, &long)),
            interface(order, 101, 0, &[]),
            enhanced(order, 1, b"out of sight", 12, &[]),
            enhanced(order, 2, b"known", 5, &[]),
        ]
        .concat();
        for file in [&pcap, &pcapng] {
            let whole = read_with(&file[..], SMALL);
            assert!(whole.error.is_none(), "{:?}", whole.error);
            assert_eq!(whole.copied, *file);
            assert_eq!(
                whole.records,
                read_with(ByteByByte::new(file), SMALL).records
            );
            let spooled: Vec<_> = whole
                .records
                .iter()
                .filter(|record| !record.in_memory)
                .collect();
            assert!(
                spooled
                    .iter()
                    .all(|record| matches!(record.defect, Some(Defect::TooLarge { .. })))
            );
            assert_eq!(spooled[0].content, Content::UnreadablePacket { number: 1 });
            let (good, captured) = whole.packets()[0];
            assert_eq!((good.number(), captured), (2, &b"good"[..]));
        }
        let seen = read_with(&pcapng[..], SMALL);
        assert_eq!(
            seen.records[2].defect,
            Some(Defect::TooLarge { record_bytes: 332 })
        );
        assert_eq!(seen.records[3].content, Content::Other);
        assert_eq!(
            seen.records[7].defect,
            Some(Defect::UnknownInterface { interface: 1 })
        );
        assert_eq!(seen.packets()[1].0.link_type(), 101);
    }
}

#[test]
fn a_section_header_larger_than_memory_is_one_all_the_same() {
    for order in ORDERS {
        let mut header = u32s(order, &[0x1a2b_3c4d, 1, 0, 0]);
        header.extend(option(order, 1, &[b'c'; 100]));
        let file = [
            section(order, -1),
            interface(order, ETHERNET, 0, &[]),
            block(order, 0x0a0d_0d0a, &header),
            enhanced(order, 0, b"lost", 4, &[]),
        ]
        .concat();
        let seen = read_with(
            &file[..],
            Sizes {
                initial_bytes: 32,
                limit_bytes: 64,
            },
        );
        assert_eq!(seen.copied, file);
        let header = SectionHeader {
            order,
            length_bytes: Some(0),
        };
        assert_eq!(seen.records[2].content, Content::SectionHeader(header));
        assert!(!seen.records[2].in_memory);
        assert_eq!(
            seen.records[3].defect,
            Some(Defect::UnknownInterface { interface: 0 })
        );
    }
}

#[test]
fn what_is_wrong_with_a_record_is_told() {
    for (defect, told) in [
        (Defect::TooShort, "block too short for its fields"),
        (
            Defect::UnknownInterface { interface: 3 },
            "unknown interface 3",
        ),
        (
            Defect::CapturedPastBlock {
                says_bytes: 9,
                there_bytes: 8,
            },
            "captured length 9 in a block with room for 8",
        ),
        (
            Defect::TooLarge { record_bytes: 9 },
            "record of 9 bytes, too large to look into",
        ),
        (
            Defect::TooManyInterfaces,
            "too many interfaces in one section",
        ),
    ] {
        assert_eq!(defect.to_string(), told);
    }
}
