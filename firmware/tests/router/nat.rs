//! Masquerade: what leaves, what comes back, and what doesn't.

use crate::packets::{
    ACK, FIN, ICMP, RST, SEGMENT, SYN, Tcp, UDP, View, echo, end, ip, syn, tcp, udp,
};
use crate::world::{
    ALICE, BOB, GATEWAY_MAC, LAN_MAC, LAN_WIRE, SERVER, WAN, WAN_MAC, WAN_WIRE, WEB, World, frame,
    lan, mac_of, settings,
};

#[test]
fn a_packet_leaves_from_the_wans_address_and_its_answer_finds_back() {
    let mut world = World::new();
    let out = syn(end(ALICE, 40_000), end(SERVER, 443), 1460);
    let sent = world.lan_sends(&out);
    assert_eq!(sent[0].frame[..14], frame(GATEWAY_MAC, WAN_MAC, &out)[..14]);
    let outside = world.only_packet(&sent, WAN_WIRE);
    let view = View(&outside);
    view.assert_sound();
    assert_eq!(
        (view.source(), view.destination()),
        (end(WAN, 40_000), end(SERVER, 443))
    );
    assert_eq!(view.hops_left(), 63);

    let answer = Tcp {
        flags: SYN | ACK,
        mss: Some(1460),
        ..SEGMENT
    };
    let sent = world.internet_sends(&tcp(end(SERVER, 443), end(WAN, 40_000), answer));
    assert_eq!(sent[0].frame[..12], [mac_of(ALICE), LAN_MAC].concat());
    let inside = world.only_packet(&sent, LAN_WIRE);
    View(&inside).assert_sound();
    assert_eq!(View(&inside).destination(), end(ALICE, 40_000));
    assert_eq!(View(&inside).source(), end(SERVER, 443));
}

#[test]
fn two_hosts_with_one_port_get_two_and_each_its_own_answers() {
    let mut world = World::new();
    let alice = world.lan_to_wan(&udp(end(ALICE, 5000), end(SERVER, 53), b"a"));
    assert_eq!(world.router.counters().events.ports_changed, 0);
    let bob = world.lan_to_wan(&udp(end(BOB, 5000), end(SERVER, 53), b"b"));
    let (alice_port, bob_port) = (View(&alice).source().1, View(&bob).source().1);
    assert_eq!(alice_port, 5000);
    assert_ne!(bob_port, 5000);
    assert_eq!(bob_port % 2, 0, "the parity of the host's port is kept");
    assert!(bob_port >= 1024);
    View(&bob).assert_sound();
    for (port, host) in [(alice_port, ALICE), (bob_port, BOB)] {
        let inside = world.wan_to_lan(&udp(end(SERVER, 53), end(WAN, port), b"answer"));
        assert_eq!(View(&inside).destination(), end(host, 5000));
        View(&inside).assert_sound();
    }
    assert_eq!(world.router.counters().events.ports_changed, 1);
}

#[test]
fn mapping_is_endpoint_independent() {
    let mut world = World::new();
    world.lan_to_wan(&udp(end(ALICE, 5000), end(SERVER, 53), b"a"));
    let first = world.lan_to_wan(&udp(end(BOB, 5000), end(SERVER, 53), b"b"));
    let second = world.lan_to_wan(&udp(end(BOB, 5000), end("198.51.100.81", 99), b"b"));
    assert_eq!(View(&first).source(), View(&second).source());
}

#[test]
fn filtering_is_address_and_port_dependent() {
    let mut world = World::new();
    world.lan_to_wan(&udp(end(ALICE, 5000), end(SERVER, 53), b"a"));
    let reason = "unsolicited";
    world.assert_dropped_from_wan(&udp(end(SERVER, 54), end(WAN, 5000), b"x"), reason);
    world.assert_dropped_from_wan(&udp(end("198.51.100.81", 53), end(WAN, 5000), b"x"), reason);
    world.assert_dropped_from_wan(&udp(end(SERVER, 53), end(WAN, 5001), b"x"), reason);
    world.assert_dropped_from_wan(&tcp(end(SERVER, 53), end(WAN, 5000), SEGMENT), reason);
    world.wan_to_lan(&udp(end(SERVER, 53), end(WAN, 5000), b"x"));
}

