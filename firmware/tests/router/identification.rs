//! Identifications of what leaves under the router's address (RFC 6864): two hosts may draw the same one.

use std::collections::HashSet;

use crate::fragments::{pieces, reassembled};
use crate::packets::{UDP, View, end, ipv4, udp_payload};
use crate::world::{ALICE, BOB, SERVER, WAN, World, lan, settings};

const DONT_FRAGMENT: u16 = 0x4000;
/// What every host here draws.
const DRAWN: u16 = 77;

fn datagram(source: (&str, u16), destination: (&str, u16), fragment: u16) -> Vec<u8> {
    let ends = [source, destination].map(|(address, port)| end(address, port));
    let addresses = [source.0, destination.0].map(|address| address.parse().unwrap());
    let payload = udp_payload(ends[0], ends[1], b"any");
    ipv4(addresses[0], addresses[1], UDP, fragment, DRAWN, &payload)
}

fn identification(packet: &[u8]) -> u16 {
    u16::from_be_bytes([packet[4], packet[5]])
}

#[test]
fn two_hosts_that_draw_the_same_one_leave_with_different_ones() {
    let mut world = World::new();
    let mut seen = HashSet::new();
    // The first of each opens a session, the others take the short way.
    for _ in 0..3 {
        for host in [ALICE, BOB] {
            let packet = world.lan_to_wan(&datagram((host, 5000), (SERVER, 53), 0));
            View(&packet).assert_sound();
            assert!(seen.insert(identification(&packet)), "{seen:?}");
        }
    }
}

#[test]
fn an_atomic_datagram_keeps_its_own_on_both_ways_through_the_router() {
    let mut world = World::new();
    for _ in 0..2 {
        let atomic = datagram((ALICE, 5000), (SERVER, 53), DONT_FRAGMENT);
        assert_eq!(identification(&world.lan_to_wan(&atomic)), DRAWN);
    }
}

#[test]
fn what_comes_in_keeps_its_own() {
    let mut world = World::new();
    world.lan_to_wan(&datagram((ALICE, 5000), (SERVER, 53), 0));
    let answer = world.wan_to_lan(&datagram((SERVER, 53), (WAN, 5000), 0));
    assert_eq!(identification(&answer), DRAWN);
    for piece in pieces((SERVER, 53), (WAN, 5000), &[9; 3000], 1000) {
        assert_eq!(identification(&world.wan_to_lan(&piece)), DRAWN);
    }
}

/// Those of two hosts by turns, each first fragment twice.
#[test]
fn the_fragments_of_a_datagram_share_one_that_no_other_has() {
    let mut world = World::new();
    let hosts = [ALICE, BOB].map(|host| pieces((host, 5000), (SERVER, 53), &[5; 3000], 1000));
    let mut left = [Vec::new(), Vec::new()];
    for piece in [0, 1, 0, 2, 3] {
        for (host, left) in hosts.iter().zip(&mut left) {
            let packet = world.lan_to_wan(&host[piece]);
            if left.len() == piece {
                left.push(packet);
            }
        }
    }
    let drawn = left.map(|pieces| {
        View(&reassembled(&pieces)).assert_sound();
        let drawn: HashSet<u16> = pieces.iter().map(|piece| identification(piece)).collect();
        assert_eq!((pieces.len(), drawn.len()), (4, 1));
        drawn
    });
    assert!(drawn[0].is_disjoint(&drawn[1]), "{drawn:?}");
}

#[test]
fn fragments_that_waited_for_the_first_one_get_what_it_gets() {
    let mut world = World::new();
    let mut pieces = pieces((ALICE, 5000), (SERVER, 53), &[5; 2000], 1000);
    pieces.reverse();
    let first = pieces.pop().unwrap();
    for later in &pieces {
        assert_eq!(world.lan_sends(later), []);
    }
    let left = world.lan_sends(&first);
    let drawn: HashSet<u16> = left
        .iter()
        .map(|sent| identification(&sent.frame[14..]))
        .collect();
    assert_eq!((left.len(), drawn.len()), (3, 1));
}

#[test]
fn the_fragments_that_the_router_makes_share_one() {
    let lans = [lan()];
    let mut settings = settings(&lans, &[]);
    settings.wan.port.mtu_bytes = 577;
    settings.wan.ipv6 = None;
    let mut world = World::<64>::with(&settings);
    let drawn = [ALICE, BOB].map(|host| {
        let whole = pieces((host, 5000), (SERVER, 53), &[5; 1000], 1200).remove(0);
        let sent = world.lan_sends(&whole);
        assert_eq!(sent.len(), 2);
        let [one, other] = [0, 1].map(|at: usize| identification(&sent[at].frame[14..]));
        assert_eq!(one, other);
        one
    });
    assert_ne!(drawn[0], drawn[1]);
}

#[test]
fn none_comes_again_before_all_others_have() {
    let mut world = World::new();
    let packet = datagram((ALICE, 5000), (SERVER, 53), 0);
    let mut drawn = HashSet::new();
    for _ in 0..=u16::MAX {
        assert!(drawn.insert(identification(&world.lan_to_wan(&packet))));
    }
    let after_all = identification(&world.lan_to_wan(&packet));
    assert!(drawn.contains(&after_all));
}
