//! What passing ICMP errors teach, whom the router believes, and what it does with it.

use crate::packets::{ACK, SEGMENT, SYN, Tcp, View, end, icmp_error, syn, tcp, udp};
use crate::world::{ALICE, ALICE_V6, SERVER, SERVER_V6, WAN, World};
use core::net::IpAddr;

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// Alice and the server have shaken hands, and Alice has sent 1000 bytes that are on the way: from
/// 1001 to 2000. What the router sends out for them is returned.
fn data_on_the_way(world: &mut World, alice: &str, server: &str, wan: &str) -> Vec<u8> {
    let (alice, server, wan) = (end(alice, 40_000), end(server, 443), end(wan, 40_000));
    world.lan_to_wan(&syn(alice, server, 1400));
    let answer = Tcp {
        flags: SYN | ACK,
        sequence: 5000,
        acknowledgment: 1001,
        mss: Some(1400),
        ..SEGMENT
    };
    world.wan_to_lan(&tcp(server, wan, answer));
    let data = [7; 1000];
    let segment = Tcp {
        sequence: 1001,
        acknowledgment: 5001,
        data: &data,
        ..SEGMENT
    };
    world.lan_to_wan(&tcp(alice, server, segment))
}

fn fragmentation_needed(mtu_bytes: u32, quote: &[u8]) -> Vec<u8> {
    icmp_error(
        address("192.0.2.77"),
        address(WAN),
        [3, 4],
        mtu_bytes,
        quote,
    )
}

fn learned(world: &World) -> (u64, u64) {
    let events = world.router.counters().events;
    (events.path_mtu_learned, events.path_mtu_refused)
}

#[test]
fn a_learned_path_mtu_lowers_later_syns_and_syn_acks_both_ways() {
    let mut world = World::new();
    let outside = data_on_the_way(&mut world, ALICE, SERVER, WAN);
    world.wan_to_lan(&fragmentation_needed(1300, &outside[..28]));
    assert_eq!(learned(&world), (1, 0));

    let out = world.lan_to_wan(&syn(end(ALICE, 41_000), end(SERVER, 443), 1460));
    assert_eq!(View(&out).mss(), 1260);
    View(&out).assert_sound();
    let answer = Tcp {
        flags: SYN | ACK,
        acknowledgment: 1001,
        mss: Some(1460),
        ..SEGMENT
    };
    let back = world.wan_to_lan(&tcp(end(SERVER, 443), end(WAN, 41_000), answer));
    assert_eq!(View(&back).mss(), 1260);
    View(&back).assert_sound();
    let other = world.lan_to_wan(&syn(end(ALICE, 42_000), end("198.51.100.81", 443), 1460));
    assert_eq!(View(&other).mss(), 1460, "other paths are as they were");

    world.wait_ms(600_000);
    world.introduce();
    let out = world.lan_to_wan(&syn(end(ALICE, 43_000), end(SERVER, 443), 1460));
    assert_eq!(View(&out).mss(), 1460, "ten minutes later it is forgotten");
}

#[test]
fn a_forged_error_teaches_nothing() {
    let mut world = World::new();
    let outside = data_on_the_way(&mut world, ALICE, SERVER, WAN);
    let with_sequence = |sequence: u32| {
        let mut quote = outside[..28].to_vec();
        quote[24..28].copy_from_slice(&sequence.to_be_bytes());
        quote
    };
    for sequence in [0, 1000, 2001, 5000, 1001 + (1 << 31), u32::MAX] {
        world.wan_to_lan(&fragmentation_needed(1300, &with_sequence(sequence)));
    }
    assert_eq!(learned(&world), (0, 6));
    for mtu_bytes in [0, 1, 68, 575, 1500, 1501, 65_535] {
        world.wan_to_lan(&fragmentation_needed(mtu_bytes, &outside[..28]));
    }
    assert_eq!(learned(&world), (0, 13));
    for sequence in [1001, 2000] {
        world.wan_to_lan(&fragmentation_needed(1300, &with_sequence(sequence)));
    }
    assert_eq!(learned(&world), (2, 13));
}

#[test]
fn an_error_about_acknowledged_data_or_udp_teaches_nothing() {
    let mut world = World::new();
    let outside = data_on_the_way(&mut world, ALICE, SERVER, WAN);
    let acknowledgment = Tcp {
        sequence: 5001,
        acknowledgment: 2001,
        ..SEGMENT
    };
    world.wan_to_lan(&tcp(end(SERVER, 443), end(WAN, 40_000), acknowledgment));
    world.wan_to_lan(&fragmentation_needed(1300, &outside[..28]));
    let datagram = world.lan_to_wan(&udp(end(ALICE, 5000), end(SERVER, 53), &[0; 1400]));
    world.wan_to_lan(&fragmentation_needed(1300, &datagram[..28]));
    assert_eq!(learned(&world), (0, 2));
}

#[test]
fn packet_too_big_teaches_the_same_about_ipv6() {
    let mut world = World::new();
    let outside = data_on_the_way(&mut world, ALICE_V6, SERVER_V6, ALICE_V6);
    let too_big = |mtu_bytes, quote: &[u8]| {
        icmp_error(
            address("2001:db8:bbbb::1"),
            address(ALICE_V6),
            [2, 0],
            mtu_bytes,
            quote,
        )
    };
    let mut forged = outside.clone();
    forged[44] ^= 0x40;
    world.wan_to_lan(&too_big(1300, &forged));
    world.wan_to_lan(&too_big(1279, &outside));
    assert_eq!(learned(&world), (0, 2));
    world.wan_to_lan(&too_big(1300, &outside));
    assert_eq!(learned(&world), (1, 2));
    let out = world.lan_to_wan(&syn(end(ALICE_V6, 41_000), end(SERVER_V6, 443), 1440));
    assert_eq!(View(&out).mss(), 1240);
    View(&out).assert_sound();
}

#[test]
fn an_error_of_another_kind_names_no_mtu() {
    let mut world = World::new();
    let outside = data_on_the_way(&mut world, ALICE, SERVER, WAN);
    for kind in [[3, 1], [11, 4]] {
        let (hop, wan) = (address("192.0.2.77"), address(WAN));
        world.wan_to_lan(&icmp_error(hop, wan, kind, 1300, &outside[..28]));
    }
    assert_eq!(learned(&world), (0, 0));
}
