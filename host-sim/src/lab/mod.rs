//! `host-sim lab`: the router between a client and a server, all of it on this machine and without
//! root. The router is the firmware's image on an emulated microcontroller, or the same router in
//! this process; everything around it is in this process, too.

mod arguments;
mod black_hole;
mod clock;
mod download;
mod hop;
mod host;
mod join;
mod line;
mod linux_router;
mod machine;
mod namespaces;
mod native;
mod network;
mod plan;
pub mod pppoe;
mod provider;
mod qemu;
mod router_box;
mod seen;
mod side;
mod start;
mod switch;
mod transfer;
mod wire;

use std::io::Write;

use crate::Exit;
pub(crate) use arguments::LabArguments;
use arguments::LabCommand;

/// Runs the command.
pub(crate) fn run(
    arguments: &LabArguments,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Exit, String> {
    match &arguments.command {
        LabCommand::BlackHole(arguments) => black_hole::run(arguments, out),
        LabCommand::Pppoe(arguments) => pppoe::run(arguments, out),
        LabCommand::Join(arguments) => join::run(arguments, out, err),
    }
}
