//! IPv6: neighbours, advertisements, the firewall.

use crate::packets::{
    ACK, ICMPV6, RST, SEGMENT, SYN, TCP, Tcp, UDP, View, echo, end, icmp_error, ip, ipv6, syn, tcp,
    udp, udp_payload,
};
use crate::world::{
    ALICE_V6, GATEWAY_MAC, GATEWAY_V6, LAN_MAC, LAN_WIRE, ROUTER_V6, SERVER_V6, WAN_MAC, WAN_V6,
    WAN_WIRE, World, frame, lan, mac_of, settings,
};
use core::net::{IpAddr, Ipv6Addr};

const ALL_NODES: [u8; 6] = [0x33, 0x33, 0, 0, 0, 1];
const ALL_ROUTERS: [u8; 6] = [0x33, 0x33, 0, 0, 0, 2];
const LAN_LINK_LOCAL: &str = "fe80::ff:fe00:1";

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// A neighbour solicitation, as a whole frame.
pub(crate) fn solicitation(source: &str, target: &str) -> Vec<u8> {
    let target: Ipv6Addr = target.parse().unwrap();
    let mac = if source == GATEWAY_V6 {
        GATEWAY_MAC
    } else {
        mac_of(source)
    };
    let mut message = vec![135, 0, 0, 0, 0, 0, 0, 0];
    message.extend(target.octets());
    message.extend([1, 1]);
    message.extend(mac);
    let [.., b, c, d] = target.octets();
    let word = |high, low| u16::from_be_bytes([high, low]);
    let group = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 1, word(0xff, b), word(c, d));
    let mut packet = ip(address(source), group.into(), ICMPV6, message);
    packet[7] = 255;
    frame([0x33, 0x33, 0xff, b, c, d], mac, &packet)
}

/// A neighbour advertisement from `source` to the router, as a whole frame.
fn advertisement(source: &str, mac: [u8; 6]) -> Vec<u8> {
    let mut message = vec![136, 0, 0, 0, 0x60, 0, 0, 0];
    message.extend(source.parse::<Ipv6Addr>().unwrap().octets());
    message.extend([2, 1]);
    message.extend(mac);
    let mut packet = ip(address(source), address(LAN_LINK_LOCAL), ICMPV6, message);
    packet[7] = 255;
    frame(LAN_MAC, mac, &packet)
}

fn router_solicitation(source: &str) -> Vec<u8> {
    let message = vec![133, 0, 0, 0, 0, 0, 0, 0];
    let mut packet = ip(address(source), address("ff02::2"), ICMPV6, message);
    packet[7] = 255;
    frame(ALL_ROUTERS, mac_of(ALICE_V6), &packet)
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
fn the_router_answers_echo_and_solicitations_for_its_addresses() {
    let mut world = World::new();
    for (target, wire, source, mac) in [
        (ROUTER_V6, LAN_WIRE, ALICE_V6, LAN_MAC),
        (LAN_LINK_LOCAL, LAN_WIRE, ALICE_V6, LAN_MAC),
        (WAN_V6, WAN_WIRE, GATEWAY_V6, WAN_MAC),
    ] {
        let sent = world.takes(wire, &solicitation(source, target));
        let answer = world.only_packet(&sent, wire);
        View(&answer).assert_sound();
        assert_eq!(View(&answer).hops_left(), 255);
        assert_eq!(View(&answer).source_address(), address(target));
        assert_eq!(View(&answer).payload()[..1], [136]);
        assert_eq!(View(&answer).payload()[4], 0xe0);
        assert_eq!(View(&answer).payload()[26..], mac);
    }
    // Who probes for an address of the router's has none yet: all hear that it is taken.
    let target: Ipv6Addr = ROUTER_V6.parse().unwrap();
    let message = [&[135, 0, 0, 0, 0, 0, 0, 0][..], &target.octets()].concat();
    let group = "ff02::1:ff00:1".parse().unwrap();
    let mut probe = ip(address("::"), group, ICMPV6, message);
    probe[7] = 255;
    let probe = frame([0x33, 0x33, 0xff, 0, 0, 1], mac_of(ALICE_V6), &probe);
    let sent = world.takes(LAN_WIRE, &probe);
    assert_eq!(sent[0].frame[..6], ALL_NODES);
    assert_eq!(View(&sent[0].frame[14..]).payload()[4], 0xa0);

    let request = echo(address(ALICE_V6), address(ROUTER_V6), false, 5);
    let sent = world.lan_sends(&request);
    let reply = world.only_packet(&sent, LAN_WIRE);
    assert_eq!(reply, echo(address(ROUTER_V6), address(ALICE_V6), true, 5));
    let from_outside = echo(address(SERVER_V6), address(ROUTER_V6), false, 5);
    world.assert_dropped_from_wan(&from_outside, "unsolicited");
    let question = udp(end(ALICE_V6, 5), end(ROUTER_V6, 53), b"x");
    let sent = world.lan_sends(&question);
    let error = world.only_packet(&sent, LAN_WIRE);
    View(&error).assert_sound();
    assert_eq!(View(&error).payload()[..2], [1, 4]);
    world.assert_dropped_from_wan(&udp(end(SERVER_V6, 5), end(WAN_V6, 53), b"x"), "closed");
}

#[test]
fn neighbour_discovery_from_afar_or_out_of_shape_is_not_believed() {
    let mut world = World::new();
    let good = solicitation(ALICE_V6, ROUTER_V6);
    let mut far = good.clone();
    far[14 + 7] = 254;
    world.assert_dropped(LAN_WIRE, &far, "malformed_ndp");
    let mut corrupted = good.clone();
    corrupted[14 + 40 + 20] ^= 1;
    world.assert_dropped(LAN_WIRE, &corrupted, "icmp_checksum");
    let reshaped = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut message = good[14 + 40..].to_vec();
        change(&mut message);
        let mut packet = ip(
            address(ALICE_V6),
            address("ff02::1:ff00:1"),
            ICMPV6,
            message,
        );
        packet[7] = 255;
        frame([0x33, 0x33, 0xff, 0, 0, 1], mac_of(ALICE_V6), &packet)
    };
    for change in [
        &|message: &mut Vec<u8>| message[1] = 1,
        &|message: &mut Vec<u8>| message[25] = 0,
        &|message: &mut Vec<u8>| message[25] = 2,
        &|message: &mut Vec<u8>| message[8] = 0xff,
        &|message: &mut Vec<u8>| message.truncate(25),
        &|message: &mut Vec<u8>| message.truncate(20),
    ] as [&dyn Fn(&mut Vec<u8>); 6]
    {
        world.assert_dropped(LAN_WIRE, &reshaped(change), "malformed_ndp");
    }
    let for_somebody_else = solicitation(ALICE_V6, "2001:db8:1:0:5::1");
    world.assert_dropped(LAN_WIRE, &for_somebody_else, "nothing_to_answer");
}

