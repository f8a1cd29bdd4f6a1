//! IPv6: neighbours, advertisements, the firewall.

use crate::packets::{
    ACK, FIN, ICMPV6, RST, SEGMENT, SYN, TCP, Tcp, UDP, View, echo, end, icmp_error, ipv6, syn,
    tcp, udp, udp_payload,
};
use crate::world::{
    ALICE_V6, GATEWAY_MAC, LAN_MAC, LAN_WIRE, ROUTER_V6, SERVER_V6, WAN_MAC, WAN_V6, WAN_WIRE,
    World, frame, lan, mac_of, settings,
};
use core::net::{IpAddr, Ipv6Addr};

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn a_packet_goes_out_as_it_came_and_only_its_answer_comes_in() {
    let mut world = World::new();
    let packet = udp(end(ALICE_V6, 5000), end(SERVER_V6, 53), b"question");
    let sent = world.lan_sends(&packet);
    assert_eq!(
        sent[0].frame[..14],
        frame(GATEWAY_MAC, WAN_MAC, &packet)[..14]
    );
    let outside = world.only_packet(&sent, WAN_WIRE);
    let mut expected = packet.clone();
    expected[7] -= 1;
    assert_eq!(outside, expected);
    let answer = udp(end(SERVER_V6, 53), end(ALICE_V6, 5000), b"answer");
    let inside = world.wan_to_lan(&answer);
    assert_eq!(inside[40..], answer[40..]);
    for (source, port, to) in [
        (SERVER_V6, 54, 5000),
        (SERVER_V6, 53, 5001),
        ("2001:db8:aaaa::81", 53, 5000),
    ] {
        let packet = udp(end(source, port), end(ALICE_V6, to), b"x");
        world.assert_dropped_from_wan(&packet, "unsolicited");
    }
    world.assert_dropped_from_wan(
        &syn(end(SERVER_V6, 53), end(ALICE_V6, 5000), 1440),
        "unsolicited",
    );
    let ping = echo(address(SERVER_V6), address(ALICE_V6), false, 1);
    world.assert_dropped_from_wan(&ping, "unsolicited");
    let esp = ipv6(
        SERVER_V6.parse().unwrap(),
        ALICE_V6.parse().unwrap(),
        50,
        &[0; 40],
    );
    world.assert_dropped_from_wan(&esp, "unsolicited");
    let transit = udp(end(SERVER_V6, 1), end("2001:db8:cccc::1", 2), b"x");
    world.assert_dropped_from_wan(&transit, "unsolicited");
}

#[test]
fn echoes_and_other_protocols_from_inside_have_sessions() {
    let mut world = World::new();
    world.lan_to_wan(&echo(address(ALICE_V6), address(SERVER_V6), false, 7));
    world.wan_to_lan(&echo(address(SERVER_V6), address(ALICE_V6), true, 7));
    let other = echo(address(SERVER_V6), address(ALICE_V6), true, 8);
    world.assert_dropped_from_wan(&other, "unsolicited");
    let (alice, server) = (ALICE_V6.parse().unwrap(), SERVER_V6.parse().unwrap());
    world.lan_to_wan(&ipv6(alice, server, 50, &[0; 40]));
    world.wan_to_lan(&ipv6(server, alice, 50, &[1; 40]));
}

#[test]
fn a_connection_that_is_over_is_not_opened_again_from_outside() {
    let mut world = World::new();
    let (alice, server) = (end(ALICE_V6, 40_000), end(SERVER_V6, 443));
    world.lan_to_wan(&syn(alice, server, 1440));
    let reset = Tcp {
        flags: RST | ACK,
        sequence: 0,
        acknowledgment: 1001,
        ..SEGMENT
    };
    world.wan_to_lan(&tcp(server, alice, reset));
    world.assert_dropped_from_wan(&syn(server, alice, 1440), "unsolicited");
}

#[test]
fn a_packet_too_big_for_the_way_out_is_answered_with_its_mtu() {
    let lans = [lan()];
    let mut settings = settings(&lans, &[]);
    settings.wan.port.mtu_bytes = 1492;
    let mut world = World::<64>::with(&settings);
    let data = vec![1; 1433];
    let segment = Tcp {
        data: &data,
        ..SEGMENT
    };
    let packet = tcp(end(ALICE_V6, 40_000), end(SERVER_V6, 443), segment);
    let sent = world.lan_sends(&packet);
    let error = world.only_packet(&sent, LAN_WIRE);
    View(&error).assert_sound();
    assert_eq!(View(&error).payload()[..2], [2, 0]);
    assert_eq!(View(&error).payload()[4..8], 1492_u32.to_be_bytes());
    assert_eq!(error.len(), 1280);
    assert_eq!(View(&error).payload()[8..], packet[..1232]);
    assert_eq!(world.router.session_count(), 0);
}

