//! PAP and CHAP, against bytes written by hand (RFC 1334, RFC 1994).

use firmware::pppoe::{Phase, Reason, Settings};

use crate::peer::{CHAP, IPCP, LCP, PAP, Peer, Wants};
use crate::world::{AC, Packet, SETTINGS, World, pppoe};

const WANTS_PAP: [u8; 4] = [3, 4, 0xc0, 0x23];
const WANTS_CHAP: [u8; 5] = [3, 5, 0xc2, 0x23, 5];
/// `printf '\\x2asecret0123456789abcdef' | md5sum`.
const PROOF: [u8; 16] = [
    0xa5, 0x7e, 0xc3, 0x69, 0xf8, 0xc6, 0x05, 0xaf, 0xba, 0x4e, 0xd5, 0x23, 0x46, 0xfc, 0x0a, 0x4a,
];
const CHALLENGE: &[u8] = b"\x100123456789abcdefac";

fn response() -> Packet {
    let data = [&[16][..], &PROOF, b"customer"].concat();
    Packet::new(CHAP, 2, 0x2a, &data)
}

#[test]
fn pap_says_name_and_password() {
    let (mut world, sent) = World::with_lcp(&SETTINGS, &WANTS_PAP);
    assert_eq!(world.phase(), Phase::Authenticate);
    let request = &sent[0];
    assert_eq!((request.protocol, request.code), (PAP, 1));
    assert_eq!(request.data, b"\x08customer\x06secret");
    assert_eq!(
        world.ppp(PAP, 2, request.identifier.wrapping_add(1), &[0]),
        []
    );
    assert_eq!(world.phase(), Phase::Authenticate, "another identifier");
    let sent = world.ppp(PAP, 2, request.identifier, &[0]);
    assert_eq!(sent[0].protocol, 0x8021);
    assert_eq!(world.phase(), Phase::Network);
}

#[test]
fn pap_is_repeated_and_given_up() {
    let (mut world, sent) = World::with_lcp(&SETTINGS, &WANTS_PAP);
    let again: Vec<_> = world
        .waits_ms(29_000)
        .into_iter()
        .map(|(_, packet)| packet)
        .filter(|packet| packet.protocol == PAP)
        .collect();
    assert_eq!(again.len(), 9, "ten in all");
    assert!(again.iter().all(|packet| *packet == sent[0]));
    world.wait_ms(2_000);
    assert_eq!(world.last_reason(), Some(Reason::AuthenticationUnanswered));
}

#[test]
fn chap_proves_the_password() {
    let (mut world, sent) = World::with_lcp(&SETTINGS, &WANTS_CHAP);
    assert_eq!(sent, [], "the peer begins");
    assert_eq!(world.ppp(CHAP, 1, 0x2a, CHALLENGE), [response()]);
    assert_eq!(world.ppp(CHAP, 3, 0x2b, b""), [], "another identifier");
    assert_eq!(world.phase(), Phase::Authenticate);
    let sent = world.ppp(CHAP, 3, 0x2a, b"welcome");
    assert_eq!(sent[0].protocol, 0x8021);
}

#[test]
fn chap_is_repeated_because_the_answer_may_be_lost() {
    let (mut world, _) = World::with_lcp(&SETTINGS, &WANTS_CHAP);
    world.ppp(CHAP, 1, 0x2a, CHALLENGE);
    let again = world.waits_ms(3_500);
    assert_eq!(again, [(3_000, response())]);
    world.wait_ms(40_000);
    assert_eq!(world.last_reason(), Some(Reason::AuthenticationUnanswered));
    let (mut world, _) = World::with_lcp(&SETTINGS, &WANTS_CHAP);
    world.wait_ms(31_000);
    assert_eq!(
        world.last_reason(),
        Some(Reason::AuthenticationUnanswered),
        "no challenge at all"
    );
}

#[test]
fn a_challenge_in_an_open_session_is_answered() {
    let mut peer = Peer::new();
    let mut world = World::up(&SETTINGS, &mut peer);
    let (received, line) = (peer.accepted, world.line());
    assert_eq!(world.ppp(CHAP, 1, 0x2a, CHALLENGE), [response()]);
    assert_eq!(world.ppp(CHAP, 3, 0x2a, b""), []);
    assert_eq!((world.line(), peer.accepted), (line, received));
    world.ppp(CHAP, 1, 0x2a, CHALLENGE);
    let sent = world.ppp(CHAP, 4, 0x2a, b"not you");
    assert_eq!(sent[0].code, 5, "a Terminate-Request");
    assert_eq!(world.last_reason(), Some(Reason::AuthenticationFailed));
}

#[test]
fn a_challenge_that_can_not_be_is_not_answered() {
    let (mut world, _) = World::with_lcp(&SETTINGS, &WANTS_CHAP);
    for challenge in [&b""[..], b"\0ac", b"\x1012345678"] {
        assert_eq!(world.ppp(CHAP, 1, 1, challenge), [], "{challenge:?}");
    }
    for (protocol, code) in [
        (CHAP, 2),
        (CHAP, 3),
        (CHAP, 4),
        (CHAP, 9),
        (PAP, 2),
        (PAP, 3),
    ] {
        assert_eq!(world.ppp(protocol, code, 0, b"early"), []);
        assert_eq!(world.phase(), Phase::Authenticate);
    }
}

#[test]
fn the_way_that_was_not_agreed_on_is_not_gone() {
    let (mut world, _) = World::with_lcp(&SETTINGS, &WANTS_PAP);
    assert_eq!(world.ppp(CHAP, 1, 0x2a, CHALLENGE), []);
    let (mut world, _) = World::with_lcp(&SETTINGS, &[]);
    assert_eq!(world.ppp(CHAP, 1, 0x2a, CHALLENGE), []);
}

