//! Sizes that a sender tries: given up, made smaller, or put together by a network card.

use super::script::{
    Capture, OFTEN, SERVER, Segment, answer, data, evidence, handshake, mss, sent,
};

const BLACK_HOLE: &str = "BlackHole, High";

#[test]
fn a_size_that_was_given_up_is_told_with_the_one_that_is_tried_now() {
    let tried = |sizes: &[u16]| {
        let sent = sizes.iter().zip(1..);
        let sent = sent.map(|(&size, at)| data(at * 1000, SERVER, size));
        let capture = Capture::opened().and(sent);
        let capture = capture.and([answer(20_000, SERVER)]);
        let finding = capture.finding().unwrap();
        let first = finding.evidence[0].shows.clone();
        let times = finding.evidence[1].shows.clone();
        (first, times, finding.path_mtu.below_bytes)
    };
    for (sizes, packet_bytes, times, below_bytes) in [
        (&[1460, 1460, 1460, 1460, 1000, 1000][..], 1500, 6, 1040),
        (&[1460, 1460, 1460, 1460, 1460, 1000], 1500, 6, 1500),
        // Of several, the one that was tried most.
        (
            &[1460, 1460, 1200, 1200, 1200, 1000, 1000, 1000],
            1240,
            6,
            1040,
        ),
        (
            &[1460, 1460, 1460, 1200, 1200, 1000, 1000, 1000],
            1500,
            6,
            1040,
        ),
        (
            &[1460, 1460, 1460, 1200, 1200, 1200, 1000, 1000, 1000],
            1500,
            6,
            1040,
        ),
    ] {
        let (first, told, below) = tried(sizes);
        let expected = format!("a packet of {packet_bytes} bytes is sent and never acknowledged");
        assert_eq!(first, expected, "{sizes:?}");
        assert!(
            told.contains(&format!(" {times} times")),
            "{sizes:?}: {told}"
        );
        assert_eq!(below, Some(below_bytes), "{sizes:?}");
    }
}

#[test]
fn what_a_network_card_hands_over_at_once_is_as_many_packets_on_the_wire() {
    let at_once = data(200, SERVER, 14600);
    let capture = Capture::opened()
        .and([at_once.clone()])
        .and(sent(&OFTEN[1..4]))
        .and([answer(2400, SERVER)]);
    let finding = capture.finding().unwrap();
    assert_eq!(finding.path_mtu.below_bytes, Some(1500));
    assert_eq!(
        finding.evidence[1].shows,
        "it has been sent 4 times, over 2.1 s"
    );
    // With options, there is less room in each.
    let with_options = |segment| Segment {
        options: vec![1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 1],
        ..segment
    };
    let capture = Capture::opened()
        .and(OFTEN.map(|at_ms| with_options(data(at_ms, SERVER, 1448))))
        .and([answer(9600, SERVER)]);
    assert_eq!(capture.finding().unwrap().path_mtu.below_bytes, Some(1500));
    // What is known of no MSS may be the card's doing.
    let unknown = |size| {
        Capture::new()
            .and([answer(100, SERVER)])
            .and(OFTEN.map(|at_ms| data(at_ms, SERVER, size)))
            .and([answer(9600, SERVER)])
            .verdict()
    };
    assert_eq!((&*unknown(1460), &*unknown(1461)), (BLACK_HOLE, "nothing"));
}

#[test]
fn a_sender_that_made_its_segments_smaller_worked_around_it() {
    // In vain so often, then this much smaller, and then these.
    let shrunk = |in_vain: usize, later: &[u16]| {
        let mut next = SERVER + 1000;
        let capture = Capture::opened()
            .and(sent(&OFTEN[..in_vain]))
            .and([data(10_000, SERVER, 1000), answer(10_050, next)]);
        let later = later.iter().zip(11..).flat_map(|(&size, at)| {
            let sent = data(at * 1000, next, size);
            next += u32::from(size);
            [sent, answer(at * 1000 + 50, next)]
        });
        capture.and(later)
    };
    for (in_vain, later, expected) in [
        (3, &[1000][..], "BlackHoleWorkedAround, High"),
        (3, &[1000, 1200], "BlackHoleWorkedAround, High"),
        (2, &[1000, 1200], "nothing"),
        (3, &[], "nothing"),
        (3, &[1000, 1460], "nothing"),
    ] {
        let capture = shrunk(in_vain, later);
        assert_eq!(capture.verdict(), expected, "{in_vain} {later:?}");
    }
    let small = Capture::new()
        .and(handshake(mss(536), mss(1460)))
        .and(OFTEN[..3].iter().map(|&at_ms| data(at_ms, SERVER, 536)))
        .and([data(10_000, SERVER, 300), answer(10_050, SERVER + 300)])
        .and([
            data(11_000, SERVER + 300, 300),
            answer(11_050, SERVER + 600),
        ]);
    assert_eq!(small.verdict(), "nothing", "every path carries 576 bytes");
    let capture = shrunk(3, &[1000]);
    assert!(capture.diagnosed().has_black_hole());
    let finding = capture.finding().unwrap();
    assert_eq!(
        evidence(&finding),
        [
            (4, "a packet of 1500 bytes is sent 3 times in vain"),
            (
                8,
                "made smaller, to 1040 bytes, it arrives at once, 9.8 s later"
            ),
        ]
    );
    let path = finding.path_mtu;
    assert_eq!(
        (path.at_least_bytes, path.below_bytes),
        (Some(1040), Some(1500))
    );
}
