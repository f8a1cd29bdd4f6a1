//! Neighbour discovery, router advertisements, and what the router answers in IPv6.

use crate::packets::{ICMPV6, View, echo, end, ip, udp};
use crate::world::{
    ALICE_V6, GATEWAY_V6, LAN_MAC, LAN_WIRE, ROUTER_V6, SERVER_V6, WAN_MAC, WAN_V6, WAN_WIRE,
    World, frame, mac_of, solicitation,
};
use core::net::{IpAddr, Ipv6Addr};

const ALL_NODES: [u8; 6] = [0x33, 0x33, 0, 0, 0, 1];
const ALL_ROUTERS: [u8; 6] = [0x33, 0x33, 0, 0, 0, 2];
const LAN_LINK_LOCAL: &str = "fe80::ff:fe00:1";

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
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
    let sent = world.lan_sends(&echo(address(ALICE_V6), address(WAN_V6), false, 5));
    let reply = world.only_packet(&sent, LAN_WIRE);
    assert_eq!(View(&reply).source_address(), address(WAN_V6));
    // A port in whose place ICMPv6 has its type and code: that of a neighbour solicitation.
    let question = udp(end(ALICE_V6, 0x8700), end(ROUTER_V6, 53), b"x");
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
    let in_another_group = solicitation(ALICE_V6, "2001:db8:1::99");
    world.assert_dropped(LAN_WIRE, &in_another_group, "multicast");
}

/// A message of neighbour discovery, as a whole frame of the LAN.
fn discovery(source: &str, destination: &str, message: Vec<u8>) -> Vec<u8> {
    let mut packet = ip(address(source), address(destination), ICMPV6, message);
    packet[7] = 255;
    let station = match address(destination) {
        IpAddr::V6(group) if group.is_multicast() => {
            let [.., a, b, c, d] = group.octets();
            [0x33, 0x33, a, b, c, d]
        }
        _ => LAN_MAC,
    };
    frame(station, mac_of(ALICE_V6), &packet)
}

#[test]
fn who_has_no_address_yet_names_no_station_and_asks_the_right_group() {
    let mut world = World::new();
    let station = [&[1, 1][..], &mac_of(ALICE_V6)].concat();
    let solicits = |options: &[u8]| [&[133, 0, 0, 0, 0, 0, 0, 0], options].concat();
    for (source, options) in [(ALICE_V6, &station[..]), (ALICE_V6, &[]), ("::", &[])] {
        let asked = discovery(source, "ff02::2", solicits(options));
        let sent = world.takes(LAN_WIRE, &asked);
        assert!(sent.len() <= 1, "{source}: now, or with the next one");
        assert_eq!(world.router.counters().dropped.malformed_ndp, 0);
    }
    let named = discovery("::", "ff02::2", solicits(&station));
    world.assert_dropped(LAN_WIRE, &named, "malformed_ndp");
    let target: Ipv6Addr = ROUTER_V6.parse().unwrap();
    let probe = [&[135, 0, 0, 0, 0, 0, 0, 0][..], &target.octets()].concat();
    let to_all = discovery("::", "ff02::1", probe.clone());
    world.assert_dropped(LAN_WIRE, &to_all, "malformed_ndp");
    let named = discovery("::", "ff02::1:ff00:1", [probe, station].concat());
    world.assert_dropped(LAN_WIRE, &named, "malformed_ndp");
}

#[test]
fn an_advertisement_to_all_says_that_nobody_asked_and_its_station_is_in_its_own_option() {
    let mut world = World::new();
    let carol = "2001:db8:1::77";
    let (own, other) = ([2, 7, 7, 7, 7, 7], [2, 8, 8, 8, 8, 8]);
    let target: Ipv6Addr = carol.parse().unwrap();
    let told = |flags: u8| {
        let mut message = vec![136, 0, 0, 0, flags, 0, 0, 0];
        message.extend(target.octets());
        message.extend([&[2, 1][..], &own, &[1, 1], &other].concat());
        discovery(carol, "ff02::1", message)
    };
    world.lan_sends(&udp(end(ALICE_V6, 1), end(carol, 2), b"x"));
    world.assert_dropped(LAN_WIRE, &told(0x60), "malformed_ndp");
    let sent = world.takes(LAN_WIRE, &told(0x20));
    assert_eq!(sent[0].frame[..6], own);
}

#[test]
fn a_new_router_advertises_itself_three_times_in_a_row() {
    let mut world = World::new();
    let mut after_s = vec![0];
    for second in 1..=700 {
        let sent = world.wait_ms(1_000);
        if sent.iter().any(|sent| sent.frame[..6] == ALL_NODES) {
            after_s.push(second);
        }
    }
    assert_eq!(after_s[..3], [0, 16, 32]);
    assert!(after_s[3] >= 32 + 198, "{after_s:?}");
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
