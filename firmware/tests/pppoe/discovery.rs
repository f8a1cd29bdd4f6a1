//! Discovery, against bytes written by hand (RFC 2516, section 5).

use firmware::pppoe::{DISCOVERY, Phase, Reason, SESSION, Settings};

use crate::world::{AC, EVERYBODY, OTHER_AC, SETTINGS, Sent, World, pppoe, tag, tag_of};

const SERVICE: u16 = 0x0101;
const AC_NAME: u16 = 0x0102;
const HOST_UNIQ: u16 = 0x0103;
const COOKIE: u16 = 0x0104;
const VENDOR: u16 = 0x0105;
const RELAY: u16 = 0x0110;

/// The Host-Uniq of a client that has just sent its PADI.
fn asked(world: &mut World) -> Vec<u8> {
    let sent = world.poll();
    assert_eq!(sent.len(), 1, "one PADI");
    let [
        Sent {
            station: EVERYBODY,
            ethertype: DISCOVERY,
            bytes,
        },
    ] = &sent[..]
    else {
        panic!("a PADI to everybody: {sent:?}");
    };
    assert_eq!(bytes[..4], [0x11, 0x09, 0, 0]);
    tag_of(bytes, HOST_UNIQ).expect("a Host-Uniq")
}

fn offer(uniq: &[u8], more: &[u8]) -> Vec<u8> {
    let tags = [
        tag(SERVICE, b""),
        tag(AC_NAME, b"ac"),
        more.to_vec(),
        tag(HOST_UNIQ, uniq),
    ];
    pppoe(0x07, 0, &tags.concat())
}

fn confirmation(uniq: &[u8], id: u16) -> Vec<u8> {
    pppoe(
        0x65,
        id,
        &[tag(SERVICE, b""), tag(HOST_UNIQ, uniq)].concat(),
    )
}

#[test]
fn a_session_is_asked_for_and_found() {
    let settings = Settings {
        service_name: "internet",
        ..SETTINGS
    };
    let mut world = World::new(&settings);
    assert_eq!(world.phase(), Phase::Waiting);
    let uniq = asked(&mut world);
    assert_eq!(world.phase(), Phase::Discovery);
    let more = [
        tag(SERVICE, b"internet"),
        tag(VENDOR, b"\0\0\0\x09whatever"),
        tag(COOKIE, b"cookie"),
        tag(RELAY, b"twelve bytes"),
    ];
    let padr = world.discovers(AC, &offer(&uniq, &more.concat()));
    let wanted = [
        tag(SERVICE, b"internet"),
        tag(HOST_UNIQ, &uniq),
        tag(COOKIE, b"cookie"),
        tag(RELAY, b"twelve bytes"),
    ];
    assert_eq!(padr[0].station, AC);
    assert_eq!(padr[0].bytes, pppoe(0x19, 0, &wanted.concat()));
    assert_eq!(world.phase(), Phase::Request);
    let lcp = world.discovers(AC, &confirmation(&uniq, 0x1234));
    assert_eq!((lcp[0].station, lcp[0].ethertype), (AC, SESSION));
    assert_eq!(lcp[0].bytes[..4], [0x11, 0, 0x12, 0x34]);
    assert_eq!(lcp[0].bytes[6..9], [0xc0, 0x21, 1]);
    assert_eq!(world.phase(), Phase::Establish);
}

#[test]
fn a_padi_is_repeated_with_doubled_waits_up_to_a_minute() {
    let mut world = World::new(&SETTINGS);
    let sent = world.wait_ms(400_000);
    assert!(sent.iter().all(|(_, sent)| sent.code() == 0x09));
    let waits: Vec<_> = sent.windows(2).map(|two| two[1].0 - two[0].0).collect();
    let doubled = [1, 2, 4, 8, 16, 32, 64, 64, 64, 64];
    assert!(waits.len() >= 9, "{waits:?}");
    for (wait, seconds) in waits.iter().zip(doubled) {
        let (least, most) = (seconds * 875, seconds * 1125);
        assert!((least..=most).contains(wait), "{waits:?}");
    }
    let other = World::seeded(&SETTINGS, [6; 16]).wait_ms(60_000);
    assert_ne!(other[1].0, sent[1].0, "not all at the same moments");
}

