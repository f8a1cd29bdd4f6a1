//! IPCP and IPV6CP, against bytes written by hand (RFC 1332, RFC 1877, RFC 5072).

use core::net::Ipv4Addr;

use firmware::pppoe::{Phase, Reason, SESSION, Settings};

use crate::peer::{IPCP, IPV6CP, LCP};
use crate::world::{AC, Packet, SETTINGS, World, option, options, pppoe};

const REQUEST: u8 = 1;
const ACK: u8 = 2;
const NAK: u8 = 3;
const REJECT: u8 = 4;
const PEER_ADDRESS: [u8; 6] = [3, 6, 100, 64, 0, 1];

/// A client in the network phase, with its first requests of IPCP and IPV6CP.
fn in_network_phase(settings: &Settings<'_>) -> (World, Packet, Packet) {
    let (world, mut sent) = World::with_lcp(settings, &[]);
    let ipv6cp = sent.pop().unwrap();
    let ipcp = sent.pop().unwrap();
    assert_eq!((ipcp.protocol, ipv6cp.protocol), (IPCP, IPV6CP));
    (world, ipcp, ipv6cp)
}

#[test]
fn address_and_name_servers_are_the_peers_to_give() {
    let (mut world, request, _) = in_network_phase(&SETTINGS);
    let zeros = [0; 4].to_vec();
    let asked = [(3, zeros.clone()), (129, zeros.clone()), (131, zeros)];
    assert_eq!(options(&request.data), asked);
    let given = [option(3, &[10, 0, 0, 2]), option(129, &[9, 9, 9, 9])].concat();
    let second = world.ppp(IPCP, NAK, request.identifier, &given).remove(0);
    assert_eq!(second.data, [&given[..], &option(131, &[0; 4])].concat());
    // The second one isn't negotiated, and is no longer asked for.
    let third = world
        .ppp(IPCP, REJECT, second.identifier, &option(131, &[0; 4]))
        .remove(0);
    assert_eq!(third.data, given);
    assert_eq!(world.ppp(IPCP, ACK, third.identifier, &third.data), []);
    assert!(world.client.line().is_none(), "the peer hasn't asked yet");
    let sent = world.ppp(IPCP, REQUEST, 7, &PEER_ADDRESS);
    assert_eq!(sent, [Packet::new(IPCP, ACK, 7, &PEER_ADDRESS)]);
    let ipv4 = world.line().ipv4.unwrap();
    assert_eq!(ipv4.local, Ipv4Addr::new(10, 0, 0, 2));
    assert_eq!(ipv4.peer, Ipv4Addr::new(100, 64, 0, 1));
    assert_eq!(ipv4.dns, [Some(Ipv4Addr::new(9, 9, 9, 9)), None]);
    assert!(world.line().ipv6.is_none());
    assert_eq!(world.phase(), Phase::Up);
}

#[test]
fn what_a_peer_asks_of_ipcp() {
    let vj = option(2, &[0, 0x2d, 15, 1]);
    let dns = option(129, &[0; 4]);
    let cases: &[(&str, Vec<u8>, u8, Vec<u8>)] = &[
        ("nothing", vec![], ACK, vec![]),
        (
            "its address",
            PEER_ADDRESS.to_vec(),
            ACK,
            PEER_ADDRESS.to_vec(),
        ),
        (
            "an address from us",
            option(3, &[0; 4]),
            REJECT,
            option(3, &[0; 4]),
        ),
        (
            "a group's address",
            option(3, &[224, 0, 0, 1]),
            REJECT,
            option(3, &[224, 0, 0, 1]),
        ),
        (
            "half an address",
            option(3, &[10, 0]),
            REJECT,
            option(3, &[10, 0]),
        ),
        (
            "VJ compression",
            [&PEER_ADDRESS[..], &vj].concat(),
            REJECT,
            vj,
        ),
        ("name servers from us", dns.clone(), REJECT, dns),
        (
            "the addresses of old",
            option(1, &[1; 8]),
            REJECT,
            option(1, &[1; 8]),
        ),
    ];
    for (name, asked, code, answer) in cases {
        let (mut world, ..) = in_network_phase(&SETTINGS);
        let sent = world.ppp(IPCP, REQUEST, 3, asked);
        assert_eq!(sent, [Packet::new(IPCP, *code, 3, answer)], "{name}");
    }
}

#[test]
fn an_address_that_no_host_has_is_not_taken() {
    let (mut world, mut request, _) = in_network_phase(&SETTINGS);
    for unfit in [
        [0, 0, 0, 0],
        [127, 0, 0, 1],
        [224, 0, 0, 5],
        [255; 4],
        [0, 1, 2, 3],
    ] {
        request = world
            .ppp(IPCP, NAK, request.identifier, &option(3, &unfit))
            .remove(0);
        assert_eq!(request.data[..6], option(3, &[0; 4]), "{unfit:?}");
    }
    assert_eq!(world.ppp(IPCP, ACK, request.identifier, &request.data), []);
    world.ppp(IPCP, REQUEST, 7, &PEER_ADDRESS);
    assert!(world.client.line().is_none(), "0.0.0.0 is no address");
    // A name server that isn't one is none.
    let given = [option(3, &[10, 0, 0, 2]), option(129, &[0; 4])].concat();
    let last = world.ppp(IPCP, NAK, request.identifier, &given).remove(0);
    let kinds: Vec<_> = options(&last.data)
        .into_iter()
        .map(|(kind, _)| kind)
        .collect();
    assert_eq!(kinds, [3, 131]);
}

