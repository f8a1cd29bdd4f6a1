//! The bytes of the input that have been received and not handed out yet.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
};

use super::error::CaptureError;

/// How much memory a reader takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    /// At the start.
    pub(super) initial_bytes: usize,
    /// At most; a longer record goes to a temporary file.
    pub(super) limit_bytes: usize,
}

impl Sizes {
    /// Large enough that the system calls are few, small enough to stay in a processor's cache until the
    /// records are written again.
    pub(super) const DEFAULT: Sizes = Sizes {
        initial_bytes: 1 << 17,
        limit_bytes: 16 << 20,
    };
}

/// A window on the input that moves forward only.
#[derive(Debug)]
pub(super) struct Buffer<R> {
    input: R,
    /// Storage; what has been received and not taken is `bytes[start..end]`.
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    limit_bytes: usize,
    input_ended: bool,
}

impl<R: Read> Buffer<R> {
    pub(super) fn new(input: R, sizes: Sizes) -> Self {
        Buffer {
            input,
            bytes: vec![0; sizes.initial_bytes],
            start: 0,
            end: 0,
            limit_bytes: sizes.limit_bytes,
            input_ended: false,
        }
    }

    /// The longest record that is kept in memory.
    pub(super) fn limit_bytes(&self) -> usize {
        self.limit_bytes
    }

    /// The memory taken now.
    #[cfg(test)]
    pub(super) fn storage_bytes(&self) -> usize {
        self.bytes.len()
    }

    /// What has been received and not taken.
    pub(super) fn received(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    /// Receives until there are `wanted` bytes (at most the limit) or the input ends; says how many
    /// of them there are.
    pub(super) fn fill(&mut self, wanted: usize) -> Result<usize, CaptureError> {
        debug_assert!(
            wanted <= self.limit_bytes,
            "the caller spools what is longer"
        );
        while self.end - self.start < wanted && !self.input_ended {
            self.receive()?;
        }
        Ok(wanted.min(self.end - self.start))
    }

    /// One read of the input, as much as it gives.
    fn receive(&mut self) -> Result<(), CaptureError> {
        // Before a read, so that it has all the room there is. What moves is less than one record.
        if self.start > 0 {
            self.bytes.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        // Only when full of bytes received: what the file claims must not make memory grow.
        if self.end == self.bytes.len() {
            let grown = self.bytes.len().saturating_mul(2).min(self.limit_bytes);
            self.bytes.resize(grown, 0);
        }
        loop {
            match self.input.read(&mut self.bytes[self.end..]) {
                Ok(0) => self.input_ended = true,
                Ok(received) => self.end += received,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(CaptureError::Read(error)),
            }
            return Ok(());
        }
    }

    /// The next `length` bytes, which must have been received.
    pub(super) fn take(&mut self, length: usize) -> &mut [u8] {
        let start = self.start;
        self.start += length;
        &mut self.bytes[start..self.start]
    }

    /// Moves the next `length_bytes` into a temporary file, or as many as the input has.
    pub(super) fn spool(&mut self, length_bytes: u64) -> Result<Spooled, CaptureError> {
        let mut file = tempfile::tempfile().map_err(CaptureError::TemporaryFile)?;
        let mut spooled_bytes = 0;
        while spooled_bytes < length_bytes {
            if self.start == self.end {
                if self.input_ended {
                    break;
                }
                self.receive()?;
            }
            let there = self.end - self.start;
            let chunk =
                usize::try_from(length_bytes - spooled_bytes).map_or(there, |left| left.min(there));
            file.write_all(self.take(chunk))
                .map_err(CaptureError::TemporaryFile)?;
            spooled_bytes += chunk as u64;
        }
        Ok(Spooled {
            file,
            length_bytes: spooled_bytes,
        })
    }
}

/// The bytes of a record that is too long for memory, in a temporary file that goes with it.
#[derive(Debug)]
pub struct Spooled {
    file: File,
    length_bytes: u64,
}

impl Spooled {
    /// How many bytes there are.
    pub fn length_bytes(&self) -> u64 {
        self.length_bytes
    }

    /// Writes all of them to `out`.
    ///
    /// # Errors
    /// Those of reading the temporary file and of writing to `out`.
    pub fn copy_to(&mut self, out: &mut impl Write) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        let copied = io::copy(&mut (&mut self.file).take(self.length_bytes), out)?;
        if copied == self.length_bytes {
            Ok(())
        } else {
            Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the temporary file of a long record became shorter",
            ))
        }
    }

    /// The last four bytes, where a pcapng block repeats its length.
    pub(super) fn last_four(&mut self) -> Result<[u8; 4], CaptureError> {
        let mut bytes = [0; 4];
        self.file
            .seek(SeekFrom::Start(self.length_bytes.saturating_sub(4)))
            .and_then(|_| self.file.read_exact(&mut bytes))
            .map_err(CaptureError::TemporaryFile)?;
        Ok(bytes)
    }
}
