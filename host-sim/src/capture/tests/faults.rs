//! Where a file ends early: all before the fault is handed out, nothing of it and after it.

use std::{error::Error, io};

use super::{samples::*, *};

/// What becomes of `faulty` behind good records: the fault's kind, all before it being handed out.
#[track_caller]
fn behind_good_records(good: &[u8], faulty: &[u8]) -> FaultKind {
    let file = [good, faulty].concat();
    let mut kinds = Vec::new();
    for seen in [
        read(&file[..]),
        read(ByteByByte::new(&file)),
        read_with(
            &file[..],
            Sizes {
                initial_bytes: 32,
                limit_bytes: 64,
            },
        ),
    ] {
        assert_eq!(seen.copied, good);
        let fault = seen.fault().expect("a fault");
        assert_eq!(fault.offset, good.len() as u64);
        kinds.push(fault.kind);
    }
    assert!(kinds.iter().all(|kind| *kind == kinds[0]), "{kinds:?}");
    kinds[0]
}

pub(super) fn good_pcap(order: ByteOrder) -> Vec<u8> {
    [
        pcap_header(order, MICROSECONDS, 0, 1),
        pcap_record(order, MICROSECONDS, b"good", 4),
    ]
    .concat()
}

fn good_pcapng(order: ByteOrder) -> Vec<u8> {
    [
        section(order, -1),
        interface(order, ETHERNET, 0, &[]),
        enhanced(order, 0, b"good", 4, &[]),
    ]
    .concat()
}

#[test]
fn an_empty_file() {
    let seen = read(io::empty());
    assert!(matches!(seen.error, Some(CaptureError::Empty)));
    assert_eq!(seen.error.unwrap().to_string(), "the file is empty");
}

