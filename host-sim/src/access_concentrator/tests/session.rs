//! What passes through a session, and how it ends.

use std::time::Duration;

use super::super::{
    Deafness, Delivery, Ending, FrameKind, MOST_REMEMBERED, MOST_WAITING, Reason, Settings,
};
use super::{ADDRESS, Line, NEIGHBOUR, Ppp, code, control, ipv4, ppp, protocol, request};

const SOMEWHERE: [u8; 4] = [203, 0, 113, 9];

fn dialled(settings: Settings) -> Line {
    let mut line = Line::new(settings);
    line.dial();
    line
}

#[test]
fn packets_pass_once_their_family_is_agreed_on() {
    let mut line = Line::new(Settings::default());
    let out = ipv4(SOMEWHERE, 20);
    let back = ipv4(ADDRESS, 20);
    let asked = line.establish();
    line.ppp(protocol::IPV4, &out);
    assert_eq!(line.concentrator.next_packet(), None);
    let asked = line.log_in(&asked, "customer", "secret");
    assert_eq!(line.concentrator.deliver(&back), Delivery::NoCustomer);
    let address = [&[3, 6], &ADDRESS[..]].concat();
    line.control(protocol::IPCP, control::CONFIGURE_REQUEST, 1, &address);
    line.ppp(protocol::IPV4, &out);
    assert_eq!(line.concentrator.next_packet(), None, "half agreed");
    line.agree(protocol::IPCP, &asked);
    assert!(line.ppp(protocol::IPV4, &out).is_empty());
    assert_eq!(line.concentrator.next_packet(), Some(out.clone()));
    assert_eq!(line.concentrator.deliver(&back), Delivery::Sent);
    assert_eq!(line.packets(), [(protocol::IPV4, back)]);
    assert_eq!(line.concentrator.deliver(&out), Delivery::NoCustomer);
    assert_eq!(line.concentrator.deliver(&out[..19]), Delivery::NoCustomer);
    assert_eq!(line.concentrator.deliver(&[]), Delivery::NoCustomer);
}

#[test]
fn what_is_longer_than_both_ends_agreed_is_not_delivered() {
    let mut line = Line::new(Settings::default());
    line.discover(&[]);
    let asked = line.packets();
    let mru = [1, 4, 0x05, 0x78];
    line.control(protocol::LCP, control::CONFIGURE_REQUEST, 1, &mru);
    assert_eq!(line.concentrator.sessions()[0].mtu_bytes, 1400);
    let asked = line.agree(protocol::LCP, &asked);
    let asked = line.log_in(&asked, "customer", "secret");
    let address = [&[3, 6], &ADDRESS[..]].concat();
    line.control(protocol::IPCP, control::CONFIGURE_REQUEST, 1, &address);
    line.agree(protocol::IPCP, &asked);
    let mut deliver = |len| line.concentrator.deliver(&ipv4(ADDRESS, len));
    assert_eq!(deliver(1400), Delivery::Sent);
    assert_eq!(deliver(1401), Delivery::TooBig { mtu_bytes: 1400 });
    // Its own MRU is a limit, too.
    let line = dialled(Settings::default());
    assert_eq!(line.concentrator.sessions()[0].mtu_bytes, 1492);
}

#[test]
fn a_neighbour_on_the_line_can_neither_speak_in_a_session_nor_end_it() {
    let mut line = dialled(Settings::default());
    let to = line.concentrator.settings.mac;
    line.mac = NEIGHBOUR;
    line.ppp(protocol::IPV4, &ipv4(SOMEWHERE, 20));
    assert_eq!(line.concentrator.next_packet(), None);
    assert!(
        line.control(protocol::LCP, control::ECHO_REQUEST, 1, &[0; 4])
            .is_empty()
    );
    line.send(to, None, code::PADT, 1, &[]);
    assert_eq!(line.concentrator.sessions().len(), 1);
    line.mac = super::CUSTOMER;
    line.send(to, None, code::PADT, 2, &[]);
    assert_eq!(line.concentrator.sessions().len(), 1);
    line.send(to, None, code::PADT, 1, &[]);
    assert!(line.concentrator.sessions().is_empty());
    let ended = line.concentrator.next_ended();
    assert_eq!(ended, Some((1, Reason::CustomersWish)));
    assert!(line.frames().is_empty());
}

#[test]
fn a_customer_that_asks_for_the_end_is_told_that_it_came() {
    let mut line = dialled(Settings::default());
    let to = line.concentrator.settings.mac;
    let end = [&protocol::LCP.to_be_bytes()[..], &[5, 3, 0, 4]].concat();
    line.send(to, None, code::SESSION, 1, &end);
    let frames = line.frames();
    let parsed: Vec<_> = frames
        .iter()
        .map(|bytes| super::Frame::parse(bytes).unwrap())
        .collect();
    assert_eq!(parsed.len(), 2);
    let (kind, packet) = parsed[0].ppp().unwrap();
    assert_eq!((kind, packet.to_vec()), ppp(protocol::LCP, 6, 3, &[]));
    assert_eq!((parsed[1].code, parsed[1].session), (code::PADT, 1));
    assert_eq!(parsed[1].tags()[0].0, 0x0203);
    let ended = line.concentrator.next_ended();
    assert_eq!(ended, Some((1, Reason::CustomersWish)));
}

