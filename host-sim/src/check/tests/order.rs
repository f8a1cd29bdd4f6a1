//! Captures begin and end at different times, and lose, repeat and reorder packets; memory stays
//! bounded whatever they hold.

use std::ops::Range;

use super::samples::{
    self, MSS_1460, Tcp, check_frames, checked, clamped, data, syn, timed_frames, to_1492, with,
};
use crate::check::pairing::{Pairing, Side};
use crate::check::view::View;
use crate::check::{CheckOptions, Packet, Summary};

const WINDOW: usize = 32;

const PLAIN: CheckOptions = CheckOptions {
    window_packets: WINDOW,
    ..samples::PLAIN
};

/// Segments that nothing else resembles.
fn stream(sequences: Range<u32>) -> Vec<Vec<u8>> {
    sequences
        .map(|sequence| {
            let mut segment = data(sequence, format!("segment {sequence}").as_bytes());
            segment.identification = u16::try_from(sequence % 0xffff).unwrap();
            segment.frame()
        })
        .collect()
}

/// One byte of the payload, which begins at 54.
fn changed(frame: &[u8]) -> Vec<u8> {
    let byte = !frame[60];
    with(frame.to_vec(), 60, &[byte])
}

fn check(before: &[Vec<u8>], after: &[Vec<u8>]) -> (Summary, String) {
    check_frames(before, after, &PLAIN)
}

/// Far more than a window apart, either way round.
const OVERLAPPING: [(Range<u32>, Range<u32>); 2] = [(0..900, 500..1200), (500..1200, 0..900)];

fn check_timed(
    before: (u32, &[Vec<u8>]),
    after: (u32, &[Vec<u8>]),
    options: &CheckOptions,
) -> (Summary, String) {
    checked(
        timed_frames(before.1, before.0.into()),
        timed_frames(after.1, after.0.into()),
        options,
    )
}

#[test]
fn captures_that_begin_and_end_at_different_times() {
    for (before, after) in OVERLAPPING {
        let (summary, report) = check_timed(
            (before.start, &stream(before)),
            (after.start, &stream(after)),
            &PLAIN,
        );
        assert_eq!(
            (summary.paired, summary.total_findings()),
            (400, 0),
            "{report}"
        );
    }
}

#[test]
fn captures_without_timestamps_find_each_other_by_searching() {
    for (before, after) in [(0..4000, 100..4000), (100..4000, 0..4000)] {
        let (summary, report) = check(&stream(before), &stream(after));
        assert!(summary.paired > 3500, "{report}");
        assert_eq!(summary.total_findings(), 0, "{report}");
    }
}

#[test]
fn a_changed_packet_is_found_however_captures_begin() {
    for (before, after) in OVERLAPPING {
        let begins = (before.start, after.start);
        let mut after = stream(after);
        let place = (800 - begins.1) as usize;
        after[place] = changed(&after[place]);
        let (summary, report) =
            check_timed((begins.0, &stream(before)), (begins.1, &after), &PLAIN);
        assert_eq!((summary.paired, summary.findings[0]), (400, 1), "{report}");
    }
}

#[test]
fn lost_packets_are_reported_and_are_no_finding() {
    let before = stream(0..400);
    let after: Vec<_> = before
        .iter()
        .enumerate()
        .filter(|(number, _)| number % 3 != 0)
        .map(|(_, frame)| frame.clone())
        .collect();
    for (one, other, lost) in [(&before, &after, (134, 0)), (&after, &before, (0, 134))] {
        let (summary, report) = check(one, other);
        assert_eq!((summary.only_before, summary.only_after), lost, "{report}");
        assert_eq!(summary.total_findings(), 0, "{report}");
    }
}

#[test]
fn traffic_that_only_one_side_sees_does_not_lose_the_rest() {
    let common = stream(0..200);
    let mut noise = stream(10_000..12_000).into_iter();
    let noisy: Vec<_> = common
        .iter()
        .flat_map(|frame| {
            noise
                .by_ref()
                .take(9)
                .chain([frame.clone()])
                .collect::<Vec<_>>()
        })
        .collect();
    for (before, after) in [(&common, &noisy), (&noisy, &common)] {
        let (summary, report) = check(before, after);
        assert_eq!(summary.paired, 200, "{report}");
        assert_eq!(summary.total_findings(), 0, "{report}");
    }
}

