//! A full table, a greedy host, and old age.

use crate::packets::{ACK, FIN, RST, SEGMENT, SYN, Tcp, View, echo, end, syn, tcp, udp};
use crate::world::{ALICE, BOB, SERVER, WAN, World, lan, settings};

/// Room for eight sessions, of which one host may have `per_host`.
fn small(per_host: u16) -> World<8> {
    let lans = [lan()];
    let mut settings = settings(&lans, &[]);
    settings.limits.sessions_per_host = per_host;
    World::with(&settings)
}

/// A connection of Alice's, in the state that its segments bring it to.
fn connect<const N: usize>(world: &mut World<N>, port: u16) {
    let (alice, server, wan) = (end(ALICE, port), end(SERVER, 443), end(WAN, port));
    world.lan_to_wan(&syn(alice, server, 1460));
    let answer = Tcp {
        flags: SYN | ACK,
        sequence: 5000,
        acknowledgment: 1001,
        ..SEGMENT
    };
    world.wan_to_lan(&tcp(server, wan, answer));
    acknowledge(world, port);
}

fn acknowledge<const N: usize>(world: &mut World<N>, port: u16) {
    let segment = Tcp {
        sequence: 1001,
        acknowledgment: 5001,
        ..SEGMENT
    };
    world.lan_to_wan(&tcp(end(ALICE, port), end(SERVER, 443), segment));
}

/// Whether a packet from the server still gets to Alice's port.
fn is_open<const N: usize>(world: &mut World<N>, port: u16, over_tcp: bool) -> bool {
    let (server, wan) = (end(SERVER, 443), end(WAN, port));
    let segment = Tcp {
        sequence: 5001,
        acknowledgment: 1001,
        ..SEGMENT
    };
    let packet = if over_tcp {
        tcp(server, wan, segment)
    } else {
        udp(server, wan, b"x")
    };
    !world.internet_sends(&packet).is_empty()
}

#[test]
fn a_full_table_gives_up_closing_then_half_open_then_udp_then_idle_connections() {
    let mut world = small(100);
    connect(&mut world, 1);
    world.wait_ms(2_000);
    world.lan_to_wan(&udp(end(ALICE, 2), end(SERVER, 443), b"x"));
    world.wait_ms(2_000);
    world.lan_to_wan(&syn(end(ALICE, 3), end(SERVER, 443), 1460));
    world.wait_ms(2_000);
    connect(&mut world, 4);
    let reset = Tcp {
        flags: RST,
        sequence: 1001,
        ..SEGMENT
    };
    world.lan_to_wan(&tcp(end(ALICE, 4), end(SERVER, 443), reset));
    for port in 5..=8 {
        connect(&mut world, port);
    }
    assert_eq!(world.router.session_count(), 8);
    world.wait_ms(56_000);
    world.introduce();
    for port in 5..=8 {
        acknowledge(&mut world, port);
    }

    for (over_tcp, port, newcomer) in [
        (true, 4, 104),
        (true, 3, 103),
        (false, 2, 102),
        (true, 1, 101),
    ] {
        connect(&mut world, newcomer);
        assert_eq!(world.router.session_count(), 8);
        assert!(!is_open(&mut world, port, over_tcp), "{port} has gone");
    }
    for port in 5..=8 {
        assert!(is_open(&mut world, port, true), "{port} is running");
    }
    assert_eq!(world.router.counters().events.sessions_evicted, 4);
    // Now all eight run.
    let packet = udp(end(ALICE, 99), end(SERVER, 443), b"x");
    world.assert_dropped_from_lan(&packet, "session_table_full");
    for port in 5..=8 {
        assert!(is_open(&mut world, port, true));
    }
}

#[test]
fn running_connections_are_never_blocked_by_a_flood() {
    let mut world = small(100);
    connect(&mut world, 7);
    world.lan_to_wan(&udp(end(ALICE, 8), end(SERVER, 443), b"voice"));
    for flood in 0..2_000 {
        world.lan_sends(&syn(end(BOB, 1_000 + flood), end(SERVER, 443), 1460));
        if flood % 10 == 0 {
            world.wait_ms(100);
            assert!(is_open(&mut world, 7, true));
            assert!(is_open(&mut world, 8, false));
        }
    }
}

#[test]
fn a_greedy_host_takes_only_its_own_share() {
    let mut world = small(4);
    world.lan_to_wan(&udp(end(ALICE, 8), end(SERVER, 443), b"x"));
    for port in 0..100 {
        world.lan_sends(&syn(end(BOB, 1_000 + port), end(SERVER, 443), 1460));
        assert!(world.router.session_count() <= 5);
    }
    assert!(
        is_open(&mut world, 8, false),
        "somebody else's session is still there"
    );
    assert_eq!(world.router.counters().events.sessions_evicted, 96);
    for port in 1..=4 {
        world.lan_sends(&udp(end(BOB, port), end(SERVER, 443), b"x"));
    }
    let fifth = udp(end(BOB, 5), end(SERVER, 443), b"x");
    world.assert_dropped_from_lan(&fifth, "host_limit");
    world.wait_ms(5_000);
    world.lan_to_wan(&fifth);
}