#[test]
fn a_session_can_be_ended_politely_or_not_or_without_a_word() {
    for (how, codes) in [
        (Ending::Polite, &[code::SESSION, code::PADT][..]),
        (Ending::Padt, &[code::PADT]),
        (Ending::Silent, &[]),
    ] {
        let mut line = dialled(Settings::default());
        line.concentrator.end(2, how);
        assert_eq!(line.concentrator.sessions().len(), 1);
        line.concentrator.end(1, how);
        assert!(line.concentrator.sessions().is_empty());
        let frames = line.frames();
        let sent: Vec<u8> = frames.iter().map(|bytes| bytes[15]).collect();
        assert_eq!(sent, codes, "{how:?}");
        let ended = line.concentrator.next_ended();
        let said = (how != Ending::Silent).then_some((1, Reason::OwnWish));
        assert_eq!(ended, said);
    }
}

#[test]
fn echoes_are_answered_with_ones_own_magic_number_and_missed_ones_end_the_session() {
    let mut line = Line::new(Settings::default());
    line.discover(&[]);
    let asked = line.packets();
    let magic = request(protocol::LCP, &asked).1[11..].to_vec();
    let answer = line.control(protocol::LCP, control::ECHO_REQUEST, 5, b"1234rest");
    let data = [&magic[..], b"rest"].concat();
    assert_eq!(answer, [ppp(protocol::LCP, control::ECHO_REPLY, 5, &data)]);
    let mut line = dialled(Settings::default());
    let interval = Duration::from_secs(10);
    assert_eq!(line.concentrator.poll(line.now), Some(interval));
    assert!(line.wait(interval - Duration::from_millis(1)).is_empty());
    let asked = line.wait(Duration::from_millis(1));
    let [(protocol::LCP, packet)] = &asked[..] else {
        panic!("{asked:?}");
    };
    let first = packet[1];
    assert_eq!((packet[0], packet.len()), (control::ECHO_REQUEST, 8));
    assert_eq!(line.wait(interval)[0].1[1], first + 1);
    // An answer makes up for all that went before it.
    let reply = control::ECHO_REPLY;
    assert!(
        line.control(protocol::LCP, reply, first + 1, &[0; 4])
            .is_empty()
    );
    for _ in 0..3 {
        assert_eq!(line.wait(interval).len(), 1);
    }
    assert!(line.wait(interval).is_empty());
    assert_eq!(line.concentrator.next_ended(), Some((1, Reason::Silence)));
}

#[test]
fn what_nobody_here_speaks_is_rejected_by_its_name() {
    let mut line = dialled(Settings::default());
    let said = line.ppp(0x4321, b"what");
    let [(protocol::LCP, packet)] = &said[..] else {
        panic!("{said:?}");
    };
    assert_eq!(packet[0], control::PROTOCOL_REJECT);
    assert_eq!(packet[4..], [0x43, 0x21, b'w', b'h', b'a', b't']);
    let said = line.control(protocol::LCP, 12, 6, b"data");
    assert_eq!(said[0].1[0], control::CODE_REJECT);
    assert_eq!(said[0].1[4..], ppp(0, 12, 6, b"data").1);
    for known in [
        control::TERMINATE_ACK,
        control::CODE_REJECT,
        control::DISCARD_REQUEST,
    ] {
        assert!(line.control(protocol::LCP, known, 6, b"data").is_empty());
    }
    let said = line.ppp(0x4321, &[0; 1490]);
    assert_eq!(said[0].1.len(), 1492, "a rejection fits the customer's MRU");
    let said = line.control(protocol::LCP, 12, 6, &[0; 1488]);
    assert_eq!(said[0].1.len(), 1492);
}

/// A hostile customer's: nothing has to fit into less than a header.
#[test]
fn an_mru_of_no_byte_at_all_hurts_nobody() {
    let mut line = Line::new(Settings::default());
    line.discover(&[]);
    line.packets();
    line.control(protocol::LCP, control::CONFIGURE_REQUEST, 1, &[1, 4, 0, 0]);
    assert_eq!(line.concentrator.sessions()[0].mtu_bytes, 0);
    let said = line.ppp(0x4321, b"what");
    assert_eq!(said[0].1.len(), 4);
}

#[test]
fn network_layers_are_not_heard_before_the_customer_is_known() {
    let mut line = Line::new(Settings::default());
    line.establish();
    for protocol in [protocol::IPCP, protocol::IPV6CP] {
        assert!(
            line.control(protocol, control::CONFIGURE_REQUEST, 1, &[])
                .is_empty()
        );
    }
    let mut line = dialled(Settings::default());
    for protocol in [protocol::IPCP, protocol::IPV6CP] {
        let end = control::TERMINATE_REQUEST;
        let said = line.control(protocol, end, 4, &[]);
        assert_eq!(said, [ppp(protocol, control::TERMINATE_ACK, 4, &[])]);
    }
}

