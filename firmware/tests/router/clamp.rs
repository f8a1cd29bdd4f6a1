//! The clamp on the way through.

use crate::packets::{ACK, SEGMENT, SYN, Tcp, View, end, ip, syn, tcp, udp};
use crate::world::{ALICE, SERVER, WAN, World, lan, settings};

#[test]
fn both_directions_are_lowered_to_the_smaller_mtu_of_the_two_ports() {
    for (lan_mtu, wan_mtu) in [(1500, 1492), (1492, 1500)] {
        let mut lans = [lan()];
        lans[0].port.mtu_bytes = lan_mtu;
        let mut settings = settings(&lans, &[]);
        settings.wan.port.mtu_bytes = wan_mtu;
        let mut world = World::<64>::with(&settings);
        let out = world.lan_to_wan(&syn(end(ALICE, 40_000), end(SERVER, 443), 1460));
        assert_eq!(View(&out).mss(), 1452);
        View(&out).assert_sound();
        let answer = Tcp {
            flags: SYN | ACK,
            mss: Some(1460),
            ..SEGMENT
        };
        let back = world.wan_to_lan(&tcp(end(SERVER, 443), end(WAN, 40_000), answer));
        assert_eq!(View(&back).mss(), 1452);
        View(&back).assert_sound();
        assert_eq!(world.router.counters().clamped, 2);
    }
}

#[test]
fn every_outcome_of_the_clamp_has_its_counter() {
    let mut world = World::new();
    let (alice, server) = (end(ALICE, 40_000), end(SERVER, 443));
    world.lan_to_wan(&syn(alice, server, 1460));
    world.lan_to_wan(&syn(alice, server, 1461));
    world.lan_to_wan(&tcp(alice, server, SEGMENT));
    world.lan_to_wan(&udp(alice, server, b"x"));
    let no_option = Tcp {
        flags: SYN,
        ..SEGMENT
    };
    world.lan_to_wan(&tcp(alice, server, no_option));
    let counters = world.router.counters();
    assert_eq!((counters.fits, counters.clamped), (1, 1));
    let left_alone = counters.left_alone;
    assert_eq!(
        (left_alone.not_syn, left_alone.not_tcp, left_alone.no_mss),
        (1, 1, 1)
    );
    assert_eq!(left_alone.total() + counters.malformed.total(), 3);
}

#[test]
fn a_router_without_the_clamp_leaves_syns_as_they_are() {
    let lans = [lan()];
    let mut settings = settings(&lans, &[]);
    settings.wan.port.mtu_bytes = 1492;
    settings.clamp = false;
    let mut world = World::<64>::with(&settings);
    let out = world.lan_to_wan(&syn(end(ALICE, 40_000), end(SERVER, 443), 1460));
    assert_eq!(View(&out).mss(), 1460);
}

#[test]
fn a_syn_inside_a_tunnel_is_clamped_when_asked() {
    let mut home = lan();
    home.ipv4.address = "192.168.1.1".parse().unwrap();
    let mut office = lan();
    office.port.vlan = Some(5);
    office.ipv4.address = "192.168.5.1".parse().unwrap();
    office.ipv6 = None;
    let lans = [home, office];
    let mut settings = settings(&lans, &[]);
    settings.clamp_through_tunnels = true;
    let mut world = World::<64>::with(&settings);
    let mut request = crate::world::arp_request(ALICE, "192.168.1.1");
    request[28..32].copy_from_slice(&[192, 168, 5, 9]);
    request[38..42].copy_from_slice(&[192, 168, 5, 1]);
    let tagged = [&request[..12], &[0x81, 0, 0, 5], &request[12..]].concat();
    world.takes(0, &tagged);
    let inner = syn(end("10.0.0.1", 1), end("10.0.0.2", 2), 1460);
    let outer = ip(end(ALICE, 0).0, end("192.168.5.9", 0).0, 4, inner);
    let sent = world.lan_sends(&outer);
    assert_eq!(View(&sent[0].frame[18 + 20..]).mss(), 1440);
}
