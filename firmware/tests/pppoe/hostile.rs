//! Among peers that are nearly right, or mean: whatever they send, the client goes on, says little,
//! keeps its password, and finds the next peer that behaves.

use firmware::pppoe::{DISCOVERY, MAX_FRAMES_PER_FRAME, Phase, SESSION, Settings};
use firmware::router::time::Instant;

use crate::hostile_peer::Hostile;
use crate::peer::{PAP, Peer, Wants};
use crate::random::Random;
use crate::world::{AC, SETTINGS, Sent, World};

/// After the meanest of histories, a peer that behaves has a session so soon, in milliseconds: the
/// longest wait is the one after refused passwords.
const BACK_WITHIN_MS: u64 = 45 * 60_000;
/// And so soon after the link was lost and the owner has dialled.
const BACK_AFTER_DIAL_MS: u64 = 5_000;
/// How many frames one history has.
const HISTORY: usize = 250;

const PHASES: [Phase; 9] = [
    Phase::Off,
    Phase::NoLink,
    Phase::Waiting,
    Phase::Discovery,
    Phase::Request,
    Phase::Establish,
    Phase::Authenticate,
    Phase::Network,
    Phase::Up,
];

/// What must hold of all that the client sends.
fn check(sent: &[Sent], settings: &Settings<'_>) {
    for sent in sent {
        let shows = |part: &str| {
            let part = part.as_bytes();
            sent.bytes.windows(part.len()).any(|bytes| bytes == part)
        };
        if shows(settings.password) {
            assert_eq!(sent.ethertype, SESSION);
            assert!(sent.ppp().0 == PAP && !settings.refuse_pap, "{sent:?}");
        }
        assert!(sent.bytes.len() <= usize::from(settings.port_mtu_bytes));
    }
}

/// How far the client was at each frame it got.
#[derive(Default)]
pub(crate) struct Reached {
    frames: [usize; PHASES.len()],
    histories: [usize; PHASES.len()],
}

impl Reached {
    /// The share, in percent, of the frames that came in a session.
    pub(crate) fn share_in_a_session(&self) -> usize {
        Self::share(&self.frames, Phase::Establish)
    }

    /// The share, in percent, of what was at `phase` or further.
    fn share(counts: &[usize; PHASES.len()], phase: Phase) -> usize {
        let from = PHASES.iter().position(|other| *other == phase).unwrap();
        let all: usize = counts.iter().sum();
        counts[from..].iter().sum::<usize>() * 100 / all.max(1)
    }
}

/// One history, and what comes after it. Returns how many frames it had.
pub(crate) fn history(random: &mut Random, reached: &mut Reached) -> usize {
    let settings = Settings {
        service_name: random.pick(&["", "", "internet"]),
        // Long enough never to come about by chance.
        password: "a-secret-of-ours",
        port_mtu_bytes: random.pick(&[1500, 1508, 1520]),
        refuse_pap: random.one_in(3),
        ipv6: !random.one_in(4),
        ..SETTINGS
    };
    let mut seed = [0; 16];
    seed.fill_with(|| random.byte());
    let mut world = World::seeded(&settings, seed);
    let mut hostile = Hostile::new(Random::new(random.next()));
    hostile.peer.password = if random.one_in(4) {
        b"wrong"
    } else {
        b"a-secret-of-ours"
    };
    let mut heard = world.poll();
    let mut frames = 0;
    let mut furthest = 0;
    while frames < HISTORY {
        for sent in hostile.answers(std::mem::take(&mut heard), world.now.0) {
            let phase = world.phase();
            let depth = PHASES.iter().position(|other| *other == phase).unwrap();
            reached.frames[depth] += 1;
            furthest = furthest.max(depth);
            frames += 1;
            world.wire.is_full = random.one_in(100);
            let (now, wire) = (world.now, &mut world.wire);
            let inbound =
                world
                    .client
                    .receive(sent.station, sent.ethertype, &sent.bytes, now, wire);
            if let Some(inbound) = inbound {
                assert!(world.client.line().is_some());
                assert!(inbound.range.end <= sent.bytes.len());
                assert!(inbound.range.start <= inbound.range.end);
            }
            let answers = std::mem::take(&mut world.wire.sent);
            assert!(answers.len() <= MAX_FRAMES_PER_FRAME, "{answers:?}");
            check(&answers, &settings);
            heard.extend(answers);
        }
        world.wire.is_full = false;
        // Mostly no time passes, sometimes some, and rarely very much.
        let wait_ms = match random.below(40) {
            0 => random.below(120_000),
            1..=6 => random.below(4_000),
            _ => random.below(3),
        };
        let sent = world.wait_ms(u64::try_from(wait_ms).unwrap());
        assert!(
            sent.len() <= 20 + wait_ms / 100,
            "{} frames in {wait_ms} ms",
            sent.len()
        );
        let sent: Vec<_> = sent.into_iter().map(|(_, sent)| sent).collect();
        check(&sent, &settings);
        heard.extend(sent);
        heard.truncate(8);
        match random.below(300) {
            0 => world.client.link(false, world.now),
            1 => {
                let (now, wire) = (world.now, &mut world.wire);
                world.client.hang_up(now, wire);
            }
            2..=60 => {
                world.client.link(true, world.now);
                world.client.dial(world.now);
            }
            _ => {}
        }
        let due = world.next_due();
        assert!(
            due.is_none_or(|due| due > world.now),
            "{due:?} at {:?}",
            world.now
        );
    }
    reached.histories[furthest] += 1;
    behaves_again(random, world, &settings);
    frames
}

