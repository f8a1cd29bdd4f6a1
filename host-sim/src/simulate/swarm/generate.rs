//! A random network: clients behind the firmware's router, a chain of other routers, servers at its
//! end; links that lose, reorder, double and damage; flows in all directions.

use std::collections::BTreeMap;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::super::scenario::{
    Carries, ClampPolicy, FlowSpec, HostSpec, LinkSpec, RouterKind, RouterSpec, Scenario, Stack,
    SynShape,
};

/// Long enough for the last of many retransmissions.
const UNTIL_S: u32 = 900;
const MOST_CLIENTS: u32 = 2;
const MOST_SERVERS: u32 = 2;
const MOST_HOPS: u32 = 3;
const MOST_FLOWS: u32 = 4;

struct Dice(ChaCha8Rng);

impl Dice {
    /// One of `0..sides`.
    fn roll(&mut self, sides: u32) -> u32 {
        self.0.next_u32() % sides.max(1)
    }

    fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.roll(high - low + 1)
    }

    /// True in so many of a hundred cases.
    fn happens(&mut self, percent: u32) -> bool {
        self.roll(100) < percent
    }

    fn mtu_bytes(&mut self) -> u16 {
        let mtu_bytes = match self.roll(4) {
            0 => 1500,
            1 => 1492,
            _ => self.between(1280, 1500),
        };
        u16::try_from(mtu_bytes).unwrap_or(u16::MAX)
    }

    /// Up to `most_percent`, in tenths.
    fn fault(&mut self, percent: u32, most_percent: u32) -> Option<f64> {
        self.happens(percent)
            .then(|| f64::from(self.between(1, most_percent * 10)) / 10.0)
    }
}

/// The network of this seed; the same on every machine.
pub(crate) fn generate(seed: u64) -> Scenario {
    let mut dice = Dice(ChaCha8Rng::seed_from_u64(seed));
    let clients = dice.between(1, MOST_CLIENTS);
    let servers = dice.between(1, MOST_SERVERS);
    let hops = dice.between(1, MOST_HOPS);
    let mut hosts = BTreeMap::new();
    let mut routers = BTreeMap::new();
    let mut links = BTreeMap::new();
    routers.insert(
        "home".to_owned(),
        RouterSpec {
            kind: RouterKind::Firmware,
            uplink: Some("wan".to_owned()),
            clamp: dice.happens(90),
            ..RouterSpec::default()
        },
    );
    for client in 1..=clients {
        hosts.insert(format!("client{client}"), host(&mut dice));
        let ends = [format!("client{client}"), "home".to_owned()];
        links.insert(format!("lan{client}"), lan(ends));
    }
    let mut before = "home".to_owned();
    for hop in 1..=hops {
        let name = format!("hop{hop}");
        routers.insert(name.clone(), hop_spec(&mut dice));
        let link = if hop == 1 {
            "wan".to_owned()
        } else {
            format!("trunk{hop}")
        };
        links.insert(link, faulty(&mut dice, [before, name.clone()]));
        before = name;
    }
    for server in 1..=servers {
        hosts.insert(format!("server{server}"), host(&mut dice));
        let ends = [before.clone(), format!("server{server}")];
        links.insert(format!("rack{server}"), lan(ends));
    }
    let flows = (1..=dice.between(1, MOST_FLOWS))
        .map(|flow| {
            let client = dice.between(1, clients);
            let server = dice.between(1, servers);
            let spec = flow_spec(&mut dice, client, server);
            (format!("flow{flow}"), spec)
        })
        .collect();
    Scenario::bare(
        format!("swarm {seed}"),
        UNTIL_S,
        hosts,
        routers,
        links,
        flows,
    )
}

fn host(dice: &mut Dice) -> HostSpec {
    let stack = match dice.roll(5) {
        0 | 1 => Stack::Plain,
        2 => Stack::Deaf,
        3 => Stack::Icmp,
        _ => Stack::Probing,
    };
    let is_own = stack != Stack::Plain;
    let syn = match dice.roll(8) {
        0 if is_own => SynShape::WithoutMss,
        1 if is_own => SynShape::MssTwice,
        2 if is_own => SynShape::MssAtOddOffset,
        _ => SynShape::Usual,
    };
    HostSpec {
        stack,
        syn,
        fast_open: is_own && dice.happens(25),
        ..HostSpec::default()
    }
}

fn hop_spec(dice: &mut Dice) -> RouterSpec {
    RouterSpec {
        clamp: dice.happens(60),
        policy: ClampPolicy {
            insert_missing: dice.happens(20),
            ..ClampPolicy::default()
        },
        keeps_silent: dice.happens(50),
        icmp_errors_per_second: dice.happens(20).then(|| {
            let per_second = dice.between(1, 20);
            u16::try_from(per_second).unwrap_or(1)
        }),
        ..RouterSpec::default()
    }
}

fn lan(ends: [String; 2]) -> LinkSpec {
    LinkSpec::between(ends)
}

fn faulty(dice: &mut Dice, ends: [String; 2]) -> LinkSpec {
    LinkSpec {
        mtu_bytes: Some(dice.mtu_bytes()),
        mbits_per_second: Some(f64::from(dice.between(2, 200))),
        delay_ms: Some(f64::from(dice.between(0, 300)) / 10.0),
        queue_frames: dice.happens(30).then(|| dice.between(8, 64)),
        loss_percent: dice.fault(30, 3),
        reorder_percent: dice.fault(30, 5),
        duplicate_percent: dice.fault(30, 5),
        corrupt_percent: dice.fault(20, 1),
        filters_icmp: dice.happens(20).then_some(true),
        ..LinkSpec::between(ends)
    }
}

fn flow_spec(dice: &mut Dice, client: u32, server: u32) -> FlowSpec {
    FlowSpec {
        from: format!("client{client}"),
        to: format!("server{server}"),
        ip: if dice.happens(40) { 6 } else { 4 },
        carries: if dice.happens(40) {
            Carries::Upload
        } else {
            Carries::Download
        },
        bytes: dice.between(1, 60_000),
        starts_s: f64::from(dice.between(0, 30)) / 10.0,
    }
}
