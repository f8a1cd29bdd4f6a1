//! A copy of the workspace in which mutants are made and judged, one at a time.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use super::list::{Judge, List};
use super::selection::Selection;
use super::verdict::{Fate, Judged};
use crate::workspace_copy::copy_tree;

/// What `timeout` exits with when the time is over.
const TIME_IS_OVER: i32 = 124;
/// What cargo-mutants exits with when it has judged: all caught, some missed, some without an end.
const HAS_JUDGED: [i32; 3] = [0, 2, 3];
/// A judge that takes this many times as long as on the code never ends.
const ENDLESS: u32 = 5;
const SHORTEST_TIMEOUT: Duration = Duration::from_secs(10);

/// A copy of the workspace.
pub struct Bench<'a> {
    list: &'a List,
    copy: TempDir,
    target: PathBuf,
}

impl<'a> Bench<'a> {
    /// Copies the workspace, and adds to the copy what the list wants.
    ///
    /// # Errors
    /// What the file system said.
    pub fn new(root: &Path, list: &'a List) -> Result<Self, String> {
        let copy = tempfile::tempdir().map_err(|error| error.to_string())?;
        copy_tree(root, copy.path()).map_err(|error| error.to_string())?;
        let bench = Self {
            list,
            copy,
            target: root.join("target/mutants"),
        };
        if let Some(defaults) = &list.defaults {
            let added = bench.add_module(defaults);
            added.map_err(|error| format!("{defaults}: {error}"))?;
        }
        Ok(bench)
    }

    /// Adds the file to the crate. No other line moves.
    fn add_module(&self, file: &str) -> io::Result<()> {
        let copy = self.copy.path();
        let sources = copy.join(&self.list.sources);
        fs::copy(copy.join(file), sources.join("defaults.rs"))?;
        let root = fs::read_to_string(sources.join("lib.rs"))?;
        let with_module = root.replacen("#![no_std]", "", 1) + "mod defaults;\n";
        fs::write(sources.join("lib.rs"), with_module)
    }

    /// Builds what the first judge needs, so that no deadline counts that.
    ///
    /// # Errors
    /// What the compiler said.
    pub fn build(&self) -> Result<(), String> {
        self.list
            .judges
            .iter()
            .take(1)
            .try_for_each(|judge| self.pass(judge, &["--no-run"]))
    }

    /// Makes the selected mutants and says what became of each. With a `deadline` it stops in the middle when that is
    /// there, and gives the second judge no mutant that the list knows to survive all.
    ///
    /// # Errors
    /// A judge that fails on the code itself, or what cargo-mutants said.
    pub fn judge(
        &self,
        mut selection: Selection,
        deadline: Option<Instant>,
    ) -> Result<Vec<Judged>, String> {
        let mut all = Vec::new();
        let mut missed = Vec::new();
        for judge in &self.list.judges {
            if deadline.is_some_and(|deadline| Instant::now() > deadline) {
                println!("the time is over");
                return Ok(all);
            }
            let timeout = self.timeout(judge)?;
            missed.clear();
            for (name, fate) in self.mutate(judge, &selection, timeout, deadline)? {
                if fate == Fate::Endless {
                    println!("ran out of {} s: {name}", timeout.as_secs());
                }
                if fate != Fate::Missed || deadline.is_some() && self.is_known(&name) {
                    all.push(judged(&name, fate));
                } else {
                    missed.push(name);
                }
            }
            println!("behind {judge}: {} are left", missed.len());
            if missed.is_empty() {
                return Ok(all);
            }
            selection = Selection::Names(missed.clone());
        }
        all.extend(missed.iter().map(|name| judged(name, Fate::Missed)));
        Ok(all)
    }

    fn is_known(&self, name: &str) -> bool {
        let name = without_line(name);
        let mut known = self.list.known.iter();
        known.any(|known| known.says(Fate::Missed, &name))
    }

    /// How long the judge may take, by how long it takes on the code, which it must pass.
    fn timeout(&self, judge: &Judge) -> Result<Duration, String> {
        self.pass(judge, &["--no-run"])?;
        let started = Instant::now();
        self.pass(judge, &[])?;
        Ok((started.elapsed() * ENDLESS).max(SHORTEST_TIMEOUT))
    }

