//! Instructions, counted by callgrind: the same on a busy machine as on an idle one.

use std::env;
use std::process::Command;

/// Tells a benchmark to make its calls, under callgrind, instead of starting it.
pub const MEASURE: &str = "--measure";

/// Starts this very program under callgrind with [`MEASURE`] and `arguments`, and returns the instructions of each of
/// the `calls` of its `measured_call`, the call and the return included.
///
/// # Errors
/// What valgrind, or the program under it, said.
pub fn instructions_a_call(arguments: &[&str], calls: u64) -> Result<u64, String> {
    let program = env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--toggle-collect=*measured_call*"])
        .arg("--callgrind-out-file=/dev/null")
        .arg(program)
        .arg(MEASURE)
        .args(arguments)
        .output()
        .map_err(|error| format!("valgrind: {error} (apt-get install valgrind)"))?;
    let log = String::from_utf8_lossy(&output.stderr);
    collected(&log)
        .filter(|_| output.status.success())
        .map(|instructions| instructions / calls)
        .ok_or_else(|| log.into_owned())
}

/// The instructions that callgrind has counted, in what it says at the end of a program.
#[must_use]
pub fn collected(log: &str) -> Option<u64> {
    log.lines()
        .find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok())
}