#[test]
fn an_interface_identifier_is_nobody_elses() {
    let (mut world, _, request) = in_network_phase(&SETTINGS);
    let ours = options(&request.data)[0].1.clone();
    for collision in [option(1, &ours), option(1, &[0; 8])] {
        let sent = world.ppp(IPV6CP, REQUEST, 1, &collision).remove(0);
        assert_eq!(sent.code, NAK);
        let other = &options(&sent.data)[0].1;
        assert!(*other != ours && *other != [0; 8]);
    }
    // The peer doesn't want ours: its proposal is taken, and one that can't be is not.
    let sent = world
        .ppp(IPV6CP, NAK, request.identifier, &option(1, &[7; 8]))
        .remove(0);
    assert_eq!(sent.data, option(1, &[7; 8]));
    let sent = world
        .ppp(IPV6CP, NAK, sent.identifier, &option(1, &[0; 8]))
        .remove(0);
    let own = options(&sent.data)[0].1.clone();
    assert!(own != [0; 8] && own != [7; 8]);
    world.ppp(IPV6CP, ACK, sent.identifier, &sent.data);
    let theirs = option(1, &[2; 8]);
    let answer = world.ppp(IPV6CP, REQUEST, 9, &theirs);
    assert_eq!(answer, [Packet::new(IPV6CP, ACK, 9, &theirs)]);
    let ipv6 = world.line().ipv6.unwrap();
    assert_eq!(ipv6.local_interface_id[..], own);
    assert_eq!(ipv6.peer_interface_id, [2; 8]);
    let compression = option(2, &[0, 0x61]);
    let sent = world.ppp(IPV6CP, REQUEST, 10, &compression);
    assert_eq!(sent[1], Packet::new(IPV6CP, REJECT, 10, &compression));
}

#[test]
fn one_protocol_may_fail_but_not_both() {
    for (first, second) in [(IPCP, IPV6CP), (IPV6CP, IPCP)] {
        let (mut world, ..) = in_network_phase(&SETTINGS);
        assert_eq!(world.ppp(LCP, 8, 1, &first.to_be_bytes()), []);
        assert_eq!(world.last_reason(), None);
        let sent = world.ppp(LCP, 8, 2, &second.to_be_bytes());
        assert_eq!(sent[0].code, 5, "a Terminate-Request of LCP");
        assert_eq!(world.last_reason(), Some(Reason::NoNetworkProtocol));
    }
    let settings = Settings {
        ipv6: false,
        ..SETTINGS
    };
    let (mut world, _) = World::with_lcp(&settings, &[]);
    world.ppp(LCP, 8, 1, &IPCP.to_be_bytes());
    assert_eq!(world.last_reason(), Some(Reason::NoNetworkProtocol));
}

#[test]
fn without_an_address_there_is_no_ipv4() {
    let (mut world, request, ipv6cp) = in_network_phase(&SETTINGS);
    let sent = world
        .ppp(IPCP, REJECT, request.identifier, &option(3, &[0; 4]))
        .remove(0);
    assert_eq!((sent.protocol, sent.code), (IPCP, 5));
    assert_eq!(world.ppp(IPCP, 6, sent.identifier, &[]), []);
    assert_eq!(world.last_reason(), None, "IPv6 may do");
    world.ppp(
        LCP,
        8,
        2,
        &[&IPV6CP.to_be_bytes()[..], &ipv6cp.data].concat(),
    );
    assert_eq!(world.last_reason(), Some(Reason::NoNetworkProtocol));
}

#[test]
fn a_network_protocol_may_go_and_come_back() {
    let mut world = World::up(&SETTINGS, &mut crate::peer::Peer::new());
    let line = world.line();
    assert_eq!(
        world.ppp(IPV6CP, 5, 1, &[]),
        [Packet::new(IPV6CP, 6, 1, &[])]
    );
    assert_eq!(world.line().ipv6, None);
    assert_eq!(world.line().ipv4, line.ipv4);
    let (now, wire) = (world.now, &mut world.wire);
    let ipv6 = pppoe(0, 0x0101, &[0, 0x57, 0x60]);
    assert_eq!(world.client.receive(AC, SESSION, &ipv6, now, wire), None);
    world.waits_ms(1_000);
    let theirs = option(1, &[2; 8]);
    let sent = world.ppp(IPV6CP, REQUEST, 9, &theirs);
    assert_eq!(sent[0].code, REQUEST);
    assert_eq!(sent[1], Packet::new(IPV6CP, ACK, 9, &theirs));
    world.ppp(IPV6CP, ACK, sent[0].identifier, &sent[0].data);
    assert!(world.line().ipv6.is_some());
    let packet = pppoe(0, 0x0101, &[0, 0x21, 0x45]);
    let (now, wire) = (world.now, &mut world.wire);
    assert!(
        world
            .client
            .receive(AC, SESSION, &packet, now, wire)
            .is_some()
    );
}