    fn pass(&self, judge: &Judge, arguments: &[&str]) -> Result<(), String> {
        let mut command = self.cargo(Command::new(env!("CARGO")));
        command.arg("test");
        for package in judge.packages.split(',') {
            command.args(["--package", package]);
        }
        command.args(&judge.arguments).args(arguments);
        let output = command.arg("--").args(&judge.test_arguments).output();
        let output = output.map_err(|error| format!("cargo: {error}"))?;
        if output.status.success() {
            Ok(())
        } else {
            Err(format!(
                "{judge:?} fails on the code itself:\n{}",
                words(&output)
            ))
        }
    }

    fn mutate(
        &self,
        judge: &Judge,
        selection: &Selection,
        timeout: Duration,
        deadline: Option<Instant>,
    ) -> Result<Vec<(String, Fate)>, String> {
        let results = tempfile::tempdir().map_err(|error| error.to_string())?;
        let mut command = match deadline {
            None => self.cargo(Command::new(env!("CARGO"))),
            Some(deadline) => {
                let left = deadline.saturating_duration_since(Instant::now());
                let mut command = self.cargo(Command::new("timeout"));
                // 0 would be no limit.
                command.arg("--signal=INT");
                command.arg(left.as_secs().max(1).to_string());
                command.arg(env!("CARGO"));
                command
            }
        };
        command
            .args(["mutants", "--in-place", "--baseline=skip", "--colors=never"])
            .args(["--package", &self.list.package])
            .args(["--test-package", &judge.packages])
            .args(["--timeout", &timeout.as_secs().to_string()])
            .arg("--output")
            .arg(results.path());
        if let Some(config) = &self.list.config {
            command.args(["--config", config]);
        }
        for argument in &judge.arguments {
            command.arg(format!("--cargo-arg={argument}"));
        }
        selection.add_to(&mut command);
        // One `--` is for cargo-mutants, the other one for the tests.
        let output = command
            .args(["--", "--"])
            .args(&judge.test_arguments)
            .output()
            .map_err(|error| format!("cargo mutants: {error}"))?;
        let exit = output.status.code();
        if !exit.is_some_and(|exit| exit == TIME_IS_OVER || HAS_JUDGED.contains(&exit)) {
            return Err(format!("cargo mutants: {exit:?}\n{}", words(&output)));
        }
        read_outcomes(&results.path().join("mutants.out/outcomes.json"))
    }

    /// Incremental compilation is what makes a mutant cheap.
    fn cargo(&self, mut command: Command) -> Command {
        command
            .current_dir(self.copy.path())
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_INCREMENTAL", "1")
            .env("CARGO_PROFILE_DEV_DEBUG", "false");
        command
    }
}

/// No file is no mutant.
fn read_outcomes(file: &Path) -> Result<Vec<(String, Fate)>, String> {
    if !file.exists() {
        return Ok(Vec::new());
    }
    let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
    let all: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let outcomes = all["outcomes"].as_array().ok_or("no outcomes")?;
    outcomes
        .iter()
        .map(|outcome| {
            let name = outcome["scenario"]["Mutant"]["name"].as_str();
            let fate = match outcome["summary"].as_str() {
                Some("CaughtMutant") => Some(Fate::Caught),
                Some("Timeout") => Some(Fate::Endless),
                Some("MissedMutant") => Some(Fate::Missed),
                Some("Unviable") => Some(Fate::Uncompiled),
                _ => None,
            };
            name.map(str::to_owned)
                .zip(fate)
                .ok_or_else(|| format!("no fate of a mutant: {outcome}"))
        })
        .collect()
}

fn judged(name: &str, fate: Fate) -> Judged {
    Judged {
        name: without_line(name),
        fate,
    }
}

/// `FILE:LINE:COLUMN: CHANGE` without its numbers.
fn without_line(name: &str) -> String {
    let mut parts = name.splitn(4, ':');
    match [parts.next(), parts.next(), parts.next(), parts.next()] {
        [Some(file), Some(_), Some(_), Some(change)] => format!("{file}:{change}"),
        _ => name.to_owned(),
    }
}

fn words(output: &Output) -> String {
    let [out, err] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    format!("{out}{err}")
}

#[cfg(test)]
mod tests {
    use super::without_line;

    #[test]
    fn a_name_without_its_numbers_is_the_same_when_lines_move() {
        assert_eq!(
            without_line("a/b.rs:12:5: replace c::d -> u16 with 0"),
            "a/b.rs: replace c::d -> u16 with 0"
        );
    }
}
