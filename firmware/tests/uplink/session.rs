//! What passes in a session, what doesn't, and what is left when it ends.

use crate::house::{HOST, HOST_V6, House, SERVER, SERVER_V6};
use crate::packets::{ICMP, SEGMENT, View, end, syn, tcp, udp};
use crate::peer::Peer;

const OWN_ADDRESS: &str = "100.64.0.10";

#[test]
fn while_the_line_is_down_hosts_are_told_and_the_counter_says_so() {
    let mut house = House::new(
        Peer {
            is_dead: true,
            ..Peer::new()
        },
        1500,
    );
    house.host_sends(&syn(end(HOST, 40_000), end(SERVER, 443), 1460));
    let told = house.one_at_the_host();
    assert_eq!(View(&told).protocol(), ICMP);
    assert_eq!(View(&told).payload()[..2], [3, 0], "net unreachable");
    assert_eq!(house.router.counters().dropped.wan_down, 1);
    assert!(house.into_the_line.is_empty());
}

#[test]
fn a_syn_leaves_in_the_session_masqueraded_and_clamped_in_both_directions() {
    let mut house = House::connected(Peer::new(), 1500);
    house.host_sends(&syn(end(HOST, 40_000), end(SERVER, 443), 1460));
    let out = house.one_into_the_line();
    View(&out).assert_sound();
    assert_eq!(View(&out).source(), end(OWN_ADDRESS, 40_000));
    assert_eq!(View(&out).mss(), 1452);

    let mut answer = syn(end(SERVER, 443), end(OWN_ADDRESS, 40_000), 1460);
    answer[33] |= 0x10;
    crate::packets::fix_header_checksum(&mut answer);
    house.line_brings(&answer, false);
    let back = house.one_at_the_host();
    assert_eq!(View(&back).destination(), end(HOST, 40_000));
    assert_eq!(View(&back).mss(), 1452);
    assert_eq!(house.router.counters().clamped, 2);
}

#[test]
fn ipv6_passes_in_the_session_clamped_to_the_mtu_minus_60() {
    let mut house = House::connected(Peer::new(), 1500);
    house.host_sends(&syn(end(HOST_V6, 40_000), end(SERVER_V6, 443), 1440));
    let out = house.one_into_the_line();
    assert_eq!(View(&out).mss(), 1432);
    house.line_brings(
        &udp(end(SERVER_V6, 53), end(HOST_V6, 9), b"nobody asked"),
        false,
    );
    assert_eq!(house.router.counters().dropped.unsolicited, 1);
}

#[test]
fn baby_jumbo_frames_leave_the_mss_of_ethernet_alone() {
    let peer = Peer {
        mru: Some(1500),
        max_payload: Some(1500),
        ..Peer::new()
    };
    let mut house = House::connected(peer, 1508);
    assert_eq!(house.router.uplink().session().unwrap().mtu_bytes, 1500);
    house.host_sends(&syn(end(HOST, 40_000), end(SERVER, 443), 1460));
    assert_eq!(View(&house.one_into_the_line()).mss(), 1460);
    house.host_sends(&syn(end(HOST_V6, 40_000), end(SERVER_V6, 443), 1440));
    assert_eq!(View(&house.one_into_the_line()).mss(), 1440);
}

#[test]
fn a_peer_that_takes_less_is_what_the_clamp_and_fragmentation_needed_follow() {
    let peer = Peer {
        mru: Some(1400),
        ..Peer::new()
    };
    let mut house = House::connected(peer, 1500);
    house.host_sends(&syn(end(HOST, 40_000), end(SERVER, 443), 1460));
    assert_eq!(View(&house.one_into_the_line()).mss(), 1360);
    let large = udp(end(HOST, 5000), end(SERVER, 5000), &[7; 1450 - 28]);
    house.host_sends(&large);
    let told = house.one_at_the_host();
    let view = View(&told);
    let message = view.payload();
    assert_eq!(
        (&message[..2], &message[4..8]),
        (&[3, 4][..], &[0, 0, 0x05, 0x78][..])
    );
    assert!(house.into_the_line.is_empty());
}

