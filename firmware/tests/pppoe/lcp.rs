//! How LCP comes to agree, against bytes written by hand (RFC 1661, sections 4 to 6).

use firmware::pppoe::{Phase, Reason, Settings};

use crate::peer::LCP;
use crate::world::{AC, Packet, SETTINGS, World, option, options, pppoe};

pub(crate) const REQUEST: u8 = 1;
pub(crate) const ACK: u8 = 2;
const NAK: u8 = 3;
const REJECT: u8 = 4;
pub(crate) const CHAP_MD5: [u8; 5] = [3, 5, 0xc2, 0x23, 5];

pub(crate) fn to_lcp(code: u8, identifier: u8, data: &[u8]) -> Packet {
    Packet::new(LCP, code, identifier, data)
}

#[test]
fn the_first_request_asks_for_an_mru_and_a_magic_number() {
    let (_, request) = World::in_session(&SETTINGS);
    let asked = options(&request.data);
    assert_eq!(asked[0], (1, vec![0x05, 0xd4]), "1492");
    assert_eq!(asked[1].0, 5);
    assert_ne!(asked[1].1, [0; 4]);
    assert_eq!(
        asked.len(),
        2,
        "no authentication of the peer, no compression"
    );
    let settings = Settings {
        port_mtu_bytes: 1400,
        ..SETTINGS
    };
    let (_, request) = World::in_session(&settings);
    assert_eq!(options(&request.data)[0].1, 1392_u16.to_be_bytes());
}

#[test]
fn a_request_is_repeated_ten_times_and_then_given_up() {
    let (mut world, first) = World::in_session(&SETTINGS);
    let sent = world.waits_ms(26_500);
    assert_eq!(sent.len(), 9, "ten in all");
    assert!(sent.iter().all(|(_, packet)| *packet == first));
    let at: Vec<_> = sent.iter().map(|(at, _)| *at).collect();
    assert_eq!(at[..4], [1_000, 3_000, 6_000, 9_000]);
    let all = world.wait_ms(1_000);
    assert_eq!(all[0].1.code(), 0xa7, "a PADT");
    assert_eq!(world.last_reason(), Some(Reason::LcpFailed));
}

#[test]
fn what_a_peer_asks_for_is_agreed_to_or_not() {
    let cases: &[(&str, Vec<u8>, u8, Vec<u8>)] = &[
        ("nothing", vec![], ACK, vec![]),
        (
            "an MRU",
            option(1, &[0x05, 0xd4]),
            ACK,
            option(1, &[0x05, 0xd4]),
        ),
        (
            "a larger MRU than we send",
            option(1, &[0xff, 0xff]),
            ACK,
            option(1, &[0xff, 0xff]),
        ),
        (
            "an MRU too small for IPv4",
            option(1, &[0, 64]),
            NAK,
            option(1, &[0x02, 0x40]),
        ),
        (
            "half an MRU",
            option(1, &[5]),
            NAK,
            option(1, &[0x05, 0xd4]),
        ),
        ("CHAP", CHAP_MD5.to_vec(), ACK, CHAP_MD5.to_vec()),
        (
            "PAP",
            option(3, &[0xc0, 0x23]),
            ACK,
            option(3, &[0xc0, 0x23]),
        ),
        (
            "MS-CHAP-V2",
            option(3, &[0xc2, 0x23, 0x81]),
            NAK,
            CHAP_MD5.to_vec(),
        ),
        ("EAP", option(3, &[0xc2, 0x27]), NAK, CHAP_MD5.to_vec()),
        (
            "a quality protocol",
            option(4, &[0xc0, 0x25, 0, 0, 0, 1]),
            REJECT,
            option(4, &[0xc0, 0x25, 0, 0, 0, 1]),
        ),
        (
            "protocol field compression",
            option(7, &[]),
            REJECT,
            option(7, &[]),
        ),
        (
            "address field compression",
            option(8, &[]),
            REJECT,
            option(8, &[]),
        ),
        ("callback", option(13, &[6]), REJECT, option(13, &[6])),
        (
            "multilink",
            option(17, &[5, 0xdc]),
            REJECT,
            option(17, &[5, 0xdc]),
        ),
        (
            "some of it: rejects go first",
            [
                option(1, &[0, 64]),
                option(7, &[]),
                CHAP_MD5.to_vec(),
                option(19, &[0; 9]),
            ]
            .concat(),
            REJECT,
            [option(7, &[]), option(19, &[0; 9])].concat(),
        ),
    ];
    for (name, asked, code, answer) in cases {
        let (mut world, _) = World::in_session(&SETTINGS);
        let sent = world.ppp(LCP, REQUEST, 9, asked);
        assert_eq!(sent, [to_lcp(*code, 9, answer)], "{name}");
    }
    for malformed in [&[1, 1][..], &[1, 0], &[1], &[1, 4, 5], &[7, 2, 8]] {
        let (mut world, _) = World::in_session(&SETTINGS);
        assert_eq!(world.ppp(LCP, REQUEST, 9, malformed), [], "{malformed:?}");
    }
}

