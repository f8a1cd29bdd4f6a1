//! ICMP errors that say that a packet was too big: heard by the sender, or not.

use super::script::{Capture, OFTEN, SERVER, answer, data, evidence, handshake, mss};
use crate::diagnose::Finding;

fn in_vain(capture: Capture) -> Capture {
    let sent = OFTEN.map(|at_ms| data(at_ms, SERVER, 1460));
    capture.and(sent).and([answer(9600, SERVER)])
}

/// What is found where a sender doesn't hear these errors.
fn unheard(capture: Capture, mtus: &[u16]) -> Finding {
    let told = |capture: Capture, &mtu_bytes| capture.and_error(300, mtu_bytes);
    let capture = mtus.iter().fold(capture, told);
    in_vain(capture).finding().unwrap()
}

fn said(finding: &Finding) -> (u64, Option<u32>) {
    (finding.too_big_count, finding.path_mtu.said_bytes)
}

#[test]
fn the_smallest_mtu_that_was_said_is_told_of_a_sender_that_does_not_hear_it() {
    for (mtus, expected) in [
        (&[][..], (0, None)),
        (&[1400], (1, Some(1400))),
        (&[1400, 1300], (2, Some(1300))),
        (&[1300, 1400, 1300], (3, Some(1300))),
        // Routers older than RFC 1191 don't say it.
        (&[0], (1, None)),
        (&[1300, 0], (2, Some(1300))),
        (&[0, 1300], (2, Some(1300))),
    ] {
        assert_eq!(
            said(&unheard(Capture::opened(), mtus)),
            expected,
            "{mtus:?}"
        );
    }
    let over_ipv6 = Capture::new()
        .over_ipv6()
        .and(handshake(mss(1440), mss(1440)));
    let finding = unheard(over_ipv6, &[1400, 1300]);
    assert_eq!(said(&finding), (2, Some(1300)));
    let last = evidence(&finding).pop().unwrap();
    let words = "2001:db8:9::9 says that the next link carries 1300 bytes";
    assert_eq!(last, (5, words));
}

#[test]
fn the_router_that_said_it_is_evidence() {
    for (mtu_bytes, words) in [
        (1400, "10.9.9.9 says that the next link carries 1400 bytes"),
        (
            0,
            "10.9.9.9 says that a packet was too big, not by how much",
        ),
    ] {
        let finding = unheard(Capture::opened(), &[mtu_bytes]);
        assert_eq!(evidence(&finding).pop().unwrap(), (4, words));
    }
}

#[test]
fn a_sender_that_hears_it_needs_no_cure() {
    let smaller = SERVER + 1360;
    let heard = Capture::opened()
        .and([data(200, SERVER, 1460)])
        .and_error(210, 1400)
        .and([data(220, SERVER, 1360), answer(230, smaller)]);
    assert_eq!(heard.verdict(), "DiscoveryWorks, High");
    let diagnosis = heard.diagnosed();
    assert!(!diagnosis.has_black_hole());
    let finding = heard.finding().unwrap();
    assert_eq!(
        evidence(&finding),
        [
            (5, "10.9.9.9 says that the next link carries 1400 bytes"),
            (
                7,
                "data is acknowledged after that: the sender has heard it"
            ),
        ]
    );
    let path = finding.path_mtu;
    assert_eq!(
        (path.at_least_bytes, path.below_bytes, path.said_bytes),
        (Some(1400), None, Some(1400))
    );
    let too_early = Capture::opened()
        .and([data(200, SERVER, 1360), answer(210, smaller)])
        .and_error(220, 1400);
    assert_eq!(too_early.verdict(), "nothing");
}

#[test]
fn an_error_is_about_the_connection_that_it_quotes() {
    let opened = Capture::opened();
    let strange = |capture: Capture| capture.diagnosed().strange_errors();
    let (quoted, _) = opened.packet(&data(0, SERVER, 1460));
    let about = |kind, quoted: &[u8]| opened.clone().and_error_about(30, kind, 1400, quoted);
    assert_eq!(strange(about([3, 4], &quoted)), 0);
    let unseen = Capture {
        client_port: 40001,
        ..opened.clone()
    };
    let (unseen, _) = unseen.packet(&data(0, SERVER, 1460));
    assert_eq!(strange(about([3, 4], &unseen)), 1);
    // Another error, or one about UDP, is none of TCP's.
    assert_eq!(strange(about([3, 3], &unseen)), 0);
    assert_eq!(strange(about([11, 4], &unseen)), 0);
    let mut udp = unseen.clone();
    udp[9] = 17;
    assert_eq!(strange(about([3, 4], &udp)), 0);
    // Options of IPv4 are in front of the ports.
    let mut with_options = quoted.clone();
    with_options[0] = 0x46;
    with_options.splice(20..20, [1; 4]);
    assert_eq!(strange(about([3, 4], &with_options)), 0);
    assert_eq!(
        strange(about([3, 4], &unseen).and_error_about(40, [3, 4], 0, &unseen)),
        2
    );

    let opened = Capture::new()
        .over_ipv6()
        .and(handshake(mss(1440), mss(1440)));
    let (mut quoted, _) = opened.packet(&data(0, SERVER, 1440));
    assert_eq!(
        strange(opened.clone().and_error_about(30, [3, 4], 1400, &quoted)),
        0
    );
    quoted[41] = 81;
    assert_eq!(
        strange(opened.clone().and_error_about(30, [3, 4], 1400, &quoted)),
        1
    );
    // Destination unreachable.
    assert_eq!(
        strange(opened.clone().and_error_about(30, [3, 2], 1400, &quoted)),
        0
    );
    quoted[6] = 17;
    assert_eq!(
        strange(opened.and_error_about(30, [3, 4], 1400, &quoted)),
        0
    );
}
