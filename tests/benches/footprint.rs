//! Bytes of flash that each call of the clamp costs on bare-metal targets, linked alone, and the whole
//! PPPoE client, whose static RAM is the client itself.
//! `cargo bench -p tests --bench footprint` prints the table, and fails above `tests/budgets.tsv`.

use std::process::ExitCode;

use tests::budget::Budgets;
use tests::linked::{CLAMP, PPPOE, Program, Sizes};

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

fn main() -> ExitCode {
    println!(
        "{:30}{:24}{:>10}{:>8}{:>11}{:>12}",
        "target", "call", "opt-level", ".text", "constants", "static RAM"
    );
    let mut budgets = Budgets::default();
    for opt_level in OPT_LEVELS {
        for target in TARGETS {
            for (entry, program) in ENTRIES {
                match program.sizes(entry, target, opt_level) {
                    Ok(Sizes {
                        text,
                        constants,
                        ram,
                    }) => {
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
