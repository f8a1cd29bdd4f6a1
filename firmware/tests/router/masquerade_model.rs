//! Thousands of random packets through the masquerade, beside a model that remembers every flow: a
//! map, and nothing cleverer.

use std::collections::HashMap;

use crate::packets::{Endpoint, ICMP, SEGMENT, TCP, UDP, View, echo, end, syn, tcp, udp};
use crate::random::Random;
use crate::world::{ALICE, BOB, LAN_WIRE, SERVER, WAN, WAN_WIRE, World, lan, settings};

const HOSTS: [&str; 2] = [ALICE, BOB];
const SERVERS: [&str; 3] = [SERVER, "198.51.100.81", "8.8.8.8"];
const PROTOCOLS: [u8; 3] = [TCP, UDP, ICMP];

/// A flow as the Internet sees it: protocol, port of the WAN's address, remote end.
type Outside = (u8, u16, Endpoint);

#[derive(Default)]
struct Model {
    flows: HashMap<Outside, (Endpoint, u64)>,
    ports: HashMap<(u8, u16), (Endpoint, u64)>,
}

/// Shorter than which no session of the protocol may live.
fn lifetime_ms(protocol: u8) -> u64 {
    match protocol {
        TCP => 240_000,
        UDP => 300_000,
        _ => 60_000,
    }
}

impl Model {
    /// A packet of `inside` left as `outside`: neither its flow nor its port is another's that
    /// still lives, unless sessions may be given up early.
    fn leaves(&mut self, outside: Outside, inside: Endpoint, now_ms: u64, evicts: bool) {
        let lifetime_ms = lifetime_ms(outside.0);
        let holders = [
            self.flows.insert(outside, (inside, now_ms)),
            self.ports.insert((outside.0, outside.1), (inside, now_ms)),
        ];
        for (holder, seen_ms) in holders.into_iter().flatten() {
            let is_over = now_ms - seen_ms >= lifetime_ms;
            assert!(
                holder == inside || is_over || evicts,
                "{outside:?}: {holder:?} and {inside:?}"
            );
        }
    }
}

fn packet_out(random: &mut Random, inside: Endpoint, remote: Endpoint, protocol: u8) -> Vec<u8> {
    match protocol {
        TCP if random.one_in(2) => syn(inside, remote, 1460),
        TCP => tcp(inside, remote, SEGMENT),
        UDP => udp(inside, remote, b"data"),
        _ => echo(inside.0, remote.0, false, inside.1),
    }
}

fn port_of(packet: &[u8]) -> u16 {
    match View(packet).protocol() {
        ICMP => View(packet).identifier(),
        _ => View(packet).source().1,
    }
}

/// How many packets went where.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Exchanged {
    pub(crate) went_out: usize,
    pub(crate) came_in: usize,
    pub(crate) kept_out: usize,
    pub(crate) sessions_evicted: u64,
}

/// Sends packets from both sides; `evicts` when the table of `N` sessions may run full.
pub(crate) fn exchange<const N: usize>(
    random: &mut Random,
    packets: usize,
    evicts: bool,
) -> Exchanged {
    let lans = [lan()];
    let mut settings = settings(&lans, &[]);
    settings.limits.sessions_per_host = u16::MAX;
    let mut world = World::<N>::with(&settings);
    let mut model = Model::default();
    let mut exchanged = Exchanged::default();
    for _ in 0..packets {
        let protocol = random.pick(&PROTOCOLS);
        let port = u16::try_from(1024 + random.below(40)).unwrap();
        let remote_port = if protocol == ICMP {
            0
        } else {
            random.pick(&[53, 443])
        };
        let remote = end(random.pick(&SERVERS), remote_port);
        let now_ms = world.now.0;
        if random.one_in(2) {
            let inside = end(random.pick(&HOSTS), port);
            let packet = packet_out(random, inside, remote, protocol);
            let sent = world.lan_sends(&packet);
            assert!(sent.len() <= 1);
            if let Some(sent) = sent.first() {
                assert_eq!(sent.wire, WAN_WIRE);
                exchanged.went_out += 1;
                let outside = &sent.frame[14..];
                View(outside).assert_sound();
                let key = (protocol, port_of(outside), remote);
                model.leaves(key, inside, now_ms, evicts);
            } else {
                assert!(evicts, "nothing is refused while there is room");
            }
        } else {
            let known = model.flows.keys().filter(|(of, ..)| *of == protocol);
            let mut known: Vec<_> = known.map(|(_, port, remote)| (*port, *remote)).collect();
            known.sort_unstable();
            let (to, remote) = if known.is_empty() || random.one_in(2) {
                (port, remote)
            } else {
                random.pick(&known)
            };
            let packet = match protocol {
                TCP => tcp(remote, end(WAN, to), SEGMENT),
                UDP => udp(remote, end(WAN, to), b"data"),
                _ => echo(remote.0, end(WAN, 0).0, true, to),
            };
            let sent = world.internet_sends(&packet);
            let flow = model.flows.get_mut(&(protocol, to, remote));
            match (sent.first(), flow) {
                (Some(sent), Some((inside, seen_ms))) => {
                    assert_eq!(sent.wire, LAN_WIRE);
                    let arrived = &sent.frame[14..];
                    View(arrived).assert_sound();
                    let port = match protocol {
                        ICMP => View(arrived).identifier(),
                        _ => View(arrived).destination().1,
                    };
                    assert_eq!((View(arrived).destination_address(), port), *inside);
                    *seen_ms = now_ms;
                    if let Some(holder) = model.ports.get_mut(&(protocol, to)) {
                        holder.1 = now_ms;
                    }
                    exchanged.came_in += 1;
                }
                (Some(_), None) => panic!("{to} from {remote:?} came in unsolicited"),
                (None, Some((_, seen_ms))) => {
                    let is_over = now_ms - *seen_ms >= lifetime_ms(protocol);
                    assert!(is_over || evicts, "a live flow was cut off");
                    exchanged.kept_out += 1;
                }
                (None, None) => exchanged.kept_out += 1,
            }
        }
        if random.one_in(100) {
            world.wait_ms(u64::try_from(random.below(90_000)).unwrap());
            world.introduce();
        }
    }
    exchanged.sessions_evicted = world.router.counters().events.sessions_evicted;
    world.wait_ms(3 * 3_600_000);
    assert_eq!(world.router.session_count(), 0, "no slot is lost");
    exchanged
}

fn run<const N: usize>(packets: usize, evicts: bool) {
    let exchanged = exchange::<N>(&mut Random::from_environment(), packets, evicts);
    println!("{exchanged:?}");
    assert!(exchanged.came_in > packets / 500 && exchanged.kept_out > packets / 20);
    assert_eq!(exchanged.sessions_evicted > 0, evicts);
}

#[test]
fn nothing_unsolicited_comes_in_and_no_two_flows_share_a_tuple() {
    run::<1024>(10_000, false);
}

#[test]
fn the_same_holds_when_the_table_is_always_full() {
    run::<16>(10_000, true);
}
