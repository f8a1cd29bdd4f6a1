//! The command line of host-sim: `host-sim --help` tells more.

use std::io::{stderr, stdout};
use std::process::ExitCode;

fn main() -> ExitCode {
    host_sim::run(std::env::args_os(), &mut stdout(), &mut stderr()).into()
}