#[test]
fn hops_run_out_and_the_sender_hears_of_it_but_not_about_errors() {
    let mut world = World::new();
    let mut packet = udp(end(ALICE_V6, 5000), end(SERVER_V6, 53), b"question");
    packet[7] = 1;
    let sent = world.lan_sends(&packet);
    let error = world.only_packet(&sent, LAN_WIRE);
    View(&error).assert_sound();
    assert_eq!(View(&error).payload()[..2], [3, 0]);
    assert_eq!(View(&error).source_address(), address(ROUTER_V6));
    let outside = world.lan_to_wan(&udp(end(ALICE_V6, 5000), end(SERVER_V6, 53), b"question"));
    let hop = address("2001:db8:bbbb::1");
    let mut error = icmp_error(hop, address(ALICE_V6), [1, 0], 0, &outside);
    let inside = world.wan_to_lan(&error);
    assert_eq!(inside[40..], error[40..], "an error passes as it is");
    error[7] = 1;
    world.assert_dropped_from_wan(&error, "ttl_expired");
    let to_another = icmp_error(hop, address("2001:db8:1::99"), [1, 0], 0, &outside);
    world.assert_dropped_from_wan(&to_another, "unsolicited");
    let about_nothing = udp(end(ALICE_V6, 5001), end(SERVER_V6, 53), b"x");
    let error = icmp_error(hop, address(ALICE_V6), [1, 0], 0, &about_nothing);
    world.assert_dropped_from_wan(&error, "unsolicited");
}

#[test]
fn who_can_not_have_sent_it_is_turned_away() {
    let mut world = World::new();
    let from = |source: &str| udp(end(source, 1), end(SERVER_V6, 2), b"x");
    for (source, reason) in [
        ("::1", "martian"),
        ("::", "martian"),
        ("ff02::1", "martian"),
        ("::ffff:192.168.1.10", "martian"),
        ("2001:db8:2::10", "spoofed"),
        (ROUTER_V6, "spoofed"),
        ("fe80::10", "no_route"),
    ] {
        let frame = frame(LAN_MAC, mac_of(ALICE_V6), &from(source));
        world.assert_dropped(LAN_WIRE, &frame, reason);
    }
    for ours in [ALICE_V6, WAN_V6] {
        let inside = udp(end(ours, 1), end(WAN_V6, 2), b"x");
        world.assert_dropped_from_wan(&inside, "spoofed");
    }
    let multicast = udp(end(ALICE_V6, 1), end("ff02::fb", 5353), b"x");
    let frame = frame([0x33, 0x33, 0, 0, 0, 0xfb], mac_of(ALICE_V6), &multicast);
    world.assert_dropped(LAN_WIRE, &frame, "multicast");
}

#[test]
fn headers_that_are_not_right_are_turned_away() {
    let mut world = World::new();
    let (alice, server): (Ipv6Addr, Ipv6Addr) =
        (ALICE_V6.parse().unwrap(), SERVER_V6.parse().unwrap());
    let mut longer = udp(end(ALICE_V6, 1), end(SERVER_V6, 2), b"x");
    longer[5] += 1;
    world.assert_dropped_from_lan(&longer, "malformed_ipv6");
    let source_route = ipv6(alice, server, 43, &[17, 0, 0, 1, 0, 0, 0, 0]);
    world.assert_dropped_from_lan(&source_route, "source_route");
    let endless = ipv6(alice, server, 60, &[60, 0, 1, 4, 0, 0, 0, 0].repeat(20));
    world.assert_dropped_from_lan(&endless, "malformed_ipv6");
    let cut = ipv6(alice, server, 60, &[17, 3, 1, 4, 0, 0, 0, 0]);
    world.assert_dropped_from_lan(&cut, "malformed_ipv6");
    let payload = udp_payload(end(ALICE_V6, 1), end(SERVER_V6, 2), b"x");
    let behind_options = [&[UDP, 0, 1, 4, 0, 0, 0, 0][..], &payload].concat();
    world.lan_to_wan(&ipv6(alice, server, 60, &behind_options));
}

