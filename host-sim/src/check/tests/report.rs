//! The report, as people read it.

use std::slice::from_ref;

use super::samples::{MSS_1460, Tcp, check_frames, data, syn, to_1492};
use crate::check::{CheckOptions, run};

#[test]
fn a_report_without_findings_is_its_counts_and_tells_of_nothing_that_was_not_there() {
    let frame = data(1, b"any").frame();
    let (_, report) = check_frames(from_ref(&frame), from_ref(&frame), &CheckOptions::default());
    assert_eq!(
        report,
        "\
packets: 1 before, 1 after
paired: 1 (0 from after to before)
unpaired: 0 only before, 0 only after (0 of them stay on their link)
SYNs clamped: 0
findings: 0
"
    );
}

#[test]
fn what_was_inserted_and_what_may_have_left_is_told() {
    let options = CheckOptions {
        policy: Some(to_1492().into()),
        insert_missing: true,
        routed: true,
        ..CheckOptions::default()
    };
    let unseen = Tcp {
        sequence: 9,
        source: [198, 51, 100, 9],
        ..syn(&MSS_1460)
    };
    let before = [syn(&[]).frame()];
    let inserted = Tcp {
        ttl: 63,
        ..syn(&[2, 4, 2, 0x18])
    };
    let after = [inserted.frame(), unseen.frame()];
    let (_, report) = check_frames(&before, &after, &options);
    assert_eq!(
        report,
        "\
packet 2 only after: TCP 198.51.100.9:40000 > 198.51.100.2:80, SYN with MSS 1460, 58 bytes
packets: 1 before, 2 after
paired: 1 (0 from after to before)
unpaired: 0 only before, 1 only after (0 of them stay on their link)
SYNs clamped: 0
MSS options inserted as asked: 1
unpaired SYNs above the ceiling that may have left: 1
findings: 0
"
    );
}

#[test]
fn a_finding_is_counted_by_its_kind_and_kinds_without_findings_are_not_told() {
    let before = syn(&[2, 4, 5, 0x78]).frame();
    let after = syn(&MSS_1460).frame();
    let (_, report) = check_frames(&[before], &[after], &CheckOptions::default());
    let (_, counts) = report.split_once("findings: ").unwrap();
    assert_eq!(counts, "1\n  MSS raised: 1\n");
}

/// A pcapng file in which so many packets are of an interface that was not described.
fn with_unreadable(count: usize) -> Vec<u8> {
    let block = |kind: u32, body: &[u8]| {
        let len = u32::try_from(12 + body.len()).unwrap().to_le_bytes();
        [&kind.to_le_bytes(), &len, body, &len].concat()
    };
    let section = [
        0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255,
    ];
    let packet = |interface: u8| {
        let header = [
            interface, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0,
        ];
        block(6, &[&header[..], b"same"].concat())
    };
    [
        block(0x0a0d_0d0a, &section),
        block(1, &[147, 0, 0, 0, 0, 0, 0, 0]),
        packet(0),
        packet(9).repeat(count),
    ]
    .concat()
}

#[test]
fn packets_that_are_not_to_be_found_in_their_records_are_counted_on_both_sides() {
    let mut report = Vec::new();
    let (before, after) = (with_unreadable(2), with_unreadable(3));
    let options = CheckOptions::default();
    let summary = run(&before[..], &after[..], &options, &mut report).unwrap();
    let report = String::from_utf8(report).unwrap();
    assert_eq!((summary.paired, summary.unreadable), (1, 5), "{report}");
    assert!(report.contains("\nunreadable records: 5\n"), "{report}");
}

#[test]
fn of_more_than_64_ways_to_lower_an_mss_the_first_are_counted() {
    let (before, after): (Vec<_>, Vec<_>) = (0..66_u16)
        .map(|number| {
            let mss = |low: u16| {
                let [high, low] = (1300 + low).to_be_bytes();
                let sequence = u32::from(number);
                Tcp {
                    sequence,
                    ..syn(&[2, 4, high, low])
                }
                .frame()
            };
            (mss(100 + number), mss(number))
        })
        .unzip();
    let (summary, report) = check_frames(&before, &after, &CheckOptions::default());
    assert_eq!(summary.clamped, 66, "{report}");
    assert_eq!(summary.lowered.len(), 64, "{report}");
}