#[test]
fn a_host_at_its_limit_gives_up_its_cheapest_session_and_of_those_the_oldest() {
    let mut world = small(4);
    connect(&mut world, 1);
    world.wait_ms(61_000);
    world.introduce();
    world.lan_to_wan(&udp(end(ALICE, 2), end(SERVER, 443), b"x"));
    world.wait_ms(6_000);
    world.introduce();
    for port in [3, 4] {
        world.lan_to_wan(&syn(end(ALICE, port), end(SERVER, 443), 1460));
        world.wait_ms(2_000);
    }
    world.lan_to_wan(&syn(end(ALICE, 5), end(SERVER, 443), 1460));
    assert!(!is_open(&mut world, 3, true), "the older of two half-open");
    for (port, over_tcp) in [(1, true), (2, false), (4, true), (5, true)] {
        assert!(is_open(&mut world, port, over_tcp), "{port}");
    }
}

#[test]
fn sessions_live_as_long_as_the_rfcs_say() {
    const MINUTE_MS: u64 = 60_000;
    // RFC 5382, REQ-5; RFC 4787, REQ-5; RFC 5508, REQ-1 b. Last packets' times are kept to a second.
    let mut world = small(100);
    let open = |world: &mut World<8>, what: &str| match what {
        "established" => connect(world, 1),
        "half-open" => drop(world.lan_to_wan(&syn(end(ALICE, 1), end(SERVER, 443), 1460))),
        "closing" => {
            connect(world, 1);
            let segment = Tcp {
                flags: FIN | ACK,
                sequence: 1001,
                acknowledgment: 5001,
                ..SEGMENT
            };
            world.lan_to_wan(&tcp(end(ALICE, 1), end(SERVER, 443), segment));
            let segment = Tcp {
                flags: FIN | ACK,
                sequence: 5001,
                acknowledgment: 1002,
                ..SEGMENT
            };
            world.wan_to_lan(&tcp(end(SERVER, 443), end(WAN, 1), segment));
        }
        "udp" => drop(world.lan_to_wan(&udp(end(ALICE, 1), end(SERVER, 443), b"x"))),
        _ => drop(world.lan_to_wan(&echo(end(ALICE, 0).0, end(SERVER, 0).0, false, 1))),
    };
    for (what, lifetime_ms) in [
        ("established", 124 * MINUTE_MS),
        ("half-open", 4 * MINUTE_MS),
        ("closing", 4 * MINUTE_MS),
        ("udp", 5 * MINUTE_MS),
        ("echo", MINUTE_MS),
    ] {
        world.introduce();
        open(&mut world, what);
        world.wait_ms(lifetime_ms);
        assert_eq!(world.router.session_count(), 1, "{what} lives");
        world.wait_ms(1_000);
        assert_eq!(world.router.session_count(), 0, "{what} has ended");
    }
    assert_eq!(world.router.counters().events.sessions_expired, 5);
}

#[test]
fn an_expired_session_lets_nothing_in_even_before_it_is_removed() {
    let mut world = World::new();
    world.lan_to_wan(&udp(end(ALICE, 1), end(SERVER, 443), b"x"));
    world.now = world.now.after_ms(301_000);
    world.introduce();
    let late = udp(end(SERVER, 443), end(WAN, 1), b"x");
    world.assert_dropped_from_wan(&late, "unsolicited");
    assert_eq!(world.router.session_count(), 0);
}

#[test]
fn a_port_is_free_again_when_its_last_session_has_ended() {
    let mut world = World::new();
    for server in [SERVER, "198.51.100.81"] {
        world.lan_to_wan(&udp(end(ALICE, 5000), end(server, 53), b"x"));
        world.wait_ms(10_000);
    }
    world.wait_ms(285_000);
    world.introduce();
    assert_eq!(world.router.session_count(), 1);
    let taken = world.lan_to_wan(&udp(end(BOB, 5000), end(SERVER, 53), b"x"));
    assert_ne!(View(&taken).source().1, 5000);
    world.wait_ms(310_000);
    world.introduce();
    let free = world.lan_to_wan(&udp(end(BOB, 5000), end(SERVER, 53), b"x"));
    assert_eq!(View(&free).source().1, 5000);
}

#[test]
fn when_every_port_that_would_do_is_taken_the_newcomer_gets_none() {
    let lans = [lan()];
    let mut settings = settings(&lans, &[]);
    settings.limits.sessions_per_host = u16::MAX;
    let mut world = World::<1024>::with(&settings);
    for port in (2..1024).step_by(2) {
        world.lan_to_wan(&udp(end(ALICE, port), end(SERVER, 53), b"x"));
    }
    let even = udp(end(BOB, 2), end(SERVER, 53), b"x");
    world.assert_dropped_from_lan(&even, "no_free_port");
    world.lan_to_wan(&udp(end(BOB, 3), end(SERVER, 53), b"x"));
    world.lan_to_wan(&udp(end(BOB, 2000), end(SERVER, 53), b"x"));
}
