//! Memory does not depend on the length of the file, nor on what it claims.

use std::io;

use super::{samples::*, *};

const INITIAL_BYTES: usize = Sizes::DEFAULT.initial_bytes;

/// A pcap file of one record over and over, made as it is read.
struct Repeated {
    record: Vec<u8>,
    at: usize,
    left_bytes: usize,
}

impl Read for Repeated {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let there = &self.record[self.at..];
        let count = there.len().min(out.len()).min(self.left_bytes);
        out[..count].copy_from_slice(&there[..count]);
        self.at = (self.at + count) % self.record.len();
        self.left_bytes -= count;
        Ok(count)
    }
}

#[test]
fn a_long_file_takes_the_memory_of_a_short_one() {
    let order = ByteOrder::Little;
    let record = pcap_record(order, MICROSECONDS, &[7; 1499], 1499);
    let packets = 40_000;
    let left_bytes = packets * record.len();
    let header = pcap_header(order, MICROSECONDS, 0, 1);
    let mut reader = Reader::open(header.as_slice().chain(Repeated {
        record,
        at: 0,
        left_bytes,
    }))
    .unwrap();
    let mut length_bytes = 0;
    let mut last = 0;
    while let Some(mut record) = reader.next().unwrap() {
        length_bytes += record.length_bytes();
        if let Some((packet, _)) = record.packet() {
            last = packet.number();
        }
    }
    assert_eq!(
        (last, length_bytes),
        (packets as u64, (24 + left_bytes) as u64)
    );
    assert_eq!(reader.storage_bytes(), INITIAL_BYTES);
}

#[test]
fn a_claimed_length_takes_no_memory() {
    for says_bytes in [16 << 20, 1 << 30, u32::MAX] {
        let order = ByteOrder::Big;
        let file = [
            pcap_header(order, MICROSECONDS, 0, 1),
            u32s(order, &[0, 0, says_bytes - 16, 0]),
            vec![0; 5000],
        ]
        .concat();
        let mut reader = Reader::open(&file[..]).unwrap();
        reader.next().unwrap().unwrap();
        assert!(matches!(reader.next(), Err(CaptureError::Fault(_))));
        assert_eq!(reader.storage_bytes(), INITIAL_BYTES);
    }
}

#[test]
fn memory_grows_with_the_longest_record_up_to_its_limit() {
    let order = ByteOrder::Little;
    for (record_bytes, storage_bytes, in_memory) in [
        (INITIAL_BYTES, INITIAL_BYTES, true),
        (INITIAL_BYTES + 1, 2 * INITIAL_BYTES, true),
        (16 << 20, 16 << 20, true),
        ((16 << 20) + 1, INITIAL_BYTES, false),
    ] {
        let packet = vec![0; record_bytes - 16];
        let file = [
            pcap_header(order, MICROSECONDS, 0, 1),
            pcap_record(order, MICROSECONDS, &packet, packet.len() as u32),
        ]
        .concat();
        let mut reader = Reader::open(&file[..]).unwrap();
        reader.next().unwrap().unwrap();
        let record = reader.next().unwrap().unwrap();
        assert_eq!(record.length_bytes(), record_bytes as u64);
        assert_eq!(matches!(record.raw, Raw::InMemory(_)), in_memory);
        assert_eq!(
            reader.storage_bytes(),
            storage_bytes,
            "a record of {record_bytes} bytes"
        );
    }
}

#[test]
fn memory_stops_at_its_limit_wherever_it_began() {
    let order = ByteOrder::Big;
    let file = [
        pcap_header(order, MICROSECONDS, 0, 1),
        pcap_record(order, MICROSECONDS, &[0; 44], 44),
    ]
    .concat();
    let sizes = Sizes {
        initial_bytes: 48,
        limit_bytes: 60,
    };
    let mut reader = Reader::open_with(&file[..], sizes).unwrap();
    while reader.next().unwrap().is_some() {}
    assert_eq!(reader.storage_bytes(), 60);
}

#[test]
fn a_section_has_no_more_interfaces_in_mind_than_an_obsolete_packet_can_number() {
    let order = ByteOrder::Little;
    let mut file = section(order, -1);
    for _ in 0..=0x1_0000 {
        file.extend(interface(order, ETHERNET, 0, &[]));
    }
    file.extend(enhanced(order, 0xffff, b"known", 5, &[]));
    file.extend(enhanced(order, 0x1_0000, b"forgotten", 9, &[]));
    let seen = read(&file[..]);
    assert_eq!(seen.copied, file);
    let defects: Vec<_> = seen.records[0x1_0000..]
        .iter()
        .map(|record| record.defect)
        .collect();
    let unknown = Some(Defect::UnknownInterface {
        interface: 0x1_0000,
    });
    assert_eq!(
        defects,
        [None, Some(Defect::TooManyInterfaces), None, unknown]
    );
}
