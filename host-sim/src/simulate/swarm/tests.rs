//! The swarm finds what is planted, and shrinks it to what matters.

use super::super::scenario::{ClampPolicy, Heading, LinkSpec, RouterKind, Scenario, load};
use super::{Found, Tally, generate, one};

/// Enough for every kind of network to come up.
const SEEDS: u64 = 60;

#[test]
fn the_same_seed_gives_the_same_network() {
    let text = |seed| toml::to_string(&generate(seed)).expect("a scenario can be written");
    assert_eq!(text(7), text(7));
    assert_ne!(text(7), text(8));
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
