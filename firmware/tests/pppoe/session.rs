//! Whole sessions with a peer that behaves.

use firmware::pppoe::{Family, Inbound, Phase, SESSION, Settings};

use crate::peer::{CCP, IPCP, IPV6CP, Peer, Wants};
use crate::world::{AC, SETTINGS, World, pppoe};

#[test]
fn a_session_comes_up_by_every_way_to_authenticate() {
    for wants in [
        Wants::Nothing,
        Wants::Pap,
        Wants::Chap,
        Wants::MsChapThenChap,
    ] {
        let mut peer = Peer {
            wants,
            ..Peer::new()
        };
        let mut world = World::new(&SETTINGS);
        world.talk_ms(&mut peer, 500);
        assert_eq!(world.phase(), Phase::Up, "{wants:?}: {:?}", world.client);
        let line = world.line();
        assert_eq!(line.access_concentrator, AC);
        assert_eq!(line.session_id, 0x0101);
        assert_eq!(line.mtu_bytes, 1492);
        let ipv4 = line.ipv4.unwrap();
        assert_eq!(ipv4.local.octets(), [100, 64, 0, 10]);
        assert_eq!(ipv4.peer.octets(), [100, 64, 0, 1]);
        let dns = ipv4.dns.map(|dns| dns.unwrap().octets());
        assert_eq!(dns, [[100, 64, 0, 53], [100, 64, 1, 53]]);
        let ipv6 = line.ipv6.unwrap();
        assert_eq!(ipv6.peer_interface_id, [2, 0, 0, 0, 0, 0, 0xac, 1]);
        assert_ne!(ipv6.local_interface_id, [0; 8]);
        assert_eq!(
            ipv6.local_interface_id[0] & 2,
            0,
            "nobody's hardware address"
        );
        assert_eq!(world.client.status().counters.sessions, 1);
        assert_eq!(peer.accepted, usize::from(wants != Wants::Nothing));
    }
}

#[test]
fn a_session_stays_up_for_a_day() {
    let mut peer = Peer::new();
    let mut world = World::up(&SETTINGS, &mut peer);
    world.talk_ms(&mut peer, 86_400_000);
    let status = world.client.status();
    assert_eq!(status.phase, Phase::Up);
    assert_eq!(status.counters.sessions, 1);
    assert!(status.counters.echo_requests > 8_000);
    assert_eq!(status.counters.echo_requests, status.counters.echo_replies);
    assert!(status.uptime_ms(world.now).unwrap() >= 86_400_000);
}

#[test]
fn compression_is_refused_and_the_session_comes_up() {
    let mut peer = Peer {
        offers_vj: true,
        offers_ccp: true,
        ..Peer::new()
    };
    let world = World::up(&SETTINGS, &mut peer);
    assert_eq!(peer.rejected_options, [(IPCP, 2)]);
    assert_eq!(peer.rejected, [CCP]);
    assert!(world.line().ipv4.is_some());
}

#[test]
fn without_ipv6_on_either_side_there_is_ipv4() {
    let mut peer = Peer {
        ipv6: false,
        ..Peer::new()
    };
    let world = World::up(&SETTINGS, &mut peer);
    assert!(world.line().ipv4.is_some() && world.line().ipv6.is_none());

    let mut peer = Peer::new();
    let settings = Settings {
        ipv6: false,
        ..SETTINGS
    };
    let mut world = World::up(&settings, &mut peer);
    world.talk_ms(&mut peer, 1_000);
    assert!(world.line().ipv6.is_none());
    assert!(peer.rejected.contains(&IPV6CP));
}

#[test]
fn packets_pass_in_both_forms_of_the_protocol_field() {
    let mut world = World::up(&SETTINGS, &mut Peer::new());
    let mut takes = |ppp: &[u8]| {
        let mut frame = pppoe(0, 0x0101, ppp);
        frame.extend([0; 20]); // Ethernet's padding
        let (now, wire) = (world.now, &mut world.wire);
        world.client.receive(AC, SESSION, &frame, now, wire)
    };
    let whole = takes(&[0x00, 0x21, 0x45, 1, 2, 3]);
    let range = 8..12;
    let family = Family::Ipv4;
    assert_eq!(whole, Some(Inbound { family, range }));
    let family = Family::Ipv6;
    let range = 7..11;
    assert_eq!(
        takes(&[0x57, 0x60, 1, 2, 3]),
        Some(Inbound { family, range })
    );
    assert_eq!(takes(&[0x00, 0x2d, 1, 2]), None, "VJ compressed");
    assert_eq!(takes(&[]), None);
    assert_eq!(takes(&[0x00]), None);
    assert_eq!(
        takes(&[0x00, 0x20, 1]),
        None,
        "no protocol has an even number"
    );
}

#[test]
fn the_header_of_a_packet_out() {
    let world = World::up(&SETTINGS, &mut Peer::new());
    let line = world.line();
    let ipv4 = [0x11, 0, 0x01, 0x01, 0x05, 0xd6, 0x00, 0x21];
    assert_eq!(line.header(Family::Ipv4, 1492), ipv4);
    let ipv6 = [0x11, 0, 0x01, 0x01, 0x00, 0x2a, 0x00, 0x57];
    assert_eq!(line.header(Family::Ipv6, 40), ipv6);
}
