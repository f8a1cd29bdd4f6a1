//! Where packets come from, one at a time.

use std::io::Read;

use crate::capture::{CaptureError, Content, Reader};

/// One packet of a capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Its place in its file, from 1 on.
    pub number: u64,
    /// Its link type, a `LINKTYPE_` value.
    pub link_type: u16,
    /// What was captured of it.
    pub bytes: Vec<u8>,
    /// Its length in bytes on the wire, never under that of `bytes`.
    pub wire_len: usize,
    /// When it was captured, in nanoseconds since 1970, if the file says so. It only guides the
    /// search for where two captures overlap.
    pub timestamp_ns: Option<u64>,
}

/// Hands out packets in the order of a file.
pub trait Source {
    /// The next packet, or none at the end and after an error.
    ///
    /// # Errors
    /// The file cannot be read on from here; everything before was handed out.
    fn next_packet(&mut self) -> Result<Option<Packet>, CaptureError>;

    /// How many packets so far could not be handed out, their records being defective.
    fn unreadable(&self) -> u64;
}

/// The packets of a capture file.
pub(crate) struct Capture<R> {
    reader: Reader<R>,
    unreadable: u64,
}

impl<R: Read> Capture<R> {
    pub(crate) fn open(input: R) -> Result<Self, CaptureError> {
        Ok(Self {
            reader: Reader::open(input)?,
            unreadable: 0,
        })
    }
}

impl<R: Read> Source for Capture<R> {
    fn next_packet(&mut self) -> Result<Option<Packet>, CaptureError> {
        while let Some(mut record) = self.reader.next()? {
            if let Some((packet, bytes)) = record.packet() {
                return Ok(Some(Packet {
                    number: packet.number(),
                    link_type: packet.link_type(),
                    wire_len: packet.wire_len(),
                    bytes: bytes.to_vec(),
                    timestamp_ns: packet.timestamp_ns(),
                }));
            }
            if let Content::Packet(_) | Content::UnreadablePacket { .. } = record.content {
                self.unreadable += 1;
            }
        }
        Ok(None)
    }

    fn unreadable(&self) -> u64 {
        self.unreadable
    }
}
