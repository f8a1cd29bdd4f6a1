//! Has cargo-mutants change the code, one change at a time, and sees the tests tell each mutant from the code. What they
//! don't must stand in a list in `tests/mutants`, with the reason. Needs `cargo install cargo-mutants`.
//!
//! All mutants of the core take long; several machines, or clones, can take a share each. `--seconds N` takes the mutants
//! on the lines that the last commit changed, and a share of all that the commit's name chooses.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use clap::Parser;
use tests::mutants::{Bench, List, Selection, Share, Tally, faults};

#[derive(Parser)]
#[command(about = "Sees the tests catch the mutants of the code")]
struct Arguments {
    /// The list, under tests/mutants.
    #[arg(default_value = "core.txt")]
    list: PathBuf,
    /// Only the last commit's lines and a share of the rest, and no longer than this.
    #[arg(long)]
    seconds: Option<u64>,
    /// Only one share of the list's mutants: 0/2 is the first of two.
    #[arg(long, conflicts_with = "seconds")]
    share: Option<Share>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(faults) if faults.is_empty() => ExitCode::SUCCESS,
        Ok(faults) => {
            for fault in faults {
                eprintln!("{fault}");
            }
            ExitCode::FAILURE
        }
        Err(why) => {
            eprintln!("mutants: {why}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Result<Vec<String>, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let root = fs::canonicalize(root).map_err(|error| error.to_string())?;
    let file = root.join("tests/mutants").join(&arguments.list);
    let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let list = List::read(&text)?;
    let bench = Bench::new(&root, &list)?;
    let commit = git(&root, &["rev-parse", "--short=12", "HEAD"])?;
    let commit = commit.trim();
    let Some(seconds) = arguments.seconds else {
        let share = arguments.share;
        let all = share.is_none();
        let judged = bench.judge(share.map_or(Selection::All, Selection::Share), None)?;
        println!("{commit}: {}", Tally(&judged));
        return Ok(faults(&list.known, &judged, all));
    };
    bench.build()?;
    let deadline = Instant::now() + Duration::from_secs(seconds);
    let mut selections = vec![Selection::Share(share(commit, list.shares)?)];
    let diff = last_change(&root, &list)?;
    if let Some(diff) = &diff {
        selections.insert(0, Selection::Diff(diff.path().to_owned()));
    }
    let mut all_faults = Vec::new();
    for selection in selections {
        println!("{selection}");
        let judged = bench.judge(selection, Some(deadline))?;
        println!("{commit}: {}", Tally(&judged));
        all_faults.extend(faults(&list.known, &judged, false));
    }
    Ok(all_faults)
}

/// What the last commit, and the working tree, changed in the package. Nothing is known of that in a history that is
/// one commit deep. The crate's root is left out: it has no mutants, and is another one in the copy.
fn last_change(root: &Path, list: &List) -> Result<Option<tempfile::NamedTempFile>, String> {
    let has_parent = git(root, &["rev-parse", "--verify", "--quiet", "HEAD~1"]).is_ok();
    if !has_parent {
        println!("there is no commit before this one");
        return Ok(None);
    }
    let but_root = format!(":!{}/lib.rs", list.sources);
    let diff = git(root, &["diff", "HEAD~1", "--", &list.sources, &but_root])?;
    if diff.is_empty() {
        return Ok(None);
    }
    let file = tempfile::NamedTempFile::new().map_err(|error| error.to_string())?;
    fs::write(file.path(), diff).map_err(|error| error.to_string())?;
    Ok(Some(file))
}

/// The share of all mutants that this commit's name chooses.
fn share(commit: &str, shares: u64) -> Result<Share, String> {
    let number = u64::from_str_radix(commit, 16).map_err(|error| format!("{commit}: {error}"))?;
    Share::of(number, shares)
}

fn git(root: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("git")
        .current_dir(root)
        .args(arguments)
        .output()
        .map_err(|error| format!("git: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}
