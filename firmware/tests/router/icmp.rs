//! Errors: the router's own, and those that pass.

use crate::packets::{
    DONT_FRAGMENT, ICMP, MORE_FRAGMENTS, RST, SEGMENT, Tcp, UDP, View, echo, end,
    fix_header_checksum, icmp_error, ipv4, syn, tcp, udp,
};
use crate::world::WEB;
use crate::world::{
    ALICE, BOB, LAN_MAC, LAN_WIRE, ROUTER, SERVER, WAN, WAN_WIRE, World, frame, lan, mac_of,
    settings,
};
use core::net::{IpAddr, Ipv4Addr};

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn v4(text: &str) -> Ipv4Addr {
    text.parse().unwrap()
}

fn with_ttl(mut packet: Vec<u8>, ttl: u8) -> Vec<u8> {
    packet[8] = ttl;
    fix_header_checksum(&mut packet);
    packet
}

#[test]
fn a_packet_without_hops_left_is_reported_to_its_sender_as_it_came() {
    let mut world = World::new();
    let packet = with_ttl(
        udp(end(ALICE, 33_434), end(SERVER, 33_434), b"traceroute"),
        1,
    );
    let sent = world.lan_sends(&packet);
    assert_eq!(sent[0].frame[..6], mac_of(ALICE));
    let error = world.only_packet(&sent, LAN_WIRE);
    View(&error).assert_sound();
    assert_eq!(View(&error).source_address(), address(ROUTER));
    assert_eq!(View(&error).payload()[..2], [11, 0]);
    assert_eq!(View(&error).payload()[8..], packet);
    let counters = world.router.counters();
    assert_eq!(
        (counters.dropped.ttl_expired, counters.sent.time_exceeded),
        (1, 1)
    );
    assert_eq!(
        world.router.session_count(),
        0,
        "what doesn't go on opens no session"
    );
}

#[test]
fn a_packet_too_big_for_the_wan_is_answered_with_its_mtu() {
    let mut settings = settings(&[], &[]);
    let lans = [lan()];
    settings.lans = &lans;
    settings.wan.port.mtu_bytes = 1492;
    let mut world = World::<64>::with(&settings);
    let data = vec![7; 1453];
    let segment = Tcp {
        data: &data,
        ..SEGMENT
    };
    let packet = tcp(end(ALICE, 40_000), end(SERVER, 443), segment);
    assert_eq!(packet.len(), 1493);
    let sent = world.lan_sends(&packet);
    let error = world.only_packet(&sent, LAN_WIRE);
    View(&error).assert_sound();
    assert_eq!(View(&error).payload()[..2], [3, 4]);
    assert_eq!(View(&error).payload()[4..8], [0, 0, 0x05, 0xd4]);
    assert_eq!(error.len(), 576);
    assert_eq!(View(&error).payload()[8..], packet[..548]);
    assert_eq!(world.router.counters().dropped.too_big, 1);
}

#[test]
fn what_the_router_has_nothing_for_is_unreachable_inside_and_silent_outside() {
    let mut world = World::new();
    let packet = udp(end(ALICE, 5000), end(ROUTER, 53), b"a question");
    let sent = world.lan_sends(&packet);
    let error = world.only_packet(&sent, LAN_WIRE);
    View(&error).assert_sound();
    assert_eq!(View(&error).payload()[..2], [3, 3]);
    assert_eq!(world.router.counters().dropped.closed, 1);
    let packet = udp(end(SERVER, 5000), end(WAN, 53), b"a question");
    world.assert_dropped_from_wan(&packet, "unsolicited");
}

