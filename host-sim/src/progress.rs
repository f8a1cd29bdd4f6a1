//! A progress bar for long files, on a terminal only.

use std::fs;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};

/// Files under this size are through before anybody could look.
const LONG_FILE_BYTES: u64 = 64 << 20;

/// How far into a file we are.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A bar for `path`, hidden where the file is short or its length unknown. Where standard error
    /// is no terminal, indicatif hides it by itself.
    pub(crate) fn over(path: &Path) -> Self {
        let len_bytes = match fs::metadata(path) {
            Ok(metadata) if metadata.is_file() => metadata.len(),
            _ => 0,
        };
        if len_bytes < LONG_FILE_BYTES {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::new(len_bytes);
        let template = "{bar:40} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// A bar for so many runs.
    pub(crate) fn over_runs(runs: u64) -> Self {
        let bar = ProgressBar::new(runs);
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos} of {len}, {eta} left") {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// One run is done.
    pub(crate) fn step(&self) {
        self.0.inc(1);
    }

    /// `input`, whose bytes move the bar.
    pub(crate) fn watch(&self, input: impl Read) -> impl Read {
        self.0.wrap_read(input)
    }

    /// `report`, to be flushed at its end. The bar makes room for it only where both are on a terminal:
    /// to take it down and put it up again takes longer than to print a line. Elsewhere nobody waits
    /// for a line, and lines are gathered: a system call for each takes longer than to find it.
    pub(crate) fn beside<'a>(
        &'a self,
        report: &'a mut dyn Write,
        is_on_terminal: bool,
    ) -> Box<dyn Write + 'a> {
        if is_on_terminal {
            Box::new(Beside {
                bar: &self.0,
                report,
            })
        } else {
            Box::new(BufWriter::new(report))
        }
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.0.finish_and_clear();
    }
}

struct Beside<'a> {
    bar: &'a ProgressBar,
    report: &'a mut dyn Write,
}

impl Write for Beside<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bar.suspend(|| self.report.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.report.flush()
    }
}
