//! Tests of the reader and the writer, on captures made by hand.

mod damage;
mod defects;
mod faults;
mod formats;
mod growth;
mod memory;
mod samples;
mod sections;

use std::io::Read;

use super::{buffer::Sizes, *};

/// What a reader hands out of a capture.
#[derive(Debug)]
struct Seen {
    /// All records' bytes, one after the other.
    copied: Vec<u8>,
    records: Vec<SeenRecord>,
    error: Option<CaptureError>,
}

#[derive(Clone, Debug, PartialEq)]
struct SeenRecord {
    offset: u64,
    content: Content,
    defect: Option<Defect>,
    captured: Option<Vec<u8>>,
    in_memory: bool,
}

impl Seen {
    fn packets(&self) -> Vec<(Packet, &[u8])> {
        self.records
            .iter()
            .filter_map(|record| match (&record.content, &record.captured) {
                (Content::Packet(packet), Some(captured)) => Some((*packet, captured.as_slice())),
                _ => None,
            })
            .collect()
    }

    fn fault(&self) -> Option<Fault> {
        match self.error {
            Some(CaptureError::Fault(fault)) => Some(fault),
            _ => None,
        }
    }
}

/// Reads a whole capture with little memory, so that records straddle the buffer's end.
fn read(input: impl Read) -> Seen {
    let sizes = Sizes {
        initial_bytes: 64,
        limit_bytes: 1 << 20,
    };
    read_with(input, sizes)
}

fn read_with(input: impl Read, sizes: Sizes) -> Seen {
    let mut seen = Seen {
        copied: Vec::new(),
        records: Vec::new(),
        error: None,
    };
    let mut reader = match Reader::open_with(input, sizes) {
        Ok(reader) => reader,
        Err(error) => {
            seen.error = Some(error);
            return seen;
        }
    };
    loop {
        match reader.next() {
            Ok(Some(mut record)) => seen.take(&mut record),
            Ok(None) => break,
            Err(error) => {
                seen.error = Some(error);
                assert!(
                    matches!(reader.next(), Ok(None)),
                    "nothing comes after an error"
                );
                break;
            }
        }
    }
    seen
}

impl Seen {
    fn take(&mut self, record: &mut Record<'_>) {
        assert_eq!(record.offset, self.copied.len() as u64);
        self.records.push(SeenRecord {
            offset: record.offset,
            content: record.content,
            defect: record.defect,
            captured: record.packet().map(|(_, captured)| captured.to_vec()),
            in_memory: matches!(record.raw, Raw::InMemory(_)),
        });
        match &mut record.raw {
            Raw::InMemory(bytes) => self.copied.extend_from_slice(bytes),
            Raw::Spooled(spooled) => spooled.copy_to(&mut self.copied).unwrap(),
        }
    }
}

/// Gives one byte a read, and is interrupted before each.
struct ByteByByte<'a> {
    bytes: &'a [u8],
    interrupted: bool,
}

impl<'a> ByteByByte<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        ByteByByte {
            bytes,
            interrupted: false,
        }
    }
}

impl Read for ByteByByte<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        self.interrupted = !self.interrupted;
        if self.interrupted {
            return Err(std::io::ErrorKind::Interrupted.into());
        }
        let one = out.len().min(1);
        self.bytes.read(&mut out[..one])
    }
}
