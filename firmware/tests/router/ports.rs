//! Wires, VLANs and neighbours, and who is turned away at the door.

use crate::packets::{SEGMENT, Tcp, View, echo, end, fix_header_checksum, ip, syn, tcp, udp};
use crate::world::{
    ALICE, ALICE_V6, BOB, GATEWAY, GATEWAY_MAC, INNER_WIRE, LAN_MAC, LAN_WIRE, ROUTER, ROUTER_V6,
    SERVER, SERVER_V6, WAN, WAN_WIRE, World, arp_reply, arp_request, frame, lan, mac_of, settings,
};
use firmware::router::config::{
    EthernetPort, ForwardedProtocol, Inner, Ipv4Interface, Lan, PortForward, Settings,
};

/// An untagged frame with a VLAN tag put in.
fn tagged(frame: &[u8], vlan: u16) -> Vec<u8> {
    let [high, low] = vlan.to_be_bytes();
    [&frame[..12], &[0x81, 0, high, low], &frame[12..]].concat()
}

#[test]
fn a_trunk_of_vlans_is_as_many_ports() {
    let on_trunk = |vlan| EthernetPort {
        wire: 0,
        vlan: Some(vlan),
        mac: LAN_MAC,
        mtu_bytes: 1500,
    };
    let mut home = lan();
    home.port = on_trunk(10);
    let guest = Lan {
        port: on_trunk(20),
        ipv4: Ipv4Interface {
            address: "192.168.2.1".parse().unwrap(),
            prefix_len: 24,
        },
        ipv6: None,
    };
    let lans = [home, guest];
    let mut settings = settings(&lans, &[]);
    settings.wan.port = on_trunk(7);
    settings.wan.ipv6 = None;
    let mut world = World::<64>::with(&settings);
    for (vlan, host, router) in [
        (10, ALICE, ROUTER),
        (20, "192.168.2.9", "192.168.2.1"),
        (7, GATEWAY, WAN),
    ] {
        let answer = world.takes(0, &tagged(&arp_request(host, router), vlan));
        assert_eq!(
            answer[0].frame[12..18],
            [0x81, 0, 0, u8::try_from(vlan).unwrap(), 8, 6]
        );
    }
    let packet = syn(end(ALICE, 40_000), end(SERVER, 443), 1460);
    let sent = world.takes(0, &tagged(&frame(LAN_MAC, mac_of(ALICE), &packet), 10));
    assert_eq!(sent[0].frame[..6], GATEWAY_MAC);
    assert_eq!(sent[0].frame[12..18], [0x81, 0, 0, 7, 8, 0]);
    assert_eq!(View(&sent[0].frame[18..]).source(), end(WAN, 40_000));
    let between = udp(end(ALICE, 1), end("192.168.2.9", 2), b"x");
    let sent = world.takes(0, &tagged(&frame(LAN_MAC, mac_of(ALICE), &between), 10));
    assert_eq!(sent[0].frame[12..18], [0x81, 0, 0, 20, 8, 0]);
    assert_eq!(
        View(&sent[0].frame[18..]).source(),
        end(ALICE, 1),
        "no NAT inside"
    );
    // The right packet on the wrong VLAN, or on none.
    let home_frame = frame(LAN_MAC, mac_of(ALICE), &packet);
    world.assert_dropped(0, &tagged(&home_frame, 20), "spoofed");
    world.assert_dropped(0, &tagged(&home_frame, 30), "unknown_port");
    world.assert_dropped(0, &home_frame, "unknown_port");
    world.assert_dropped(0, &tagged(&home_frame, 10)[..17], "truncated_frame");
}

