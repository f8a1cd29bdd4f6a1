//! Takes a capture file apart.

use std::io::Read;

use super::{
    buffer::{Buffer, Sizes, Spooled},
    error::{CaptureError, Fault, FaultKind, Header},
    pcap::{self, Pcap},
    pcapng::{self, Pcapng},
    record::{Content, Defect, Raw, Record},
};

/// Reads the records of a pcap or pcapng file, in order, each once.
#[derive(Debug)]
pub struct Reader<R> {
    buffer: Buffer<R>,
    format: Format,
    /// Where the next record begins.
    offset: u64,
    packets: u64,
    /// The first record, which [`Reader::open`] has looked at already.
    first: Option<Loaded>,
    ended: bool,
}

#[derive(Debug)]
enum Format {
    Pcap(Pcap),
    Pcapng(Pcapng),
}

/// A record that is all there: in the buffer's next `length_bytes`, or spooled.
#[derive(Debug)]
struct Loaded {
    place: Place,
    content: Content,
    defect: Option<Defect>,
}

#[derive(Debug)]
enum Place {
    Buffer { length: usize },
    TemporaryFile(Spooled),
}

impl<R: Read> Reader<R> {
    /// Recognises the file by its first bytes and receives its first record, so that a caller who
    /// creates the output file afterwards creates none for an input that has no record.
    ///
    /// # Errors
    /// The input is empty, is no capture, is faulty in its first record, or cannot be read.
    pub fn open(input: R) -> Result<Self, CaptureError> {
        Self::open_with(input, Sizes::DEFAULT)
    }

    pub(super) fn open_with(input: R, sizes: Sizes) -> Result<Self, CaptureError> {
        let mut buffer = Buffer::new(input, sizes);
        let there = buffer.fill(4)?;
        let not_a_capture = |buffer: &Buffer<R>| CaptureError::NotACapture {
            start: buffer.received().iter().take(4).copied().collect(),
        };
        let Some(magic) = buffer.received().first_chunk::<4>().copied() else {
            return Err(if there == 0 {
                CaptureError::Empty
            } else {
                not_a_capture(&buffer)
            });
        };
        let (format, first) = if Pcap::has_magic(magic) {
            let (pcap, header) = open_pcap(&mut buffer)?;
            (Format::Pcap(pcap), Some(header))
        } else if magic == pcapng::MAGIC {
            (Format::Pcapng(Pcapng::new()), None)
        } else {
            return Err(not_a_capture(&buffer));
        };
        let mut reader = Reader {
            buffer,
            format,
            offset: 0,
            packets: 0,
            first,
            ended: false,
        };
        if reader.first.is_none() {
            reader.first = reader.load()?;
        }
        Ok(reader)
    }