#[test]
fn a_long_list_of_unknown_options_is_rejected_in_parts() {
    let (mut world, _) = World::in_session(&SETTINGS);
    let mut asked: Vec<_> = (100..110).map(|kind| (kind, vec![kind; 60])).collect();
    asked.push((111, vec![1; 253]));
    let mut rounds = 0;
    loop {
        let data: Vec<u8> = asked
            .iter()
            .flat_map(|(kind, value)| option(*kind, value))
            .collect();
        let sent = world.ppp(LCP, REQUEST, 1, &data).remove(0);
        if sent.code == ACK {
            break;
        }
        assert_eq!(sent.code, REJECT);
        let refused = options(&sent.data);
        assert!(!refused.is_empty());
        asked.retain(|option| !refused.contains(option));
        rounds += 1;
        assert!(rounds < 10);
    }
    assert_eq!(asked, []);
}

#[test]
fn pap_is_refused_by_policy() {
    let settings = Settings {
        refuse_pap: true,
        ..SETTINGS
    };
    let (mut world, _) = World::in_session(&settings);
    for identifier in 0..5 {
        let sent = world.ppp(LCP, REQUEST, identifier, &option(3, &[0xc0, 0x23]));
        assert_eq!(sent, [to_lcp(NAK, identifier, &CHAP_MD5)]);
    }
    let sent = world.ppp(LCP, REQUEST, 5, &option(3, &[0xc0, 0x23]));
    assert_eq!(
        sent,
        [to_lcp(REJECT, 5, &option(3, &[0xc0, 0x23]))],
        "Max-Failure"
    );
    world.discovers(AC, &pppoe(0xa7, 0x0101, &[]));
    assert_eq!(world.last_reason(), Some(Reason::NoCommonAuthentication));
    let soonest = world.client.status().retry_at.unwrap();
    assert!(soonest.ms_since(world.now) > 20_000, "not at once");
}

#[test]
fn an_answer_counts_once_and_for_the_request_that_is_out() {
    let (mut world, request) = World::in_session(&SETTINGS);
    let Packet {
        identifier, data, ..
    } = &request;
    for (name, id, data) in [
        ("another identifier", identifier.wrapping_add(1), &data[..]),
        ("other options", *identifier, &data[..4]),
        ("no options", *identifier, &[][..]),
    ] {
        assert_eq!(world.ppp(LCP, ACK, id, data), [], "{name}");
        assert_eq!(world.ppp(LCP, REQUEST, 1, &[]), [to_lcp(ACK, 1, &[])]);
        assert_eq!(world.phase(), Phase::Establish, "{name}");
    }
    world.ppp(LCP, ACK, *identifier, data);
    assert_eq!(world.phase(), Phase::Network);
    for code in [ACK, NAK, REJECT] {
        assert_eq!(world.ppp(LCP, code, *identifier, data), [], "a late copy");
    }
    assert_eq!(world.phase(), Phase::Network);
}

#[test]
fn our_options_follow_what_the_peer_says() {
    let (mut world, request) = World::in_session(&SETTINGS);
    let mru = option(1, &1400_u16.to_be_bytes());
    let sent = world.ppp(LCP, NAK, request.identifier, &mru).remove(0);
    assert_eq!(sent.code, REQUEST);
    assert_ne!(sent.identifier, request.identifier);
    assert_eq!(sent.data[..4], mru);
    // More than the port carries, less than IPv4 needs, and half a number are no suggestions.
    let mut last = sent;
    for unfit in [&[0xff, 0xff][..], &[0, 1], &[5]] {
        let sent = world
            .ppp(LCP, NAK, last.identifier, &option(1, unfit))
            .remove(0);
        assert_eq!(sent.data, last.data, "{unfit:?}");
        last = sent;
    }
    let magic = option(5, &options(&last.data)[1].1);
    let sent = world.ppp(LCP, NAK, last.identifier, &magic).remove(0);
    assert_ne!(
        options(&sent.data)[1].1,
        options(&last.data)[1].1,
        "a new magic number"
    );
    last = sent;
    assert_eq!(
        world.ppp(LCP, REJECT, last.identifier, &option(7, &[])),
        [],
        "never asked for"
    );
    let sent = world
        .ppp(LCP, REJECT, last.identifier, &last.data)
        .remove(0);
    assert_eq!(sent.data, [], "nothing is left to ask for");
    let sent = world.ppp(LCP, NAK, sent.identifier, &magic).remove(0);
    assert_eq!(sent.data, [], "not even what the peer would like");
    world.opens_lcp(&sent, &[]);
    assert_eq!(world.phase(), Phase::Network);
}