#[test]
fn a_packet_too_long_for_the_session_leaves_in_fragments_where_it_may() {
    let mut house = House::connected(Peer::new(), 1500);
    let mut large = udp(end(HOST, 5000), end(SERVER, 5000), &[7; 1500 - 28]);
    large[6] = 0;
    crate::packets::fix_header_checksum(&mut large);
    house.host_sends(&large);
    let lens: Vec<usize> = house.into_the_line.iter().map(Vec::len).collect();
    assert_eq!(lens.len(), 2);
    assert!(lens.iter().all(|len| *len <= 18 + 8 + 1492), "{lens:?}");
}

#[test]
fn what_comes_back_is_bounded_by_pppoes_length_and_may_have_a_compressed_protocol() {
    let mut house = House::connected(Peer::new(), 1500);
    house.host_sends(&udp(end(HOST, 5000), end(SERVER, 53), b"?"));
    house.one_into_the_line();
    for is_compressed in [false, true] {
        let answer = udp(end(SERVER, 53), end(OWN_ADDRESS, 5000), b"!");
        house.line_brings(&answer, is_compressed);
        let back = house.one_at_the_host();
        assert_eq!(back.len(), answer.len(), "without Ethernet's padding");
        View(&back).assert_sound();
    }
}

#[test]
fn nothing_unsolicited_comes_in() {
    let mut house = House::connected(Peer::new(), 1500);
    house.line_brings(&syn(end(SERVER, 443), end(OWN_ADDRESS, 80), 1460), false);
    house.line_brings(
        &udp(end(SERVER, 53), end(HOST, 53), b"to a private address"),
        false,
    );
    assert!(house.at_the_host.is_empty());
    let dropped = house.router.counters().dropped;
    assert_eq!(dropped.total(), 2, "{dropped:?}");
}

#[test]
fn a_wan_port_with_pppoe_hears_nothing_else() {
    let mut house = House::connected(Peer::new(), 1500);
    let before = house.router.counters().sent;
    house.wan_sees([8, 6], &[0; 46]);
    house.wan_sees([8, 0], &udp(end(SERVER, 53), end(OWN_ADDRESS, 53), b"bare"));
    house.wan_sees(
        [0x86, 0xdd],
        &udp(end(SERVER_V6, 53), end(HOST_V6, 53), b"bare"),
    );
    assert_eq!(house.router.counters().dropped.not_carried, 3);
    assert_eq!(house.router.counters().sent, before);
}

/// A running flow, then a session that ends and comes back with this address; whether the flow lives on.
fn flow_after_reconnect(address: [u8; 4]) -> (House, bool) {
    let mut house = House::connected(Peer::new(), 1500);
    house.host_sends(&udp(end(HOST, 5000), end(SERVER, 53), b"?"));
    house.one_into_the_line();
    let padt = house.peer.hang_up();
    house.peer.address = address;
    house.peer_sends(&padt);
    assert!(house.router.uplink().session().is_none());
    house.wait_ms(60_000);
    assert!(house.router.uplink().session().is_some(), "up again");
    let own = address.map(|byte| byte.to_string()).join(".");
    house.line_brings(&udp(end(SERVER, 53), end(&own, 5000), b"!"), false);
    let lives = !house.at_the_host.is_empty();
    (house, lives)
}

#[test]
fn flows_survive_a_reconnect_that_keeps_the_address() {
    let (house, lives) = flow_after_reconnect([100, 64, 0, 10]);
    assert!(lives);
    assert_eq!(house.router.counters().events.sessions_flushed, 0);
}

#[test]
fn flows_end_with_a_reconnect_that_changes_the_address() {
    let (mut house, lives) = flow_after_reconnect([100, 64, 0, 11]);
    assert!(!lives);
    assert_eq!(house.router.counters().events.sessions_flushed, 1);
    assert_eq!(house.router.session_count(), 0);
    house.host_sends(&tcp(end(HOST, 6000), end(SERVER, 443), SEGMENT));
    let out = house.one_into_the_line();
    assert_eq!(View(&out).source(), end("100.64.0.11", 6000));
}

#[test]
fn a_port_that_loses_its_link_is_down_at_once_and_comes_back() {
    let mut house = House::connected(Peer::new(), 1500);
    house.router.wan_link(false, house.now);
    assert!(house.router.uplink().session().is_none());
    house.host_sends(&udp(end(HOST, 5000), end(SERVER, 53), b"?"));
    assert_eq!(house.router.counters().dropped.wan_down, 1);
    house.router.wan_link(true, house.now);
    house.wait_ms(30_000);
    house.host_sends(&udp(end(HOST, 5000), end(SERVER, 53), b"?"));
    house.one_into_the_line();
}
