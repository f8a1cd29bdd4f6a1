//! MTU 1500 inside PPPoE, and what it falls back to (RFC 4638).

use firmware::pppoe::{Phase, Settings};

use crate::peer::{LCP, Peer, Wants};
use crate::world::{Packet, SETTINGS, World, option, options, tag, tag_of};

const JUMBO: Settings<'static> = Settings {
    port_mtu_bytes: 1508,
    ..SETTINGS
};
const MAX_PAYLOAD: u16 = 0x0120;

fn peer() -> Peer {
    Peer {
        mru: Some(1500),
        max_payload: Some(1500),
        ..Peer::new()
    }
}

#[test]
fn more_is_asked_for_only_where_the_port_carries_it() {
    for (port, asked) in [
        (1500, None),
        (1501, Some(1493_u16)),
        (1508, Some(1500)),
        (1536, Some(1500)),
    ] {
        let settings = Settings {
            port_mtu_bytes: port,
            ..SETTINGS
        };
        let padi = World::new(&settings).poll();
        let found = tag_of(&padi[0].bytes, MAX_PAYLOAD);
        assert_eq!(
            found,
            asked.map(|asked| asked.to_be_bytes().to_vec()),
            "{port}"
        );
    }
}

#[test]
fn the_mtu_is_what_both_ends_and_the_path_carry() {
    let cases = [
        ("both", 1508, Some(1500), Some(1500), usize::MAX, 1500),
        (
            "a peer that grants less",
            1508,
            Some(1496),
            Some(1500),
            usize::MAX,
            1496,
        ),
        (
            "a peer that doesn't know the tag",
            1508,
            None,
            Some(1492),
            usize::MAX,
            1492,
        ),
        (
            "a peer whose MRU is smaller",
            1508,
            Some(1500),
            Some(1400),
            usize::MAX,
            1400,
        ),
        (
            "a peer that says no MRU",
            1508,
            Some(1500),
            None,
            usize::MAX,
            1500,
        ),
        (
            "a port that doesn't",
            1500,
            Some(1500),
            Some(1500),
            usize::MAX,
            1492,
        ),
        (
            "a smaller port",
            1448,
            Some(1500),
            Some(1500),
            usize::MAX,
            1440,
        ),
        (
            "a switch between that doesn't",
            1508,
            Some(1500),
            Some(1500),
            1506,
            1492,
        ),
    ];
    for (name, port, grants, mru, carries, mtu) in cases {
        for wants in [Wants::Nothing, Wants::Pap, Wants::Chap] {
            let mut peer = Peer {
                mru,
                max_payload: grants,
                carries,
                wants,
                ..Peer::new()
            };
            let settings = Settings {
                port_mtu_bytes: port,
                ..SETTINGS
            };
            let world = World::up(&settings, &mut peer);
            assert_eq!(world.line().mtu_bytes, mtu, "{name}, {wants:?}");
            assert!(world.line().ipv4.is_some() && world.line().ipv6.is_some());
        }
    }
}

#[test]
fn nothing_passes_before_a_full_size_echo_has_come_back() {
    let mut world = World::new(&JUMBO);
    let request = world.finds_session(&tag(MAX_PAYLOAD, &1500_u16.to_be_bytes()));
    assert_eq!(options(&request.data)[0].1, 1500_u16.to_be_bytes());
    let sent = world.opens_lcp(&request, &option(1, &1500_u16.to_be_bytes()));
    let echo = &sent[0];
    assert_eq!((echo.protocol, echo.code), (LCP, 9));
    assert_eq!(echo.data.len() + 4, 1500, "a packet of the full size");
    assert_eq!(echo.data[..4], options(&request.data)[1].1);
    let ipcp = sent
        .iter()
        .find(|packet| packet.protocol == 0x8021)
        .unwrap();
    // IPCP opens meanwhile.
    let given = [
        option(3, &[10, 0, 0, 2]),
        option(129, &[0; 4]),
        option(131, &[0; 4]),
    ]
    .concat();
    let again = world.ppp(0x8021, 3, ipcp.identifier, &given).remove(0);
    world.ppp(0x8021, 2, again.identifier, &again.data);
    world.ppp(0x8021, 1, 1, &[]);
    assert!(world.client.line().is_none());
    assert_eq!(world.phase(), Phase::Network);
    let reply = |len: usize| [&[9; 4][..], &vec![0; len - 8]].concat();
    world.ppp(LCP, 10, echo.identifier, &reply(1499));
    world.ppp(LCP, 10, echo.identifier.wrapping_add(1), &reply(1500));
    assert!(world.client.line().is_none(), "too short, or another's");
    world.ppp(LCP, 10, echo.identifier, &reply(1500));
    assert_eq!(world.line().mtu_bytes, 1500);
}

