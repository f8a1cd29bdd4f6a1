//! Bytes of flash that each call of the clamp costs on bare-metal targets, linked alone, and the whole
//! PPPoE client, whose static RAM is the client itself.
//! `cargo bench -p tests --bench footprint` prints the table.

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use object::{Object, ObjectSection, SectionKind};

const TARGETS: [&str; 3] = [
    "thumbv6m-none-eabi",
    "thumbv7em-none-eabihf",
    "riscv32imac-unknown-none-elf",
];
/// What is linked alone, by its name, and the program that has it.
const ENTRIES: [(&str, Program); 6] = [
    ("packet_without_tunnels", CLAMP),
    ("packet", CLAMP),
    ("frame_without_tunnels", CLAMP),
    ("frame", CLAMP),
    ("insert_in_frame", CLAMP),
    ("pppoe_client", PPPOE),
];
const CLAMP: Program = Program {
    arguments: ["-p", "clamp-core", "--example", "footprint"],
    path: "release/examples/footprint",
};
const PPPOE: Program = Program {
    arguments: ["-p", "clamp-firmware", "--bin", "pppoe-footprint"],
    path: "release/pppoe-footprint",
};
const OPT_LEVELS: [&str; 2] = ["s", "3"];

/// Something that cargo links.
#[derive(Clone, Copy)]
struct Program {
    arguments: [&'static str; 4],
    /// In the target's directory.
    path: &'static str,
}

/// Links `entry` of `program` for `target`, and returns the bytes of its code, its
/// constants, and its static RAM.
fn size(
    target: &str,
    (entry, program): (&str, Program),
    opt_level: &str,
) -> Result<[u64; 3], String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let directory = root.join("target/footprint").join(opt_level);
    let status = Command::new(env!("CARGO"))
        .current_dir(&root)
        .args(["rustc", "--quiet", "--release"])
        .args(program.arguments)
        .args(["--target", target])
        .arg("--target-dir")
        .arg(&directory)
        .args(["--config", "profile.release.lto=true"])
        .args(["--config", "profile.release.codegen-units=1"])
        .arg("--config")
        .arg(format!("profile.release.opt-level=\"{opt_level}\"").replace("\"3\"", "3"))
        .args(["--", "-C"])
        .arg(format!("link-arg=--entry={entry}"))
        .args(["-C", "link-arg=--gc-sections"])
        .arg(format!("--cfg=entry=\"{entry}\""))
        .status()
        .map_err(|error| format!("cargo: {error}"))?;
    if !status.success() {
        return Err(format!("{target} does not link: {status}"));
    }
    let program = directory.join(target).join(program.path);
    let bytes = fs::read(&program).map_err(|error| format!("{}: {error}", program.display()))?;
    let file = object::File::parse(bytes.as_slice()).map_err(|error| error.to_string())?;
    let sum = |kinds: &[SectionKind]| {
        file.sections()
            .filter(|section| kinds.contains(&section.kind()))
            .map(|section| section.size())
            .sum()
    };
    Ok([
        sum(&[SectionKind::Text]),
        sum(&[SectionKind::ReadOnlyData, SectionKind::ReadOnlyString]),
        sum(&[SectionKind::Data, SectionKind::UninitializedData]),
    ])
}

fn main() -> ExitCode {
    println!(
        "{:30}{:24}{:>10}{:>8}{:>11}{:>12}",
        "target", "call", "opt-level", ".text", "constants", "static RAM"
    );
    for opt_level in OPT_LEVELS {
        for target in TARGETS {
            for (entry, program) in ENTRIES {
                match size(target, (entry, program), opt_level) {
                    Ok([text, constants, ram]) => println!(
                        "{target:30}{entry:24}{opt_level:>10}{text:>8}{constants:>11}{ram:>12}"
                    ),
                    Err(why) => {
                        eprintln!("{why}");
                        return ExitCode::FAILURE;
                    }
                }
            }
        }
    }
    ExitCode::SUCCESS
}