#[test]
fn reordered_packets_find_each_other_and_their_changes_too() {
    let before = stream(0..200);
    let mut after = before.clone();
    for eight in after.chunks_mut(8) {
        eight.reverse();
    }
    after[100] = changed(&after[100]);
    let (summary, report) = check(&before, &after);
    assert_eq!(
        (summary.paired, summary.total_findings()),
        (200, 2),
        "{report}"
    );
    assert_eq!(
        (summary.findings[0], summary.findings[4]),
        (1, 1),
        "{report}"
    );
}

#[test]
fn unlike_pings_at_the_two_ends_of_captures_are_not_taken_for_one() {
    // Alike but for their sequence, as segments without payload and identification are.
    let ping = |sequence| {
        Tcp {
            identification: 0,
            ..data(sequence, b"")
        }
        .frame()
    };
    let common = stream(100..120);
    let before = [&[ping(1)][..], &common].concat();
    let after = [&common[..], &[ping(2)]].concat();
    let (summary, report) = check(&before, &after);
    assert_eq!(
        (summary.only_before, summary.only_after),
        (1, 1),
        "{report}"
    );
    assert_eq!(summary.total_findings(), 0, "{report}");
}

#[test]
fn repeated_syns_are_paired_one_by_one() {
    let before = vec![syn(&MSS_1460).frame(); 5];
    let after = vec![clamped(syn(&MSS_1460).frame(), to_1492()); 4];
    let (summary, report) = check(&before, &after);
    assert_eq!((summary.paired, summary.clamped), (4, 4), "{report}");
    assert_eq!(summary.only_before, 1);
}

/// Puts frames into a pairing by turns, and watches how many places and bytes it holds.
fn most_held(window: usize, before: &[Vec<u8>], after: &[Vec<u8>]) -> (usize, usize) {
    let mut pairing = Pairing::new(window);
    let mut frames = [before.iter().zip(1..), after.iter().zip(1..)];
    let mut out = Vec::new();
    let mut most = (0, 0);
    while let Some(side) = pairing.next_side() {
        match frames[side as usize].next() {
            Some((frame, number)) => {
                let packet = Packet {
                    number,
                    link_type: 1,
                    bytes: frame.clone(),
                    wire_len: frame.len(),
                    timestamp_ns: None,
                };
                pairing.offer(side, View::of(packet, false), |_, _| true, &mut out);
            }
            None => pairing.end(side, &mut out),
        }
        out.clear();
        let [(places, bytes), (other_places, other_bytes)] =
            Side::BOTH.map(|side| pairing.held(side));
        most.0 = most.0.max(places + other_places);
        most.1 = most.1.max(bytes + other_bytes);
    }
    assert!(pairing.is_empty());
    most
}

#[test]
fn what_is_held_stays_within_the_window_whatever_comes() {
    let one = stream(0..1)[0].clone();
    let identical = vec![one.clone(); 3000];
    let distinct = stream(0..3000);
    let strangers = stream(5000..8000);
    let every_other_changed: Vec<_> = distinct
        .chunks(2)
        .flat_map(|two| [two[0].clone(), changed(&two[1])])
        .collect();
    let first_never_pairs = [&strangers[..1], &distinct].concat();
    for (before, after) in [
        (&identical, &identical),
        (&identical, &distinct),
        (&distinct, &strangers),
        (&first_never_pairs, &distinct),
        (&first_never_pairs, &every_other_changed),
        (&distinct, &Vec::new()),
    ] {
        let (held, _) = most_held(WINDOW, before, after);
        assert!(held <= 8 * WINDOW, "{held} places held");
    }
}

#[test]
fn large_packets_wait_in_bounded_memory_whatever_the_window() {
    const LARGE: usize = 60_000;
    /// 16 MiB in each of two windows of two files, and the packet that is too much.
    const MOST: usize = 4 * ((16 << 20) + LARGE);
    let large = |sequences: Range<u32>| -> Vec<_> {
        stream(sequences)
            .into_iter()
            .map(|mut frame| {
                frame.resize(LARGE, 7);
                frame
            })
            .collect()
    };
    let (mine, theirs) = (large(0..900), large(5000..5900));
    let (places, bytes) = most_held(100_000, &mine, &theirs);
    assert!(places > 500, "{places} places held");
    assert!(bytes <= MOST, "{bytes} bytes held");
    // What found its partner doesn't count, in whatever order it came.
    let mut reordered = mine.clone();
    for eight in reordered.chunks_mut(8) {
        eight.reverse();
    }
    let (summary, report) = check(&mine, &reordered);
    assert_eq!(summary.paired, 900, "{report}");
}
