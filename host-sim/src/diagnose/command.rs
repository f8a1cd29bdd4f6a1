//! The command line of `host-sim diagnose`.

use std::io::Write;
use std::path::Path;

use super::{Diagnosis, json, report};
use crate::arguments::DiagnoseArguments;
use crate::capture::CaptureError;
use crate::progress::Progress;
use crate::{Exit, files};

/// Runs the command; the report goes to `out`.
pub(crate) fn run(arguments: &DiagnoseArguments, out: &mut dyn Write) -> Result<Exit, String> {
    let other = arguments.other.as_deref();
    if files::is_standard_stream(&arguments.capture) && other.is_some_and(files::is_standard_stream)
    {
        return Err("only one of the captures can be standard input".into());
    }
    let (first, fault) = diagnose(&arguments.capture, arguments.tunnels)?;
    let mut seen = vec![(arguments.capture.as_path(), first)];
    let mut faults: Vec<_> = fault.into_iter().map(|fault| (0, fault)).collect();
    if let Some(other) = other {
        let (second, fault) = diagnose(other, arguments.tunnels)?;
        seen.push((other, second));
        faults.extend(fault.map(|fault| (1, fault)));
    }
    let told = if arguments.json {
        json::write(&seen, out)
    } else {
        report::write(&seen, out)
    };
    told.map_err(|error| format!("cannot write the report: {error}"))?;
    if let Some((place, fault)) = faults.first() {
        return Err(format!("{}: {fault}", seen[*place].0.display()));
    }
    let has_black_hole = seen.iter().any(|(_, diagnosis)| diagnosis.has_black_hole());
    Ok(if has_black_hole {
        Exit::FoundFault
    } else {
        Exit::Fine
    })
}

fn diagnose(path: &Path, tunnels: bool) -> Result<(Diagnosis, Option<CaptureError>), String> {
    let progress = Progress::over(path);
    let input = progress.watch(files::input(path)?);
    let diagnosed = super::diagnose(input, tunnels);
    progress.finish();
    diagnosed.map_err(|error| format!("{}: {error}", path.display()))
}