#[test]
fn an_offer_that_is_not_ours_is_not_taken() {
    let settings = Settings {
        service_name: "internet",
        access_concentrator: Some("ac"),
        ..SETTINGS
    };
    let service = tag(SERVICE, b"internet");
    let mut world = World::new(&settings);
    let uniq = asked(&mut world);
    let name = |name: &[u8]| [service.clone(), tag(AC_NAME, name), tag(HOST_UNIQ, &uniq)].concat();
    let whole = name(b"ac");
    let unfit: &[(&str, Vec<u8>)] = &[
        ("another Host-Uniq", offer(b"somebody", &service)),
        (
            "no Host-Uniq",
            pppoe(0x07, 0, &[service.clone(), tag(AC_NAME, b"ac")].concat()),
        ),
        (
            "another service",
            offer(&uniq, &tag(SERVICE, b"television")),
        ),
        ("another name", pppoe(0x07, 0, &name(b"bc"))),
        (
            "no name",
            pppoe(0x07, 0, &[service.clone(), tag(HOST_UNIQ, &uniq)].concat()),
        ),
        (
            "an error",
            offer(&uniq, &[service.clone(), tag(0x0202, b"")].concat()),
        ),
        ("a session", pppoe(0x07, 1, &whole)),
        (
            "a cookie of 129 bytes",
            offer(&uniq, &[service.clone(), tag(COOKIE, &[1; 129])].concat()),
        ),
        (
            "a tag past the end",
            pppoe(0x07, 0, &whole[..whole.len() - 1]),
        ),
        (
            "half a tag",
            pppoe(0x07, 0, &[&whole[..], &[1, 2]].concat()),
        ),
        (
            "a length past the end",
            pppoe(0x07, 0, &whole)[..30].to_vec(),
        ),
        (
            "version 2",
            [&[0x12][..], &pppoe(0x07, 0, &whole)[1..]].concat(),
        ),
        (
            "end of list before all",
            pppoe(0x07, 0, &[tag(0, b""), whole.clone()].concat()),
        ),
    ];
    for (name, frame) in unfit {
        assert_eq!(world.discovers(AC, frame), [], "{name}");
    }
    assert_eq!(world.discovers(EVERYBODY, &pppoe(0x07, 0, &whole)), []);
    let discarded = world.client.status().counters.discarded;
    assert_eq!(discarded.total(), u64::try_from(unfit.len() + 1).unwrap());
    // What follows an end of list, and padding, is nothing.
    let frame = pppoe(0x07, 0, &[&whole[..], &tag(0, b""), &[9]].concat());
    assert_eq!(world.discovers(AC, &frame)[0].code(), 0x19);
}

#[test]
fn the_next_offer_is_taken_when_the_first_comes_to_nothing() {
    // Refused, or not answered at all.
    for refusal in [Some(0x0201), Some(0x0202), Some(0x0203), None] {
        let mut world = World::new(&SETTINGS);
        let uniq = asked(&mut world);
        world.discovers(AC, &offer(&uniq, &tag(COOKIE, b"one")));
        let second = world.discovers(OTHER_AC, &offer(&uniq, &tag(COOKIE, b"two")));
        assert_eq!(second, [], "the first offer is still good");
        let sent = match refusal {
            Some(error) => {
                let tags = [tag(HOST_UNIQ, &uniq), tag(error, b"full")].concat();
                world.discovers(AC, &pppoe(0x65, 0, &tags))
            }
            None => {
                let sent = world.wait_ms(26_000);
                let to = |mac| sent.iter().filter(|(_, sent)| sent.station == mac).count();
                assert_eq!(to(AC), 4, "five in all");
                sent.into_iter().map(|(_, sent)| sent).collect()
            }
        };
        let padr = sent.iter().find(|sent| sent.station == OTHER_AC).unwrap();
        assert_eq!(tag_of(&padr.bytes, COOKIE).unwrap(), b"two");
        assert_eq!(world.discovers(AC, &confirmation(&uniq, 7)), [], "too late");
        let lcp = world.discovers(OTHER_AC, &confirmation(&uniq, 7));
        assert_eq!(lcp[0].station, OTHER_AC);
    }
}

#[test]
fn what_the_last_access_concentrator_says_is_the_reason() {
    for (error, reason) in [
        (0x0201, Reason::ServiceNameError),
        (0x0202, Reason::AcSystemError),
        (0x0203, Reason::GenericError),
    ] {
        let mut world = World::new(&SETTINGS);
        let uniq = asked(&mut world);
        world.discovers(AC, &offer(&uniq, &[]));
        let tags = [tag(HOST_UNIQ, &uniq), tag(error, b"no \xf0 today")].concat();
        assert_eq!(world.discovers(AC, &pppoe(0x65, 0, &tags)), []);
        assert_eq!(world.last_reason(), Some(reason));
        assert_eq!(world.client.status().last_message, "no ? today");
        assert_eq!(world.phase(), Phase::Waiting);
        let again = world.wait_ms(1_200);
        assert_eq!(again[0].1.code(), 0x09);
        let other = tag_of(&again[0].1.bytes, HOST_UNIQ).unwrap();
        assert_ne!(other, uniq, "a new question");
    }
    let mut world = World::new(&SETTINGS);
    let uniq = asked(&mut world);
    world.discovers(AC, &offer(&uniq, &[]));
    world.wait_ms(27_000);
    assert_eq!(world.last_reason(), Some(Reason::NoSession));
    for id in [0, 0xffff] {
        let mut world = World::new(&SETTINGS);
        let uniq = asked(&mut world);
        world.discovers(AC, &offer(&uniq, &[]));
        assert_eq!(world.discovers(AC, &confirmation(&uniq, id)), []);
        assert_eq!(world.last_reason(), Some(Reason::GenericError));
    }
}