#[test]
fn a_lan_host_is_asked_for_and_the_packet_waits() {
    let mut world = World::new();
    let carol = "2001:db8:1::77";
    let packet = udp(end(ALICE_V6, 1), end(carol, 2), b"x");
    let sent = world.lan_sends(&packet);
    let question = world.only_packet(&sent, LAN_WIRE);
    View(&question).assert_sound();
    assert_eq!(sent[0].frame[..6], [0x33, 0x33, 0xff, 0, 0, 0x77]);
    assert_eq!(View(&question).source_address(), address(LAN_LINK_LOCAL));
    assert_eq!(
        View(&question).destination_address(),
        address("ff02::1:ff00:77")
    );
    let sent = world.takes(LAN_WIRE, &advertisement(carol, [2, 7, 7, 7, 7, 7]));
    assert_eq!(sent[0].frame[..6], [2, 7, 7, 7, 7, 7]);
    assert_eq!(View(&sent[0].frame[14..]).destination(), end(carol, 2));
    let dave = udp(end(ALICE_V6, 1), end("2001:db8:1::88", 2), b"x");
    world.lan_sends(&dave);
    let sent = world.wait_ms(3_000);
    let error = &sent[2].frame[14..];
    View(error).assert_sound();
    assert_eq!(View(error).payload()[..2], [1, 3]);
}

#[test]
fn the_lan_hears_of_its_prefix_and_mtu() {
    let mut world = World::new();
    let sent = world.takes(LAN_WIRE, &router_solicitation(ALICE_V6));
    assert_eq!(sent[0].frame[..6], mac_of(ALICE_V6));
    let answer = world.only_packet(&sent, LAN_WIRE);
    View(&answer).assert_sound();
    assert_eq!(View(&answer).source_address(), address(LAN_LINK_LOCAL));
    assert_eq!(View(&answer).hops_left(), 255);
    let message = View(&answer).payload().to_vec();
    assert_eq!((message[0], message[4]), (134, 64));
    assert_eq!(
        message[6..8],
        1800_u16.to_be_bytes(),
        "a default router for half an hour"
    );
    assert_eq!(message[16..18], [1, 1]);
    assert_eq!(message[24..32], [5, 1, 0, 0, 0, 0, 0x05, 0xdc]);
    assert_eq!(message[32..36], [3, 4, 64, 0xc0]);
    let prefix: Ipv6Addr = "2001:db8:1::".parse().unwrap();
    assert_eq!(message[48..64], prefix.octets());
    world.assert_dropped(
        WAN_WIRE,
        &router_solicitation(GATEWAY_V6),
        "nothing_to_answer",
    );
    let unasked = world.wait_ms(20 * 60_000);
    let all: Vec<_> = unasked
        .iter()
        .filter(|sent| sent.frame[..6] == ALL_NODES)
        .collect();
    assert!((4..=8).contains(&all.len()), "{} in 20 minutes", all.len());
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
    let inside = udp(end(ALICE_V6, 1), end(WAN_V6, 2), b"x");
    world.assert_dropped_from_wan(&inside, "spoofed");
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
