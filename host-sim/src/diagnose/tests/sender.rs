//! In front of the hole: one large segment again and again.

use super::script::{
    Capture, From, OFTEN, SERVER, Segment, answer, data, evidence, handshake, mss,
    selective_answer, sent,
};

const BLACK_HOLE: &str = "BlackHole, High";

/// The first full segment, sent at these times, and a client that is heard of in between.
fn sent_and_heard(capture: Capture, at_ms: &[u64]) -> Capture {
    let (early, late) = at_ms.split_at(2);
    let heard = answer(early[1] + 50, SERVER);
    capture.and(sent(early)).and([heard]).and(sent(late))
}

#[test]
fn how_often_and_for_how_long_decides_how_sure_a_black_hole_is() {
    for (at_ms, expected) in [
        (&OFTEN[..], BLACK_HOLE),
        (&OFTEN[..5], "BlackHole, Medium"),
        (&OFTEN[..4], "BlackHole, Medium"),
        (&OFTEN[..3], "nothing"),
        (&[200, 300, 500, 700], "BlackHole, Medium"),
        (&[200, 300, 500, 699], "nothing"),
        // One packet that was seen twice.
        (&[200, 500, 1100, 1119], "nothing"),
        (&[200, 500, 1100, 1120], "BlackHole, Medium"),
    ] {
        let capture = sent_and_heard(Capture::opened(), at_ms);
        assert_eq!(capture.verdict(), expected, "{at_ms:?}");
    }
}

#[test]
fn a_receiver_that_is_silent_may_be_gone() {
    for (at_ms, expected) in [
        (&OFTEN[..], "Suspected, Low"),
        (&OFTEN[..4], "Suspected, Low"),
        (&OFTEN[..3], "nothing"),
        (&[200, 300, 500, 700], "Suspected, Low"),
        (&[200, 300, 500, 699], "nothing"),
    ] {
        let capture = Capture::opened().and(sent(at_ms));
        assert_eq!(capture.verdict(), expected, "{at_ms:?}");
    }
    let capture = Capture::opened().and(sent(&OFTEN[..4]));
    assert!(!capture.diagnosed().has_black_hole());
    assert_eq!(
        evidence(&capture.finding().unwrap()),
        [
            (4, "a packet of 1500 bytes is sent and never acknowledged"),
            (7, "it has been sent 4 times, over 2.1 s"),
            (7, "the receiver is silent: it may be gone, too"),
        ]
    );
}

#[test]
fn the_evidence_is_what_was_sent_and_that_the_receiver_is_there() {
    let finding = sent_and_heard(Capture::opened(), &OFTEN).finding().unwrap();
    assert_eq!(
        evidence(&finding),
        [
            (4, "a packet of 1500 bytes is sent and never acknowledged"),
            (10, "it has been sent 6 times, over 9.3 s"),
            (
                6,
                "the receiver is there: it still sends, and still waits for the same byte"
            ),
        ]
    );
    assert_eq!(finding.sender.to_string(), "198.51.100.2:80");
    assert_eq!(finding.receiver.to_string(), "192.0.2.2:40000");
    assert_eq!(
        (finding.sender_mss, finding.receiver_mss),
        (Some(1460), Some(1460))
    );
    let path = finding.path_mtu;
    assert_eq!((path.at_least_bytes, path.below_bytes), (None, Some(1500)));
    assert_eq!(path.said_bytes, None);
}

#[test]
fn smaller_segments_that_pass_it_by_make_it_sure_sooner() {
    let behind = SERVER + 1460;
    let passed_by = [
        data(210, behind, 100),
        selective_answer(230, SERVER, [behind, behind + 100]),
    ];
    for (count, expected) in [(2, "nothing"), (3, BLACK_HOLE)] {
        let capture = Capture::opened()
            .and(sent(&OFTEN[..1]))
            .and(passed_by.clone())
            .and(sent(&OFTEN[1..count]));
        assert_eq!(capture.verdict(), expected, "{count}");
        let Some(finding) = capture.finding() else {
            continue;
        };
        assert_eq!(
            evidence(&finding),
            [
                (4, "a packet of 1500 bytes is sent and never acknowledged"),
                (8, "it has been sent 3 times, over 0.9 s"),
                (
                    6,
                    "smaller ones sent behind it arrive: a SACK has them, and the hole stays"
                ),
                (6, "the largest packet that was acknowledged has 140 bytes"),
            ]
        );
        assert_eq!(finding.path_mtu.at_least_bytes, Some(140));
    }
}