#[test]
fn errors_are_never_about_errors_later_fragments_or_what_was_sent_to_many() {
    let mut world = World::new();
    let before = world.router.counters().sent.total();
    let quoted = udp(end(SERVER, 1), end(ALICE, 2), b"x");
    let about_error = with_ttl(
        icmp_error(address(ALICE), address(BOB), [3, 1], 0, &quoted),
        1,
    );
    let later = ipv4(v4(ALICE), v4(SERVER), UDP, 1, 9, &[0; 64]);
    world.assert_dropped_from_lan(
        &with_ttl(udp(end(ALICE, 1), end("192.168.1.255", 2), b"x"), 1),
        "broadcast",
    );
    world.assert_dropped_from_lan(
        &with_ttl(udp(end(ALICE, 1), end("224.0.0.5", 2), b"x"), 1),
        "multicast",
    );
    let to_many = frame(
        [0xff; 6],
        mac_of(ALICE),
        &with_ttl(udp(end(ALICE, 1), end(SERVER, 2), b"x"), 1),
    );
    world.assert_dropped(LAN_WIRE, &to_many, "link_broadcast");
    // Alice's own host unreachable towards Bob, who is in the same LAN, with its TTL used up.
    world.assert_dropped_from_lan(&about_error, "ttl_expired");
    assert_eq!(world.lan_sends(&later), [], "waits for its first fragment");
    assert_eq!(world.wait_ms(3_000), []);
    assert_eq!(world.router.counters().dropped.fragment_lost, 1);
    assert_eq!(world.router.counters().sent.total(), before);
}

#[test]
fn errors_are_limited_each_second_inside_and_outside_apart() {
    let mut world = World::new();
    let packet = with_ttl(udp(end(ALICE, 1), end(SERVER, 2), b"x"), 1);
    let answered = (0..150)
        .filter(|_| !world.lan_sends(&packet).is_empty())
        .count();
    assert_eq!(answered, 100);
    assert_eq!(world.router.counters().sent.errors_suppressed, 50);
    world.lan_to_wan(&udp(end(ALICE, 1), end(SERVER, 2), b"x"));
    let answer = with_ttl(udp(end(SERVER, 2), end(WAN, 1), b"x"), 1);
    assert_eq!(
        world.internet_sends(&answer).len(),
        1,
        "the WAN's own limit isn't touched"
    );
    world.wait_ms(1_000);
    assert_eq!(world.lan_sends(&packet).len(), 1);
}

#[test]
fn the_router_answers_echo_on_every_address_and_not_a_corrupted_one() {
    let mut world = World::new();
    for (from, to) in [(ALICE, ROUTER), (ALICE, WAN), (SERVER, WAN)] {
        let request = echo(address(from), address(to), false, 9);
        let reply = if from == ALICE {
            let sent = world.lan_sends(&request);
            world.only_packet(&sent, LAN_WIRE)
        } else {
            let sent = world.internet_sends(&request);
            world.only_packet(&sent, WAN_WIRE)
        };
        View(&reply).assert_sound();
        let expected = echo(address(to), address(from), true, 9);
        assert_eq!(View(&reply).payload(), View(&expected).payload());
        assert_eq!(View(&reply).source_address(), address(to));
    }
    let mut corrupted = echo(address(ALICE), address(ROUTER), false, 9);
    corrupted[40] ^= 1;
    world.assert_dropped_from_lan(&corrupted, "icmp_checksum");
    let request = echo(address(ALICE), address(ROUTER), false, 9);
    let answered = (0..200)
        .filter(|_| !world.lan_sends(&request).is_empty())
        .count();
    assert_eq!(answered, 98);
    assert_eq!(world.router.counters().dropped.echo_rate, 102);
}

/// What a router beyond the WAN says about the packet `outside`, as Alice gets it.
fn through(world: &mut World, outside: &[u8], kind: [u8; 2]) -> Vec<u8> {
    let error = icmp_error(address("192.0.2.77"), address(WAN), kind, 0, outside);
    world.wan_to_lan(&error)
}

