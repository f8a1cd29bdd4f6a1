//! Who is offered what, and who gets a session (RFC 2516, section 5).

use std::time::Duration;

use super::super::{AccessConcentrator, Deafness, FrameKind, Settings};
use super::{CUSTOMER, EVERYBODY, Line, NEIGHBOUR, code, tag, tag_bytes};

fn kinds(tags: &[(u16, Vec<u8>)]) -> Vec<u16> {
    tags.iter().map(|(kind, _)| *kind).collect()
}

#[test]
fn an_offer_has_the_name_the_services_a_cookie_and_what_others_asked_back() {
    let mut line = Line::new(Settings {
        services: vec!["internet".to_owned(), "telephone".to_owned()],
        ..Settings::default()
    });
    let offers = line.padi(&[
        (tag::HOST_UNIQ, b"host"),
        (tag::AC_NAME, b"whoever"),
        (tag::SERVICE_NAME, b"telephone"),
        (tag::RELAY_SESSION_ID, b"relay"),
    ]);
    let [(code::PADO, 0, tags)] = &offers[..] else {
        panic!("{offers:?}");
    };
    let owned = |kind, value: &[u8]| (kind, value.to_vec());
    assert_eq!(tags[0], owned(tag::AC_NAME, b"lab-ac"));
    assert_eq!(tags[1], owned(tag::SERVICE_NAME, b"internet"));
    assert_eq!(tags[2], owned(tag::SERVICE_NAME, b"telephone"));
    assert_eq!((tags[3].0, tags[3].1.len()), (tag::AC_COOKIE, 16));
    assert_eq!(tags[4], owned(tag::HOST_UNIQ, b"host"));
    assert_eq!(tags[5..], [owned(tag::RELAY_SESSION_ID, b"relay")]);
}

#[test]
fn an_offer_is_these_bytes_on_the_wire() {
    let mut concentrator = AccessConcentrator::new(Settings::default(), 1);
    let to_vlan = |vlan: &[u8]| {
        let to = [&[0xff; 6][..], &CUSTOMER, vlan].concat();
        let padi = [0x88, 0x63, 0x11, 0x09, 0, 0, 0, 4, 1, 1, 0, 0];
        [&to[..], &padi].concat()
    };
    concentrator.receive(&to_vlan(&[]), Duration::ZERO);
    let offer = concentrator.next_frame().expect("an offer");
    let head = [
        &CUSTOMER[..],
        &[2, 0, 0, 0, 0xac, 0, 0x88, 0x63, 0x11, 0x07, 0, 0],
    ]
    .concat();
    assert_eq!(offer[..18], head);
    let length = u16::from_be_bytes([offer[18], offer[19]]);
    assert_eq!(usize::from(length), offer.len() - 20);
    assert_eq!(offer[20..30], *b"\x01\x02\x00\x06lab-ac");
    // In a VLAN there is another access concentrator, or none; priority is none of its number.
    concentrator.receive(&to_vlan(&[0x81, 0, 0, 7]), Duration::ZERO);
    assert_eq!(concentrator.next_frame(), None);
    concentrator.settings().vlan = Some(7);
    concentrator.receive(&to_vlan(&[]), Duration::ZERO);
    assert_eq!(concentrator.next_frame(), None);
    concentrator.receive(&to_vlan(&[0x81, 0, 0xe0, 7]), Duration::ZERO);
    let offer = concentrator.next_frame().expect("an offer");
    assert_eq!(offer[12..20], [0x81, 0, 0, 7, 0x88, 0x63, 0x11, 0x07]);
}

