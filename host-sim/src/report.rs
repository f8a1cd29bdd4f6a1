//! The report: rows as they come and a summary last, for eyes or for machines.

use std::fmt::{Display, Write as _};
use std::io::{self, Write};
use std::mem;

use serde::Serialize;

use crate::clamp::{Row, Summary};

/// Where a report goes. One that can't be written ends there; the work goes on.
pub(crate) struct Report<'a> {
    out: &'a mut dyn Write,
    json: bool,
    rows: u64,
    /// The last line, for its room.
    line: String,
    failure: Option<io::Error>,
}

/// The last line of a report for machines.
#[derive(Serialize)]
struct Last<S> {
    summary: S,
}

impl<'a> Report<'a> {
    pub(crate) fn new(out: &'a mut dyn Write, json: bool) -> Self {
        Self {
            out,
            json,
            rows: 0,
            line: String::new(),
            failure: None,
        }
    }

    pub(crate) fn row(&mut self, row: &Row) {
        if self.json {
            self.json_line(row);
        } else {
            if self.rows == 0 {
                self.line(Row::heading());
            }
            self.line(row);
        }
        self.rows += 1;
    }

    /// Ends the report with the summary, and the fault that ended the capture early.
    ///
    /// # Errors
    /// The first failure to write the report.
    pub(crate) fn finish(mut self, summary: &Summary, fault: Option<&str>) -> io::Result<()> {
        if self.json {
            self.json_line(&Last {
                summary: summary.line(fault),
            });
        } else {
            if self.rows != 0 {
                self.line("");
            }
            self.write(summary.to_string().as_bytes());
        }
        if self.failure.is_none() {
            self.failure = self.out.flush().err();
        }
        match self.failure {
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    }

    fn json_line(&mut self, value: &impl Serialize) {
        match serde_json::to_string(value) {
            Ok(line) => self.line(line),
            Err(error) => self.line(format_args!("{{\"error\":\"{error}\"}}")),
        }
    }

    /// Writes a line in one piece: between pieces, a progress bar could be drawn over it.
    fn line(&mut self, content: impl Display) {
        let mut line = mem::take(&mut self.line);
        line.clear();
        // A string takes whatever is written.
        let _ = write!(line, "{content}");
        line.truncate(line.trim_end().len());
        line.push('\n');
        self.write(line.as_bytes());
        self.line = line;
    }

    fn write(&mut self, bytes: &[u8]) {
        if self.failure.is_none() {
            self.failure = self.out.write_all(bytes).err();
        }
    }
}
