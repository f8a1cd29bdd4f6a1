//! Breaks the core, once a patch in `tests/patches`, and sees the check that the patch names turn red. A check that
//! nothing turns red proves nothing.
//!
//! The patches are applied to a copy; all checks must be green there before.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};

use tests::workspace_copy::copy_tree;

/// A command that a broken core turns red.
struct Check {
    /// As the patches name it.
    name: &'static str,
    arguments: &'static [&'static str],
    /// What it says when it is red for the right reason: a patch that doesn't compile says something else.
    red: &'static str,
}

const CHECKS: [Check; 3] = [
    Check {
        name: "unit",
        arguments: &["test", "--quiet", "-p", "clamp-core", "--lib"],
        red: "test result: FAILED",
    },
    Check {
        name: "conformance",
        arguments: &[
            "test",
            "--quiet",
            "-p",
            "reference",
            "--test",
            "conformance",
        ],
        red: "test result: FAILED",
    },
    Check {
        name: "link",
        arguments: &[
            "rustc",
            "--quiet",
            "--release",
            "-p",
            "clamp-core",
            "--example",
            "footprint",
            "--target",
            "thumbv7em-none-eabihf",
            "--config",
            "profile.release.lto=true",
            "--config",
            "profile.release.codegen-units=1",
            "--",
            "-C",
            "link-arg=--entry=frame",
            "-C",
            "link-arg=--gc-sections",
            "--cfg=entry=\"frame\"",
        ],
        red: "the_clamp_can_panic",
    },
];

fn main() -> ExitCode {
    match run() {
        Ok(patches) => {
            println!("{patches} patches, and each turned its check red");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("broken_cores: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<usize, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let copy = tempfile::tempdir().map_err(|error| error.to_string())?;
    copy_tree(&root, copy.path()).map_err(|error| error.to_string())?;
    let bench = Bench {
        copy: copy.path().to_owned(),
        target: root.join("target/broken-cores"),
    };
    for check in &CHECKS {
        let output = bench.run(check)?;
        if !output.status.success() {
            return Err(format!(
                "{} is red without a patch:\n{}",
                check.name,
                words(&output)
            ));
        }
        println!("green without a patch: {}", check.name);
    }
    let patches = patches(&root).map_err(|error| error.to_string())?;
    for patch in &patches {
        let name = patch.file_name().unwrap_or_default().to_string_lossy();
        let text = fs::read_to_string(patch).map_err(|error| format!("{name}: {error}"))?;
        let check = check_of(&text).ok_or_else(|| format!("{name}: names no check"))?;
        bench.apply(patch, &[])?;
        let output = bench.run(check)?;
        bench.apply(patch, &["--reverse"])?;
        if output.status.success() || !words(&output).contains(check.red) {
            return Err(format!(
                "{name}: {} is not red:\n{}",
                check.name,
                words(&output)
            ));
        }
        println!("red with {name}: {}", check.name);
    }
    Ok(patches.len())
}

fn patches(root: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(root.join("tests/patches"))?;
    let mut patches = entries
        .map(|entry| fs::canonicalize(entry?.path()))
        .collect::<io::Result<Vec<_>>>()?;
    patches.retain(|path| path.extension().is_some_and(|end| end == "patch"));
    patches.sort();
    Ok(patches)
}

/// The check that the patch's second line names.
fn check_of(patch: &str) -> Option<&'static Check> {
    let name = patch
        .lines()
        .find_map(|line| line.strip_prefix("Turns red: "))?;
    CHECKS.iter().find(|check| check.name == name)
}

fn words(output: &Output) -> String {
    let [out, err] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    format!("{out}{err}")
}

/// A copy of the workspace.
struct Bench {
    copy: PathBuf,
    target: PathBuf,
}

impl Bench {
    fn run(&self, check: &Check) -> Result<Output, String> {
        Command::new(env!("CARGO"))
            .current_dir(&self.copy)
            .args(check.arguments)
            .env("CARGO_TARGET_DIR", &self.target)
            .output()
            .map_err(|error| format!("cargo: {error}"))
    }

    fn apply(&self, patch: &Path, how: &[&str]) -> Result<(), String> {
        let output = Command::new("git")
            .current_dir(&self.copy)
            .arg("apply")
            .args(how)
            .arg(patch)
            .output()
            .map_err(|error| format!("git: {error}"))?;
        if output.status.success() {
            Ok(())
        } else {
            Err(format!(
                "{} does not apply: {}",
                patch.display(),
                words(&output)
            ))
        }
    }
}
