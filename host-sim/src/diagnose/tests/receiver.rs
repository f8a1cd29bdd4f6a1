//! Behind the hole: what never comes, though the sender has sent it.

use super::script::{Capture, FIN, SERVER, Segment, answer, data, evidence, handshake, mss};

/// What comes first, at 200 ms.
const FIRST: u16 = 100;
const HOLE: u32 = SERVER + 100;
const HIGH: &str = "BlackHole, High";
const MEDIUM: &str = "BlackHole, Medium";

/// The largest segment that comes through, and then a hole of so many bytes before what comes at these times.
fn missing(largest: u16, missing_bytes: u32, at_ms: &[u64]) -> Capture {
    let hole = SERVER + u32::from(largest);
    let behind = at_ms.iter().zip(0..).flat_map(|(&at_ms, number)| {
        let sequence = hole + missing_bytes + number * 50;
        [data(at_ms, sequence, 50), answer(at_ms + 5, hole)]
    });
    Capture::opened()
        .and([data(200, SERVER, largest), answer(205, hole)])
        .and(behind)
}

#[test]
fn how_long_a_hole_stays_decides_how_sure_it_is() {
    for (missing_bytes, at_ms, expected) in [
        (1460, &[3200][..], HIGH),
        (1460, &[3199], MEDIUM),
        (1460, &[300, 1100], MEDIUM),
        (1460, &[300, 1099], "nothing"),
        (2920, &[300, 3200], HIGH),
        // Not a whole number of full segments: it takes longer, and more than the one packet that proves it.
        (1500, &[300, 3200], MEDIUM),
        (1500, &[300, 3199], "nothing"),
        (1500, &[3200], "nothing"),
        // Less than a full one may be anything.
        (1459, &[300, 9000], "nothing"),
    ] {
        let verdict = missing(FIRST, missing_bytes, at_ms).verdict();
        assert_eq!(verdict, expected, "{missing_bytes} {at_ms:?}");
    }
}

#[test]
fn what_came_through_has_to_be_much_smaller() {
    for (largest, at_ms, expected) in [
        (1084, &[300, 3300][..], HIGH),
        (1085, &[300, 3300], MEDIUM),
        (1085, &[300, 3199], "nothing"),
        (1085, &[3300], "nothing"),
        (1459, &[300, 3300], MEDIUM),
        (1460, &[300, 9000], "nothing"),
    ] {
        let verdict = missing(largest, 1460, at_ms).verdict();
        assert_eq!(verdict, expected, "{largest} {at_ms:?}");
    }
}

#[test]
fn the_evidence_is_what_is_missing_for_how_long_and_what_came() {
    for (missing_bytes, expected) in [
        (
            1460,
            "1460 bytes are missing before this packet: exactly 1 full-size segment of 1460",
        ),
        (
            2920,
            "2920 bytes are missing before this packet: exactly 2 full-size segments of 1460",
        ),
        (1500, "1500 bytes are missing before this packet"),
    ] {
        let finding = missing(FIRST, missing_bytes, &[300, 3456])
            .finding()
            .unwrap();
        assert_eq!(
            evidence(&finding),
            [
                (6, expected),
                (
                    8,
                    "after 3.2 s the sender is still there, and nothing has filled the hole"
                ),
                (4, "the largest packet that came through has 140 bytes"),
            ]
        );
        assert_eq!(finding.path_mtu.below_bytes, Some(1500));
        assert_eq!(finding.path_mtu.at_least_bytes, Some(140));
    }
}

#[test]
fn a_connection_of_which_nothing_comes_but_its_end_has_a_black_hole() {
    let end = |at_ms| Segment {
        flags: FIN | 0x10,
        ..data(at_ms, SERVER + 1460, 0)
    };
    let capture = Capture::opened().and([end(200), answer(210, SERVER), end(3300)]);
    let finding = capture.finding().unwrap();
    assert_eq!(capture.verdict(), HIGH);
    assert_eq!(
        evidence(&finding)[2],
        (
            4,
            "no data came through at all, the handshake and bare acknowledgments did"
        )
    );
}

#[test]
fn a_hole_that_is_filled_in_time_or_elsewhere_is_none() {
    let filled = data(3300, HOLE, 1460);
    let capture = missing(FIRST, 1460, &[300, 3200]);
    assert_eq!(capture.clone().and([filled]).verdict(), "nothing");
    let got = answer(3300, HOLE + 1460);
    assert_eq!(
        capture
            .and([got, data(3400, HOLE + 1460 + 100, 50)])
            .verdict(),
        "nothing"
    );
}

#[test]
fn a_hole_begins_behind_what_the_receiver_got_elsewhere() {
    let hole = HOLE + 500;
    let capture = Capture::opened()
        .and([data(200, SERVER, FIRST), answer(205, hole)])
        .and([data(300, hole + 1460, 50), data(3300, hole + 1510, 50)]);
    assert_eq!(capture.verdict(), HIGH);
}

#[test]
fn a_hole_ends_where_the_first_of_what_came_behind_it_begins() {
    let behind = HOLE + 1460;
    let [first, second, third] = [0, 700, 1400].map(|bytes| behind + bytes);
    let capture = Capture::opened().and([
        data(200, SERVER, FIRST),
        data(210, second, 700),
        data(220, first, 700),
        answer(230, HOLE),
        data(3300, third, 700),
    ]);
    let finding = capture.finding().unwrap();
    assert_eq!(
        evidence(&finding)[0].1,
        "1460 bytes are missing before this packet: exactly 1 full-size segment of 1460"
    );
    let next = third + 700;
    let filled = capture.and([
        data(3400, HOLE, 1460),
        answer(3410, behind),
        data(9000, next, 50),
        data(9100, next + 50, 50),
    ]);
    assert_eq!(
        filled.verdict(),
        "nothing",
        "all that came behind it is there"
    );
}

#[test]
fn a_hole_for_packets_that_every_path_carries_has_another_reason() {
    let of_mss = |size: u16| {
        let hole = SERVER + 10;
        Capture::new()
            .and(handshake(mss(size), mss(1460)))
            .and([data(200, SERVER, 10), answer(205, hole)])
            .and([300, 9000].map(|at_ms| data(at_ms, hole + u32::from(size), 10)))
            .verdict()
    };
    assert_eq!((&*of_mss(536), &*of_mss(537)), ("nothing", HIGH));
}

#[test]
fn one_direction_alone_says_nothing_about_what_arrives() {
    let all = missing(FIRST, 1460, &[300, 3300]);
    let of_server = |packet: &crate::check::Packet| packet.bytes[12] == 198;
    let mut one_way = all.clone();
    one_way.packets.retain(of_server);
    assert_eq!(one_way.verdict(), "nothing");
    let mut other_way = all;
    other_way.packets.retain(|packet| !of_server(packet));
    assert_eq!(other_way.verdict(), "nothing");
}
