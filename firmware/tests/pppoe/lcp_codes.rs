//! What LCP says besides Configure: echoes, rejects, the end, and a new beginning (RFC 1661, sections 5.5 to 5.9).

use firmware::pppoe::{Phase, Reason, SESSION};

use crate::lcp::{ACK, CHAP_MD5, REQUEST, to_lcp};
use crate::peer::{CHAP, IPV6CP, LCP, PAP};
use crate::world::{AC, SETTINGS, World, option, options, pppoe};

#[test]
fn an_echo_is_answered_only_when_lcp_is_open() {
    let (mut world, request) = World::in_session(&SETTINGS);
    assert_eq!(world.ppp(LCP, 9, 7, b"....data"), []);
    world.opens_lcp(&request, &[]);
    let magic = &options(&request.data)[1].1;
    let data = vec![7; 1480];
    let asked = [&[0, 0, 0, 1], &data[..]].concat();
    let answer = [magic, &data[..]].concat();
    assert_eq!(world.ppp(LCP, 9, 7, &asked), [to_lcp(10, 7, &answer)]);
    assert_eq!(
        world.ppp(LCP, 9, 7, b"..."),
        [],
        "no room for a magic number"
    );
}

#[test]
fn an_unknown_code_is_rejected_and_known_ones_are_not() {
    let (mut world, request) = World::in_session(&SETTINGS);
    world.opens_lcp(&request, &[]);
    for code in [11, 12, 13] {
        assert_eq!(world.ppp(LCP, code, 1, b"\0\0\0\x01what"), [], "{code}");
    }
    let sent = world.ppp(LCP, 14, 3, b"new").remove(0);
    assert_eq!((sent.code, &sent.data[..]), (7, &b"\x0e\x03\0\x07new"[..]));
    let long = world.ppp(LCP, 99, 3, &[1; 1400]).remove(0);
    assert_eq!(long.data.len(), 512, "cut so that it fits any MRU");
    assert_eq!(world.phase(), Phase::Network);
}

#[test]
fn a_reject_of_what_we_can_not_do_without_ends_the_session() {
    for code in 1..=7 {
        let (mut world, _) = World::with_lcp(&SETTINGS, &[]);
        let sent = world.ppp(LCP, 7, 1, &[code, 1, 0, 4]);
        assert_eq!(sent[0].code, 5, "a Terminate-Request: {code}");
        world.wait_ms(4_000);
        assert_eq!(world.last_reason(), Some(Reason::LcpFailed), "{code}");
    }
    let (mut world, _) = World::with_lcp(&SETTINGS, &[]);
    world.ppp(LCP, 8, 1, &[0xc0, 0x21]);
    world.wait_ms(4_000);
    assert_eq!(world.last_reason(), Some(Reason::LcpFailed));
    for bearable in [
        &[7, 9, 1][..],
        &[7, 12],
        &[7, 200],
        &[8, 0x80, 0xfd],
        &[8, 0, 0x21],
    ] {
        let (mut world, _) = World::with_lcp(&SETTINGS, &[]);
        assert_eq!(world.ppp(LCP, bearable[0], 1, &bearable[1..]), []);
        assert_eq!(world.phase(), Phase::Network, "{bearable:?}");
    }
    let (mut world, _) = World::with_lcp(&SETTINGS, &[]);
    assert_eq!(world.ppp(LCP, 7, 1, &[]), []);
    assert_eq!(world.ppp(LCP, 8, 1, &[0x80]), []);
}

#[test]
fn the_peer_may_terminate() {
    let (mut world, _) = World::with_lcp(&SETTINGS, &[]);
    assert_eq!(world.ppp(LCP, 5, 42, b"bye"), [to_lcp(6, 42, &[])]);
    assert!(world.client.line().is_none());
    let sent = world.wait_ms(1_000);
    assert_eq!(sent[0].1.code(), 0xa7, "then the session ends too");
    assert_eq!(world.last_reason(), Some(Reason::PeerTerminated));
    // The access concentrator's own PADT comes first, mostly.
    let (mut world, _) = World::with_lcp(&SETTINGS, &[]);
    world.ppp(LCP, 5, 42, b"bye");
    world.discovers(AC, &pppoe(0xa7, 0x0101, &[]));
    assert_eq!(world.last_reason(), Some(Reason::PeerTerminated));
}