#[test]
fn an_error_from_outside_arrives_with_the_packet_that_the_host_sent() {
    let mut world = World::new();
    world.lan_to_wan(&udp(end(BOB, 5000), end(SERVER, 53), b"takes port 5000"));
    world.lan_to_wan(&tcp(end(BOB, 5000), end(SERVER, 53), SEGMENT));
    world.lan_to_wan(&echo(address(BOB), address(SERVER), false, 5000));
    let originals = [
        udp(end(ALICE, 5000), end(SERVER, 53), b"question"),
        tcp(end(ALICE, 5000), end(SERVER, 53), SEGMENT),
        echo(address(ALICE), address(SERVER), false, 5000),
    ];
    for original in originals {
        let outside = world.lan_to_wan(&original);
        for quoted_len in [outside.len(), 28] {
            let error = through(&mut world, &outside[..quoted_len], [3, 1]);
            View(&error).assert_sound();
            assert_eq!(View(&error).source_address(), address("192.0.2.77"));
            assert_eq!(View(&error).destination_address(), address(ALICE));
            // As Alice sent it, one hop later.
            let mut expected = original.clone();
            expected[8] -= 1;
            fix_header_checksum(&mut expected);
            assert_eq!(View(&error).payload()[8..], expected[..quoted_len]);
        }
    }
    assert_eq!(world.router.counters().events.icmp_errors_passed, 6);
}

#[test]
fn an_error_from_inside_leaves_with_the_packet_that_the_server_sent() {
    let mut world = World::new();
    world.lan_to_wan(&udp(end(BOB, 5000), end(SERVER, 53), b"takes port 5000"));
    let outside = world.lan_to_wan(&udp(end(ALICE, 5000), end(SERVER, 53), b"question"));
    let answer = udp(end(SERVER, 53), View(&outside).source(), b"answer");
    let inside = world.wan_to_lan(&answer);
    let error = icmp_error(address(ALICE), address(SERVER), [3, 3], 0, &inside);
    let error = world.lan_to_wan(&error);
    View(&error).assert_sound();
    assert_eq!(View(&error).source_address(), address(WAN));
    let mut expected = answer;
    expected[8] -= 1;
    fix_header_checksum(&mut expected);
    assert_eq!(View(&error).payload()[8..], expected);
}

#[test]
fn an_error_about_a_hairpin_packet_passes_the_wans_address() {
    let lans = [lan()];
    let mut world = World::<64>::with(&settings(&lans, &[WEB]));
    let original = syn(end(ALICE, 40_000), end(WAN, 80), 1460);
    let sent = world.lan_sends(&original);
    let at_bob = world.only_packet(&sent, LAN_WIRE);
    let error = icmp_error(address(BOB), address(WAN), [3, 3], 0, &at_bob);
    let sent = world.lan_sends(&error);
    let error = world.only_packet(&sent, LAN_WIRE);
    View(&error).assert_sound();
    assert_eq!(View(&error).source_address(), address(WAN));
    assert_eq!(View(&error).destination_address(), address(ALICE));
    let mut expected = original;
    expected[8] -= 1;
    fix_header_checksum(&mut expected);
    assert_eq!(View(&error).payload()[8..], expected);
}

#[test]
fn an_error_about_a_packet_that_nobody_sent_stays_outside() {
    let mut world = World::new();
    let outside = world.lan_to_wan(&udp(end(ALICE, 5000), end(SERVER, 53), b"question"));
    let other_port = udp(end(WAN, 5001), end(SERVER, 53), b"question");
    let other_server = udp(end(WAN, 5000), end("198.51.100.81", 53), b"question");
    let other_source = udp(end("203.0.113.10", 5000), end(SERVER, 53), b"question");
    for quote in [other_port, other_server, other_source] {
        let error = icmp_error(address("192.0.2.77"), address(WAN), [3, 1], 0, &quote);
        world.assert_dropped_from_wan(&error, "unsolicited");
    }
    for quote in [&outside[..19], &outside[..27], &[]] {
        let error = icmp_error(address("192.0.2.77"), address(WAN), [3, 1], 0, quote);
        world.assert_dropped_from_wan(&error, "malformed_transport");
    }
    let redirect = icmp_error(address("192.0.2.77"), address(WAN), [5, 1], 0, &outside);
    world.assert_dropped_from_wan(&redirect, "unsolicited");
    let from_alice = icmp_error(address(ALICE), address(SERVER), [3, 3], 0, &outside);
    world.assert_dropped_from_lan(&from_alice, "no_session");
}