#[test]
fn who_can_not_have_sent_it_is_turned_away() {
    let mut world = World::new();
    let to_server = |source: &str| udp(end(source, 1), end(SERVER, 2), b"x");
    for (source, reason) in [
        ("127.0.0.1", "martian"),
        ("0.0.0.0", "martian"),
        ("224.0.0.1", "martian"),
        ("255.255.255.255", "martian"),
        ("169.254.1.1", "martian"),
        ("10.1.1.1", "spoofed"),
        (ROUTER, "spoofed"),
        ("192.168.1.255", "spoofed"),
        (WAN, "spoofed"),
        (SERVER, "spoofed"),
    ] {
        world.assert_dropped_from_lan(&to_server(source), reason);
    }
    for source in [ALICE, ROUTER, WAN, "203.0.113.255"] {
        world.assert_dropped_from_wan(&udp(end(source, 1), end(WAN, 2), b"x"), "spoofed");
    }
    for (destination, reason) in [
        ("127.0.0.1", "martian"),
        ("0.0.0.0", "martian"),
        ("250.0.0.1", "martian"),
        ("255.255.255.255", "broadcast"),
        ("192.168.1.255", "broadcast"),
        ("203.0.113.255", "broadcast"),
        ("239.1.1.1", "multicast"),
    ] {
        let packet = udp(end(ALICE, 1), end(destination, 2), b"x");
        world.assert_dropped_from_lan(&packet, reason);
    }
    assert_eq!(world.router.session_count(), 0);
}

#[test]
fn frames_and_headers_that_are_not_right_are_turned_away() {
    let mut world = World::new();
    let packet = udp(end(ALICE, 1), end(SERVER, 2), b"some data");
    let good = frame(LAN_MAC, mac_of(ALICE), &packet);
    world.assert_dropped(
        LAN_WIRE,
        &frame(mac_of(BOB), mac_of(ALICE), &packet),
        "other_station",
    );
    world.assert_dropped(LAN_WIRE, &good[..13], "truncated_frame");
    world.assert_dropped(9, &good, "unknown_port");
    world.assert_dropped(LAN_WIRE, &frame(LAN_MAC, [1; 6], &packet), "spoofed");
    let mut lldp = good.clone();
    lldp[12..14].copy_from_slice(&[0x88, 0xcc]);
    world.assert_dropped(LAN_WIRE, &lldp, "unknown_ethertype");
    let damaged = |at: usize, byte: u8, fix: bool| {
        let mut packet = packet.clone();
        packet[at] = byte;
        if fix {
            fix_header_checksum(&mut packet);
        }
        [&good[..14], &packet].concat()
    };
    world.assert_dropped(LAN_WIRE, &damaged(8, 63, false), "ipv4_header_checksum");
    world.assert_dropped(LAN_WIRE, &damaged(0, 0x44, false), "malformed_ipv4");
    world.assert_dropped(LAN_WIRE, &damaged(0, 0x65, false), "malformed_ipv4");
    world.assert_dropped(LAN_WIRE, &damaged(3, 19, true), "malformed_ipv4");
    world.assert_dropped(LAN_WIRE, &damaged(3, 255, true), "malformed_ipv4");
    world.assert_dropped(LAN_WIRE, &damaged(3, 27, true), "malformed_transport");
    let source_route = [&packet[..20], &[131, 3, 4, 0], &packet[20..]].concat();
    let mut source_route = source_route;
    source_route[0] = 0x46;
    source_route[3] += 4;
    fix_header_checksum(&mut source_route);
    world.assert_dropped_from_lan(&source_route, "source_route");
    world.assert_dropped_from_lan(
        &udp(end(ALICE, 0), end(SERVER, 2), b"x"),
        "malformed_transport",
    );
    let short_tcp = ip(
        end(ALICE, 0).0,
        end(SERVER, 0).0,
        6,
        tcp(end(ALICE, 1), end(SERVER, 2), SEGMENT)[20..39].to_vec(),
    );
    world.assert_dropped_from_lan(&short_tcp, "malformed_transport");
    // Padding behind the packet isn't part of it.
    let padded = [&good[..], &[0xee; 20]].concat();
    let sent = world.takes(LAN_WIRE, &padded);
    assert_eq!(sent[0].frame.len(), good.len());
}