#[test]
fn a_packet_that_may_be_cut_or_that_every_path_carries_has_no_black_hole() {
    let cut_on_the_way = |segment| Segment {
        dont_fragment: false,
        ..segment
    };
    let capture = Capture::opened()
        .and(sent(&OFTEN[..3]))
        .and([answer(1200, SERVER)])
        .and(sent(&OFTEN[3..]).map(cut_on_the_way));
    assert_eq!(capture.verdict(), "nothing");
    let of_mss = |capture: Capture, size| {
        sent_and_heard(capture.and(handshake(mss(size), mss(1460))), &OFTEN).verdict()
    };
    for (size, expected) in [(536, "nothing"), (537, BLACK_HOLE)] {
        assert_eq!(of_mss(Capture::new(), size), expected, "{size}");
    }
    for (size, expected) in [(1220, "nothing"), (1221, BLACK_HOLE)] {
        assert_eq!(of_mss(Capture::new().over_ipv6(), size), expected, "{size}");
    }
}

#[test]
fn a_size_that_passed_once_is_not_what_vanishes() {
    let next = SERVER + 1460;
    let passed = |size: u16| {
        let later = OFTEN.map(|at_ms| data(at_ms, next, 1460));
        Capture::opened()
            .and([data(30, SERVER, size), answer(40, next), answer(600, next)])
            .and(later)
            .and([answer(9600, next)])
    };
    assert_eq!(passed(1460).verdict(), "nothing");
    let finding = passed(1459).finding().unwrap();
    assert_eq!(finding.path_mtu.at_least_bytes, Some(1499));
}

#[test]
fn the_largest_packet_that_passed_is_told_whichever_came_first() {
    for sizes in [[500, 1000], [1000, 500]] {
        let mut next = SERVER;
        let passed = sizes.map(|size: u16| {
            let sent = data(30, next, size);
            next += u32::from(size);
            [sent, answer(40, next)]
        });
        let capture = Capture::opened().and(passed.into_iter().flatten());
        let capture = capture.and(OFTEN.map(|at_ms| data(at_ms, next, 1460)));
        let finding = capture.finding().unwrap();
        assert_eq!(finding.path_mtu.at_least_bytes, Some(1040), "{sizes:?}");
    }
}

#[test]
fn of_a_segment_whose_end_was_sent_again_no_size_is_known_to_pass() {
    let resplit = SERVER + 1000;
    let next = resplit + 500;
    let capture = Capture::opened()
        .and([data(30, SERVER, 1460), data(40, resplit, 500)])
        .and([answer(50, next)]);
    let capture = capture.and(OFTEN.map(|at_ms| data(at_ms, next, 1460)));
    let finding = capture.and([answer(9600, next)]).finding().unwrap();
    assert_eq!(finding.path_mtu.at_least_bytes, Some(540));
}

#[test]
fn of_more_than_32_segments_under_way_the_last_are_not_told_apart() {
    let sizes = [[100; 32].as_slice(), &[1000]].concat();
    let mut next = SERVER;
    let under_way: Vec<Segment> = sizes
        .into_iter()
        .map(|size| {
            let sent = data(30, next, size);
            next += u32::from(size);
            sent
        })
        .collect();
    let capture = Capture::opened().and(under_way).and([answer(40, next)]);
    let capture = capture.and(OFTEN.map(|at_ms| data(at_ms, next, 1460)));
    let finding = capture.finding().unwrap();
    assert_eq!(finding.path_mtu.at_least_bytes, Some(140));
}