#[test]
fn what_is_not_whole_or_no_pppoe_gets_no_answer() {
    let padi = [
        &EVERYBODY[..],
        &CUSTOMER,
        &[0x88, 0x63, 0x11, 0x09, 0, 0, 0, 4, 1, 1, 0, 0],
    ]
    .concat();
    let answers = |bytes: &[u8]| {
        let mut concentrator = AccessConcentrator::new(Settings::default(), 1);
        concentrator.receive(bytes, Duration::ZERO);
        concentrator.next_frame().is_some()
    };
    assert!(answers(&padi));
    assert!(answers(&[&padi[..], &[0; 30]].concat()), "padded");
    for cut in 0..padi.len() {
        assert!(!answers(&padi[..cut]), "{cut} bytes");
    }
    // Version and type, a session's ethertype, no PPPoE's, and no tag behind the end of the list.
    for (at, byte) in [(14, 0x21), (13, 0x64), (12, 0x08), (20, 0), (15, 0)] {
        let mut bytes = padi.clone();
        bytes[at] = byte;
        if at == 20 {
            bytes[21] = 0;
        }
        assert!(!answers(&bytes), "byte {at}");
    }
}

#[test]
fn who_asks_for_another_service_or_for_none_at_all_gets_no_offer() {
    let mut line = Line::new(Settings::default());
    assert_eq!(line.padi(&[(tag::SERVICE_NAME, b"internet")]).len(), 1);
    assert_eq!(line.padi(&[(tag::SERVICE_NAME, b"")]).len(), 1);
    assert!(line.padi(&[(tag::SERVICE_NAME, b"television")]).is_empty());
    assert!(line.padi(&[]).is_empty());
}

#[test]
fn only_the_first_word_of_discovery_may_go_to_everybody() {
    let mut line = Line::new(Settings::default());
    let any = tag_bytes(&[(tag::SERVICE_NAME, b"")]);
    let own = line.concentrator.settings.mac;
    line.send(own, None, code::PADI, 0, &any);
    assert_eq!(line.discovered().len(), 1);
    line.send(NEIGHBOUR, None, code::PADI, 0, &any);
    assert!(line.discovered().is_empty());
    let cookie = line.cookie();
    let tags = tag_bytes(&[(tag::SERVICE_NAME, b""), (tag::AC_COOKIE, &cookie)]);
    line.send(EVERYBODY, None, code::PADR, 0, &tags);
    assert!(line.discovered().is_empty());
    line.send(own, None, code::PADO, 0, &tags);
    assert!(line.discovered().is_empty());
    assert!(line.concentrator.sessions().is_empty());
}

#[test]
fn a_longer_payload_is_granted_as_far_as_both_ends_carry_it() {
    let mut line = Line::new(Settings::default());
    for (asked, granted) in [
        (1492, None),
        (1493, Some(1493)),
        (1500, Some(1500)),
        (9000, Some(1500)),
    ] {
        let asked = u16::to_be_bytes(asked);
        let service = (tag::SERVICE_NAME, &b""[..]);
        let offers = line.padi(&[service, (tag::PPP_MAX_PAYLOAD, &asked)]);
        let of = |tags: &[(u16, Vec<u8>)]| {
            let found = tags.iter().find(|(kind, _)| *kind == tag::PPP_MAX_PAYLOAD);
            found.map(|(_, value)| u16::from_be_bytes(value[..].try_into().unwrap()))
        };
        assert_eq!(of(&offers[0].2), granted);
        let cookie = line.cookie();
        let cookie = (tag::AC_COOKIE, &cookie[..]);
        let given = line.padr(&[service, cookie, (tag::PPP_MAX_PAYLOAD, &asked)]);
        assert_eq!(of(&given[0].2), granted);
    }
}

#[test]
fn a_session_takes_the_cookie_of_ones_own_offer() {
    let mut line = Line::new(Settings::default());
    let cookie = line.cookie();
    let service = (tag::SERVICE_NAME, &b"internet"[..]);
    assert!(line.padr(&[service]).is_empty());
    assert!(line.padr(&[(tag::AC_COOKIE, &cookie)]).is_empty());
    assert!(line.padr(&[service, (tag::AC_COOKIE, &[0; 16])]).is_empty());
    line.mac = NEIGHBOUR;
    assert!(line.padr(&[service, (tag::AC_COOKIE, &cookie)]).is_empty());
    assert!(line.concentrator.sessions().is_empty());
    line.mac = CUSTOMER;
    let relay = (tag::RELAY_SESSION_ID, &b"relay"[..]);
    let given = line.padr(&[service, (tag::AC_COOKIE, &cookie), relay]);
    let [(code::PADS, 1, tags)] = &given[..] else {
        panic!("{given:?}");
    };
    assert_eq!(kinds(tags), [tag::SERVICE_NAME, tag::RELAY_SESSION_ID]);
    assert_eq!(line.concentrator.sessions()[0].mac, CUSTOMER);
}