#[test]
fn without_the_echo_both_ends_are_brought_to_1492() {
    let mut world = World::new(&JUMBO);
    let request = world.finds_session(&tag(MAX_PAYLOAD, &1500_u16.to_be_bytes()));
    world.opens_lcp(&request, &[]);
    let sent = world.waits_ms(3_000);
    let at = |code: u8| {
        let of = |sent: &&(u64, Packet)| sent.1.protocol == LCP && sent.1.code == code;
        sent.iter()
            .filter(of)
            .map(|(at, _)| *at)
            .collect::<Vec<_>>()
    };
    assert_eq!(at(9), [1_000, 2_000], "three in all");
    assert_eq!(at(1), [3_000]);
    let anew = &sent.last().unwrap().1;
    assert_eq!(options(&anew.data)[0].1, 1492_u16.to_be_bytes());
    assert_eq!(world.phase(), Phase::Establish);
    let sent = world.opens_lcp(anew, &[]);
    assert!(
        sent.iter().all(|packet| packet.code == 1),
        "no echo is needed: {sent:?}"
    );
}

#[test]
fn what_did_not_fit_is_not_tried_again_on_the_same_wire() {
    let mut peer = Peer {
        carries: 1506,
        ..peer()
    };
    let mut world = World::up(&JUMBO, &mut peer);
    assert_eq!(world.line().mtu_bytes, 1492);
    let padt = peer.hang_up();
    world.discovers(padt.station, &padt.bytes);
    let sent = world.wait_ms(1_200);
    assert_eq!(tag_of(&sent[0].1.bytes, MAX_PAYLOAD), None);
    world.client.link(false, world.now);
    world.client.link(true, world.now);
    let sent = world.poll();
    assert!(tag_of(&sent.last().unwrap().bytes, MAX_PAYLOAD).is_some());
}

/// A client whose LCP is open with 1500 bytes, and the echo that it sends for them.
fn asking() -> (World, Packet) {
    let mut world = World::new(&JUMBO);
    let request = world.finds_session(&tag(MAX_PAYLOAD, &1500_u16.to_be_bytes()));
    let sent = world.opens_lcp(&request, &option(1, &1500_u16.to_be_bytes()));
    assert_eq!((sent[0].protocol, sent[0].code), (LCP, 9));
    let echo = sent[0].clone();
    (world, echo)
}

/// The peer negotiates LCP anew, with this MRU. Returns what follows.
fn begins_anew(world: &mut World, mru: u16) -> Vec<Packet> {
    let sent = world.ppp(LCP, 1, 201, &option(1, &mru.to_be_bytes()));
    let request = sent.iter().find(|packet| packet.code == 1).unwrap();
    world.ppp(LCP, 2, request.identifier, &request.data)
}

#[test]
fn a_size_that_has_passed_is_not_asked_for_again_and_another_is() {
    let is_echo = |packet: &Packet| (packet.protocol, packet.code) == (LCP, 9);
    let (mut world, echo) = asking();
    world.ppp(LCP, 10, echo.identifier, &[9; 1496]);
    let sent = begins_anew(&mut world, 1500);
    assert!(!sent.iter().any(is_echo), "{sent:?}");
    let sent = begins_anew(&mut world, 1496);
    let echo = sent.iter().find(|packet| is_echo(packet)).unwrap();
    assert_eq!(echo.data.len() + 4, 1496);
}

#[test]
fn while_lcp_is_negotiated_anew_nothing_is_asked() {
    let (mut world, _) = asking();
    let sent = world.ppp(LCP, 1, 201, &option(1, &1500_u16.to_be_bytes()));
    assert!(sent.iter().all(|packet| packet.code != 9));
    let sent = world.waits_ms(2_500);
    assert!(sent.iter().all(|(_, packet)| packet.code == 1), "{sent:?}");
}
