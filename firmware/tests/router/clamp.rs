//! The clamp on the way through.

use firmware::router::clamp_rule::{Ceiling, ClampRule, ClampRules, Match, Ports, Prefix, Span};
use firmware::router::config::{Config, ForwardedProtocol, PortForward, Settings};

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

/// The router between a LAN of 1500 and a WAN of 1492, with rules instead of its own judgement.
fn ruled(rules: &[ClampRule]) -> World {
    let lans = [lan()];
    let forward = PortForward {
        protocol: ForwardedProtocol::Tcp,
        outside_port: 8080,
        inside: ALICE.parse().unwrap(),
        inside_port: 80,
    };
    let mut settings = settings(&lans, std::slice::from_ref(&forward));
    settings.wan.port.mtu_bytes = 1492;
    let rules = Box::leak(Box::new(ClampRules::new(rules).unwrap()));
    World::with_config(
        Config::new(&settings)
            .unwrap()
            .with_clamp_rules(rules)
            .unwrap(),
    )
}

const TO_LINK_MTU: ClampRule = ClampRule::every_syn(Ceiling::LinkMtu);
const TO_1300: ClampRule = ClampRule::every_syn(Ceiling::MaxMss(1300));

#[test]
fn the_first_rule_that_matches_says_what_a_syn_is_lowered_to() {
    let to_mail = ClampRule {
        destination_port: Match::In(Span { from: 25, to: 25 }),
        ..TO_1300
    };
    let out = ClampRule {
        egress: Ports::WAN,
        ..TO_LINK_MTU
    };
    let mut world = ruled(&[to_mail, out]);
    let mss = |world: &mut World, port, mss| {
        let sent = world.lan_to_wan(&syn(end(ALICE, 40_000), end(SERVER, port), mss));
        View(&sent).assert_sound();
        View(&sent).mss()
    };
    assert_eq!(mss(&mut world, 443, 1460), 1452);
    assert_eq!(mss(&mut world, 25, 1460), 1300);
    assert_eq!(mss(&mut world, 25, 1200), 1200, "never raised");
    let answer = Tcp {
        flags: SYN | ACK,
        mss: Some(1460),
        ..SEGMENT
    };
    let back = world.wan_to_lan(&tcp(end(SERVER, 443), end(WAN, 40_000), answer));
    assert_eq!(View(&back).mss(), 1460, "no rule takes what comes in");
    let counters = world.router.counters();
    assert_eq!((counters.clamped, counters.fits), (2, 1));
    assert_eq!(counters.left_alone.no_rule, 1);
}

#[test]
fn a_fixed_ceiling_is_not_lowered_to_the_link_and_silence_is_not_clamping() {
    let fixed = ClampRule::every_syn(Ceiling::MaxMss(1460));
    let mut world = ruled(&[fixed]);
    let out = world.lan_to_wan(&syn(end(ALICE, 40_000), end(SERVER, 443), 1500));
    assert_eq!(View(&out).mss(), 1460, "as Linux would");
    let mut world = ruled(&[]);
    let out = world.lan_to_wan(&syn(end(ALICE, 40_000), end(SERVER, 443), 1460));
    assert_eq!(View(&out).mss(), 1460, "no rule at all");
}

/// As a Linux router's FORWARD chain sees them: what goes out before, what comes in behind the
/// translation.
#[test]
fn rules_see_the_addresses_and_ports_that_the_hosts_inside_have() {
    let alice = Prefix {
        address: ALICE.parse().unwrap(),
        len: 32,
    };
    let from_alice = ClampRule {
        source: Match::In(alice),
        source_port: Match::In(Span {
            from: 40_000,
            to: 40_000,
        }),
        ..TO_1300
    };
    let mut world = ruled(&[from_alice]);
    let out = world.lan_to_wan(&syn(end(ALICE, 40_000), end(SERVER, 443), 1460));
    assert_eq!(View(&out).mss(), 1300);
    let to_alice = ClampRule {
        destination: Match::In(alice),
        destination_port: Match::In(Span { from: 80, to: 80 }),
        ..TO_1300
    };
    let mut world = ruled(&[to_alice]);
    let back = world.wan_to_lan(&syn(end(SERVER, 443), end(WAN, 8080), 1460));
    assert_eq!(View(&back).mss(), 1300);
}

#[test]
fn rules_are_refused_where_nothing_is_clamped_and_inside_tunnels() {
    let lans = [lan()];
    let rules: &ClampRules = Box::leak(Box::new(ClampRules::new(&[TO_1300]).unwrap()));
    let refused = |settings: &Settings<'_>| {
        let config = Config::new(settings).unwrap();
        config.with_clamp_rules(rules).unwrap_err().to_string()
    };
    let mut none = settings(&lans, &[]);
    none.clamp = false;
    assert_eq!(
        refused(&none),
        "clamp_rules: can't be together with no clamp"
    );
    let mut tunnels = settings(&lans, &[]);
    tunnels.clamp_through_tunnels = true;
    assert_eq!(
        refused(&tunnels),
        "clamp_rules: can't be together with clamp_through_tunnels"
    );
}

#[test]
fn configurations_with_other_rules_are_others() {
    let lans = [lan()];
    let config = Config::new(&settings(&lans, &[])).unwrap();
    let ruled = |mss| {
        let rule = ClampRule::every_syn(Ceiling::MaxMss(mss));
        let rules = Box::leak(Box::new(ClampRules::new(&[rule]).unwrap()));
        config.clone().with_clamp_rules(rules).unwrap()
    };
    assert_eq!(ruled(1300), ruled(1300));
    assert_ne!(ruled(1300), ruled(1301));
    assert_ne!(ruled(1300), config);
}
