//! The workbench on a PC: real captures through the very clamp that runs in a router's firmware.
//!
//! [`run`] is the command line. [`capture`] reads and writes captures byte for byte; [`check`] holds
//! the captures before and after any clamp against each other; [`diagnose`] finds black holes in them; [`rules`] reads the lines of other
//! firewalls that clamp.

#![forbid(unsafe_code)]

#[cfg(target_os = "linux")]
pub mod access_concentrator;
mod arguments;
#[cfg(target_os = "linux")]
mod bridge;
pub mod capture;
pub mod check;
mod clamp;
pub mod diagnose;
mod files;
#[cfg(target_os = "linux")]
pub mod guest;
#[cfg(target_os = "linux")]
mod interface;
#[cfg(target_os = "linux")]
pub mod lab;
mod listener;
mod path;
mod pcap_file;
mod plain_host;
pub mod policy;
#[cfg(target_os = "linux")]
mod programs;
mod progress;
mod report;
#[cfg(target_os = "linux")]
mod router;
pub mod rules;
mod simulate;
#[cfg(target_os = "linux")]
mod socket_wire;
mod wording;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};
use listener::Listener;

/// How a command ended, as its exit code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: done, and nothing to find fault with.
    Fine,
    /// 1: done, and a fault was found.
    FoundFault,
    /// 2: bad usage, or input or output that can't be used to its end.
    BadInput,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Fine => 0,
            Exit::FoundFault => 1,
            Exit::BadInput => 2,
        })
    }
}

/// Runs the command line `arguments`, the program's name first. Reports go to `out`, complaints to
/// `err`; only a capture written to `-` goes to the process's own standard output.
pub fn run(
    arguments: impl IntoIterator<Item = OsString>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Exit {
    let command = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments.command,
        Err(message) => {
            // Nobody is left to tell when the message itself can't be written.
            if message.use_stderr() {
                let _ = write!(err, "{}", message.render());
                return Exit::BadInput;
            }
            let _ = write!(out, "{}", message.render());
            return Exit::Fine;
        }
    };
    let result = match command {
        Command::Clamp(arguments) => {
            clamp::run(&arguments, &mut Listener::new(out), &mut Listener::new(err))
        }
        Command::Check(arguments) => check::command::run(&arguments, &mut Listener::new(out)),
        Command::Diagnose(arguments) => diagnose::command::run(&arguments, &mut Listener::new(out)),
        Command::Explain(arguments) => rules::command::run(&arguments, &mut Listener::new(out)),
        Command::Simulate(arguments) => simulate::run(&arguments, &mut Listener::new(out)),
        #[cfg(target_os = "linux")]
        Command::Bridge(arguments) => {
            bridge::run(&arguments, &mut Listener::new(out), &mut Listener::new(err))
        }
        #[cfg(target_os = "linux")]
        Command::Router(arguments) => {
            router::run(&arguments, &mut Listener::new(out), &mut Listener::new(err))
        }
        #[cfg(target_os = "linux")]
        Command::Lab(arguments) => {
            lab::run(&arguments, &mut Listener::new(out), &mut Listener::new(err))
        }
    };
    result.unwrap_or_else(|complaint| {
        let _ = writeln!(err, "host-sim: {complaint}");
        Exit::BadInput
    })
}
