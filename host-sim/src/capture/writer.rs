//! Puts records back into a file.

use std::{
    fs::File,
    io::{self, BufWriter, Read, Seek, SeekFrom, Write},
};

use tempfile::SpooledTempFile;

use super::{
    byte_order::ByteOrder,
    pcapng::SECTION_LEN_AT,
    record::{Content, Raw, Record, SectionHeader},
};

/// Records are gathered until there are so many bytes: as many as a reader has at a time.
const BUFFER_BYTES: usize = 1 << 17;
/// The same for a section that waits for its length.
const SECTION_BUFFER_BYTES: usize = 1 << 16;
/// A waiting section up to this long stays in memory.
const SECTION_IN_MEMORY_BYTES: usize = 1 << 20;

/// Whether packets may grow on their way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Growth {
    /// Every record is written as it was read: nothing ever waits.
    Never,
    /// [`Writer::write_grown`] may be called, so the length of a section is not known before its
    /// end.
    Possible,
}

/// Writes records, in order, and keeps the lengths of pcapng sections true where packets grow
/// (draft-ietf-opsawg-pcapng, section 4.1).
///
/// A section length that the input gives grows by as much as the section's packets do, so that one
/// that was right stays right. Where the output can seek, it is put right at the section's end;
/// where it cannot, the section waits in a temporary file. After a fault in the middle of a
/// section, the length counts the growth up to there: [`Writer::finish`] sees to that.
#[derive(Debug)]
pub struct Writer {
    out: BufWriter<Target>,
    /// Bytes written to `out`; not kept for sections that wait, on an output that cannot seek.
    written: u64,
    growth: Growth,
    /// The section being written, if its length is given and may change.
    section: Option<Section>,
}

enum Target {
    /// A file, and where in it the first record goes.
    Seekable {
        file: File,
        start: u64,
    },
    Stream(Box<dyn Write>),
}

#[derive(Debug)]
struct Section {
    order: ByteOrder,
    length_bytes: u64,
    grown_bytes: u64,
    place: SectionPlace,
}

#[derive(Debug)]
enum SectionPlace {
    /// In the output: where its header is.
    Written { header_at: u64 },
    /// Not in the output yet.
    Waiting(BufWriter<SpooledTempFile>),
}

impl Writer {
    /// Writes to `file` from its present position on. What cannot seek, such as a named pipe, is
    /// treated as a stream.
    pub fn to_file(mut file: File, growth: Growth) -> Writer {
        match file.stream_position() {
            Ok(start) => Writer::to_target(Target::Seekable { file, start }, growth),
            Err(_) => Writer::to_stream(file, growth),
        }
    }

    /// Writes to `out`, which need not be buffered.
    pub fn to_stream(out: impl Write + 'static, growth: Growth) -> Writer {
        Writer::to_target(Target::Stream(Box::new(out)), growth)
    }

    fn to_target(target: Target, growth: Growth) -> Writer {
        Writer {
            out: BufWriter::with_capacity(BUFFER_BYTES, target),
            written: 0,
            growth,
            section: None,
        }
    }

    /// Writes a record as it is.
    ///
    /// # Errors
    /// Those of the output, and of temporary files.
    pub fn write(&mut self, record: &mut Record<'_>) -> io::Result<()> {
        if let Content::SectionHeader(header) = record.content {
            self.end_section()?;
            self.begin_section(header);
        }
        match &mut record.raw {
            Raw::InMemory(bytes) => self.write_all(bytes),
            Raw::Spooled(spooled) => {
                let length_bytes = spooled.length_bytes();
                match self.waiting() {
                    Some(section) => spooled
                        .copy_to(section)
                        .map_err(|error| of_temporary_file(&error))?,
                    None => {
                        spooled.copy_to(&mut self.out)?;
                        self.written += length_bytes;
                    }
                }
                Ok(())
            }
        }
    }

