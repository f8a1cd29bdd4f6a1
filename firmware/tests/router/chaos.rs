//! Frames that are nearly right, on both wires: whatever they are, the router goes on.

use crate::packets::{
    ACK, FIN, MORE_FRAGMENTS, RST, SEGMENT, SYN, Tcp, UDP, View, echo, end, fix_header_checksum,
    icmp_error, ip, ipv4, syn, tcp, udp,
};
use crate::random::Random;
use crate::world::WEB;
use crate::world::{
    ALICE, ALICE_V6, BOB, GATEWAY, GATEWAY_MAC, GATEWAY_V6, INNER_WIRE, LAN_MAC, LAN_WIRE, ROUTER,
    ROUTER_V6, SERVER, SERVER_V6, Sent, WAN, WAN_MAC, WAN_V6, WAN_WIRE, World, arp_request, frame,
    lan, mac_of, settings,
};
use firmware::router::config::{Config, Inner};
use firmware::router::counters::Counters;

/// A packet that could be, from one side or the other.
fn plausible(random: &mut Random, outside: bool) -> Vec<u8> {
    let v6 = random.one_in(3);
    let (host, router, wan, server) = if v6 {
        (ALICE_V6, ROUTER_V6, WAN_V6, SERVER_V6)
    } else {
        (random.pick(&[ALICE, BOB]), ROUTER, WAN, SERVER)
    };
    let ports = [53, 80, 443, 5000, 5001];
    let (inside, remote) = (
        end(host, random.pick(&ports)),
        end(
            random.pick(&[server, wan, router, host]),
            random.pick(&ports),
        ),
    );
    let (source, destination) = if outside {
        let destination = if v6 { host } else { wan };
        (end(server, remote.1), end(destination, inside.1))
    } else {
        (inside, remote)
    };
    let segment = Tcp {
        flags: random.pick(&[SYN, SYN | ACK, ACK, ACK | FIN, RST, RST | ACK]),
        mss: random.pick(&[None, Some(1460), Some(536)]),
        data: &[9; 50][..random.below(50)],
        ..SEGMENT
    };
    match random.below(9) {
        0 => syn(source, destination, 1460),
        1 | 2 => tcp(source, destination, segment),
        3 => udp(source, destination, &[1; 700][..random.below(700)]),
        4 => echo(
            source.0,
            destination.0,
            outside || random.one_in(4),
            source.1,
        ),
        5 => {
            let quote = udp(destination, source, b"quoted");
            let kinds: &[[u8; 2]] = if v6 {
                &[[2, 0], [1, 0]]
            } else {
                &[[3, 4], [3, 1], [11, 0]]
            };
            icmp_error(source.0, destination.0, random.pick(kinds), 1400, &quote)
        }
        6 if !v6 => {
            let whole = udp(source, destination, &[2; 1200]);
            let fragment = random.pick(&[MORE_FRAGMENTS, 1 | MORE_FRAGMENTS, 50, 8000]);
            let (source, destination) = (source.0.to_string(), destination.0.to_string());
            let (source, destination) = (source.parse().unwrap(), destination.parse().unwrap());
            let identification = u16::from(random.byte() & 3);
            ipv4(
                source,
                destination,
                UDP,
                fragment,
                identification,
                &whole[20..620],
            )
        }
        6 => {
            let whole = udp(source, destination, &[2; 600]);
            let more = u8::from(random.one_in(2));
            let header = [UDP, 0, random.byte() & 1, more, 0, 0, 0, random.byte() & 3];
            ip(
                source.0,
                destination.0,
                44,
                [&header[..], &whole[40..]].concat(),
            )
        }
        7 => {
            let tunnelled = syn(inside, remote, 1460);
            ip(
                source.0,
                destination.0,
                random.pick(&[4, 41, 47, 50]),
                tunnelled,
            )
        }
        _ => udp(destination, source, b"the wrong way round"),
    }
}

/// One frame, and the wire it comes on.
fn nearly_right(random: &mut Random) -> (usize, Vec<u8>) {
    let (wire, mut bytes) = match random.below(16) {
        0 => (
            LAN_WIRE,
            arp_request(random.pick(&[ALICE, BOB, GATEWAY]), ROUTER),
        ),
        1 => (WAN_WIRE, arp_request(GATEWAY, WAN)),
        2 => (LAN_WIRE, crate::world::solicitation(ALICE_V6, ROUTER_V6)),
        3 => (WAN_WIRE, crate::world::solicitation(GATEWAY_V6, WAN_V6)),
        4 => (
            INNER_WIRE,
            udp(
                end(ROUTER, 53),
                end(random.pick(&[SERVER, ALICE, WAN]), 53),
                b"up",
            ),
        ),
        choice => {
            let outside = choice % 2 == 0;
            let mut packet = plausible(random, outside);
            if random.one_in(10) && packet[0] >> 4 == 4 {
                packet[8] = random.byte() & 3;
                fix_header_checksum(&mut packet);
            }
            if outside {
                (WAN_WIRE, frame(WAN_MAC, GATEWAY_MAC, &packet))
            } else {
                let source = View(&packet).source_address().to_string();
                (LAN_WIRE, frame(LAN_MAC, mac_of(&source), &packet))
            }
        }
    };
    // Half of all frames are as they should be; the others are damaged, some with a header
    // checksum that hides it.
    if random.one_in(2) {
        for _ in 0..=random.below(3) {
            let at = random.below(bytes.len());
            let anything = random.byte();
            bytes[at] = random.pick(&[0, 1, 0x7f, 0x80, 0xff, anything]);
        }
        if random.one_in(4) {
            bytes.truncate(random.below(bytes.len() + 1));
        }
        if bytes.len() >= 34 && bytes[14] == 0x45 && random.one_in(2) {
            fix_header_checksum(&mut bytes[14..]);
        }
    }
    (wire, bytes)
}

