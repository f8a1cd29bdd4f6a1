//! The command line of `host-sim check`.

use std::io::{IsTerminal, Write, stdout};

use super::{CheckError, CheckOptions, WhichCapture};
use crate::arguments::CheckArguments;
use crate::progress::Progress;
use crate::rules::Interfaces;
use crate::{Exit, files};

/// Runs the command; the report goes to `out`.
pub(crate) fn run(arguments: &CheckArguments, out: &mut dyn Write) -> Result<Exit, String> {
    let CheckArguments { before, after, .. } = arguments;
    if files::is_standard_stream(before) && files::is_standard_stream(after) {
        return Err("only one of BEFORE and AFTER can be standard input".into());
    }
    let options = CheckOptions {
        policy: arguments.policy.policy(&Interfaces::unknown())?,
        insert_missing: arguments.policy.insert_missing,
        routed: arguments.routed,
        window_packets: usize::from(arguments.window.get()),
        json: arguments.json,
    };
    let progress = Progress::over(before);
    let capture = progress.watch(files::input(before)?);
    let mut report = progress.beside(out, stdout().is_terminal());
    let checked =
        super::run(capture, files::input(after)?, &options, &mut *report).and_then(|summary| {
            report.flush()?;
            Ok(summary)
        });
    drop(report);
    progress.finish();
    match checked {
        Ok(summary) if summary.total_findings() == 0 => Ok(Exit::Fine),
        Ok(_) => Ok(Exit::FoundFault),
        Err(CheckError::Capture(WhichCapture::Before, error)) => {
            Err(format!("{}: {error}", before.display()))
        }
        Err(CheckError::Capture(WhichCapture::After, error)) => {
            Err(format!("{}: {error}", after.display()))
        }
        Err(error) => Err(error.to_string()),
    }
}
