//! The report: rows as they come and a summary last, for eyes or for machines.

use std::io::{self, Write};

use serde::Serialize;

use crate::clamp::{Row, Summary};

/// Where a report goes. A reader who has gone away (`| head`) ends the report, not the work.
pub(crate) struct Report<'a> {
    out: &'a mut dyn Write,
    json: bool,
    rows: u64,
    unheard: bool,
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
            unheard: false,
        }
    }

    pub(crate) fn row(&mut self, row: &Row) {
        if self.json {
            self.json_line(row);
        } else {
            if self.rows == 0 {
                self.line(&Row::heading());
            }
            self.line(&row.to_string());
        }
        self.rows += 1;
    }

    /// The summary, and the fault that ended the capture early.
    pub(crate) fn summary(&mut self, summary: &Summary, fault: Option<&str>) {
        if self.json {
            self.json_line(&Last {
                summary: summary.line(fault),
            });
            return;
        }
        if self.rows != 0 {
            self.line("");
        }
        self.write(summary.to_string().as_bytes());
    }

    fn json_line(&mut self, value: &impl Serialize) {
        match serde_json::to_string(value) {
            Ok(line) => self.line(&line),
            Err(error) => self.line(&format!("{{\"error\":\"{error}\"}}")),
        }
    }

    fn line(&mut self, line: &str) {
        self.write(line.trim_end().as_bytes());
        self.write(b"\n");
    }

    fn write(&mut self, bytes: &[u8]) {
        if !self.unheard {
            let written: io::Result<()> = self.out.write_all(bytes);
            self.unheard = written.is_err();
        }
    }
}
