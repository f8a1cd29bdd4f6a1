//! A progress bar for long files, on a terminal only.

use std::fs;
use std::io::{self, Read, Write};
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

    /// `input`, whose bytes move the bar.
    pub(crate) fn watch(&self, input: impl Read) -> impl Read {
        self.0.wrap_read(input)
    }

    /// `out`, whose lines are printed past the bar. It makes room for them only where they go to a
    /// terminal: to be taken down and put up again takes longer than the line.
    pub(crate) fn beside<'a>(
        &'a self,
        out: &'a mut dyn Write,
        on_terminal: bool,
    ) -> impl Write + 'a {
        let bar = on_terminal.then_some(&self.0);
        Beside { bar, out }
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.0.finish_and_clear();
    }
}

struct Beside<'a> {
    /// What is in the way.
    bar: Option<&'a ProgressBar>,
    out: &'a mut dyn Write,
}

impl Write for Beside<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.bar {
            Some(bar) => bar.suspend(|| self.out.write(bytes)),
            None => self.out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
