//! A progress bar for long files, on a terminal only.

use std::fs;
use std::io::Read;
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};

/// Files under this size are through before anybody could look.
const LONG_FILE_BYTES: u64 = 64 << 20;

/// How far into a file we are.
pub(crate) struct Progress {
    bar: ProgressBar,
    /// Whether the report scrolls on the terminal that the bar is on.
    beside_report: bool,
}

impl Progress {
    /// A bar for `path`, hidden where the file is short or its length unknown. Where standard error
    /// is no terminal, indicatif hides it by itself.
    pub(crate) fn over(path: &Path, report_on_terminal: bool) -> Self {
        Self {
            bar: bar_over(path),
            beside_report: report_on_terminal,
        }
    }

    /// `input`, whose bytes move the bar.
    pub(crate) fn watch(&self, input: impl Read) -> impl Read {
        self.bar.wrap_read(input)
    }

    /// Lets a line of the report be printed. The bar makes room only where it is in the way: to
    /// take it down and put it up again takes longer than the line.
    pub(crate) fn aside(&self, print: impl FnOnce()) {
        if self.beside_report {
            self.bar.suspend(print);
        } else {
            print();
        }
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn bar_over(path: &Path) -> ProgressBar {
    let len_bytes = match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => metadata.len(),
        _ => 0,
    };
    if len_bytes < LONG_FILE_BYTES {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(len_bytes);
    let template = "{bar:40} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}
