//! Holds a run to what its scenario expects.

use std::time::Duration;

use serde::Serialize;

use super::build::seconds;
use super::scenario::{Expect, FlowExpect, LinkExpect, NetworkExpect};
use super::transfer::Progress;
use super::world::World;

/// Nothing has come for so long when a flow is said to hang: its sender has tried several times.
const SILENCE: Duration = Duration::from_secs(5);

/// One thing that must hold, and whether it does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Verdict {
    /// Such as `flows.download.completes_within_s`.
    pub(crate) what: String,
    pub(crate) expected: String,
    pub(crate) found: String,
    pub(crate) held: bool,
}

/// Everything that is expected, in the order of names.
pub(crate) fn verdicts(expect: &Expect, world: &World) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for (number, flow) in world.flows.iter().enumerate() {
        if let Some(expect) = expect.flows.get(&flow.name) {
            let state = FlowState::of(world, number);
            of_flow(&flow.name, expect, &state, world, number, &mut verdicts);
        }
    }
    for (number, link) in world.plan.links.iter().enumerate() {
        if let Some(expect) = expect.links.get(link) {
            of_link(link, expect, world, number, &mut verdicts);
        }
    }
    if let Some(expect) = &expect.network {
        of_network(expect, world, &mut verdicts);
    }
    verdicts
}

/// How a flow stands at the end of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FlowState {
    pub(crate) progress: Progress,
    /// From its start to the last byte of the file.
    pub(crate) took: Option<Duration>,
    pub(crate) hangs: bool,
}

impl FlowState {
    pub(crate) fn of(world: &World, number: usize) -> Self {
        let progress = world.progress(number);
        let starts_at = world.flows[number].end.starts_at;
        let silent_since = progress.heard_at.or(progress.connected_at);
        let took = progress.completed_at.map(|at| at.saturating_sub(starts_at));
        let hangs = progress.connected_at.is_some()
            && took.is_none()
            && silent_since.is_some_and(|at| world.now().saturating_sub(at) >= SILENCE);
        Self {
            progress,
            took,
            hangs,
        }
    }

    /// In words.
    pub(crate) fn said(&self, bytes: u32) -> String {
        let Progress {
            connected_at,
            received,
            damaged,
            ..
        } = self.progress;
        match (connected_at, self.took) {
            (None, _) => "no connection".to_owned(),
            (Some(_), Some(took)) if damaged => format!("damaged, in {}", said_seconds(took)),
            (Some(_), Some(took)) => format!("complete in {}", said_seconds(took)),
            (Some(_), None) if self.hangs => format!("hangs at {received} of {bytes} bytes"),
            (Some(_), None) => format!("slow: {received} of {bytes} bytes"),
        }
    }
}

/// Seconds, to the millisecond.
pub(crate) fn said_seconds(time: Duration) -> String {
    format!("{}.{:03} s", time.as_secs(), time.subsec_millis())
}

fn of_flow(
    name: &str,
    expect: &FlowExpect,
    state: &FlowState,
    world: &World,
    number: usize,
    verdicts: &mut Vec<Verdict>,
) {
    let seen = &world.watch.flows[number];
    let bytes = world.flows[number].spec.bytes;
    let mut add = |what: &str, expected: String, found: String, held: bool| {
        verdicts.push(Verdict {
            what: format!("flows.{name}.{what}"),
            expected,
            found,
            held,
        });
    };
    if let Some(within) = expect.completes_within_s.map(seconds) {
        let held = !state.progress.damaged && state.took.is_some_and(|took| took <= within);
        let expected = format!("within {}", said_seconds(within));
        add("completes_within_s", expected, state.said(bytes), held);
    }
    let truths = [
        ("hangs", expect.hangs, state.hangs),
        (
            "connects",
            expect.connects,
            state.progress.connected_at.is_some(),
        ),
        ("damaged", expect.damaged, state.progress.damaged),
    ];
    for (what, expected, is) in truths {
        if let Some(expected) = expected {
            add(what, yes(expected), state.said(bytes), is == expected);
        }
    }
    let sizes = [
        ("mss_at_server", expect.mss_at_server, seen.mss_at_server),
        ("mss_at_client", expect.mss_at_client, seen.mss_at_client),
        (
            "largest_packet_bytes",
            expect.largest_packet_bytes,
            Some(u16::try_from(seen.largest_packet_bytes).unwrap_or(u16::MAX)),
        ),
    ];
    for (what, expected, found) in sizes {
        if let Some(expected) = expected {
            let said = found.map_or("no SYN".to_owned(), |found| found.to_string());
            add(what, expected.to_string(), said, found == Some(expected));
        }
    }
    if let Some(expected) = &expect.segment_bytes {
        let found = &seen.segment_bytes;
        let held = found.len() == expected.len()
            && found
                .iter()
                .zip(expected)
                .all(|(one, two)| *one == usize::from(*two));
        let said = (format!("{expected:?}"), format!("{found:?}"));
        add("segment_bytes", said.0, said.1, held);
    }
    if let Some(most) = expect.sent_again_at_most {
        let (expected, found) = (format!("at most {most}"), seen.sent_again.to_string());
        add(
            "sent_again_at_most",
            expected,
            found,
            seen.sent_again <= most,
        );
    }
    if let Some(least) = expect.sent_again_at_least {
        let (expected, found) = (format!("at least {least}"), seen.sent_again.to_string());
        let held = seen.sent_again >= least;
        add("sent_again_at_least", expected, found, held);
    }
}

fn of_link(
    name: &str,
    expect: &LinkExpect,
    world: &World,
    number: usize,
    verdicts: &mut Vec<Verdict>,
) {
    let Some(seen) = world.watch.links.get(number) else {
        return;
    };
    let mut add = |what: &str, expected: String, found: usize, held: bool| {
        verdicts.push(Verdict {
            what: format!("links.{name}.{what}"),
            expected,
            found: found.to_string(),
            held,
        });
    };
    if let Some(most) = expect.no_packet_above_bytes {
        let found = seen.largest_put_bytes;
        let held = found <= usize::from(most);
        add("no_packet_above_bytes", most.to_string(), found, held);
    }
    if let Some(largest) = expect.largest_packet_bytes {
        let found = seen.largest_carried_bytes;
        let held = found == usize::from(largest);
        add("largest_packet_bytes", largest.to_string(), found, held);
    }
}

fn of_network(expect: &NetworkExpect, world: &World, verdicts: &mut Vec<Verdict>) {
    let watch = &world.watch;
    let mut add = |what: &str, expected: String, found: String, held: bool| {
        verdicts.push(Verdict {
            what: format!("network.{what}"),
            expected,
            found,
            held,
        });
    };
    let counts = [
        ("icmp_seen", expect.icmp_seen, watch.icmp_seen),
        ("too_big_seen", expect.too_big_seen, watch.too_big),
    ];
    for (what, expected, found) in counts {
        if let Some(expected) = expected {
            add(
                what,
                yes(expected),
                found.to_string(),
                (found > 0) == expected,
            );
        }
    }
    if let Some(after) = expect.nothing_lost_after_s.map(seconds) {
        let found = match watch.lost_at {
            None => "nothing lost at all".to_owned(),
            Some(at) => format!("last at {}", said_seconds(at)),
        };
        let held = watch.lost_at.is_none_or(|at| at <= after);
        let expected = format!("not after {}", said_seconds(after));
        add("nothing_lost_after_s", expected, found, held);
    }
}

fn yes(truth: bool) -> String {
    if truth { "yes" } else { "no" }.to_owned()
}
