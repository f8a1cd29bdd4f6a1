//! The swarm finds what is planted, and shrinks it to what matters.

use sha1::{Digest, Sha1};

use super::super::invariants::{Violation, must_complete};
use super::super::scenario::{ClampPolicy, Heading, LinkSpec, RouterKind, Scenario, load};
use super::super::trace::Happening;
use super::super::world::World;
use super::command::{for_machines, in_words};
use super::{Found, Tally, generate, one, said};

/// Enough for every kind of network to come up.
const SEEDS: u64 = 60;

#[test]
fn the_same_seed_gives_the_same_network() {
    let text = |seed| toml::to_string(&generate(seed)).expect("a scenario can be written");
    assert_eq!(text(7), text(7));
    assert_ne!(text(7), text(8));
}

/// The hash of many networks, and it must be this on every machine: a seed that failed is of use as long as it
/// stays the same network. Whoever changes what is generated puts the new hash here.
#[test]
fn a_seed_is_the_same_network_everywhere() {
    let mut hash = Sha1::new();
    for seed in 0..200 {
        let text = toml::to_string(&generate(seed)).expect("a scenario can be written");
        hash.update(text);
    }
    let hash: String = hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(hash, "d19037c61bc2d04970e1be29df3810a745f2f13b");
}

#[test]
fn every_generated_network_can_be_written_and_read() {
    for seed in 0..200 {
        let text = toml::to_string(&generate(seed)).expect("a scenario can be written");
        assert!(load(&text).is_ok(), "{text}");
    }
}

#[test]
fn what_must_always_hold_does() {
    let mut tally = Tally::default();
    for seed in 0..SEEDS {
        if let Some(found) = one(seed, &mut tally, &|_| {}) {
            panic!("SEED={seed}: {}", found.violation);
        }
    }
    assert!(tally.promised > SEEDS && tally.dropped > 100, "{tally:?}");
}

/// A router in the firmware's place that lowers SYNs on their way out only.
fn clamps_one_way(scenario: &mut Scenario) {
    for router in scenario.routers.values_mut() {
        if router.kind == RouterKind::Firmware {
            router.kind = RouterKind::Plain;
            router.policy = ClampPolicy {
                only: Some(Heading::Outward),
                ..ClampPolicy::default()
            };
        }
    }
}

fn first_found(change: &dyn Fn(&mut Scenario)) -> Found {
    let mut tally = Tally::default();
    (0..SEEDS)
        .find_map(|seed| one(seed, &mut tally, change))
        .expect("what is planted is found")
}

#[test]
fn a_planted_fault_is_found_and_shrunk_to_what_matters() {
    let found = first_found(&clamps_one_way);
    let smallest = &found.smallest;
    assert_eq!(found.violation.kind, "not clamped", "{}", found.violation);
    let parts = [
        smallest.flows.len(),
        smallest.hosts.len(),
        smallest.routers.len(),
        smallest.links.len(),
    ];
    // Without the second router, the server would know the narrow link's MTU by itself.
    assert_eq!(parts, [1, 2, 2, 3], "{smallest:?}");
    let narrow = smallest
        .links
        .values()
        .filter(|link| link.mtu_bytes.is_some());
    assert_eq!(narrow.count(), 1);
    let faults = smallest.links.values().filter(|link| {
        link.loss_percent.is_some() || link.corrupt_percent.is_some() || link.delay_ms.is_some()
    });
    assert_eq!(faults.count(), 0);
    assert!(smallest.flows.values().all(|flow| flow.bytes == 1));
    assert_eq!(smallest.routers["home"].policy.only, Some(Heading::Outward));
    // The file fails as the swarm did.
    let text = toml::to_string(smallest).expect("a scenario can be written");
    let again = load(&text).expect("and read").whole;
    let run = super::super::run::Run::of(&again, found.seed, true).expect("and run");
    assert!(!run.held(), "{text}");
}

#[test]
fn a_router_that_hides_corruption_is_found() {
    let found = first_found(&|scenario| {
        for router in scenario.routers.values_mut() {
            router.recomputes_checksums = router.kind == RouterKind::Plain;
        }
    });
    assert_eq!(found.violation.kind, "changed", "{}", found.violation);
    let damaging = |link: &&LinkSpec| link.corrupt_percent.is_some();
    assert_eq!(found.smallest.links.values().filter(damaging).count(), 1);
}

#[test]
fn a_tally_counts_every_network_frame_and_flow() {
    let mut tally = Tally::default();
    let mut expected = Tally::default();
    for seed in 0..3 {
        assert!(one(seed, &mut tally, &|_| {}).is_none());
        let scenario = generate(seed);
        let mut world = World::new(&scenario, seed, true).expect("a network");
        world.run();
        let fates = world.watch.trace.iter().flatten();
        let fates = fates.filter_map(|happening| match happening {
            Happening::Passage { fate, .. } => Some(*fate),
            _ => None,
        });
        expected.runs += 1;
        expected.frames += fates.clone().count() as u64;
        expected.dropped += fates.filter(|fate| fate.is_drop()).count() as u64;
        expected.flows += scenario.flows.len() as u64;
        let flows = 0..scenario.flows.len();
        let complete = flows.filter(|flow| world.progress(*flow).completed_at.is_some());
        expected.completed += complete.count() as u64;
        let promised =
            (0..scenario.flows.len()).filter(|flow| must_complete(&scenario, &world, *flow));
        expected.promised += promised.count() as u64;
    }
    assert_eq!(tally, expected);
    assert!(tally.promised > 0, "{tally:?}");
}

#[test]
fn a_panic_and_a_network_that_can_not_be_built_are_found() {
    assert_eq!(said(&"words"), "words");
    assert_eq!(said(&"words".to_owned()), "words");
    assert_eq!(said(&7), "without words");
    let mut tally = Tally::default();
    let found = one(0, &mut tally, &|scenario| {
        for router in scenario.routers.values_mut() {
            router.uplink = None;
        }
    });
    let found = found.expect("a firmware router without an uplink");
    assert_eq!(found.violation.kind, "refused");
    assert_eq!(tally, Tally::default(), "nothing ran");
}

#[test]
fn what_was_found_is_said_in_words_and_for_machines() {
    let tally = Tally {
        runs: 1,
        frames: 2,
        dropped: 3,
        flows: 5,
        completed: 4,
        promised: 6,
    };
    let done = "1 networks from seed 7 on: 2 frames, 3 of them dropped on a link; \
                4 of 5 flows complete, 6 had to";
    let good = format!("{done}\nAll that must always hold did.");
    assert_eq!(in_words(7, &tally, None), good);
    let found = Found {
        seed: 8,
        violation: Violation::new("kind", "what".to_owned()),
        smallest: generate(8),
    };
    let bad = format!("{done}\nFAILED at seed 8: kind: what");
    assert_eq!(in_words(7, &tally, Some(&found)), bad);
    let counts = "\"completed\":4,\"dropped\":3,\"failed\":";
    let rest = ",\"flows\":5,\"frames\":2,\"promised\":6,\"runs\":1}";
    assert_eq!(for_machines(&tally, None), format!("{{{counts}null{rest}"));
    let failed = "{\"kind\":\"kind\",\"seed\":8,\"what\":\"what\"}";
    assert_eq!(
        for_machines(&tally, Some(&found)),
        format!("{{{counts}{failed}{rest}")
    );
}