#[test]
fn nothing_addressed_to_the_lan_itself_comes_in() {
    let mut world = World::new();
    world.lan_to_wan(&udp(end(ALICE, 5000), end(SERVER, 53), b"a"));
    for host in [ALICE, "192.168.1.1", "192.168.77.1"] {
        let packet = udp(end(SERVER, 53), end(host, 5000), b"x");
        world.assert_dropped_from_wan(&packet, "unsolicited");
    }
}

#[test]
fn a_corrupted_packet_stays_corrupted_by_the_same_amount() {
    let mut world = World::new();
    for error in [1_u16, 0x1234, 0x8000] {
        for mut packet in [
            udp(end(BOB, 7000), end(SERVER, 53), b"data"),
            tcp(end(BOB, 7000), end(SERVER, 53), SEGMENT),
        ] {
            let at = if packet[9] == UDP { 26 } else { 36 };
            let field = u16::from_be_bytes([packet[at], packet[at + 1]]);
            let wrong = (field ^ error).to_be_bytes();
            packet[at..at + 2].copy_from_slice(&wrong);
            let before = View(&packet).checksum_error();
            let outside = world.lan_to_wan(&packet);
            let after = View(&outside).checksum_error();
            // The same amount in ones' complement arithmetic.
            assert_eq!(
                (after - before).rem_euclid(0xffff),
                0,
                "{before} became {after}"
            );
            assert_ne!(after, 0);
        }
    }
}

#[test]
fn udp_without_a_checksum_stays_without() {
    let mut world = World::new();
    let mut packet = udp(end(ALICE, 7000), end(SERVER, 53), b"data");
    packet[26..28].fill(0);
    let outside = world.lan_to_wan(&packet);
    assert_eq!(outside[26..28], [0, 0]);
}

#[test]
fn echoes_are_told_apart_by_identifier() {
    let mut world = World::new();
    let server = end(SERVER, 0).0;
    let mut identifiers = Vec::new();
    for host in [ALICE, BOB] {
        let outside = world.lan_to_wan(&echo(end(host, 0).0, server, false, 7));
        View(&outside).assert_sound();
        assert_eq!(View(&outside).source_address(), end(WAN, 0).0);
        identifiers.push((View(&outside).identifier(), host));
    }
    assert_ne!(identifiers[0].0, identifiers[1].0);
    for (identifier, host) in identifiers {
        let reply = echo(server, end(WAN, 0).0, true, identifier);
        let inside = world.wan_to_lan(&reply);
        View(&inside).assert_sound();
        assert_eq!(View(&inside).destination_address(), end(host, 0).0);
        assert_eq!(View(&inside).identifier(), 7);
    }
    let other = echo(end("198.51.100.81", 0).0, end(WAN, 0).0, true, 7);
    world.assert_dropped_from_wan(&other, "unsolicited");
}

#[test]
fn a_lone_reset_or_fin_opens_no_session() {
    let mut world = World::new();
    for flags in [RST, RST | ACK, FIN | ACK] {
        let segment = Tcp { flags, ..SEGMENT };
        let packet = tcp(end(ALICE, 40_000), end(SERVER, 443), segment);
        world.assert_dropped_from_lan(&packet, "no_session");
    }
    assert_eq!(world.router.session_count(), 0);
}

#[test]
fn protocols_without_ports_are_not_masqueraded() {
    let mut world = World::new();
    let esp = ip(end(ALICE, 0).0, end(SERVER, 0).0, 50, vec![0; 40]);
    world.assert_dropped_from_lan(&esp, "unsupported_protocol");
    let redirect = ip(end(ALICE, 0).0, end(SERVER, 0).0, ICMP, vec![5; 40]);
    world.assert_dropped_from_lan(&redirect, "no_session");
}

#[test]
fn a_connection_that_is_over_is_not_opened_again_from_outside() {
    let mut world = World::new();
    let (alice, server, wan) = (end(ALICE, 40_000), end(SERVER, 443), end(WAN, 40_000));
    world.lan_to_wan(&syn(alice, server, 1460));
    let reset = Tcp {
        flags: RST | ACK,
        sequence: 0,
        acknowledgment: 1001,
        ..SEGMENT
    };
    world.wan_to_lan(&tcp(server, wan, reset));
    world.assert_dropped_from_wan(&syn(server, wan, 1460), "unsolicited");
    world.lan_to_wan(&syn(alice, server, 1460));
}

