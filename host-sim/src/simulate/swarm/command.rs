//! What `--swarm` says.

use std::fs;
use std::io::Write;
use std::time::{Duration, Instant};

use super::{Found, Tally, one};
use crate::Exit;
use crate::progress::Progress;
use crate::simulate::arguments::SimulateArguments;

/// Runs networks until one fails, or all are done.
pub(crate) fn run(arguments: &SimulateArguments, out: &mut dyn Write) -> Result<Exit, String> {
    let progress = Progress::over_runs(u64::from(arguments.runs));
    let began = Instant::now();
    let patience = arguments.seconds.map(u64::from).map(Duration::from_secs);
    let mut tally = Tally::default();
    let mut found = None;
    for seed in (arguments.seed..).take(usize::try_from(arguments.runs).unwrap_or(usize::MAX)) {
        if patience.is_some_and(|patience| began.elapsed() >= patience) {
            break;
        }
        found = one(seed, &mut tally, &|_| {});
        progress.step();
        if found.is_some() {
            break;
        }
    }
    progress.finish();
    let exit = if found.is_none() {
        Exit::Fine
    } else {
        Exit::FoundFault
    };
    let report = if arguments.json {
        for_machines(&tally, found.as_ref())
    } else {
        in_words(arguments.seed, &tally, found.as_ref())
    };
    writeln!(out, "{report}").map_err(|error| error.to_string())?;
    if let Some(found) = found {
        let path = &arguments.smallest;
        let text = toml::to_string(&found.smallest).map_err(|error| error.to_string())?;
        fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        if !arguments.json {
            let (path, seed) = (path.display(), found.seed);
            writeln!(
                out,
                "The smallest scenario that fails so: host-sim simulate {path} --seed {seed}"
            )
            .map_err(|error| error.to_string())?;
        }
    }
    Ok(exit)
}

pub(super) fn in_words(first: u64, tally: &Tally, found: Option<&Found>) -> String {
    let Tally {
        runs,
        frames,
        dropped,
        flows,
        completed,
        promised,
    } = tally;
    let done = format!(
        "{runs} networks from seed {first} on: {frames} frames, {dropped} of them dropped on a link; \
         {completed} of {flows} flows complete, {promised} had to"
    );
    match found {
        None => format!("{done}\nAll that must always hold did."),
        Some(found) => format!("{done}\nFAILED at seed {}: {}", found.seed, found.violation),
    }
}

pub(super) fn for_machines(tally: &Tally, found: Option<&Found>) -> String {
    serde_json::json!({
        "runs": tally.runs,
        "frames": tally.frames,
        "dropped": tally.dropped,
        "flows": tally.flows,
        "completed": tally.completed,
        "promised": tally.promised,
        "failed": found.map(|found| serde_json::json!({
            "seed": found.seed,
            "kind": found.violation.kind,
            "what": found.violation.what,
        })),
    })
    .to_string()
}