#[test]
fn what_stands_against_a_session_is_said() {
    let mut line = Line::new(Settings {
        most_sessions: 1,
        ..Settings::default()
    });
    let cookie = line.cookie();
    let cookie = (tag::AC_COOKIE, &cookie[..]);
    let refused = line.padr(&[(tag::SERVICE_NAME, b"television"), cookie]);
    let [(code::PADS, 0, tags)] = &refused[..] else {
        panic!("{refused:?}");
    };
    assert_eq!(kinds(tags), [tag::SERVICE_NAME, tag::SERVICE_NAME_ERROR]);
    let given = line.padr(&[(tag::SERVICE_NAME, b""), cookie]);
    assert_eq!((given[0].0, given[0].1), (code::PADS, 1));
    let refused = line.padr(&[(tag::SERVICE_NAME, b""), cookie]);
    let [(code::PADS, 0, tags)] = &refused[..] else {
        panic!("{refused:?}");
    };
    assert_eq!(kinds(tags), [tag::SERVICE_NAME, tag::AC_SYSTEM_ERROR]);
}

#[test]
fn a_free_address_is_given_again_and_a_number_only_when_all_were() {
    let mut line = Line::new(Settings::default());
    let mut open = || {
        line.discover(&[]);
        let session = &line.concentrator.sessions[&line.id];
        let given = (line.id, session.customers_ipv4().octets()[3]);
        let first = line.concentrator.sessions().first().map(|first| first.id);
        (given, first.expect("a session"))
    };
    assert_eq!(open().0, (1, 10));
    assert_eq!(open().0, (2, 11));
    line.concentrator.end(1, super::super::Ending::Silent);
    let mut open = || {
        line.discover(&[]);
        let session = &line.concentrator.sessions[&line.id];
        (line.id, session.customers_ipv4().octets()[3])
    };
    assert_eq!(open(), (3, 10));
    line.concentrator.last_id = 65_533;
    let mut open = || {
        line.discover(&[]);
        line.id
    };
    // 65,535 is no session's number, 0 is discovery's, and 2 and 3 are taken.
    assert_eq!([open(), open(), open()], [65_534, 1, 4]);
}

#[test]
fn frames_that_are_lost_on_purpose_are_so_many_of_their_kind() {
    let deaf_to = |kind, frames| Settings {
        deaf_to: vec![Deafness { kind, frames }],
        ..Settings::default()
    };
    let offers = |kind, frames| {
        let mut line = Line::new(deaf_to(kind, frames));
        let tags = [(tag::SERVICE_NAME, &b""[..])];
        [(); 4].map(|()| line.padi(&tags).len())
    };
    assert_eq!(offers(FrameKind::Padi, 2), [0, 0, 1, 1]);
    assert_eq!(offers(FrameKind::Padr, 2), [1; 4]);
    let mut line = Line::new(deaf_to(FrameKind::Padr, 1));
    let cookie = line.cookie();
    let tags = [(tag::SERVICE_NAME, &b""[..]), (tag::AC_COOKIE, &cookie)];
    assert!(line.padr(&tags).is_empty());
    assert_eq!(line.padr(&tags).len(), 1);
}

#[test]
fn the_same_seed_gives_the_same_cookie_and_another_one_another() {
    let cookie = |seed| {
        let mut line = Line::new(Settings::default());
        line.concentrator = AccessConcentrator::new(Settings::default(), seed);
        line.cookie()
    };
    assert_eq!(cookie(1), cookie(1));
    assert_ne!(cookie(1), cookie(2));
}