#[test]
fn a_file_that_is_no_capture() {
    for (start, message) in [
        (
            &b"#!/bin/sh\n"[..],
            "not a pcap or pcapng capture: it starts with 23 21 2f 62",
        ),
        (
            &[0xa1, 0xb2],
            "not a pcap or pcapng capture: it starts with a1 b2",
        ),
        (
            &[0x1f, 0x8b, 8, 0],
            "not a pcap or pcapng capture: it starts with 1f 8b 08 00 (gzip: decompress it first)",
        ),
        (
            &[0x28, 0xb5, 0x2f, 0xfd],
            "not a pcap or pcapng capture: it starts with 28 b5 2f fd (zstd: decompress it first)",
        ),
        (
            &[0x04, 0x22, 0x4d, 0x18],
            "not a pcap or pcapng capture: it starts with 04 22 4d 18 (lz4: decompress it first)",
        ),
        (
            b"\xfd7zXZ",
            "not a pcap or pcapng capture: it starts with fd 37 7a 58 (xz: decompress it first)",
        ),
    ] {
        let error = Reader::open(start).map(|_| ()).unwrap_err();
        assert!(matches!(error, CaptureError::NotACapture { .. }));
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn a_packet_record_past_the_end_of_the_file() {
    for order in ORDERS {
        for (says_bytes, there) in [(1514, 200), (5, 4), (u32::MAX, 90), (1, 0), (65, 64)] {
            let mut record = pcap_record(order, MICROSECONDS, &vec![0; there], 4);
            record[8..12].copy_from_slice(&u32s(order, &[says_bytes]));
            let kind = behind_good_records(&good_pcap(order), &record);
            assert_eq!(
                kind,
                FaultKind::PacketPastEnd {
                    says_bytes,
                    there_bytes: there as u64
                }
            );
        }
    }
    let fault = Fault {
        offset: 1432,
        kind: FaultKind::PacketPastEnd {
            says_bytes: 1514,
            there_bytes: 200,
        },
    };
    assert_eq!(
        CaptureError::from(fault).to_string(),
        "byte 1432: a packet record says 1514 bytes but the file ends after 200"
    );
}

#[test]
fn a_record_header_cut_short() {
    for order in ORDERS {
        for there in 1..16 {
            let kind = behind_good_records(&good_pcap(order), &vec![0; there]);
            let cut = FaultKind::HeaderCut {
                header: Header::PcapRecord,
                needed_bytes: 16,
                there_bytes: there as u64,
            };
            assert_eq!(kind, cut);
        }
        let modified = [pcap_header(order, MODIFIED, 0, 1), vec![0; 23]].concat();
        assert_eq!(
            read(&modified[..]).error.unwrap().to_string(),
            "byte 24: a packet record's header has 24 bytes but the file ends after 23"
        );
        let header = pcap_header(order, NANOSECONDS, 0, 1);
        assert_eq!(
            read(&header[..20]).error.unwrap().to_string(),
            "byte 0: a pcap file header has 24 bytes but the file ends after 20"
        );
    }
}

#[test]
fn a_block_past_the_end_of_the_file() {
    for order in ORDERS {
        for (says_bytes, there) in [
            (12, 8),
            (12, 11),
            (64, 63),
            (68, 67),
            (1 << 20, 80),
            (u32::MAX - 3, 90),
        ] {
            let mut faulty = u32s(order, &[6, says_bytes]);
            faulty.resize(there, 0);
            let kind = behind_good_records(&good_pcapng(order), &faulty);
            assert_eq!(
                kind,
                FaultKind::BlockPastEnd {
                    says_bytes,
                    there_bytes: there as u64
                }
            );
        }
    }
}

#[test]
fn the_start_of_a_block_cut_short() {
    for order in ORDERS {
        for there in 1..8 {
            let kind = behind_good_records(&good_pcapng(order), &vec![6; there]);
            let cut = FaultKind::HeaderCut {
                header: Header::Block,
                needed_bytes: 8,
                there_bytes: there as u64,
            };
            assert_eq!(kind, cut);
        }
        for there in 8..12 {
            let kind = behind_good_records(&good_pcapng(order), &section(order, -1)[..there]);
            let cut = FaultKind::HeaderCut {
                header: Header::Section,
                needed_bytes: 12,
                there_bytes: there as u64,
            };
            assert_eq!(kind, cut);
        }
    }
}

#[test]
fn a_block_length_that_no_block_has() {
    for order in ORDERS {
        for (says_bytes, expected) in [
            (0, FaultKind::BlockTooShort { says_bytes: 0 }),
            (8, FaultKind::BlockTooShort { says_bytes: 8 }),
            (11, FaultKind::BlockTooShort { says_bytes: 11 }),
            (13, FaultKind::BlockUnaligned { says_bytes: 13 }),
            (34, FaultKind::BlockUnaligned { says_bytes: 34 }),
            (
                u32::MAX,
                FaultKind::BlockUnaligned {
                    says_bytes: u32::MAX,
                },
            ),
        ] {
            let faulty = [u32s(order, &[6, says_bytes]), vec![0; 40]].concat();
            assert_eq!(behind_good_records(&good_pcapng(order), &faulty), expected);
        }
    }
}

#[test]
fn a_block_length_unlike_its_trailer() {
    for order in ORDERS {
        for body_len in [0, 20, 100] {
            let mut faulty = block(order, 6, &vec![0; body_len]);
            let says_bytes = faulty.len() as u32;
            let trailer_at = faulty.len() - 4;
            faulty[trailer_at..].copy_from_slice(&u32s(order, &[says_bytes + 4]));
            let kind = behind_good_records(&good_pcapng(order), &faulty);
            let trailer_bytes = says_bytes + 4;
            assert_eq!(
                kind,
                FaultKind::BlockTrailer {
                    says_bytes,
                    trailer_bytes
                }
            );
        }
    }
}

#[test]
fn a_byte_order_magic_that_is_neither() {
    for order in ORDERS {
        let mut faulty = section(order, -1);
        faulty[8..12].copy_from_slice(&[1, 2, 3, 4]);
        let kind = behind_good_records(&good_pcapng(order), &faulty);
        assert_eq!(
            kind,
            FaultKind::ByteOrderMagic {
                found: [1, 2, 3, 4]
            }
        );
        assert_eq!(
            read(&faulty[..]).error.unwrap().to_string(),
            "byte 0: a section's byte-order magic is 01 02 03 04, not 1a 2b 3c 4d in either direction"
        );
    }
}

#[test]
fn every_fault_of_a_block_says_at_which_byte_and_why() {
    for (kind, message) in [
        (
            FaultKind::BlockPastEnd {
                says_bytes: 64,
                there_bytes: 63,
            },
            "byte 28: a block says 64 bytes but the file ends after 63",
        ),
        (
            FaultKind::BlockTooShort { says_bytes: 8 },
            "byte 28: a block says 8 bytes, fewer than the 12 of an empty one",
        ),
        (
            FaultKind::BlockUnaligned { says_bytes: 34 },
            "byte 28: a block says 34 bytes, not a multiple of 4",
        ),
        (
            FaultKind::BlockTrailer {
                says_bytes: 32,
                trailer_bytes: 36,
            },
            "byte 28: a block says 32 bytes at its start but 36 at its end",
        ),
        (
            FaultKind::HeaderCut {
                header: Header::Section,
                needed_bytes: 12,
                there_bytes: 9,
            },
            "byte 28: the start of a section header has 12 bytes but the file ends after 9",
        ),
    ] {
        assert_eq!(Fault { offset: 28, kind }.to_string(), message);
    }
}

#[test]
fn a_fault_of_the_first_record_is_known_on_opening() {
    let mut file = section(ByteOrder::Little, -1);
    file.truncate(27);
    let Err(CaptureError::Fault(fault)) = Reader::open(&file[..]) else {
        panic!("a fault");
    };
    assert_eq!(fault.offset, 0);
    assert_eq!(
        fault.kind,
        FaultKind::BlockPastEnd {
            says_bytes: 28,
            there_bytes: 27
        }
    );
}

#[test]
fn an_input_that_fails_is_no_fault_of_the_file() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    let good = good_pcap(ByteOrder::Big);
    let seen = read(good.as_slice().chain(Failing));
    assert_eq!(seen.copied, good);
    let error = seen.error.unwrap();
    assert!(matches!(error, CaptureError::Read(_)));
    assert_eq!(error.to_string(), "cannot read: the disk is gone");
    assert!(error.source().is_some());
}
