//! `host-sim bridge`: a bump in the wire between two interfaces that clamps, and does nothing else.

mod arguments;
mod pump;
mod tally;

use std::io::Write;
use std::os::fd::AsFd;

use serde::Serialize;

use crate::Exit;
use crate::interface::{Interface, InterfaceError, InterfaceName, Ready, Stop};
use crate::rules::{Interfaces, Way};
pub(crate) use arguments::BridgeArguments;
use pump::Pump;
use tally::TallyLine;

/// How many frames go one way before the other way gets its turn.
const FRAMES_A_TURN: usize = 64;

/// The report for machines.
#[derive(Serialize)]
struct Report<'a> {
    left_to_right: TallyLine<'a>,
    right_to_left: TallyLine<'a>,
}

/// Bridges until SIGINT or SIGTERM, then reports what passed.
pub(crate) fn run(
    arguments: &BridgeArguments,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Exit, String> {
    let [left, right] = [&arguments.left, &arguments.right].map(InterfaceName::device);
    if left == right {
        return Err("--left and --right are the same interface".into());
    }
    let interfaces = Interfaces::between(left, right);
    let policy = arguments.policy.required_policy(&interfaces)?;
    let words = |error: InterfaceError| error.to_string();
    // Signals first: one that comes while the interfaces open ends the bridge like any other.
    let stop = Stop::new().map_err(words)?;
    let left = Interface::open(&arguments.left).map_err(words)?;
    let right = Interface::open(&arguments.right).map_err(words)?;
    // Nobody is left to tell when this can't be written.
    let _ = writeln!(
        err,
        "host-sim: clamping between {} and {}; Ctrl-C ends it",
        left.name(),
        right.name()
    );

    let inserts = arguments.policy.insert_missing;
    let mut left_to_right = Pump::new(policy.clone(), Way::LEFT_TO_RIGHT, inserts);
    let mut right_to_left = Pump::new(policy, Way::RIGHT_TO_LEFT, inserts);
    let ended = loop {
        let turn = left_to_right
            .carry(&left, &right, FRAMES_A_TURN, err)
            .and_then(|()| right_to_left.carry(&right, &left, FRAMES_A_TURN, err))
            .and_then(|()| stop.wait([left.as_fd(), right.as_fd()], None));
        match turn {
            Ok(Ready::Work) => {}
            Ok(Ready::Stopped) => break None,
            Err(error) => break Some(error),
        }
    };

    let written = if arguments.json {
        let report = Report {
            left_to_right: left_to_right.tally().line(),
            right_to_left: right_to_left.tally().line(),
        };
        serde_json::to_string(&report)
            .map_err(Into::into)
            .and_then(|line| writeln!(out, "{line}"))
    } else {
        writeln!(
            out,
            "{left} -> {right}\n{}{right} -> {left}\n{}",
            left_to_right.tally(),
            right_to_left.tally(),
            left = left.name(),
            right = right.name(),
        )
    };
    match ended {
        Some(error) => Err(error.to_string()),
        None => written
            .map(|()| Exit::Fine)
            .map_err(|error| error.to_string()),
    }
}