    /// Writes `grown`, made by [`Record::grow`], in place of `record`.
    ///
    /// # Errors
    /// Those of the output, and of temporary files; [`io::ErrorKind::InvalidInput`] where the
    /// writer was made for [`Growth::Never`].
    pub fn write_grown(&mut self, record: &Record<'_>, grown: &[u8]) -> io::Result<()> {
        if self.growth == Growth::Never {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "a grown packet for a writer that expects none",
            ));
        }
        if let Some(section) = &mut self.section {
            section.grown_bytes += (grown.len() as u64).saturating_sub(record.length_bytes());
        }
        self.write_all(grown)
    }

    /// Completes the last section and hands every byte to the output. Also to be called after a
    /// fault of the input.
    ///
    /// # Errors
    /// Those of the output, and of temporary files.
    pub fn finish(mut self) -> io::Result<()> {
        self.end_section()?;
        self.out.flush()
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self.waiting() {
            Some(section) => section
                .write_all(bytes)
                .map_err(|error| of_temporary_file(&error)),
            None => {
                self.written += bytes.len() as u64;
                self.out.write_all(bytes)
            }
        }
    }

    fn waiting(&mut self) -> Option<&mut BufWriter<SpooledTempFile>> {
        match &mut self.section {
            Some(Section {
                place: SectionPlace::Waiting(section),
                ..
            }) => Some(section),
            _ => None,
        }
    }

    fn begin_section(&mut self, header: SectionHeader) {
        let (Growth::Possible, Some(length_bytes)) = (self.growth, header.length_bytes) else {
            return;
        };
        let place = match self.out.get_ref() {
            Target::Seekable { .. } => SectionPlace::Written {
                header_at: self.written,
            },
            Target::Stream(_) => SectionPlace::Waiting(BufWriter::with_capacity(
                SECTION_BUFFER_BYTES,
                tempfile::spooled_tempfile(SECTION_IN_MEMORY_BYTES),
            )),
        };
        self.section = Some(Section {
            order: header.order,
            length_bytes,
            grown_bytes: 0,
            place,
        });
    }

    fn end_section(&mut self) -> io::Result<()> {
        let Some(section) = self.section.take() else {
            return Ok(());
        };
        let length = section
            .order
            .u64_bytes(section.length_bytes.saturating_add(section.grown_bytes));
        match section.place {
            SectionPlace::Written { .. } if section.grown_bytes == 0 => Ok(()),
            SectionPlace::Written { header_at } => {
                self.patch(header_at + SECTION_LEN_AT as u64, &length)
            }
            SectionPlace::Waiting(waiting) => {
                let mut waiting = waiting
                    .into_inner()
                    .map_err(io::IntoInnerError::into_error)?;
                let total_bytes = waiting.stream_position()?;
                waiting.seek(SeekFrom::Start(SECTION_LEN_AT as u64))?;
                waiting.write_all(&length)?;
                waiting.seek(SeekFrom::Start(0))?;
                io::copy(&mut waiting.take(total_bytes), &mut self.out)?;
                Ok(())
            }
        }
    }

    /// Overwrites what was written at `at`.
    fn patch(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.out.flush()?;
        let end = self.written;
        match self.out.get_mut() {
            Target::Seekable { file, start } => {
                file.seek(SeekFrom::Start(*start + at))?;
                file.write_all(bytes)?;
                file.seek(SeekFrom::Start(*start + end))?;
                Ok(())
            }
            Target::Stream(_) => Ok(()),
        }
    }
}

/// Says that it is not the output that failed.
fn of_temporary_file(error: &io::Error) -> io::Error {
    io::Error::new(
        error.kind(),
        format!("the temporary file in which a section waits for its length: {error}"),
    )
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Target::Seekable { file, .. } => file.write(bytes),
            Target::Stream(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Target::Seekable { file, .. } => file.flush(),
            Target::Stream(out) => out.flush(),
        }
    }
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Target::Seekable { file, start } => f
                .debug_struct("Seekable")
                .field("file", file)
                .field("start", start)
                .finish(),
            Target::Stream(_) => f.debug_tuple("Stream").finish(),
        }
    }
}