#[test]
fn a_padr_is_repeated_until_the_session_opens() {
    let mut world = World::new(&SETTINGS);
    let uniq = asked(&mut world);
    let first = world.discovers(AC, &offer(&uniq, &[]));
    let sent = world.wait_ms(8_000);
    assert_eq!(sent.len(), 3);
    assert!(sent.iter().all(|(_, sent)| sent.bytes == first[0].bytes));
    assert_eq!(world.discovers(AC, &confirmation(b"somebody", 7)), []);
    assert_eq!(world.discovers(OTHER_AC, &confirmation(&uniq, 7)), []);
    assert!(!world.discovers(AC, &confirmation(&uniq, 7)).is_empty());
    assert_eq!(world.discovers(AC, &confirmation(&uniq, 8)), [], "repeated");
}

#[test]
fn a_padt_counts_from_the_access_concentrator_for_the_session() {
    let (mut world, _) = World::in_session(&SETTINGS);
    for (source, id) in [(OTHER_AC, 0x0101), (AC, 0x0102), (AC, 0)] {
        world.discovers(source, &pppoe(0xa7, id, &[]));
        assert_eq!(world.phase(), Phase::Establish);
    }
    assert_eq!(world.discovers(AC, &pppoe(0xa7, 0x0101, &[])), []);
    assert_eq!(world.phase(), Phase::Waiting);
    assert_eq!(world.last_reason(), Some(Reason::PeerHungUp));
    assert_eq!(world.discovers(AC, &pppoe(0xa7, 0x0101, &[])), [], "again");
    assert_eq!(world.client.status().counters.ends, 1);
}

#[test]
fn a_session_from_before_a_reboot_is_ended() {
    let echo = pppoe(0, 0x0666, &[0xc0, 0x21, 9, 1, 0, 8, 0, 0, 0, 1]);
    let mut world = World::new(&SETTINGS);
    let uniq = asked(&mut world);
    let sent = world.takes(AC, SESSION, &echo);
    assert_eq!(sent[0].station, AC);
    assert_eq!(sent[0].ethertype, DISCOVERY);
    assert_eq!(sent[0].bytes, pppoe(0xa7, 0x0666, &[]));
    // Its answer to our PADR may be overtaken by what it sends in the new session.
    world.discovers(AC, &offer(&uniq, &[]));
    assert_eq!(world.takes(AC, SESSION, &echo), []);
    world.discovers(AC, &confirmation(&uniq, 0x0101));
    assert_eq!(world.takes(AC, SESSION, &echo)[0].code(), 0xa7);
    assert_eq!(
        world.takes(OTHER_AC, SESSION, &echo),
        [],
        "none of its business"
    );
    assert_eq!(world.client.status().counters.stale_sessions, 2);
    let flood: usize = (0..50).map(|_| world.takes(AC, SESSION, &echo).len()).sum();
    assert!(flood <= 4, "{flood} a second");
}

#[test]
fn a_discovery_frame_out_of_place_changes_nothing() {
    let (mut world, _) = World::in_session(&SETTINGS);
    for code in [0x07, 0x09, 0x19, 0x65, 0x00, 0x42] {
        let tags = [tag(SERVICE, b""), tag(HOST_UNIQ, &[1; 8])].concat();
        assert_eq!(world.discovers(AC, &pppoe(code, 5, &tags)), [], "{code:#x}");
    }
    assert_eq!(world.takes(AC, SESSION, &pppoe(0x09, 0x0101, &[])), []);
    assert_eq!(world.takes(AC, 0x0800, &[0x45; 40]), []);
    assert_eq!(world.takes(AC, DISCOVERY, &[]), []);
    assert_eq!(world.takes(AC, SESSION, &[0x11, 0, 1]), []);
    assert_eq!(world.phase(), Phase::Establish);
}
