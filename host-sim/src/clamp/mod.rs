//! `host-sim clamp`: a capture through the clamp, byte for byte but for what a clamp may change.

mod rewrite;
mod row;
mod summary;

use std::fs;
use std::io::{self, IsTerminal, Write, stderr, stdout};
use std::path::Path;

use same_file::Handle;

use crate::arguments::ClampArguments;
use crate::capture::{Growth, Reader, Writer};
use crate::progress::Progress;
use crate::report::Report;
use crate::rules::Interfaces;
use crate::{Exit, files};
use rewrite::Rewrite;

pub(crate) use row::Row;
pub(crate) use summary::Summary;

/// Runs the command: the report goes to `out`, or to `err` when OUT is standard output.
pub(crate) fn run<'a>(
    arguments: &ClampArguments,
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
) -> Result<Exit, String> {
    let policy = arguments.policy.required_policy(&Interfaces::unknown())?;
    refuse_one_file(arguments)?;
    let input = files::input(&arguments.input)?;
    let progress = Progress::over(&arguments.input);
    let in_input = |error| format!("{}: {error}", arguments.input.display());
    let reader = Reader::open(progress.watch(input)).map_err(in_input)?;

    let growth = if arguments.policy.insert_missing {
        Growth::Possible
    } else {
        Growth::Never
    };
    let (writer, report, is_on_terminal) = if files::is_standard_stream(&arguments.output) {
        let writer = Writer::to_stream(stdout(), growth);
        (writer, err, stderr().is_terminal())
    } else {
        let writer = Writer::to_file(files::output(&arguments.output)?, growth);
        (writer, out, stdout().is_terminal())
    };

    let mut report = progress.beside(report, is_on_terminal);
    let mut report = Report::new(&mut *report, arguments.json);
    let mut rewrite = Rewrite::new(policy, arguments.policy.insert_missing);
    let copied = rewrite.copy(reader, writer, |row| report.row(row));
    progress.finish();
    let fault = copied.map_err(|error| format!("{}: {error}", arguments.output.display()))?;
    let fault = fault.map(in_input);
    let reported = report.finish(rewrite.summary(), fault.as_deref());
    if let Some(fault) = fault {
        return Err(fault);
    }
    reported.map_err(|error| format!("the report: {error}"))?;
    Ok(Exit::Fine)
}

/// Refuses an OUT that is IN, through whatever name, link or redirection: to open it for writing
/// would empty it.
fn refuse_one_file(arguments: &ClampArguments) -> Result<(), String> {
    let input = regular_file(&arguments.input, Handle::stdin);
    let output = regular_file(&arguments.output, Handle::stdout);
    // What can't be opened is found out when it is; what does not exist yet is no other file.
    if input.is_some() && input == output {
        return Err("IN and OUT are the same file".into());
    }
    Ok(())
}

/// The file behind `path`, or behind the standard stream that it stands for. Only a regular one: a
/// terminal or the null device may well be both IN and OUT, and a named pipe must not be opened
/// just to be looked at, as that waits for its other end and takes that end's peer away.
fn regular_file(path: &Path, stream: fn() -> io::Result<Handle>) -> Option<Handle> {
    let handle = if files::is_standard_stream(path) {
        stream().ok()?
    } else if fs::metadata(path).ok()?.is_file() {
        Handle::from_path(path).ok()?
    } else {
        return None;
    };
    let metadata = handle.as_file().metadata().ok()?;
    metadata.is_file().then_some(handle)
}
