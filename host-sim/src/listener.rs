//! A report's reader who may go away.

use std::io::{self, ErrorKind, Write};

/// Output whose reader may go away (`| head`) without ending the work: what is written after that
/// goes nowhere.
pub(crate) struct Listener<'a> {
    out: &'a mut dyn Write,
    is_gone: bool,
}

impl<'a> Listener<'a> {
    pub(crate) fn new(out: &'a mut dyn Write) -> Self {
        Self {
            out,
            is_gone: false,
        }
    }

    fn unless_gone<T>(&mut self, written: io::Result<T>, nowhere: T) -> io::Result<T> {
        match written {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.is_gone = true;
                Ok(nowhere)
            }
            other => other,
        }
    }
}

impl Write for Listener<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_gone {
            return Ok(bytes.len());
        }
        let written = self.out.write(bytes);
        self.unless_gone(written, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.is_gone {
            return Ok(());
        }
        let flushed = self.out.flush();
        self.unless_gone(flushed, ())
    }
}
