//! Files cut anywhere, and with any byte changed: what is whole comes out as it is.

use super::{faults::good_pcap, samples::*, *};

#[test]
fn a_file_that_ends_at_any_byte_gives_all_whole_records_before() {
    let pcaps = ORDERS.into_iter().flat_map(|order| {
        [MICROSECONDS, MODIFIED].map(|magic| {
            [
                pcap_header(order, magic, 0, 1),
                pcap_record(order, magic, b"one", 3),
                pcap_record(order, magic, b"", 9),
                pcap_record(order, magic, b"three", 5),
            ]
            .concat()
        })
    });
    for file in pcaps.chain([pcapng_of_everything()]) {
        let whole = read(&file[..]);
        let mut ends: Vec<usize> = whole
            .records
            .iter()
            .map(|record| record.offset as usize)
            .collect();
        ends.push(file.len());
        for length in 0..file.len() {
            let seen = read(&file[..length]);
            let end = *ends.iter().rfind(|end| **end <= length).unwrap();
            assert_eq!(seen.copied, file[..end], "cut at byte {length}");
            assert_eq!(seen.records, whole.records[..seen.records.len()]);
            match seen.error {
                None => assert!(end == length && end > 0, "cut at byte {length} unnoticed"),
                Some(CaptureError::Fault(fault)) => {
                    assert_eq!(fault.offset, end as u64);
                    assert!(end < length, "fault between records, at byte {length}");
                }
                Some(CaptureError::Empty) => assert_eq!(length, 0),
                Some(CaptureError::NotACapture { start }) => {
                    assert_eq!(start, file[..length.min(3)]);
                }
                Some(error) => panic!("cut at byte {length}: {error}"),
            }
        }
    }
}

#[test]
fn any_byte_changed_to_anything_gives_records_that_are_the_file_up_to_a_fault() {
    let order = ByteOrder::Little;
    let pcap = [
        good_pcap(order),
        pcap_record(order, MICROSECONDS, b"second", 6),
    ]
    .concat();
    for mut file in [pcap, pcapng_of_everything()] {
        for at in 0..file.len() {
            let original = file[at];
            for value in [
                0,
                1,
                original ^ 1,
                original ^ 0x80,
                original.wrapping_add(4),
                0xff,
            ] {
                file[at] = value;
                let seen = read(&file[..]);
                assert!(file.starts_with(&seen.copied), "byte {at} as {value}");
                match seen.error {
                    None => assert_eq!(seen.copied, file, "byte {at} as {value}"),
                    Some(CaptureError::Fault(fault)) => {
                        assert_eq!(fault.offset, seen.copied.len() as u64);
                    }
                    Some(CaptureError::NotACapture { .. }) => assert!(at < 4),
                    Some(error) => panic!("byte {at} as {value}: {error}"),
                }
            }
            file[at] = original;
        }
    }
}