#[test]
fn a_family_that_the_customer_does_not_speak_is_left_alone() {
    let mut line = Line::new(Settings::default());
    let asked = line.establish();
    line.log_in(&asked, "customer", "secret");
    let second = Duration::from_secs(1);
    let of = |said: &[Ppp], protocol| said.iter().filter(|(of, _)| *of == protocol).count();
    let said = line.wait(second);
    assert_eq!(
        [of(&said, protocol::IPCP), of(&said, protocol::IPV6CP)],
        [1; 2]
    );
    let refused = protocol::IPV6CP.to_be_bytes();
    line.control(protocol::LCP, control::PROTOCOL_REJECT, 1, &refused);
    let said = line.wait(second);
    assert_eq!(
        [of(&said, protocol::IPCP), of(&said, protocol::IPV6CP)],
        [1, 0]
    );
    let mut line = dialled(Settings {
        ipv6: None,
        ..Settings::default()
    });
    for protocol in [protocol::IPV6CP, protocol::IPV6] {
        let said = line.control(protocol, 1, 1, &[]);
        assert_eq!(said[0].1[0], control::PROTOCOL_REJECT);
    }
}

#[test]
fn compression_is_offered_three_times_or_until_it_is_refused() {
    let offers = |line: &mut Line, refuses: bool| {
        let asked = line.establish();
        let mut said = line.log_in(&asked, "customer", "secret");
        let mut times = Vec::new();
        for second in 0..12 {
            let offers = said.iter().filter(|(of, _)| *of == protocol::CCP);
            times.extend(offers.map(|(_, packet)| (second, packet[1])));
            if refuses && second == 0 {
                assert!(line.control(protocol::CCP, 4, 1, &[]).is_empty());
                let ccp = protocol::CCP.to_be_bytes();
                line.control(protocol::LCP, control::PROTOCOL_REJECT, 1, &ccp);
            }
            said = line.wait(Duration::from_secs(1));
        }
        times
    };
    let with = || {
        Line::new(Settings {
            offers_compression: true,
            ..Settings::default()
        })
    };
    assert_eq!(offers(&mut with(), false), [(0, 1), (3, 2), (6, 3)]);
    assert_eq!(offers(&mut with(), true), [(0, 1)]);
    assert_eq!(offers(&mut Line::new(Settings::default()), false), []);
}

#[test]
fn each_kind_of_frame_can_be_lost_on_purpose() {
    use FrameKind::{Authentication, Ipcp, Ipv6cp, Lcp, Packet, Padt};
    for kind in [Padt, Lcp, Authentication, Ipcp, Ipv6cp, Packet] {
        let mut line = dialled(Settings {
            authentication: super::Authentication::Pap,
            ..Settings::default()
        });
        line.concentrator.settings().deaf_to = vec![Deafness { kind, frames: 2 }];
        let mut answers = || match kind {
            Lcp => !line
                .control(protocol::LCP, control::ECHO_REQUEST, 1, &[])
                .is_empty(),
            Authentication => !line.log_in(&[], "customer", "secret").is_empty(),
            Ipcp => !line.control(protocol::IPCP, 5, 1, &[]).is_empty(),
            Ipv6cp => !line.control(protocol::IPV6CP, 5, 1, &[]).is_empty(),
            Packet => {
                line.ppp(protocol::IPV4, &ipv4(SOMEWHERE, 20));
                line.concentrator.next_packet().is_some()
            }
            _ => {
                let to = line.concentrator.settings.mac;
                line.send(to, None, code::PADT, 1, &[]);
                line.concentrator.sessions().is_empty()
            }
        };
        assert_eq!(
            [answers(), answers(), answers()],
            [false, false, true],
            "{kind:?}"
        );
    }
}

#[test]
fn what_nobody_takes_is_not_kept_without_end() {
    let mut line = dialled(Settings::default());
    let back = ipv4(ADDRESS, 20);
    for _ in 0..=MOST_WAITING {
        line.concentrator.deliver(&back);
    }
    assert_eq!(line.frames().len(), MOST_WAITING);
    for _ in 0..=MOST_WAITING {
        line.ppp(protocol::IPV4, &ipv4(SOMEWHERE, 20));
    }
    let packets = std::iter::from_fn(|| line.concentrator.next_packet());
    assert_eq!(packets.count(), MOST_WAITING);
    for _ in 0..=MOST_REMEMBERED {
        line.discover(&[]);
        line.concentrator.end(line.id, Ending::Padt);
        line.frames();
    }
    let ended = std::iter::from_fn(|| line.concentrator.next_ended());
    assert_eq!(ended.count(), MOST_REMEMBERED);
}