#[test]
fn a_receiver_that_was_heard_of_before_it_was_sent_again_may_be_gone() {
    let capture = Capture::opened()
        .and(sent(&OFTEN[..1]))
        .and([answer(250, SERVER)])
        .and(sent(&OFTEN[1..]));
    assert_eq!(capture.verdict(), "Suspected, Low");
}

#[test]
fn only_the_byte_that_the_receiver_waits_for_counts() {
    let next = SERVER + 1460;
    let later = OFTEN.map(|at_ms| data(at_ms, next, 1460));
    let waits_for = |acknowledgment| {
        let heard = answer(9600, acknowledgment);
        Capture::opened().and(later.clone()).and([heard]).verdict()
    };
    assert_eq!(waits_for(next), BLACK_HOLE);
    assert_eq!(waits_for(SERVER), "nothing");
}

#[test]
fn a_segment_that_the_window_has_no_room_for_is_not_lost() {
    let scaled = |shift| [mss(1460), vec![1, 3, 3, shift]].concat();
    let through = |client: Vec<u8>, server: Vec<u8>, window| {
        let heard = Segment {
            window,
            ..answer(550, SERVER)
        };
        Capture::new()
            .and(handshake(client, server))
            .and(sent(&OFTEN[..2]))
            .and([heard])
            .and(sent(&OFTEN[2..]))
            .verdict()
    };
    for (client, server, window, expected) in [
        (mss(1460), mss(1460), 1459, "nothing"),
        (mss(1460), mss(1460), 1460, BLACK_HOLE),
        (scaled(7), scaled(7), 11, "nothing"),
        (scaled(7), scaled(7), 12, BLACK_HOLE),
        // Both have to say it (RFC 7323, section 1.3).
        (scaled(7), mss(1460), 1459, "nothing"),
        (mss(1460), scaled(7), 1459, "nothing"),
        (mss(1460), mss(1460), 0, "nothing"),
    ] {
        let said = through(client.clone(), server.clone(), window);
        assert_eq!(said, expected, "{client:?} {server:?} {window}");
    }
    // How to read the window isn't known where the opening is missing, but for none at all.
    let missing = |window| {
        let heard = Segment {
            window,
            ..answer(550, SERVER)
        };
        Capture::new()
            .and([answer(100, SERVER)])
            .and(sent(&OFTEN[..2]))
            .and([heard])
            .and(sent(&OFTEN[2..]))
            .verdict()
    };
    assert_eq!((&*missing(11), &*missing(0)), (BLACK_HOLE, "nothing"));
    // Nor where its options were not captured.
    let heard = Segment {
        window: 11,
        ..answer(550, SERVER)
    };
    let mut cut = Capture::opened()
        .and(sent(&OFTEN[..2]))
        .and([heard])
        .and(sent(&OFTEN[2..]));
    cut.packets[0].bytes.truncate(40);
    assert_eq!(cut.verdict(), BLACK_HOLE);
}

#[test]
fn a_capture_without_times_is_judged_by_how_often_alone() {
    for (count, expected) in [(6, BLACK_HOLE), (5, "nothing")] {
        let mut capture = sent_and_heard(Capture::opened(), &OFTEN[..count]);
        for packet in &mut capture.packets {
            packet.timestamp_ns = None;
        }
        assert_eq!(capture.verdict(), expected, "{count}");
    }
}

#[test]
fn a_client_that_uploads_has_its_black_hole_in_the_other_direction() {
    let upload = |at_ms| Segment {
        sequence: super::script::CLIENT,
        payload_bytes: 1460,
        ..answer(at_ms, SERVER)
    };
    let capture = Capture::opened().and(OFTEN.map(upload)).and([Segment {
        from: From::Server,
        ..data(9600, SERVER, 0)
    }]);
    let finding = capture.finding().unwrap();
    assert_eq!(capture.verdict(), BLACK_HOLE);
    assert_eq!(finding.sender.to_string(), "192.0.2.2:40000");
}