#[test]
fn packets_before_their_protocol_is_open_are_dropped() {
    let (mut world, ..) = in_network_phase(&SETTINGS);
    for ppp in [[0, 0x21, 0x45], [0, 0x57, 0x60]] {
        let packet = pppoe(0, 0x0101, &ppp);
        let (now, wire) = (world.now, &mut world.wire);
        assert_eq!(world.client.receive(AC, SESSION, &packet, now, wire), None);
    }
    assert_eq!(world.client.status().counters.discarded.not_open, 2);
    assert!(world.wire.sent.is_empty());
}

#[test]
fn where_ipv6_does_not_fit_it_is_not_offered() {
    let (mut world, sent) = World::with_lcp(&SETTINGS, &option(1, &1279_u16.to_be_bytes()));
    assert_eq!(sent.len(), 1, "IPCP alone");
    let sent = world.ppp(IPV6CP, REQUEST, 1, &option(1, &[2; 8])).remove(0);
    assert_eq!((sent.protocol, sent.code), (LCP, 8));
    let packet = pppoe(0, 0x0101, &[0, 0x57, 0x60]);
    let rejection = world.takes(AC, SESSION, &packet).remove(0);
    let (protocol, packet) = rejection.ppp();
    assert_eq!((protocol, packet[0]), (LCP, 8));
    assert_eq!(packet[4..], [0, 0x57, 0x60]);
}

#[test]
fn a_name_server_that_is_refused_is_no_longer_asked_for() {
    for (refused, left) in [(129, [3, 131]), (131, [3, 129])] {
        let (mut world, request, _) = in_network_phase(&SETTINGS);
        let rejected = option(refused, &[0; 4]);
        let again = world.ppp(IPCP, REJECT, request.identifier, &rejected);
        let kinds: Vec<_> = options(&again[0].data)
            .into_iter()
            .map(|(kind, _)| kind)
            .collect();
        assert_eq!(kinds, left);
    }
}

#[test]
fn an_identifier_that_the_peer_has_or_that_is_none_is_not_taken() {
    for unfit in [[2; 8], [0; 8]] {
        let (mut world, _, request) = in_network_phase(&SETTINGS);
        world.ppp(IPV6CP, REQUEST, 9, &option(1, &[2; 8]));
        let sent = world.ppp(IPV6CP, NAK, request.identifier, &option(1, &unfit));
        assert_ne!(options(&sent[0].data)[0].1, unfit);
    }
    let (mut world, ..) = in_network_phase(&SETTINGS);
    let long = option(1, &[2; 9]);
    let sent = world.ppp(IPV6CP, REQUEST, 9, &long);
    assert_eq!(sent, [Packet::new(IPV6CP, REJECT, 9, &long)]);
}

#[test]
fn identifiers_are_drawn_and_claim_no_hardware_address() {
    let mut drawn = Vec::new();
    for seed in 0..16 {
        let mut world = World::seeded(&SETTINGS, [seed; 16]);
        let request = world.finds_session(&[]);
        let sent = world.opens_lcp(&request, &[]);
        let id = options(&sent[1].data)[0].1.clone();
        assert_eq!(id[0] & 2, 0, "{id:?}");
        drawn.push(id);
    }
    drawn.sort();
    drawn.dedup();
    assert_eq!(drawn.len(), 16);
    assert!(drawn.iter().any(|id| id[0] != 0));
}

#[test]
fn a_peer_that_refuses_our_identifier_gets_no_ipv6() {
    let (mut world, _, request) = in_network_phase(&SETTINGS);
    let sent = world.ppp(IPV6CP, REJECT, request.identifier, &request.data);
    assert_eq!((sent[0].protocol, sent[0].code), (IPV6CP, 5));
    assert_eq!(world.last_reason(), None, "IPv4 may do");
}

#[test]
fn where_ipv6_alone_is_open_no_ipv4_passes() {
    let (mut world, _, request) = in_network_phase(&SETTINGS);
    world.ppp(IPV6CP, ACK, request.identifier, &request.data);
    world.ppp(IPV6CP, REQUEST, 9, &option(1, &[2; 8]));
    assert!(world.line().ipv4.is_none() && world.line().ipv6.is_some());
    for (ppp, passes) in [([0, 0x21, 0x45], false), ([0, 0x57, 0x60], true)] {
        let packet = pppoe(0, 0x0101, &ppp);
        let (now, wire) = (world.now, &mut world.wire);
        let passed = world.client.receive(AC, SESSION, &packet, now, wire);
        assert_eq!(passed.is_some(), passes);
    }
}
