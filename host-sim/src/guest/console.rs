//! A guest's console: lines of shell go in, what they say comes out, and a line `@STATUS` ends it.

use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

/// How much of what it said is kept.
const KEPT_BYTES: usize = 64 * 1024;
const READY: &str = "ready";
const SUCCESS: &str = "0";

#[derive(Debug)]
pub(super) struct Console {
    stream: UnixStream,
    /// What was said since the last answer.
    said: Vec<u8>,
}

impl Console {
    pub(super) fn new(stream: UnixStream) -> Self {
        Self {
            stream,
            said: Vec::new(),
        }
    }

    /// Sends one line, and waits for its end.
    pub(super) fn ask(&mut self, line: &str, timeout: Duration) -> Result<String, String> {
        self.said.clear();
        self.stream
            .write_all(format!("{}\n", line.replace('\n', " ")).as_bytes())
            .map_err(|error| error.to_string())?;
        self.answer(timeout)
    }

    /// Waits for the end of what was asked last; at first, for the guest to be ready.
    pub(super) fn answer(&mut self, timeout: Duration) -> Result<String, String> {
        let until = Instant::now() + timeout;
        loop {
            if let Some((said, status)) = self.ended() {
                return if status == SUCCESS || status == READY {
                    Ok(said)
                } else {
                    Err(format!("status {status}\n{said}"))
                };
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let seconds = timeout.as_secs();
                return Err(format!(
                    "no answer within {seconds} s; it said:\n{}",
                    self.said()
                ));
            }
            self.read(left)?;
        }
    }

    /// What it said since it was asked last.
    pub(super) fn said(&self) -> String {
        // The terminal of a guest ends its lines as terminals do.
        String::from_utf8_lossy(&self.said).replace('\r', "")
    }

    fn read(&mut self, timeout: Duration) -> Result<(), String> {
        let mut bytes = [0; 4096];
        let read = self
            .stream
            .set_read_timeout(Some(timeout))
            .and_then(|()| self.stream.read(&mut bytes));
        match read {
            Ok(0) => Err(format!("it ended; it said:\n{}", self.said())),
            Ok(length) => {
                self.said.extend_from_slice(&bytes[..length]);
                let excess = self.said.len().saturating_sub(KEPT_BYTES);
                self.said.drain(..excess);
                Ok(())
            }
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
                ) =>
            {
                Ok(())
            }
            Err(error) => Err(error.to_string()),
        }
    }

    /// What was said before the last line, and the status on it, if that is there.
    fn ended(&self) -> Option<(String, String)> {
        let said = self.said();
        let lines = said.strip_suffix('\n')?;
        let (before, last) = lines.rsplit_once('\n').unwrap_or(("", lines));
        let status = last.strip_prefix('@')?;
        Some((before.to_owned(), status.to_owned()))
    }
}