    /// The next record; none at the end of the file, and after an error.
    ///
    /// # Errors
    /// The file is truncated or corrupt from here on, or cannot be read.
    #[expect(
        clippy::should_implement_trait,
        reason = "a record borrows the buffer, which an Iterator's item cannot"
    )]
    pub fn next(&mut self) -> Result<Option<Record<'_>>, CaptureError> {
        if self.ended {
            return Ok(None);
        }
        let loaded = match self.first.take() {
            Some(first) => Ok(Some(first)),
            None => self.load(),
        };
        let Ok(Some(Loaded {
            place,
            content,
            defect,
        })) = loaded
        else {
            self.ended = true;
            return loaded.map(|_| None);
        };
        let offset = self.offset;
        let raw = match place {
            Place::Buffer { length } => Raw::InMemory(self.buffer.take(length)),
            Place::TemporaryFile(spooled) => Raw::Spooled(spooled),
        };
        let record = Record {
            offset,
            raw,
            content,
            defect,
        };
        self.offset += record.length_bytes();
        Ok(Some(record))
    }

    /// Receives the next record and finds out what it is.
    fn load(&mut self) -> Result<Option<Loaded>, CaptureError> {
        let measured = match &mut self.format {
            Format::Pcap(pcap) => pcap.measure(&mut self.buffer, self.offset)?,
            Format::Pcapng(pcapng) => pcapng.measure(&mut self.buffer, self.offset)?,
        };
        let Some(length_bytes) = measured else {
            return Ok(None);
        };
        match usize::try_from(length_bytes) {
            Ok(length) if length <= self.buffer.limit_bytes() => {
                self.load_in_buffer(length).map(Some)
            }
            _ => self.load_in_temporary_file(length_bytes).map(Some),
        }
    }

    fn load_in_buffer(&mut self, length: usize) -> Result<Loaded, CaptureError> {
        let there = self.buffer.fill(length)?;
        if there < length {
            return Err(self.past_end(length as u64, there as u64));
        }
        let record = &self.buffer.received()[..length];
        let (content, defect) = match &mut self.format {
            Format::Pcap(pcap) => pcap.describe(record, &mut self.packets),
            Format::Pcapng(pcapng) => {
                // Every block is longer than its trailer, or it would not have been measured.
                let (block, trailer) = record.split_at(length - pcapng::TRAILER_LEN);
                let trailer = trailer.first_chunk().copied().unwrap_or_default();
                if let Some(kind) = pcapng.check_trailer(length as u64, trailer) {
                    return Err(CaptureError::Fault(Fault {
                        offset: self.offset,
                        kind,
                    }));
                }
                pcapng.describe(block, &mut self.packets)
            }
        };
        Ok(Loaded {
            place: Place::Buffer { length },
            content,
            defect,
        })
    }

    fn load_in_temporary_file(&mut self, length_bytes: u64) -> Result<Loaded, CaptureError> {
        self.buffer.fill(START_LEN)?;
        let start: Vec<u8> = self
            .buffer
            .received()
            .iter()
            .take(START_LEN)
            .copied()
            .collect();
        let mut spooled = self.buffer.spool(length_bytes)?;
        if spooled.length_bytes() < length_bytes {
            return Err(self.past_end(length_bytes, spooled.length_bytes()));
        }
        let content = match &mut self.format {
            Format::Pcap(_) => {
                self.packets += 1;
                Content::UnreadablePacket {
                    number: self.packets,
                }
            }
            Format::Pcapng(pcapng) => {
                if let Some(kind) = pcapng.check_trailer(length_bytes, spooled.last_four()?) {
                    return Err(CaptureError::Fault(Fault {
                        offset: self.offset,
                        kind,
                    }));
                }
                pcapng.describe_too_large(&start, &mut self.packets)
            }
        };
        Ok(Loaded {
            place: Place::TemporaryFile(spooled),
            content,
            defect: Some(Defect::TooLarge {
                record_bytes: length_bytes,
            }),
        })
    }

    fn past_end(&self, length_bytes: u64, there_bytes: u64) -> CaptureError {
        CaptureError::Fault(Fault {
            offset: self.offset,
            kind: match &self.format {
                Format::Pcap(pcap) => pcap.past_end(length_bytes, there_bytes),
                Format::Pcapng(_) => Pcapng::past_end(length_bytes, there_bytes),
            },
        })
    }

    /// The memory taken now.
    #[cfg(test)]
    pub(super) fn storage_bytes(&self) -> usize {
        self.buffer.storage_bytes()
    }
}

/// As much of a block too long for memory as is looked at: a section header up to its length.
const START_LEN: usize = 24;

fn open_pcap(buffer: &mut Buffer<impl Read>) -> Result<(Pcap, Loaded), CaptureError> {
    let there = buffer.fill(pcap::FILE_HEADER_LEN)?;
    let pcap = Pcap::from_header(buffer.received()).ok_or(Fault {
        offset: 0,
        kind: FaultKind::HeaderCut {
            header: Header::PcapFile,
            needed_bytes: pcap::FILE_HEADER_LEN as u64,
            there_bytes: there as u64,
        },
    })?;
    let header = Loaded {
        place: Place::Buffer {
            length: pcap::FILE_HEADER_LEN,
        },
        content: Content::FileHeader,
        defect: None,
    };
    Ok((pcap, header))
}
