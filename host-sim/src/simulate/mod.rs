//! `host-sim simulate`: a network that is the same on every machine, in virtual time. A scenario says
//! who is there, what goes wrong, and what must hold; so a scenario is a test.
//!
//! From top to bottom: a [`scenario`] is read and checked, a [`plan`] gives everybody addresses and
//! ways, [`build`] makes the [`nodes`] and [`link`]s, the [`world`] runs them event by event, a
//! [`watch`] notes what passes, and [`verdict`] holds that to what was expected.

mod arguments;
mod build;
mod describe;
mod invariants;
mod library;
mod link;
mod nodes;
mod packet;
mod picture;
mod plan;
mod report;
mod rules;
mod run;
mod scenario;
mod swarm;
mod tcp;
mod timeline;
mod trace;
mod transfer;
mod verdict;
mod watch;
mod world;

use std::fs;
use std::io::Write;
use std::path::Path;

use crate::Exit;
pub(crate) use arguments::SimulateArguments;
use arguments::Without;
use report::Line;
use run::Run;
use scenario::{Variant, Variants};

/// Runs the command: fine if all that must hold does.
pub(crate) fn run(arguments: &SimulateArguments, out: &mut dyn Write) -> Result<Exit, String> {
    if arguments.list {
        return list(arguments.json, out);
    }
    if arguments.swarm {
        return swarm::command::run(arguments, out);
    }
    let Some(asked) = &arguments.scenario else {
        return Err("no scenario".to_owned());
    };
    let (name, text) = find(asked)?;
    if arguments.print {
        out.write_all(text.as_bytes())
            .map_err(|error| error.to_string())?;
        return Ok(Exit::Fine);
    }
    let variants = scenario::load(&text).map_err(|error| format!("{asked}: {error}"))?;
    let mut exit = Exit::Fine;
    if !arguments.json {
        report::heading(&name, &variants.whole, out).map_err(|error| error.to_string())?;
    }
    for variant in wanted(arguments, &variants)? {
        for seed in (arguments.seed..).take(usize::try_from(arguments.runs).unwrap_or(1)) {
            let run = one(arguments, &variants, variant, seed)
                .map_err(|error| format!("{asked}: {error}"))?;
            if !run.held() {
                exit = Exit::FoundFault;
            }
            if let Some(path) = &arguments.picture {
                let scenario = variants.of(variant).unwrap_or(&variants.whole);
                let page = picture::html(&name, scenario, variant, seed, &run);
                fs::write(path, page).map_err(|error| format!("{}: {error}", path.display()))?;
            }
            if arguments.json {
                let line = Line::of(&name, variant, seed, &run);
                let line = serde_json::to_string(&line).map_err(|error| error.to_string())?;
                writeln!(out, "{line}").map_err(|error| error.to_string())?;
            } else if arguments.runs == 1 || !run.held() {
                report::run(variant, seed, &run, out).map_err(|error| error.to_string())?;
                if arguments.timeline {
                    timeline::write(&run.world, out).map_err(|error| error.to_string())?;
                }
            }
        }
        if arguments.runs > 1 && !arguments.json {
            let verdict = if exit == Exit::Fine {
                "all held"
            } else {
                "not all held"
            };
            writeln!(out, "\n{variant}: {} runs, {verdict}", arguments.runs)
                .map_err(|error| error.to_string())?;
        }
    }
    Ok(exit)
}

/// The variants that were asked for.
fn wanted(arguments: &SimulateArguments, variants: &Variants) -> Result<Vec<Variant>, String> {
    let all = [
        Variant::Whole,
        Variant::WithoutCure,
        Variant::WithoutFault,
        Variant::WithoutBoth,
    ];
    let there = |variant: &Variant| variants.of(*variant).is_some();
    if arguments.variants {
        return Ok(all.into_iter().filter(there).collect());
    }
    let variant = match arguments.without {
        None => Variant::Whole,
        Some(Without::Cure) => Variant::WithoutCure,
        Some(Without::Fault) => Variant::WithoutFault,
        Some(Without::Both) => Variant::WithoutBoth,
    };
    if there(&variant) {
        Ok(vec![variant])
    } else {
        Err(format!("the scenario has no [{variant}]"))
    }
}

/// One run of one variant, with all that is wanted of it.
fn one(
    arguments: &SimulateArguments,
    variants: &Variants,
    variant: Variant,
    seed: u64,
) -> Result<Run, String> {
    let scenario = variants.of(variant).unwrap_or(&variants.whole);
    let with_trace =
        arguments.capture.is_some() || arguments.timeline || arguments.picture.is_some();
    let mut run = Run::of(scenario, seed, with_trace)?;
    if arguments.variants {
        run.verdicts
            .extend(run::against_the_whole(variants, variant, &run));
    }
    if let Some(directory) = &arguments.capture {
        run.capture(directory)?;
    }
    Ok(run)
}

fn list(json: bool, out: &mut dyn Write) -> Result<Exit, String> {
    let widest = library::SCENARIOS.iter().map(|(name, _)| name.len()).max();
    for (name, text) in library::SCENARIOS {
        let title = scenario::load(text)
            .map_err(|error| format!("{name}: {error}"))?
            .whole
            .title;
        if json {
            let line = serde_json::json!({ "name": name, "title": title });
            writeln!(out, "{line}").map_err(|error| error.to_string())?;
        } else {
            writeln!(out, "{name:<width$}  {title}", width = widest.unwrap_or(0))
                .map_err(|error| error.to_string())?;
        }
    }
    Ok(Exit::Fine)
}

/// The name and the text of a scenario: a file's, or one that is built in.
fn find(asked: &str) -> Result<(String, String), String> {
    let built_in = library::SCENARIOS.iter().find(|(name, _)| *name == asked);
    if let Some((name, text)) = built_in {
        return Ok(((*name).to_owned(), (*text).to_owned()));
    }
    let path = Path::new(asked);
    let text = fs::read_to_string(path).map_err(|error| {
        let names = library::SCENARIOS.iter().map(|(name, _)| *name);
        match scenario::nearest(asked, names) {
            Some(name) => format!("{asked}: {error}; did you mean {name}? (--list names all)"),
            None => format!("{asked}: {error}; --list names the scenarios that are built in"),
        }
    })?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    Ok((name.into_owned(), text))
}
