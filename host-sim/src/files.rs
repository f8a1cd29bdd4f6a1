//! Files named on the command line, `-` being a standard stream.

use std::fs::File;
use std::io::{self, Read, stdin};
use std::path::Path;

/// Whether `path` stands for standard input or output.
pub(crate) fn is_standard_stream(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Opens a file for reading, or standard input.
pub(crate) fn input(path: &Path) -> Result<Box<dyn Read>, String> {
    if is_standard_stream(path) {
        return Ok(Box::new(stdin().lock()));
    }
    Ok(Box::new(open(path, |path| File::open(path))?))
}

/// Creates a file, or empties it.
pub(crate) fn output(path: &Path) -> Result<File, String> {
    open(path, |path| File::create(path))
}

fn open(path: &Path, how: fn(&Path) -> io::Result<File>) -> Result<File, String> {
    how(path).map_err(|error| format!("{}: {error}", path.display()))
}