#[test]
fn the_peer_may_begin_anew() {
    let (mut world, _) = World::with_lcp(&SETTINGS, &[]);
    let sent = world.ppp(LCP, REQUEST, 99, &CHAP_MD5);
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0].code, REQUEST);
    assert_eq!(sent[1], to_lcp(ACK, 99, &CHAP_MD5));
    assert_eq!(world.phase(), Phase::Establish);
    world.ppp(LCP, ACK, sent[0].identifier, &sent[0].data);
    assert_eq!(world.phase(), Phase::Authenticate);
    assert_eq!(world.client.status().counters.renegotiations, 1);
}

#[test]
fn other_protocols_wait_until_lcp_is_open_and_are_rejected_then() {
    let (mut world, request) = World::in_session(&SETTINGS);
    for protocol in [PAP, CHAP, 0x8021, 0x8057, 0x80fd, 0x0021, 0x4242] {
        let protocol: u16 = if protocol == 0x4242 { 0x4243 } else { protocol };
        assert_eq!(world.ppp(protocol, REQUEST, 1, &[]), [], "{protocol:#x}");
    }
    world.opens_lcp(&request, &[]);
    // CCP, ECP, MPLSCP, LQR, VJ compressed TCP, and one that doesn't exist.
    for protocol in [0x80fd_u16, 0x8053, 0x8281, 0xc025, 0x002d, 0x4243] {
        let sent = world.ppp(protocol, REQUEST, 1, b"data").remove(0);
        assert_eq!((sent.protocol, sent.code), (LCP, 8));
        let rejected = [&protocol.to_be_bytes()[..], b"\x01\x01\x00\x08data"].concat();
        assert_eq!(sent.data, rejected);
    }
}

#[test]
fn a_packet_whose_length_can_not_be_is_dropped_and_padding_is_not_looked_at() {
    let (mut world, _) = World::in_session(&SETTINGS);
    for bytes in [
        &[0xc0, 0x21, 1, 1, 0, 3][..],
        &[0xc0, 0x21, 1, 1, 0, 5],
        &[0xc0, 0x21, 1, 1],
        &[0xc0, 0x21],
        &[0xc0],
    ] {
        assert_eq!(
            world.takes(AC, SESSION, &pppoe(0, 0x0101, bytes)),
            [],
            "{bytes:?}"
        );
    }
    let padded = pppoe(0, 0x0101, &[0xc0, 0x21, 1, 1, 0, 4, 0xff, 0xff]);
    assert_eq!(world.takes(AC, SESSION, &padded).len(), 1);
}

/// A client with IPv6 open to a peer that is silent from now on, and the data of its first Configure-Request.
fn open_session() -> (World, Vec<u8>) {
    let (mut world, request) = World::in_session(&SETTINGS);
    let sent = world.opens_lcp(&request, &[]);
    let ipv6cp = &sent[1];
    world.ppp(IPV6CP, ACK, ipv6cp.identifier, &ipv6cp.data);
    world.ppp(IPV6CP, REQUEST, 1, &option(1, &[2; 8]));
    assert_eq!(world.phase(), Phase::Up);
    (world, request.data)
}

#[test]
fn an_echo_that_comes_back_from_ourselves_is_no_sign_of_life() {
    let (mut world, request) = open_session();
    let own_magic = options(&request)[1].1.clone();
    while world.last_reason().is_none() {
        assert!(world.now.0 < 60_000, "looped echoes keep the session");
        for (_, packet) in world.waits_ms(1_000) {
            if (packet.protocol, packet.code) == (LCP, 9) {
                world.ppp(LCP, 10, packet.identifier, &own_magic);
            }
        }
    }
    assert_eq!(world.last_reason(), Some(Reason::PeerDead));
    assert_eq!(world.client.status().counters.echo_replies, 0);
}

#[test]
fn a_reject_of_something_else_is_no_answer_to_an_echo() {
    let (mut world, _) = open_session();
    while world.last_reason().is_none() {
        assert!(world.now.0 < 60_000, "other rejects keep the session");
        world.waits_ms(1_000);
        world.ppp(LCP, 7, 1, &[12, 1, 0, 4]);
    }
    assert_eq!(world.last_reason(), Some(Reason::PeerDead));
}

#[test]
fn every_reject_has_an_identifier_of_its_own() {
    let (mut world, _) = open_session();
    let identifiers: Vec<_> = (0..3)
        .map(|_| world.ppp(LCP, 99, 3, b"new").remove(0).identifier)
        .collect();
    let [first, second, third] = identifiers[..] else {
        panic!("{identifiers:?}")
    };
    assert!(first != second && second != third && first != third);
}