#[test]
fn an_answer_that_breaks_off_or_is_about_something_else_changes_nothing() {
    let (mut world, request) = World::in_session(&SETTINGS);
    let Packet {
        identifier, data, ..
    } = &request;
    let mru = option(1, &1400_u16.to_be_bytes());
    for (code, broken) in [
        (NAK, [&mru[..], &[5, 6, 1]].concat()),
        (NAK, [&mru[..], &[5]].concat()),
        (NAK, [&mru[..], &[5, 1, 9]].concat()),
        (REJECT, [&data[..4], &[5, 60]].concat()),
        (REJECT, [&data[..4], &option(3, &[0xc2, 0x23, 5])].concat()),
    ] {
        assert_eq!(world.ppp(LCP, code, *identifier, &broken), [], "{broken:?}");
    }
    assert_eq!(world.waits_ms(1_000), [(1_000, request.clone())]);
    world.opens_lcp(&request, &[]);
    assert_eq!(world.phase(), Phase::Network);
}

#[test]
fn a_line_that_is_looped_back_is_found_out() {
    let (mut world, request) = World::in_session(&SETTINGS);
    let magic = option(5, &options(&request.data)[1].1);
    for round in 0..3 {
        let sent = world.ppp(LCP, REQUEST, round, &magic).remove(0);
        assert_eq!(sent.code, NAK);
        assert_ne!(sent.data, magic);
        assert_ne!(sent.data[2..], [0; 4]);
    }
    let sent = world.ppp(LCP, REQUEST, 3, &magic);
    assert_eq!(sent.len(), 2, "{sent:?}");
    assert_eq!(sent[1].code, 5, "a Terminate-Request");
    assert_eq!(world.last_reason(), Some(Reason::Loopback));
    let (mut world, _) = World::in_session(&SETTINGS);
    let sent = world.ppp(LCP, REQUEST, 1, &option(5, &[0; 4])).remove(0);
    assert_eq!(sent.code, NAK, "0 is no magic number");
}

#[test]
fn no_peer_can_negotiate_for_ever() {
    let (mut world, mut request) = World::in_session(&SETTINGS);
    let mut rounds: u16 = 0;
    while world.last_reason().is_none() {
        let mru = 576 + rounds % 800;
        let sent = world.ppp(LCP, NAK, request.identifier, &option(1, &mru.to_be_bytes()));
        request = sent[0].clone();
        world.wait_ms(500);
        rounds += 1;
        assert!(rounds < 1_000);
    }
    assert_eq!(world.last_reason(), Some(Reason::LcpFailed));
    assert!(world.now.0 < firmware::pppoe::SETUP_LIMIT_MS + 2_000);
}

#[test]
fn only_suggestions_count_as_failures_to_agree() {
    let (mut world, _) = World::in_session(&SETTINGS);
    for identifier in 0..10 {
        let sent = world.ppp(LCP, REQUEST, identifier, &option(7, &[]));
        assert_eq!(sent, [to_lcp(REJECT, identifier, &option(7, &[]))]);
    }
    let sent = world.ppp(LCP, REQUEST, 10, &option(1, &[0, 64]));
    assert_eq!(sent[0].code, NAK);
}

#[test]
fn a_session_after_another_begins_with_the_link() {
    let mut peer = crate::peer::Peer::new();
    let mut world = World::up(&SETTINGS, &mut peer);
    let padt = peer.hang_up();
    world.discovers(padt.station, &padt.bytes);
    world.now = world.client.status().retry_at.unwrap();
    world.finds_session(&[]);
    assert_eq!(world.phase(), Phase::Establish);
}