#[test]
fn a_corrupted_error_stays_corrupted() {
    let mut world = World::new();
    let outside = world.lan_to_wan(&udp(end(ALICE, 5000), end(SERVER, 53), b"question"));
    let mut error = icmp_error(address("192.0.2.77"), address(WAN), [3, 1], 0, &outside);
    error[22] ^= 0x55;
    let before = View(&error).checksum_error();
    let inside = world.wan_to_lan(&error);
    assert_eq!(
        (View(&inside).checksum_error() - before).rem_euclid(0xffff),
        0
    );
}

#[test]
fn a_neighbour_that_does_not_answer_is_unreachable() {
    let lans = [lan()];
    let mut world = World::<64>::with(&settings(&lans, &[WEB]));
    let packet = udp(end(ALICE, 1), end("192.168.1.99", 2), b"x");
    let sent = world.lan_sends(&packet);
    assert_eq!(sent.len(), 1, "an ARP request");
    assert_eq!(
        sent[0].frame[..14],
        [&[0xff; 6], &LAN_MAC[..], &[8, 6]].concat()
    );
    assert_eq!(world.router.counters().waiting, 1);
    let sent = world.wait_ms(3_500);
    assert_eq!(sent.len(), 3, "two more requests and the error");
    let error = &sent[2].frame[14..];
    View(error).assert_sound();
    assert_eq!(View(error).payload()[..2], [3, 1]);
    assert_eq!(View(error).payload()[8..], packet);
    let counters = world.router.counters();
    assert_eq!(
        (counters.waiting, counters.dropped.neighbour_unresolved),
        (0, 1)
    );
}

#[test]
fn a_reset_or_icmp_to_the_router_is_not_answered() {
    let mut world = World::new();
    let timestamp = crate::packets::ip(address(ALICE), address(ROUTER), ICMP, vec![13; 20]);
    world.assert_dropped_from_lan(&timestamp, "nothing_to_answer");
    let quote = udp(end(ROUTER, 1), end(ALICE, 2), b"x");
    let error = icmp_error(address(ALICE), address(ROUTER), [3, 3], 0, &quote);
    world.assert_dropped_from_lan(&error, "nothing_to_answer");
    let mut fragment = ipv4(v4(ALICE), v4(ROUTER), UDP, MORE_FRAGMENTS, 9, &[9; 64]);
    world.assert_dropped_from_lan(&fragment, "closed");
    fragment[6] = DONT_FRAGMENT.to_be_bytes()[0] | 0x20;
    fix_header_checksum(&mut fragment);
    world.assert_dropped_from_lan(&fragment, "closed");
    let reset = Tcp {
        flags: RST,
        ..SEGMENT
    };
    let packet = tcp(end(SERVER, 1), end(WAN, 2), reset);
    world.assert_dropped_from_wan(&packet, "unsolicited");
}

#[test]
fn an_error_that_does_not_reach_its_neighbour_is_not_reported() {
    let mut world = World::new();
    let quote = udp(end("192.168.1.99", 1), end(ALICE, 2), b"x");
    let error = icmp_error(address(ALICE), address("192.168.1.99"), [3, 3], 0, &quote);
    assert_eq!(world.lan_sends(&error).len(), 1, "an ARP request");
    let sent = world.wait_ms(3_500);
    assert!(sent.iter().all(|sent| sent.frame[12..14] == [8, 6]));
    assert_eq!(world.router.counters().dropped.neighbour_unresolved, 1);
}
