//! One run of one scenario, from the description to the verdicts.

use std::path::Path;

use super::invariants;
use super::scenario::{Scenario, Variant, Variants};
use super::trace::{Fate, Happening};
use super::verdict::{FlowState, Verdict, verdicts};
use super::world::World;
use crate::pcap_file::Capture;

/// A run that is over.
pub(crate) struct Run {
    pub(crate) world: World,
    pub(crate) verdicts: Vec<Verdict>,
}

impl Run {
    /// Runs a scenario; frame by frame is kept where `with_trace`.
    ///
    /// # Errors
    /// A node that can't be as asked, by name.
    pub(crate) fn of(scenario: &Scenario, seed: u64, with_trace: bool) -> Result<Self, String> {
        let holds_invariants = scenario
            .expect
            .network
            .as_ref()
            .is_some_and(|network| network.invariants == Some(true));
        let mut world = World::new(scenario, seed, with_trace || holds_invariants)?;
        world.run();
        let mut verdicts = verdicts(&scenario.expect, &world);
        if holds_invariants {
            let violation = invariants::first_violation(scenario, &mut world);
            verdicts.push(Verdict {
                what: "network.invariants".to_owned(),
                expected: "hold".to_owned(),
                held: violation.is_none(),
                found: violation.map_or("all hold".to_owned(), |found| found.to_string()),
            });
        }
        Ok(Self { world, verdicts })
    }

    pub(crate) fn held(&self) -> bool {
        self.verdicts.iter().all(|verdict| verdict.held)
    }

    /// How each flow stands.
    pub(crate) fn flows(&self) -> impl Iterator<Item = (&str, u32, FlowState)> {
        let flows = self.world.flows.iter().enumerate();
        flows.map(|(number, flow)| {
            let state = FlowState::of(&self.world, number);
            (flow.name.as_str(), flow.spec.bytes, state)
        })
    }

    /// What was put on each link, as one capture a link in `directory`: everything that left its
    /// sender, lost or not, at the time when it had left.
    ///
    /// # Errors
    /// A file that can't be written.
    pub(crate) fn capture(&self, directory: &Path) -> Result<(), String> {
        std::fs::create_dir_all(directory)
            .map_err(|error| format!("{}: {error}", directory.display()))?;
        for link in 0..self.world.plan.physical {
            let mut capture = Capture::create(directory, &self.world.plan.links[link])?;
            let mut frames: Vec<_> = self
                .world
                .watch
                .trace
                .iter()
                .flatten()
                .filter_map(|happening| left(happening, link))
                .collect();
            frames.sort_by_key(|(at, _)| *at);
            for (at, frame) in frames {
                capture.frame(at, frame)?;
            }
            capture.finish()?;
        }
        Ok(())
    }
}

fn left(happening: &Happening, of_link: usize) -> Option<(std::time::Duration, &[u8])> {
    match happening {
        Happening::Passage {
            link,
            left_at,
            fate,
            frame,
            ..
        } if *link == of_link && !matches!(fate, Fate::QueueFull | Fate::LinkDown) => {
            Some((*left_at, frame))
        }
        _ => None,
    }
}

/// One thing about a scenario's variants that must hold beside what they expect of themselves.
pub(crate) fn against_the_whole(
    variants: &Variants,
    variant: Variant,
    run: &Run,
) -> Option<Verdict> {
    let held_to_the_whole = verdicts(&variants.whole.expect, &run.world);
    let fails = held_to_the_whole.iter().any(|verdict| !verdict.held);
    match variant {
        Variant::Whole => None,
        Variant::WithoutCure | Variant::WithoutFault => Some(Verdict {
            what: format!("the scenario, {variant}"),
            expected: "something else happens".to_owned(),
            found: if fails { "it does" } else { "all the same" }.to_owned(),
            held: fails,
        }),
        Variant::WithoutBoth => {
            let complete = run
                .flows()
                .all(|(_, _, state)| state.took.is_some() && !state.progress.damaged);
            Some(Verdict {
                what: "every flow, without both".to_owned(),
                expected: "completes".to_owned(),
                found: if complete { "all do" } else { "not all do" }.to_owned(),
                held: complete,
            })
        }
    }
}