#[test]
fn a_static_forward_leads_in_and_its_host_answers_from_the_forwarded_port() {
    let lans = [lan()];
    let mut world = World::<64>::with(&settings(&lans, &[WEB]));
    let (client, web) = (end(SERVER, 50_000), end(WAN, 80));
    for flags in [0, ACK, SYN | ACK, SYN | RST, SYN | FIN] {
        let segment = Tcp { flags, ..SEGMENT };
        world.assert_dropped_from_wan(&tcp(client, web, segment), "unsolicited");
    }
    let inside = world.wan_to_lan(&syn(client, web, 1460));
    View(&inside).assert_sound();
    assert_eq!(View(&inside).destination(), end(BOB, 8080));
    let answer = Tcp {
        flags: SYN | ACK,
        ..SEGMENT
    };
    let outside = world.lan_to_wan(&tcp(end(BOB, 8080), client, answer));
    assert_eq!(View(&outside).source(), web);
    View(&outside).assert_sound();
    let own = world.lan_to_wan(&syn(end(BOB, 8080), end("198.51.100.99", 5), 1460));
    assert_eq!(
        View(&own).source(),
        web,
        "the forward is the mapping of that port"
    );
    let other = world.lan_to_wan(&syn(end(ALICE, 80), end(SERVER, 50_001), 1460));
    assert_ne!(
        View(&other).source().1,
        80,
        "a forwarded port is nobody else's"
    );
}

#[test]
fn a_hairpin_connection_passes_the_wans_address_both_ways() {
    let lans = [lan()];
    let mut world = World::<64>::with(&settings(&lans, &[WEB]));
    let (alice, web) = (end(ALICE, 40_000), end(WAN, 80));
    let sent = world.lan_sends(&syn(alice, web, 1460));
    let at_bob = world.only_packet(&sent, LAN_WIRE);
    View(&at_bob).assert_sound();
    assert_eq!(View(&at_bob).source(), end(WAN, 40_000));
    assert_eq!(View(&at_bob).destination(), end(BOB, 8080));
    assert_eq!(sent[0].frame[..6], mac_of(BOB));
    let answer = Tcp {
        flags: SYN | ACK,
        sequence: 9000,
        acknowledgment: 1001,
        ..SEGMENT
    };
    let sent = world.lan_sends(&tcp(end(BOB, 8080), end(WAN, 40_000), answer));
    let at_alice = world.only_packet(&sent, LAN_WIRE);
    View(&at_alice).assert_sound();
    assert_eq!(
        (View(&at_alice).source(), View(&at_alice).destination()),
        (web, alice)
    );
    assert_eq!(world.router.counters().events.hairpins, 2);
    // To a port that leads nowhere, nothing.
    world.assert_dropped_from_lan(&syn(alice, end(WAN, 81), 1460), "unsolicited");
}

#[test]
fn an_echo_may_have_any_identifier() {
    let mut world = World::new();
    for identifier in [0, 1, u16::MAX] {
        let request = echo(end(ALICE, 0).0, end(SERVER, 0).0, false, identifier);
        let outside = world.lan_to_wan(&request);
        assert_eq!(View(&outside).identifier(), identifier);
    }
}

#[test]
fn both_ends_may_open_a_connection_at_once() {
    let mut world = World::new();
    let (alice, server, wan) = (end(ALICE, 40_000), end(SERVER, 443), end(WAN, 40_000));
    world.lan_to_wan(&syn(alice, server, 1460));
    let inside = world.wan_to_lan(&syn(server, wan, 1460));
    assert_eq!(View(&inside).destination(), alice);
}

#[test]
fn the_first_packet_of_a_flow_may_fill_the_wans_mtu() {
    let mut world = World::new();
    let packet = udp(end(ALICE, 5000), end(SERVER, 53), &[1; 1472]);
    assert_eq!(world.lan_to_wan(&packet).len(), 1500);
}
