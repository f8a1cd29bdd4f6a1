//! What a packet's record says, in every format.

use super::{samples::*, *};

/// A pcap file of a big-endian machine, byte by byte.
const BIG_ENDIAN_PCAP: [u8; 43] = [
    0xa1, 0xb2, 0xc3, 0xd4, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0,
    101, //
    0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 5, b'a', b'b', b'c',
];

/// A pcapng file of a little-endian machine, byte by byte: section, interface, one packet.
const LITTLE_ENDIAN_PCAPNG: [u8; 84] = [
    0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, //
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 28, 0, 0, 0, //
    1, 0, 0, 0, 20, 0, 0, 0, 0x71, 0, 0, 0, 0, 0, 4, 0, 20, 0, 0, 0, //
    6, 0, 0, 0, 36, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 5, 0, 0, 0, //
    b'a', b'b', b'c', 0, 36, 0, 0, 0,
];

#[test]
fn a_pcap_file_given_byte_by_byte_is_understood() {
    let seen = read(&BIG_ENDIAN_PCAP[..]);
    assert_eq!(seen.copied, BIG_ENDIAN_PCAP);
    let [(packet, captured)] = seen.packets()[..] else {
        panic!("one packet, not {:?}", seen.records);
    };
    assert_eq!(
        (packet.number(), packet.link_type(), packet.wire_len()),
        (1, 101, 5)
    );
    assert_eq!((packet.captured(), captured), (16..19, &b"abc"[..]));
    assert_eq!(packet.timestamp_ticks(), Some(1_000_002));
}

#[test]
fn a_pcapng_file_given_byte_by_byte_is_understood() {
    let seen = read(&LITTLE_ENDIAN_PCAPNG[..]);
    assert_eq!(seen.copied, LITTLE_ENDIAN_PCAPNG);
    let [(packet, captured)] = seen.packets()[..] else {
        panic!("one packet, not {:?}", seen.records);
    };
    assert_eq!(
        (packet.number(), packet.link_type(), packet.wire_len()),
        (1, 113, 5)
    );
    assert_eq!((packet.captured(), captured), (28..31, &b"abc"[..]));
    assert_eq!(packet.timestamp_ticks(), Some(1 << 32 | 2));
}

#[test]
fn pcap_of_every_magic_and_byte_order() {
    for order in ORDERS {
        for (magic, packet_at, ticks) in [
            (MICROSECONDS, 16, 7_000_009),
            (NANOSECONDS, 16, 7_000_000_009),
            (MODIFIED, 24, 7_000_009),
        ] {
            let file = [
                pcap_header(order, magic, 0, ETHERNET.into()),
                pcap_record(order, magic, b"first", 5),
                pcap_record(order, magic, b"", 60),
                pcap_record(order, magic, b"third", 4),
            ]
            .concat();
            let seen = read(&file[..]);
            assert!(
                seen.error.is_none(),
                "{order:?} {magic:x}: {:?}",
                seen.error
            );
            assert_eq!(seen.copied, file);
            assert_eq!(seen.records[0].content, Content::FileHeader);
            let packets = seen.packets();
            let facts: Vec<_> = packets
                .iter()
                .map(|(packet, captured)| (packet.number(), packet.wire_len(), *captured))
                .collect();
            assert_eq!(
                facts,
                [(1, 5, &b"first"[..]), (2, 60, b""), (3, 5, b"third")]
            );
            for (packet, _) in packets {
                assert_eq!(packet.captured().start, packet_at);
                assert_eq!(packet.link_type(), ETHERNET);
                assert_eq!(packet.timestamp_ticks(), Some(ticks));
            }
        }
    }
}

#[test]
fn the_link_type_of_pcap_is_the_low_16_bits() {
    for order in ORDERS {
        let file = [
            pcap_header(order, MICROSECONDS, 0, 0xf7ff_0000 | 229),
            pcap_record(order, MICROSECONDS, b"packet", 6),
        ]
        .concat();
        assert_eq!(read(&file[..]).packets()[0].0.link_type(), 229);
    }
}