/// A router with all that it can have.
fn config() -> Config {
    let lans = [lan()];
    let mut settings = settings(&lans, &[WEB]);
    settings.inner = Some(Inner {
        wire: INNER_WIRE,
        mtu_bytes: 1400,
        ipv4: ROUTER.parse().unwrap(),
        ipv6: Some("2001:db8:1::2".parse().unwrap()),
    });
    settings.clamp_through_tunnels = true;
    settings.wan.port.mtu_bytes = 1300;
    settings.limits.sessions_per_host = 20;
    Config::new(&settings).unwrap()
}

/// Sends random frames, and hands what comes out to `look_at`.
fn send_frames(
    world: &mut World<32>,
    mut random: Random,
    frames: usize,
    mut look_at: impl FnMut(Vec<Sent>),
) {
    for _ in 0..frames {
        let (wire, frame) = nearly_right(&mut random);
        let sent = world.takes(wire, &frame);
        assert!(sent.len() <= 16, "one frame in, {} out", sent.len());
        look_at(sent);
        if random.one_in(50) {
            look_at(world.wait_ms(u64::try_from(random.below(3_000)).unwrap()));
        }
    }
}

/// Sends random frames, hands what comes out to `look_at`, and returns the router's counters.
pub(crate) fn run(random: Random, frames: usize, look_at: impl FnMut(Vec<Sent>)) -> Counters {
    let mut world = World::with_config(config());
    send_frames(&mut world, random, frames, look_at);
    let counters = world.router.counters();
    world.wait_ms(3 * 3_600_000);
    assert_eq!(world.router.session_count(), 0, "no slot is lost");
    assert_eq!(world.router.counters().waiting, 0);
    world.introduce();
    let outside = world.lan_to_wan(&udp(end(ALICE, 5555), end(SERVER, 53), b"still there?"));
    let port = View(&outside).source().1;
    world.wan_to_lan(&udp(end(SERVER, 53), end(WAN, port), b"still here"));
    counters
}

/// A hundred thousand, or as many as `FRAMES` says.
fn frames_to_send() -> usize {
    match std::env::var("FRAMES") {
        Ok(frames) => frames.parse().expect("FRAMES is a number"),
        Err(_) => 100_000,
    }
}

#[test]
fn nearly_right_frames_break_nothing() {
    let counters = run(Random::from_environment(), frames_to_send(), drop);
    let share = counters.past_the_headers() * 100 / counters.received;
    println!("{share} % of the frames got to the tables or to a local protocol");
    assert!(share >= 50, "only {share} %");
    for (name, count) in counters.dropped.iter() {
        println!("{name}: {count}");
    }
}

#[test]
fn the_same_seed_frames_and_times_give_the_same_bytes() {
    let mut seeds = Random::from_environment();
    let seed = seeds.next();
    let all_sent = || {
        let mut all = Vec::new();
        run(Random::new(seed), 5_000, |sent| all.extend(sent));
        all
    };
    let (first, second) = (all_sent(), all_sent());
    assert!(first.len() > 1_000);
    assert_eq!(first, second);
}

#[test]
fn a_router_that_is_started_anew_has_seen_nothing() {
    let seed = Random::from_environment().next();
    let all_sent = |world: &mut World<32>| {
        let mut all = Vec::new();
        send_frames(world, Random::new(seed), 5_000, |sent| all.extend(sent));
        (all, world.router.counters())
    };
    let mut world = World::with_config(config());
    let first = all_sent(&mut world);
    world.restart(config());
    assert_eq!(all_sent(&mut world), first);
}

#[test]
fn random_bytes_break_nothing() {
    let mut random = Random::from_environment();
    let mut world = World::new();
    for _ in 0..20_000 {
        let len = random.below(120);
        let bytes: Vec<u8> = (0..len).map(|_| random.byte()).collect();
        let wire = random.below(3);
        world.takes(wire, &bytes);
    }
    world.wait_ms(3 * 3_600_000);
    assert_eq!(world.router.session_count(), 0);
}