#[test]
fn a_packet_waits_for_its_neighbour_and_the_latest_one_is_kept() {
    let lans = [lan()];
    let forward = PortForward {
        protocol: ForwardedProtocol::Udp,
        outside_port: 53,
        inside: "192.168.1.77".parse().unwrap(),
        inside_port: 53,
    };
    let mut world = World::<64>::with(&settings(&lans, &[forward]));
    for data in [b"one", b"two"] {
        let sent = world.internet_sends(&udp(end(SERVER, 9), end(WAN, 53), data));
        assert!(sent.iter().all(|sent| sent.frame[12..14] == [8, 6]));
    }
    assert_eq!(world.router.counters().waiting, 1);
    assert_eq!(world.router.counters().dropped.neighbour_unresolved, 1);
    let mac = [2, 9, 9, 9, 9, 9];
    let sent = world.takes(LAN_WIRE, &arp_reply("192.168.1.77", mac, LAN_MAC, ROUTER));
    assert_eq!(sent[0].frame[..6], mac);
    let packet = world.only_packet(&sent, LAN_WIRE);
    View(&packet).assert_sound();
    assert_eq!(View(&packet).payload()[8..], *b"two");
    assert_eq!(world.router.counters().waiting, 0);
}

#[test]
fn arp_is_answered_for_the_ports_own_address_only() {
    let mut world = World::new();
    let answer = world.takes(LAN_WIRE, &arp_request(ALICE, ROUTER));
    assert_eq!(
        answer[0].frame,
        arp_reply(ROUTER, LAN_MAC, mac_of(ALICE), ALICE)
    );
    for target in [BOB, WAN, SERVER] {
        world.assert_dropped(LAN_WIRE, &arp_request(ALICE, target), "nothing_to_answer");
    }
    world.assert_dropped(WAN_WIRE, &arp_request(GATEWAY, ROUTER), "nothing_to_answer");
    let mut impostor = arp_request(ALICE, BOB);
    impostor[28..32].copy_from_slice(&[192, 168, 1, 1]);
    world.assert_dropped(LAN_WIRE, &impostor, "malformed_arp");
    let mut other_sender = arp_request(ALICE, ROUTER);
    other_sender[22] ^= 4;
    world.assert_dropped(LAN_WIRE, &other_sender, "malformed_arp");
    let cut = &arp_request(ALICE, ROUTER)[..41];
    world.assert_dropped(LAN_WIRE, cut, "malformed_arp");
}

#[test]
fn a_full_wire_is_counted_and_breaks_nothing() {
    let mut world = World::new();
    let packet = udp(end(ALICE, 1), end(SERVER, 2), b"x");
    world.outbox.is_full = true;
    world.assert_dropped_from_lan(&packet, "wire_full");
    world.takes(LAN_WIRE, &arp_request(ALICE, ROUTER));
    assert_eq!(world.router.counters().sent.wire_full, 1);
    world.outbox.is_full = false;
    world.lan_to_wan(&packet);
}

fn with_inner<'a>(settings: Settings<'a>) -> Settings<'a> {
    Settings {
        inner: Some(Inner {
            wire: INNER_WIRE,
            mtu_bytes: 1500,
            ipv4: ROUTER.parse().unwrap(),
            ipv6: None,
        }),
        ..settings
    }
}