#[test]
fn pcapng_of_every_block_and_byte_order_section_by_section() {
    let file = pcapng_of_everything();
    let seen = read(&file[..]);
    assert!(seen.error.is_none(), "{:?}", seen.error);
    assert_eq!(seen.copied, file);
    assert!(seen.records.iter().all(|record| record.defect.is_none()));
    let facts: Vec<_> = seen
        .packets()
        .iter()
        .map(|(packet, captured)| {
            (
                packet.number(),
                packet.link_type(),
                packet.wire_len(),
                packet.timestamp_ticks(),
                String::from_utf8_lossy(captured).into_owned(),
            )
        })
        .collect();
    let time = Some(7 << 32 | 9);
    let expected: Vec<_> = [0, 4]
        .into_iter()
        .flat_map(|before| {
            [
                (before + 1, 1, 8, time, "enhanced".to_owned()),
                (before + 2, 101, 1500, time, "cut".to_owned()),
                (before + 3, 101, 15, time, "obsolete packet".to_owned()),
                (before + 4, 1, 6, None, "simple".to_owned()),
            ]
        })
        .collect();
    assert_eq!(facts, expected);
    let sections: Vec<_> = seen
        .records
        .iter()
        .filter_map(|record| match record.content {
            Content::SectionHeader(header) => Some(header.order),
            _ => None,
        })
        .collect();
    assert_eq!(sections, ORDERS);
}

#[test]
fn a_section_length_is_given_unless_it_is_negative() {
    for order in ORDERS {
        for (length, given) in [
            (-1, None),
            (-2, None),
            (i64::MIN, None),
            (0, Some(0)),
            (96, Some(96)),
        ] {
            let seen = read(&section(order, length)[..]);
            assert_eq!(
                seen.records[0].content,
                Content::SectionHeader(SectionHeader {
                    order,
                    length_bytes: given
                })
            );
        }
    }
}

#[test]
fn a_simple_packet_is_bounded_by_original_length_snap_length_and_block() {
    for order in ORDERS {
        for (snap_len, original, captured) in [
            (0, 10, &b"0123456789"[..]), // no snap length; the block's padding is no packet
            (0, 60, b"0123456789ab"),    // no room for more
            (8, 60, b"01234567"),
            (8, 8, b"01234567"),
            (8, 5, b"01234"),
            (u32::MAX, u32::MAX, b"0123456789ab"),
        ] {
            let file = [
                section(order, -1),
                interface(order, ETHERNET, snap_len, &[]),
                interface(order, ETHERNET, 1, &[]),
                simple(order, original, b"0123456789ab"),
            ]
            .concat();
            let seen = read(&file[..]);
            let (packet, bytes) = seen.packets()[0];
            assert_eq!(
                bytes, captured,
                "snap length {snap_len}, original {original}"
            );
            assert_eq!(packet.wire_len(), original as usize);
        }
    }
}

#[test]
fn bytes_that_trickle_in_one_by_one_make_no_difference() {
    let pcap = [
        pcap_header(ByteOrder::Little, MODIFIED, 0, 1),
        pcap_record(ByteOrder::Little, MODIFIED, b"packet", 6),
    ]
    .concat();
    for file in [pcap, pcapng_of_everything()] {
        let seen = read(ByteByByte::new(&file));
        assert!(seen.error.is_none(), "{:?}", seen.error);
        assert_eq!(seen.copied, file);
        assert_eq!(seen.records, read(&file[..]).records);
    }
}

#[test]
fn a_rewrite_in_place_reaches_the_output() {
    let order = ByteOrder::Big;
    let file = [
        pcap_header(order, MICROSECONDS, 0, 1),
        pcap_record(order, MICROSECONDS, b"packet", 6),
    ]
    .concat();
    let mut reader = Reader::open(&file[..]).unwrap();
    reader.next().unwrap().unwrap();
    let mut record = reader.next().unwrap().unwrap();
    let (_, captured) = record.packet().unwrap();
    captured[0] = b'P';
    let Raw::InMemory(bytes) = record.raw else {
        panic!("a small record is in memory");
    };
    assert!(bytes.ends_with(b"\0\0\0\x06Packet"));
}

#[test]
fn the_time_of_a_pcapng_packet_is_counted_as_its_interface_says() {
    const TICKS: u64 = 7 << 32 | 9;
    for order in ORDERS {
        let resolution = |value: u8| option(order, 9, &[value]);
        for (options, expected) in [
            (Vec::new(), TICKS * 1000),
            (resolution(6), TICKS * 1000),
            (resolution(9), TICKS),
            (resolution(3), TICKS * 1_000_000),
            // So many times two in a second: 7 of them, and 9 parts of another one.
            (resolution(0xa0), 7_000_000_002),
        ] {
            let file = [
                section(order, -1),
                interface(order, ETHERNET, 0, &options),
                enhanced(order, 0, b"any", 3, &[]),
            ]
            .concat();
            let seen = read(&file[..]);
            let (packet, _) = seen.packets()[0];
            assert_eq!(packet.timestamp_ns(), Some(expected), "{options:?}");
        }
    }
}
