//! `host-sim simulate --swarm`: random networks and faults by seed, held to what must always hold
//! ([`invariants`](super::invariants)). What fails is shrunk to the smallest scenario that still does.

pub(super) mod command;
mod generate;
mod shrink;

#[cfg(test)]
mod tests;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::invariants::{self, Violation};
use super::scenario::{NetworkExpect, Scenario};
use super::world::World;
pub(crate) use generate::generate;
pub(crate) use shrink::shrink;

/// What a swarm has found.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// The seed of the network and of its run.
    pub(crate) seed: u64,
    pub(crate) violation: Violation,
    /// The smallest scenario that fails in the same way.
    pub(crate) smallest: Scenario,
}

/// What a swarm has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) runs: u64,
    pub(crate) frames: u64,
    pub(crate) dropped: u64,
    pub(crate) flows: u64,
    pub(crate) completed: u64,
    /// Of those, the ones that have to complete.
    pub(crate) promised: u64,
}

/// Runs the network of one seed; `change` may plant a fault in it.
pub(crate) fn one(seed: u64, tally: &mut Tally, change: &dyn Fn(&mut Scenario)) -> Option<Found> {
    let mut scenario = generate(seed);
    change(&mut scenario);
    let violation = violation(&scenario, seed, tally)?;
    let fails = |candidate: &Scenario| {
        let found = self::violation(candidate, seed, &mut Tally::default());
        found.is_some_and(|found| found.kind == violation.kind)
    };
    let mut smallest = shrink(scenario, &fails);
    smallest.title = format!("the smallest of seed {seed}: {violation}");
    smallest.expect.network = Some(NetworkExpect {
        invariants: Some(true),
        ..NetworkExpect::default()
    });
    Some(Found {
        seed,
        violation,
        smallest,
    })
}

/// The first thing that does not hold in a run of this scenario, a panic among them.
fn violation(scenario: &Scenario, seed: u64, tally: &mut Tally) -> Option<Violation> {
    let run = catch_unwind(AssertUnwindSafe(|| {
        let mut world = World::new(scenario, seed, true)?;
        world.run();
        let violation = invariants::first_violation(scenario, &mut world);
        Ok::<_, String>((world, violation))
    }));
    let (world, violation) = match run {
        Ok(Ok(run)) => run,
        Ok(Err(refused)) => return Some(Violation::new("refused", refused)),
        Err(panic) => return Some(Violation::new("panic", said(panic.as_ref()))),
    };
    tally.runs += 1;
    let links = &world.watch.links;
    tally.frames += links
        .iter()
        .map(|link| link.carried + link.dropped)
        .sum::<u64>();
    tally.dropped += links.iter().map(|link| link.dropped).sum::<u64>();
    for flow in 0..world.flows.len() {
        tally.flows += 1;
        tally.completed += u64::from(world.progress(flow).completed_at.is_some());
        tally.promised += u64::from(invariants::must_complete(scenario, &world, flow));
    }
    violation
}

fn said(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "without words".to_owned())
}