#[test]
fn the_boxs_own_stack_has_the_routers_address_and_is_a_nat_flow() {
    let lans = [lan()];
    let mut world = World::<64>::with(&with_inner(settings(&lans, &[])));
    let up = udp(end(ALICE, 5), end(ROUTER, 53), b"question");
    let sent = world.lan_sends(&up);
    assert_eq!(
        (sent[0].wire, &sent[0].frame),
        (INNER_WIRE, &up),
        "as it came, TTL too"
    );
    assert_eq!(world.router.counters().delivered, 1);
    let down = udp(end(ROUTER, 53), end(ALICE, 5), b"answer");
    let sent = world.takes(INNER_WIRE, &down);
    assert_eq!(world.only_packet(&sent, LAN_WIRE), down);
    let ping = echo(end(ALICE, 0).0, end(ROUTER, 0).0, false, 3);
    let sent = world.lan_sends(&ping);
    assert_eq!(sent[0].wire, LAN_WIRE, "the router alone answers echo");

    let query = udp(end(ROUTER, 5353), end(SERVER, 53), b"q");
    let sent = world.takes(INNER_WIRE, &query);
    let outside = world.only_packet(&sent, WAN_WIRE);
    View(&outside).assert_sound();
    assert_eq!(View(&outside).source(), end(WAN, 5353));
    let sent = world.internet_sends(&udp(end(SERVER, 53), end(WAN, 5353), b"a"));
    assert_eq!(sent[0].wire, INNER_WIRE);
    assert_eq!(View(&sent[0].frame).destination(), end(ROUTER, 5353));
    world.assert_dropped_from_wan(&udp(end(SERVER, 54), end(WAN, 5353), b"a"), "unsolicited");
    world.assert_dropped_from_wan(&udp(end(SERVER, 54), end(ROUTER, 53), b"a"), "unsolicited");
    let forged = udp(end(ALICE, 5353), end(SERVER, 53), b"q");
    world.assert_dropped(INNER_WIRE, &forged, "spoofed");
    world.assert_dropped(INNER_WIRE, &[], "malformed_ipv4");
}

#[test]
fn the_boxs_own_stack_has_the_routers_ipv6_address_and_sessions_of_its_own() {
    let lans = [lan()];
    let mut settings = with_inner(settings(&lans, &[]));
    if let Some(inner) = &mut settings.inner {
        inner.ipv6 = Some(ROUTER_V6.parse().unwrap());
    }
    let mut world = World::<64>::with(&settings);
    let up = udp(end(ALICE_V6, 5), end(ROUTER_V6, 53), b"question");
    let sent = world.lan_sends(&up);
    assert_eq!((sent[0].wire, &sent[0].frame), (INNER_WIRE, &up));
    let query = udp(end(ROUTER_V6, 5353), end(SERVER_V6, 53), b"q");
    let sent = world.takes(INNER_WIRE, &query);
    assert_eq!(world.only_packet(&sent, WAN_WIRE), query, "no hop away");
    let answer = udp(end(SERVER_V6, 53), end(ROUTER_V6, 5353), b"a");
    let sent = world.internet_sends(&answer);
    assert_eq!((sent[0].wire, &sent[0].frame), (INNER_WIRE, &answer));
    let unasked = udp(end(SERVER_V6, 54), end(ROUTER_V6, 5353), b"a");
    world.assert_dropped_from_wan(&unasked, "unsolicited");
    let forged = udp(end(ALICE_V6, 5353), end(SERVER_V6, 53), b"q");
    world.assert_dropped(INNER_WIRE, &forged, "spoofed");
}

#[test]
fn fragments_for_the_boxs_own_stack_reach_it() {
    let lans = [lan()];
    let mut world = World::<64>::with(&with_inner(settings(&lans, &[])));
    let pieces = crate::fragments::pieces((ALICE, 5), (ROUTER, 53), &[7; 1000], 600);
    for piece in &pieces {
        let sent = world.lan_sends(piece);
        assert_eq!((sent[0].wire, &sent[0].frame), (INNER_WIRE, piece));
    }
}

#[test]
fn a_privileged_port_stays_privileged_as_long_as_one_is_free() {
    let mut world = World::new();
    for packet in [tcp, |from, to, _: Tcp<'_>| udp(from, to, b"x")] {
        world.lan_to_wan(&packet(end(ALICE, 700), end(SERVER, 443), SEGMENT));
        let bobs = world.lan_to_wan(&packet(end(BOB, 700), end(SERVER, 443), SEGMENT));
        let port = View(&bobs).source().1;
        assert!(port != 700 && port < 1024 && port % 2 == 0, "{port}");
    }
}