#[test]
fn a_refused_password_is_tried_again_slowly() {
    for wants in [Wants::Pap, Wants::Chap] {
        let mut peer = Peer {
            wants,
            password: b"another",
            ..Peer::new()
        };
        let mut world = World::new(&SETTINGS);
        world.talk_ms(&mut peer, 500);
        assert_eq!(world.last_reason(), Some(Reason::AuthenticationFailed));
        assert_eq!(world.client.status().last_message, "no way");
        assert_eq!(world.phase(), Phase::Waiting);
        world.talk_ms(&mut peer, 3_600_000);
        assert!(
            (4..=8).contains(&peer.refused),
            "{} in an hour",
            peer.refused
        );
        // Pulling the plug is no way round it.
        let refused = peer.refused;
        for _ in 0..20 {
            world.client.link(false, world.now);
            world.client.link(true, world.now);
            world.talk_ms(&mut peer, 10_000);
        }
        assert!(peer.refused <= refused + 1);
        // The owner's word is.
        peer.password = b"secret";
        world.client.dial(world.now);
        world.talk_ms(&mut peer, 2_000);
        assert_eq!(world.phase(), Phase::Up);
    }
}

#[test]
fn a_peer_that_hangs_up_instead_of_refusing_is_not_asked_at_once_either() {
    for terminates in [false, true] {
        let (mut world, _) = World::with_lcp(&SETTINGS, &WANTS_PAP);
        if terminates {
            world.ppp(0xc021, 5, 1, b"");
        }
        world.discovers(AC, &pppoe(0xa7, 0x0101, &[]));
        assert_eq!(world.last_reason(), Some(Reason::AuthenticationUnanswered));
        let soonest = world.client.status().retry_at.unwrap();
        assert!(soonest.ms_since(world.now) > 20_000);
    }
}

#[test]
fn the_password_is_shown_to_nobody() {
    let settings = Settings {
        username: "who-i-am",
        password: "what-i-know",
        ..SETTINGS
    };
    let hides = |text: String| !text.contains("who-i-am") && !text.contains("what-i-know");
    let told = format!("{settings:?}");
    assert!(told.contains("port_mtu_bytes") && hides(told));
    let (mut world, sent) = World::with_lcp(&settings, &WANTS_PAP);
    let told = format!("{:?}", world.client);
    assert!(told.contains("Authenticate") && hides(told));
    // Not even if the peer says it.
    world.ppp(
        PAP,
        3,
        sent[0].identifier,
        b"\x1awrong password what-i-know",
    );
    assert_eq!(world.last_reason(), Some(Reason::AuthenticationFailed));
    assert!(hides(format!(
        "{:?} {:?}",
        world.client,
        world.client.status()
    )));
}

#[test]
fn what_the_peer_says_is_shown_where_there_is_no_password_too() {
    let settings = Settings {
        password: "",
        ..SETTINGS
    };
    let (mut world, sent) = World::with_lcp(&settings, &WANTS_PAP);
    world.ppp(PAP, 3, sent[0].identifier, b"\x08your bill");
    assert_eq!(world.last_reason(), Some(Reason::AuthenticationFailed));
    assert_eq!(world.client.status().last_message, "your bil");
}

#[test]
fn who_hangs_up_before_anything_was_proven_or_loses_the_link_has_refused_nobody() {
    let (mut world, _) = World::with_lcp(&SETTINGS, &WANTS_CHAP);
    world.discovers(AC, &pppoe(0xa7, 0x0101, &[]));
    assert_eq!(world.last_reason(), Some(Reason::PeerHungUp));
    let (mut world, _) = World::with_lcp(&SETTINGS, &WANTS_PAP);
    world.client.link(false, world.now);
    assert_eq!(world.last_reason(), Some(Reason::LinkLost));
    assert_eq!(Reason::LinkLost.to_string(), "link lost");
}

#[test]
fn a_peer_that_rejects_what_it_asked_for_itself_is_not_asked_at_once() {
    for method in [PAP, CHAP] {
        let (mut world, _) = World::with_lcp(&SETTINGS, &WANTS_PAP);
        world.ppp(LCP, 8, 1, &method.to_be_bytes());
        let expected = Some(Reason::NoCommonAuthentication);
        assert_eq!(world.last_reason(), expected);
        let (mut world, _) = World::with_lcp(&SETTINGS, &[]);
        assert_eq!(world.ppp(LCP, 8, 1, &method.to_be_bytes()), []);
        assert_eq!(world.last_reason(), None, "it is not in use");
    }
}

#[test]
fn a_peer_that_challenges_for_ever_is_given_up() {
    let (mut world, _) = World::with_lcp(&SETTINGS, &WANTS_CHAP);
    while world.last_reason().is_none() {
        assert!(world.now.0 <= firmware::pppoe::SETUP_LIMIT_MS);
        world.ppp(CHAP, 1, 0x2a, CHALLENGE);
        for (_, packet) in world.waits_ms(5_000) {
            if (packet.protocol, packet.code) == (LCP, 9) {
                world.ppp(LCP, 10, packet.identifier, &[0, 0, 0, 9]);
            }
        }
    }
    assert_eq!(world.last_reason(), Some(Reason::AuthenticationUnanswered));
}

#[test]
fn before_the_peer_has_accepted_us_no_network_protocol_begins() {
    let (mut world, _) = World::with_lcp(&SETTINGS, &WANTS_PAP);
    assert_eq!(world.ppp(IPCP, 1, 1, &[]), []);
    assert_eq!(world.client.status().counters.discarded.unexpected, 1);
}