#[test]
fn fragments_of_a_session_pass_even_when_the_first_one_comes_last() {
    let mut world = World::new();
    let (alice, server): (Ipv6Addr, Ipv6Addr) =
        (ALICE_V6.parse().unwrap(), SERVER_V6.parse().unwrap());
    world.lan_to_wan(&udp(end(ALICE_V6, 5000), end(SERVER_V6, 53), b"question"));
    let payload = udp_payload(end(SERVER_V6, 53), end(ALICE_V6, 5000), &[4; 1500]);
    let fragment = |source, destination, at: usize, end: usize, id: u8| {
        let more = u16::from(end < payload.len());
        let field = (u16::try_from(at).unwrap() | more).to_be_bytes();
        let header = [UDP, 0, field[0], field[1], 0, 0, 0, id];
        ipv6(
            source,
            destination,
            44,
            &[&header[..], &payload[at..end]].concat(),
        )
    };
    let first = fragment(server, alice, 0, 1000, 9);
    let last = fragment(server, alice, 1000, payload.len(), 9);
    assert_eq!(world.internet_sends(&last), []);
    let sent = world.internet_sends(&first);
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0].frame[14 + 40..], first[40..]);
    assert_eq!(sent[1].frame[14 + 40..], last[40..]);
    let stranger: Ipv6Addr = "2001:db8:aaaa::81".parse().unwrap();
    let unasked = fragment(stranger, alice, 0, 1000, 10);
    world.assert_dropped_from_wan(&unasked, "unsolicited");
    let tiny = ipv6(alice, server, 44, &[TCP, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0]);
    world.assert_dropped_from_lan(&tiny, "tiny_fragment");
}

#[test]
fn a_lan_without_ipv6_says_so() {
    let mut lans = [lan()];
    lans[0].ipv6 = None;
    let mut settings = settings(&lans, &[]);
    settings.wan.ipv6 = None;
    let config = firmware::router::config::Config::new(&settings).unwrap();
    let mut router = firmware::router::Router::<4>::new(config, [0; 16]);
    let mut outbox = crate::world::Outbox::default();
    let packet = udp(end(ALICE_V6, 1), end(SERVER_V6, 2), b"x");
    let mut frame = frame(LAN_MAC, mac_of(ALICE_V6), &packet);
    router.receive(
        LAN_WIRE,
        &mut frame,
        firmware::router::time::Instant(1),
        &mut outbox,
    );
    assert_eq!(router.counters().dropped.no_ipv6, 1);
    assert_eq!(outbox.sent, []);
}

#[test]
fn a_handshake_is_clamped_in_both_directions() {
    let lans = [lan()];
    let mut settings = settings(&lans, &[]);
    settings.wan.port.mtu_bytes = 1492;
    let mut world = World::<64>::with(&settings);
    let (alice, server) = (end(ALICE_V6, 40_000), end(SERVER_V6, 443));
    let out = world.lan_to_wan(&syn(alice, server, 1440));
    assert_eq!(View(&out).mss(), 1432);
    View(&out).assert_sound();
    let answer = Tcp {
        flags: SYN | ACK,
        mss: Some(1440),
        ..SEGMENT
    };
    let back = world.wan_to_lan(&tcp(server, alice, answer));
    assert_eq!(View(&back).mss(), 1432);
    View(&back).assert_sound();
}

#[test]
fn both_ends_may_open_a_connection_at_once_and_the_last_acknowledgment_of_one_passes() {
    let mut world = World::new();
    let (alice, server) = (end(ALICE_V6, 40_000), end(SERVER_V6, 443));
    world.lan_to_wan(&syn(alice, server, 1440));
    world.wan_to_lan(&syn(server, alice, 1440));
    let last = |flags, sequence| Tcp {
        flags,
        sequence,
        acknowledgment: 1001,
        ..SEGMENT
    };
    world.wan_to_lan(&tcp(server, alice, last(FIN | ACK, 1001)));
    world.lan_to_wan(&tcp(alice, server, last(FIN | ACK, 1001)));
    world.wan_to_lan(&tcp(server, alice, last(ACK, 1002)));
}

#[test]
fn the_first_packet_of_a_flow_may_fill_the_wans_mtu() {
    let mut world = World::new();
    let packet = udp(end(ALICE_V6, 5000), end(SERVER_V6, 53), &[1; 1452]);
    assert_eq!(world.lan_to_wan(&packet).len(), 1500);
}

#[test]
fn extension_headers_in_their_places_are_walked() {
    let mut world = World::new();
    let (alice, server): (Ipv6Addr, Ipv6Addr) =
        (ALICE_V6.parse().unwrap(), SERVER_V6.parse().unwrap());
    let payload = udp_payload(end(ALICE_V6, 1), end(SERVER_V6, 2), b"x");
    let behind =
        |first: u8, headers: &[u8]| ipv6(alice, server, first, &[headers, &payload].concat());
    let options = |next: u8| [next, 0, 1, 4, 0, 0, 0, 0];
    let routing = |kind: u8, left: u8| [UDP, 0, kind, left, 0, 0, 0, 0];
    for packet in [
        behind(0, &options(UDP)),
        behind(0, &[options(60), options(UDP)].concat()),
        behind(43, &routing(0, 0)),
        behind(43, &routing(2, 1)),
        // Nothing behind the last header.
        ipv6(alice, server, 60, &options(59)),
    ] {
        world.lan_to_wan(&packet);
    }
    let late = behind(60, &[options(0), options(UDP)].concat());
    world.assert_dropped_from_lan(&late, "malformed_ipv6");
}

