//! Capture files in and out, byte for byte.
//!
//! A [`Reader`] takes a pcap or pcapng file apart into [`Record`]s, in the order of the file and
//! without losing a byte: the records' bytes, written one after the other, are the file. A record
//! that is a packet says where its captured bytes lie ([`Record::packet`]), and they may be
//! rewritten in place. A [`Writer`] puts records back, and where packets grow keeps what counts
//! them true.
//!
//! ```
//! use host_sim::capture::{Reader, Writer, Growth};
//!
//! # fn copy(input: &[u8]) -> Result<Vec<u64>, Box<dyn std::error::Error>> {
//! let mut seen = Vec::new();
//! let mut reader = Reader::open(input)?;                  // not a capture: an error, nothing written yet
//! let mut writer = Writer::to_stream(std::io::sink(), Growth::Never);
//! let fault = loop {
//!     let mut record = match reader.next() {
//!         Ok(Some(record)) => record,
//!         Ok(None) => break None,
//!         Err(fault) => break Some(fault),                // all before the fault has been handed out
//!     };
//!     if let Some((packet, captured)) = record.packet() {
//!         seen.push(packet.number());                     // `captured` may be rewritten here
//!     }
//!     writer.write(&mut record)?;
//! };
//! writer.finish()?;                                       // also after a fault
//! # let _ = fault;
//! # Ok(seen)
//! # }
//! # let pcap = [&[0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0][..], &[0; 12], &[1, 0, 0, 0]].concat();
//! # assert!(copy(&pcap).unwrap().is_empty());
//! ```
//!
//! A packet that is to grow (an MSS option inserted) goes another way: the caller builds the longer
//! packet in a buffer of its own, asks [`Record::grow`] for the whole record that holds it, and
//! hands that to [`Writer::write_grown`] in place of the record read. A [`GrowthRefusal`] leaves
//! the record to be written as it is.
//!
//! What is read: pcap (draft-ietf-opsawg-pcap) of both byte orders with microseconds, nanoseconds
//! or the modified record header; pcapng (draft-ietf-opsawg-pcapng) of both byte orders, with any
//! number of sections, and at most 65,536 interfaces a section. Version numbers are not judged: the
//! bytes are copied whatever they say (so pcap files of versions before 2.4, some of which have the
//! two lengths of a record the other way round, are not recognised as such).
//!
//! What ends a file early is a [`Fault`]: only that which loses the place where the next record
//! begins. Anything less is a [`Defect`] of one record, which is handed on untouched.
//!
//! Memory is bounded whatever the input claims: a buffer of 1 MiB that grows with bytes really
//! received to at most 16 MiB; a longer record waits in a temporary file.

mod buffer;
mod byte_order;
mod error;
mod growth;
mod hash;
mod options;
mod pcap;
mod pcapng;
mod reader;
mod record;
#[cfg(test)]
mod tests;
mod writer;

pub use buffer::Spooled;
pub use byte_order::ByteOrder;
pub use error::{CaptureError, Fault, FaultKind, Header};
pub use growth::GrowthRefusal;
pub use reader::Reader;
pub use record::{Content, Defect, Packet, Raw, Record, SectionHeader};
pub use writer::{Growth, Writer};
