//! What ends a session, and what follows.

use firmware::pppoe::{Client, Phase, Reason, Settings};
use firmware::router::time::Instant;

use crate::peer::Peer;
use crate::random::Random;
use crate::world::{AC, SETTINGS, Wire, World, pppoe};

#[test]
fn without_a_link_nothing_happens() {
    let mut client = Client::new(&SETTINGS, [1; 16]).unwrap();
    let mut wire = Wire::default();
    assert_eq!(client.poll(Instant(0), &mut wire), None);
    assert_eq!(client.status().phase, Phase::NoLink);
    client.link(false, Instant(5));
    client.hang_up(Instant(5), &mut wire);
    assert_eq!(client.status().phase, Phase::Off);
    client.link(true, Instant(6));
    assert_eq!(client.poll(Instant(6), &mut wire), None, "still hung up");
    assert!(wire.sent.is_empty());
    client.dial(Instant(7));
    assert!(client.poll(Instant(7), &mut wire).is_some());
    assert_eq!(wire.sent[0].code(), 0x09);
    assert_eq!(client.status().last_reason, None, "nothing has ended");
}

#[test]
fn a_lost_link_ends_the_session_and_its_return_begins_another_at_once() {
    let mut peer = Peer::new();
    let mut world = World::up(&SETTINGS, &mut peer);
    world.client.link(false, world.now);
    assert!(world.client.line().is_none());
    assert_eq!(world.phase(), Phase::NoLink);
    assert_eq!(world.last_reason(), Some(Reason::LinkLost));
    assert_eq!(world.wait_ms(100_000), []);
    world.client.link(true, world.now);
    let sent = world.poll();
    assert_eq!(
        sent[0].bytes,
        pppoe(0xa7, 0x0101, &[]),
        "the old session first"
    );
    assert_eq!(sent[1].code(), 0x09);
    for sent in &sent {
        peer.receive(sent, world.now.0);
    }
    world.talk_ms(&mut peer, 1_500);
    assert_eq!(world.phase(), Phase::Up);
    let counters = world.client.status().counters;
    assert_eq!((counters.sessions, counters.ends), (2, 1));
}

#[test]
fn the_address_of_the_last_session_is_asked_for_again() {
    let mut peer = Peer::new();
    let mut world = World::up(&SETTINGS, &mut peer);
    let (before, id) = (world.line().ipv4, world.line().ipv6);
    world.client.link(false, world.now);
    world.client.link(true, world.now);
    let mut asked = Vec::new();
    world.talk_over(&mut peer, 3_000, |sent| {
        if sent.bytes[1] == 0 && sent.ppp().0 == 0x8021 && sent.ppp().1[0] == 1 {
            asked.push(sent.ppp().1[6..10].to_vec());
        }
        true
    });
    assert!(asked.contains(&vec![100, 64, 0, 10]), "{asked:?}");
    assert_eq!(world.line().ipv4, before);
    assert_eq!(
        world.line().ipv6.unwrap().local_interface_id,
        id.unwrap().local_interface_id
    );
    peer.address = [100, 64, 0, 99];
    world.client.link(false, world.now);
    world.client.link(true, world.now);
    world.talk_ms(&mut peer, 3_000);
    assert_eq!(world.line().ipv4.unwrap().local.octets(), [100, 64, 0, 99]);
}

#[test]
fn a_dead_peer_is_noticed() {
    let mut peer = Peer::new();
    let mut world = World::up(&SETTINGS, &mut peer);
    peer.is_dead = true;
    let start = world.now;
    while world.client.line().is_some() {
        world.talk_ms(&mut peer, 500);
        assert!(world.now.ms_since(start) < 60_000);
    }
    let took = world.now.ms_since(start);
    assert!((30_000..=58_000).contains(&took), "after {took} ms");
    assert_eq!(world.last_reason(), Some(Reason::PeerDead));
    peer.is_dead = false;
    peer.restart(0x0102);
    world.talk_ms(&mut peer, 5_000);
    assert_eq!(world.line().session_id, 0x0102);
}

#[test]
fn a_few_lost_echoes_are_no_death() {
    let mut peer = Peer::new();
    let mut world = World::up(&SETTINGS, &mut peer);
    let mut asked = 0;
    world.talk_over(&mut peer, 3_600_000, |sent| {
        let is_echo = sent.bytes[1] == 0 && sent.ppp().0 == 0xc021 && sent.ppp().1[0] == 9;
        asked += u32::from(is_echo);
        !is_echo || asked % 4 == 0
    });
    assert_eq!(world.client.status().counters.sessions, 1);
}

#[test]
fn a_peer_that_rejects_echoes_lives_as_long_as_it_does_so() {
    let mut world = World::up(&SETTINGS, &mut Peer::new());
    for _ in 0..20 {
        for (_, packet) in world.waits_ms(10_000) {
            let rejected = [packet.code, packet.identifier, 0, 8, 0, 0, 0, 0];
            world.ppp(0xc021, 7, 1, &rejected);
        }
    }
    assert_eq!(world.phase(), Phase::Up);
    world.waits_ms(60_000);
    assert_eq!(world.last_reason(), Some(Reason::PeerDead));
}