/// A peer that behaves has a session soon.
fn behaves_again(random: &mut Random, mut world: World, settings: &Settings<'_>) {
    let mut peer = Peer {
        password: b"a-secret-of-ours",
        wants: Wants::Chap,
        session_id: 0x0777,
        ..Peer::new()
    };
    let limit = if random.one_in(2) {
        world.client.link(false, world.now);
        assert!(world.client.line().is_none());
        world.client.link(true, world.now);
        BACK_AFTER_DIAL_MS
    } else {
        world.client.link(true, world.now);
        BACK_WITHIN_MS
    };
    if limit == BACK_AFTER_DIAL_MS || world.phase() == Phase::Off {
        world.client.dial(world.now);
    }
    let start = world.now;
    while world
        .client
        .line()
        .is_none_or(|line| line.session_id != 0x0777)
    {
        world.talk_ms(&mut peer, 1_000);
        let took = world.now.ms_since(start);
        assert!(
            took <= limit,
            "not back after {took} ms: {:?}",
            world.client
        );
    }
    let line = world.line();
    assert_eq!(line.mtu_bytes, 1492);
    world.talk_ms(&mut peer, 5_000);
    assert_eq!(world.line().ipv6.is_some(), settings.ipv6);
    assert!(world.line().ipv4.is_some());
    assert!(!format!("{:?}", world.client).contains("a-secret-of-ours"));
}

/// Twenty thousand, or as many as `EXCHANGES` says.
fn exchanges() -> usize {
    match std::env::var("EXCHANGES") {
        Ok(exchanges) => exchanges.parse().expect("EXCHANGES is a number"),
        Err(_) => 20_000,
    }
}

#[test]
fn hostile_peers_break_nothing() {
    let mut random = Random::from_environment();
    let mut reached = Reached::default();
    let wanted = exchanges();
    let mut done = 0;
    while done < wanted {
        done += history(&mut random, &mut reached);
    }
    let at = |phase| Reached::share(&reached.frames, phase);
    let ever = |phase| Reached::share(&reached.histories, phase);
    println!(
        "{done} frames: {} % in a session, {} % behind an open LCP, {} % in the network phase",
        at(Phase::Establish),
        at(Phase::Authenticate),
        at(Phase::Network)
    );
    println!(
        "{} histories: {} % got a session, {} % opened LCP, {} % came to the network phase, {} % were up",
        reached.histories.iter().sum::<usize>(),
        ever(Phase::Establish),
        ever(Phase::Authenticate),
        ever(Phase::Network),
        ever(Phase::Up),
    );
    assert!(
        reached.share_in_a_session() >= 50,
        "too few frames reach PPP"
    );
    assert!(ever(Phase::Up) >= 50, "too few histories come up");
}

#[test]
fn random_bytes_break_nothing() {
    let mut random = Random::from_environment();
    let mut world = World::new(&SETTINGS);
    for _ in 0..20_000 {
        let len = random.below(80);
        let mut bytes: Vec<u8> = (0..len).map(|_| random.byte()).collect();
        if random.one_in(2) && len > 6 {
            bytes[..6].copy_from_slice(&[
                0x11,
                random.byte() & 1,
                0,
                0,
                0,
                u8::try_from(len - 6).unwrap(),
            ]);
        }
        let ethertype = random.pick(&[DISCOVERY, SESSION, 0x0800]);
        let answers = world.takes(AC, ethertype, &bytes);
        assert!(answers.len() <= MAX_FRAMES_PER_FRAME);
    }
    world.talk_ms(&mut Peer::new(), 70_000);
    assert_eq!(world.phase(), Phase::Up);
}

#[test]
fn the_same_seed_bytes_and_times_give_the_same_bytes() {
    let seed = Random::from_environment().next();
    let run = || {
        let mut random = Random::new(seed);
        let mut world = World::seeded(&SETTINGS, [9; 16]);
        let mut hostile = Hostile::new(Random::new(random.next()));
        let mut all = world.poll();
        let mut heard = all.clone();
        for _ in 0..300 {
            for sent in hostile.answers(std::mem::take(&mut heard), world.now.0) {
                heard.extend(world.takes(sent.station, sent.ethertype, &sent.bytes));
            }
            all.extend(heard.clone());
            world.now = Instant(world.now.0 + u64::try_from(random.below(2_000)).unwrap());
        }
        all
    };
    let (first, second) = (run(), run());
    assert!(first.len() > 100, "{}", first.len());
    assert_eq!(first, second);
}
