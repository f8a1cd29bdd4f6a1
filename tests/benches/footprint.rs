//! Bytes of flash that each call of the clamp costs on bare-metal targets, linked alone, and the whole
//! PPPoE client, whose static RAM is the client itself.
//! `cargo bench -p tests --bench footprint` prints the table, and fails above `tests/budgets.tsv`.

use std::fs;
use std::process::ExitCode;

use object::{Object, ObjectSection, SectionKind};
use tests::budget::Budgets;
use tests::linked::{CLAMP, PPPOE, Program};

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
const OPT_LEVELS: [&str; 2] = ["s", "3"];

/// Links `entry` of `program` for `target`, and returns the bytes of its code, its constants, and its
/// static RAM.
fn size(
    target: &str,
    (entry, program): (&str, Program),
    opt_level: &str,
) -> Result<[u64; 3], String> {
    let program = program.link(entry, target, opt_level)?;
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
    let mut budgets = Budgets::default();
    for opt_level in OPT_LEVELS {
        for target in TARGETS {
            for (entry, program) in ENTRIES {
                match size(target, (entry, program), opt_level) {
                    Ok([text, constants, ram]) => {
                        println!(
                            "{target:30}{entry:24}{opt_level:>10}{text:>8}{constants:>11}{ram:>12}"
                        );
                        let name = |what| format!("{what} of {entry} at {opt_level} on {target}");
                        budgets.hold(&name("code"), text + constants);
                        budgets.hold(&name("static RAM"), ram);
                    }
                    Err(why) => {
                        eprintln!("{why}");
                        return ExitCode::FAILURE;
                    }
                }
            }
        }
    }
    budgets.verdict()
}