#[test]
fn hanging_up_says_so_and_dialling_begins_again() {
    let mut peer = Peer::new();
    let mut world = World::up(&SETTINGS, &mut peer);
    world.client.hang_up(world.now, &mut world.wire);
    let sent = std::mem::take(&mut world.wire.sent);
    assert_eq!(sent.len(), 2);
    assert_eq!((sent[0].ppp().0, sent[0].ppp().1[0]), (0xc021, 5));
    assert_eq!(sent[1].bytes, pppoe(0xa7, 0x0101, &[]));
    assert_eq!(world.phase(), Phase::Off);
    assert_eq!(world.last_reason(), Some(Reason::HungUp));
    assert_eq!(world.wait_ms(3_600_000), []);
    world.client.dial(world.now);
    world.talk_ms(&mut peer, 1_000);
    assert_eq!(world.phase(), Phase::Up);
}

#[test]
fn a_session_that_ends_again_and_again_is_asked_for_less_and_less() {
    let mut world = World::new(&SETTINGS);
    let mut waits = Vec::new();
    for _ in 0..9 {
        world.finds_session(&[]);
        world.discovers(AC, &pppoe(0xa7, 0x0101, &[]));
        let retry_at = world.client.status().retry_at.unwrap();
        waits.push(retry_at.ms_since(world.now));
        world.now = retry_at;
    }
    for (wait, seconds) in waits.iter().zip([1, 2, 4, 8, 16, 32, 64, 64, 64]) {
        assert!((seconds * 875..=seconds * 1125).contains(wait), "{waits:?}");
    }
    // One that lasted makes up for it.
    let mut peer = Peer::new();
    world.talk_ms(&mut peer, 80_000);
    let padt = peer.hang_up();
    world.discovers(padt.station, &padt.bytes);
    let wait = world.client.status().retry_at.unwrap().ms_since(world.now);
    assert!(wait <= 1_125, "{wait}");
}

#[test]
fn a_peer_that_forgot_us_is_found_again() {
    let mut peer = Peer::new();
    let mut world = World::up(&SETTINGS, &mut peer);
    peer.restart(0x0909);
    world.talk_ms(&mut peer, 65_000);
    assert_eq!(world.line().session_id, 0x0909);
    assert_eq!(world.client.status().last_reason, Some(Reason::PeerDead));
}

#[test]
fn a_peer_that_misses_the_first_frames_is_waited_for() {
    for deaf_to in 1..=4 {
        let mut peer = Peer {
            deaf_to,
            ..Peer::new()
        };
        let mut world = World::new(&SETTINGS);
        world.talk_ms(&mut peer, 20_000);
        assert_eq!(world.phase(), Phase::Up, "{deaf_to}");
        assert_eq!(world.last_reason(), None);
    }
}

#[test]
fn a_line_that_loses_and_repeats_frames_comes_up_and_stays() {
    let mut random = Random::from_environment();
    for round in 0..300 {
        let loses_one_in = random.pick(&[3, 4, 6, 10]);
        let settings = Settings {
            port_mtu_bytes: random.pick(&[1500, 1508]),
            echo_failures: 10,
            ..SETTINGS
        };
        let mut peer = Peer {
            max_payload: Some(1500),
            mru: Some(1500),
            wants: random.pick(&[crate::peer::Wants::Pap, crate::peer::Wants::Chap]),
            ..Peer::new()
        };
        let mut seed = [0; 16];
        seed.fill_with(|| random.byte());
        let mut world = World::seeded(&settings, seed);
        world.talk_over(&mut peer, 600_000, |_| !random.one_in(loses_one_in));
        // However it went, it goes on well when nothing is lost.
        world.talk_ms(&mut peer, 600_000);
        assert_eq!(
            world.phase(),
            Phase::Up,
            "round {round}: {:?}",
            world.client
        );
        let line = world.line();
        assert!(
            line.ipv4.is_some() && line.ipv6.is_some(),
            "round {round}: {:?}",
            world.client
        );
    }
}

#[test]
fn a_protocol_that_stayed_unanswered_is_asked_for_again() {
    let mut peer = Peer::new();
    let mut world = World::new(&SETTINGS);
    world.talk_over(&mut peer, 40_000, |sent| {
        sent.bytes[1] != 0 || sent.ppp().0 != 0x8021
    });
    assert!(world.line().ipv4.is_none() && world.line().ipv6.is_some());
    world.talk_ms(&mut peer, 30_000);
    assert!(world.line().ipv4.is_some());
    assert_eq!(world.client.status().counters.sessions, 1);
}

#[test]
fn a_full_queue_is_a_lost_frame_and_counted() {
    let mut world = World::new(&SETTINGS);
    world.wire.is_full = true;
    assert_eq!(world.wait_ms(2_000), []);
    assert!(world.client.status().counters.frames_lost >= 2);
    world.wire.is_full = false;
    world.talk_ms(&mut Peer::new(), 10_000);
    assert_eq!(world.phase(), Phase::Up);
}

#[test]
fn a_new_link_is_dialled_at_once_however_often_it_went_wrong_before() {
    let mut world = World::new(&SETTINGS);
    let fails = |world: &mut World| {
        world.finds_session(&[]);
        world.discovers(AC, &pppoe(0xa7, 0x0101, &[]));
        let retry = world.client.status().retry_at.unwrap();
        let waited_ms = retry.ms_since(world.now);
        world.now = retry;
        waited_ms
    };
    let waits_ms = [(); 4].map(|()| fails(&mut world));
    assert!(waits_ms[3] > 7_000, "{waits_ms:?}");
    world.client.link(false, world.now);
    world.client.link(true, world.now);
    let wait_ms = fails(&mut world);
    assert!((900..=1_100).contains(&wait_ms), "{wait_ms}");
}