#[test]
fn a_fragment_that_is_the_whole_datagram_needs_no_room_among_fragments() {
    let mut world = World::new();
    let (alice, server): (Ipv6Addr, Ipv6Addr) =
        (ALICE_V6.parse().unwrap(), SERVER_V6.parse().unwrap());
    let payload = udp_payload(end(ALICE_V6, 5000), end(SERVER_V6, 53), b"x");
    let fragment = |more: u8, identification: u8| {
        let header = [UDP, 0, 0, more, 0, 0, 0, identification];
        ipv6(alice, server, 44, &[&header[..], &payload].concat())
    };
    for identification in 0..40 {
        world.lan_to_wan(&fragment(0, identification));
    }
    for identification in 0..32 {
        world.lan_to_wan(&fragment(1, identification));
    }
    world.assert_dropped_from_lan(&fragment(1, 32), "fragment_table_full");
    world.lan_to_wan(&fragment(0, 33));
}

#[test]
fn a_later_fragment_too_big_for_the_way_out_is_reported_but_not_one_of_icmp() {
    let lans = [lan()];
    let mut settings = settings(&lans, &[]);
    settings.wan.port.mtu_bytes = 1492;
    let mut world = World::<64>::with(&settings);
    let (alice, server): (Ipv6Addr, Ipv6Addr) =
        (ALICE_V6.parse().unwrap(), SERVER_V6.parse().unwrap());
    let fragment = |protocol, at: u16, payload: &[u8]| {
        let [high, low] = (at | u16::from(at == 0)).to_be_bytes();
        let header = [protocol, 0, high, low, 0, 0, 0, protocol];
        ipv6(alice, server, 44, &[&header[..], payload].concat())
    };
    let datagram = udp_payload(end(ALICE_V6, 5000), end(SERVER_V6, 53), &[1; 8]);
    world.lan_to_wan(&fragment(UDP, 0, &datagram));
    let sent = world.lan_sends(&fragment(UDP, 16, &[0; 1452]));
    let error = world.only_packet(&sent, LAN_WIRE);
    assert_eq!(View(&error).payload()[..2], [2, 0]);
    let request = echo(address(ALICE_V6), address(SERVER_V6), false, 7);
    world.lan_to_wan(&fragment(ICMPV6, 0, &request[40..56]));
    let later = fragment(ICMPV6, 16, &[0; 1452]);
    world.assert_dropped_from_lan(&later, "too_big");
}

#[test]
fn in_a_running_session_too_a_packet_says_that_it_is_ipv6() {
    let mut world = World::new();
    let mut packet = udp(end(ALICE_V6, 5000), end(SERVER_V6, 53), b"question");
    let good = frame(LAN_MAC, mac_of(ALICE_V6), &packet);
    world.lan_to_wan(&packet);
    packet[0] = 0x50;
    let other = [&good[..14], &packet].concat();
    world.assert_dropped(LAN_WIRE, &other, "malformed_ipv6");
}

#[test]
fn a_host_on_the_wans_link_is_asked_for_there() {
    let mut world = World::new();
    let neighbour = "2001:db8:ffff::77";
    let sent = world.lan_sends(&udp(end(ALICE_V6, 5000), end(neighbour, 53), b"x"));
    let question = world.only_packet(&sent, WAN_WIRE);
    let target: Ipv6Addr = neighbour.parse().unwrap();
    assert_eq!(View(&question).payload()[..1], [135]);
    assert_eq!(View(&question).payload()[8..24], target.octets());
}

#[test]
fn a_host_can_not_speak_in_the_session_of_one_in_another_lan() {
    let mut lans = [lan(), lan()];
    lans[1].port.wire = 3;
    lans[1].ipv4.address = "192.168.2.1".parse().unwrap();
    if let Some(ipv6) = &mut lans[1].ipv6 {
        ipv6.address = "2001:db8:2::1".parse().unwrap();
    }
    let mut world = World::<64>::with(&settings(&lans, &[]));
    let host = "2001:db8:2::10";
    let packet = udp(end(host, 5000), end(SERVER_V6, 53), b"x");
    let frame = frame(LAN_MAC, mac_of(host), &packet);
    for _ in 0..2 {
        assert_eq!(world.takes(3, &frame).len(), 1);
        world.assert_dropped(LAN_WIRE, &frame, "spoofed");
    }
}
