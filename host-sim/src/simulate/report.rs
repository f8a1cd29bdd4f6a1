//! What is said about runs, for eyes and for machines.

use std::io::{self, Write};

use serde::Serialize;

use super::run::Run;
use super::scenario::{Scenario, Variant};
use super::verdict::{Verdict, said_seconds};

/// One run, for machines.
#[derive(Serialize)]
pub(super) struct Line<'a> {
    scenario: &'a str,
    variant: &'a str,
    seed: u64,
    held: bool,
    virtual_ms: u128,
    frames: u64,
    dropped: u64,
    flows: Vec<FlowLine<'a>>,
    verdicts: &'a [Verdict],
}

#[derive(Serialize)]
struct FlowLine<'a> {
    name: &'a str,
    state: String,
    received_bytes: usize,
    took_ms: Option<u128>,
    mss_at_server: Option<u16>,
    mss_at_client: Option<u16>,
    largest_packet_bytes: usize,
    segment_bytes: &'a [usize],
    sent_again: u64,
}

impl<'a> Line<'a> {
    pub(super) fn of(name: &'a str, variant: Variant, seed: u64, run: &'a Run) -> Self {
        let flows = run.flows().zip(&run.world.watch.flows);
        let links = &run.world.watch.links;
        Self {
            scenario: name,
            variant: variant.name(),
            seed,
            held: run.held(),
            virtual_ms: run.world.now().as_millis(),
            frames: links.iter().map(|link| link.carried + link.dropped).sum(),
            dropped: links.iter().map(|link| link.dropped).sum(),
            flows: flows
                .map(|((name, bytes, state), seen)| FlowLine {
                    name,
                    state: state.said(bytes),
                    received_bytes: state.progress.received,
                    took_ms: state.took.map(|took| took.as_millis()),
                    mss_at_server: seen.mss_at_server,
                    mss_at_client: seen.mss_at_client,
                    largest_packet_bytes: seen.largest_packet_bytes,
                    segment_bytes: &seen.segment_bytes,
                    sent_again: seen.sent_again,
                })
                .collect(),
            verdicts: &run.verdicts,
        }
    }
}

/// The heading of a scenario.
pub(super) fn heading(name: &str, scenario: &Scenario, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{name}: {}", scenario.title)?;
    for (label, text) in [
        ("story", &scenario.story),
        ("fault", &scenario.fault),
        ("cure", &scenario.cure),
    ] {
        for (index, line) in text.trim().lines().enumerate() {
            let label = if index == 0 { label } else { "" };
            writeln!(out, "  {label:<6} {}", line.trim())?;
        }
    }
    Ok(())
}

/// One run: its flows, and a table of what held and what did not.
pub(super) fn run(variant: Variant, seed: u64, run: &Run, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "\n{variant} (seed {seed}, {} of virtual time)",
        said_seconds(run.world.now())
    )?;
    for (name, bytes, state) in run.flows() {
        writeln!(out, "  {name}: {}", state.said(bytes))?;
    }
    let rows: Vec<_> = run
        .verdicts
        .iter()
        .map(|verdict| {
            let mark = if verdict.held { "held" } else { "FAILED" };
            [mark, &verdict.what, &verdict.expected, &verdict.found]
        })
        .collect();
    let heading = ["", "what", "expected", "found"];
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0).max(heading[column].len())
    };
    let widths = [0, 1, 2].map(width);
    for row in [heading].into_iter().chain(rows) {
        let [mark, what, expected, found] = row;
        let [a, b, c] = widths;
        let line = format!("  {mark:<a$}  {what:<b$}  {expected:<c$}  {found}");
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}
