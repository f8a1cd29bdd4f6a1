//! A panic is a link error: every call of the clamp on five targets at five optimisation levels, and the
//! router and the PPPoE client as they are shipped, linked with a panic handler that calls what is
//! defined nowhere. `cargo bench -p tests --bench panic_free` says what links. (At opt-level 0 the
//! compiler leaves even those panics in that nothing reaches.)

use std::process::ExitCode;

use tests::linked::{CLAMP, HOST, PPPOE, Program, ROUTER};

const TARGETS: [&str; 5] = [
    "thumbv6m-none-eabi",
    "thumbv7m-none-eabi",
    "thumbv7em-none-eabihf",
    "riscv32imac-unknown-none-elf",
    HOST,
];
const OPT_LEVELS: [&str; 5] = ["1", "2", "3", "s", "z"];
/// What the images are built with, all but the clamp in them, which links at every level.
const SHIPPED_OPT_LEVEL: &str = "z";
/// What the boards are, and one more.
const BOARD_TARGETS: [&str; 2] = ["thumbv7em-none-eabihf", "thumbv7m-none-eabi"];

/// What is linked, and how.
struct Case {
    program: Program,
    entry: &'static str,
    target: &'static str,
    opt_level: &'static str,
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for target in TARGETS {
        for opt_level in OPT_LEVELS {
            cases.push(Case {
                program: CLAMP,
                entry: "every_call",
                target,
                opt_level,
            });
        }
    }
    for target in BOARD_TARGETS {
        for (program, entry) in [(ROUTER, "router"), (PPPOE, "pppoe_client")] {
            cases.push(Case {
                program,
                entry,
                target,
                opt_level: SHIPPED_OPT_LEVEL,
            });
        }
    }
    cases
}

fn main() -> ExitCode {
    let mut failed = false;
    for target in TARGETS {
        // The control: were this to link, the check would show nothing.
        match CLAMP.link("a_panic_on_purpose", target, SHIPPED_OPT_LEVEL) {
            Err(why) if why.contains("the_clamp_can_panic") => {
                println!("a panic on purpose, {target}: refused, as it must be");
            }
            Err(why) => {
                eprintln!("a panic on purpose, {target}: refused for another reason\n{why}");
                failed = true;
            }
            Ok(_) => {
                eprintln!("a panic on purpose, {target}: links, so the check shows nothing");
                failed = true;
            }
        }
    }
    for Case {
        program,
        entry,
        target,
        opt_level,
    } in cases()
    {
        match program.link(entry, target, opt_level) {
            Ok(_) => println!("{entry}, {target}, opt-level {opt_level}: no panic"),
            Err(why) => {
                eprintln!("{entry}, {target}, opt-level {opt_level}: does not link\n{why}");
                failed = true;
            }
        }
    }
    if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}
