//! One record of a capture file, and what it says of its packet.

use std::{fmt, ops::Range};

use super::{buffer::Spooled, byte_order::ByteOrder};

/// One record of the file: the header of a pcap file, a pcap packet record, or a pcapng block.
#[derive(Debug)]
pub struct Record<'a> {
    /// Where it begins, in bytes from the start of the file.
    pub offset: u64,
    /// Its bytes, all of them.
    pub raw: Raw<'a>,
    /// What it is.
    pub content: Content,
    /// What is wrong with it, where that does not hide where the next record begins.
    pub defect: Option<Defect>,
}

/// The bytes of a record.
#[derive(Debug)]
pub enum Raw<'a> {
    /// In the reader's buffer.
    InMemory(&'a mut [u8]),
    /// In a temporary file, being too many for the buffer.
    Spooled(Spooled),
}

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// The header of a pcap file.
    FileHeader,
    /// A pcapng section header: what came before it, interfaces too, no longer counts.
    SectionHeader(SectionHeader),
    /// A packet whose captured bytes can be found.
    Packet(Packet),
    /// A packet that cannot be looked into: [`Record::defect`] says why.
    UnreadablePacket {
        /// Its number, as [`Packet::number`].
        number: u64,
    },
    /// Any other block of a pcapng file.
    Other,
}

/// A pcapng section header (draft-ietf-opsawg-pcapng, section 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SectionHeader {
    /// The byte order of the section.
    pub order: ByteOrder,
    /// The length in bytes of all blocks of the section behind this one, where it is given.
    pub length_bytes: Option<u64>,
}

/// A packet, as its record describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    pub(super) number: u64,
    pub(super) captured_at: usize,
    pub(super) captured_len: usize,
    pub(super) original_len: u32,
    pub(super) timestamp_ticks: Option<u64>,
    pub(super) form: PacketForm,
    pub(super) order: ByteOrder,
    pub(super) source: Source,
}

/// The kinds of record that hold a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PacketForm {
    /// A pcap packet record.
    PcapRecord,
    /// A pcapng Enhanced Packet Block.
    EnhancedBlock,
    /// A pcapng Simple Packet Block.
    SimpleBlock,
    /// A pcapng Packet Block, which the Enhanced one replaced.
    ObsoleteBlock,
}

/// What a pcap file header or a pcapng interface says of all its packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) link_type: u16,
    /// How timestamps count.
    pub(super) ticks_per_second: u64,
    /// The most bytes captured of a packet; 0 where there is no limit.
    pub(super) snap_len: u32,
    /// Packets end in a frame check sequence.
    pub(super) has_fcs: bool,
}

impl Packet {
    /// The packet's place among the packets of the file, from 1 on, those that cannot be looked
    /// into included. (Wireshark's numbers are the same unless the file has custom blocks, which
    /// Wireshark shows as packets.)
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The link type (`LINKTYPE_` value) of the file or of the packet's interface.
    pub fn link_type(&self) -> u16 {
        self.source.link_type
    }

    /// Where the captured bytes lie in the record's bytes.
    pub fn captured(&self) -> Range<usize> {
        self.captured_at..self.captured_at + self.captured_len
    }

    /// The packet's length in bytes on the wire: the larger of its original and its captured length.
    pub fn wire_len(&self) -> usize {
        super::byte_order::in_memory(self.original_len).max(self.captured_len)
    }

    /// When the packet was captured, counted in the file's or interface's own units of time since
    /// 1970 (microseconds or nanoseconds for pcap); a Simple Packet Block does not say.
    pub fn timestamp_ticks(&self) -> Option<u64> {
        self.timestamp_ticks
    }

    /// When the packet was captured, in nanoseconds since 1970, clock offsets of its interface left
    /// out; `u64::MAX` from the year 2554 on.
    pub fn timestamp_ns(&self) -> Option<u64> {
        let ns = u128::from(self.timestamp_ticks?) * 1_000_000_000
            / u128::from(self.source.ticks_per_second.max(1));
        Some(u64::try_from(ns).unwrap_or(u64::MAX))
    }
}

/// What is wrong with a record that is copied all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defect {
    /// A block too short for the fields that every block of its type has.
    TooShort,
    /// A packet of an interface that its section does not describe, or not in a way to rely on.
    UnknownInterface {
        /// The interface's number in its section, from 0 on.
        interface: u32,
    },
    /// The captured length of a packet reaches past its block.
    CapturedPastBlock {
        /// The captured length.
        says_bytes: u32,
        /// The bytes the block has for it.
        there_bytes: usize,
    },
    /// A record longer than the reader keeps in memory.
    TooLarge {
        /// The record's length.
        record_bytes: u64,
    },
    /// An interface beyond the 65,536 of a section that are kept in mind; its packets are
    /// [`Defect::UnknownInterface`].
    TooManyInterfaces,
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Defect::TooShort => f.write_str("block too short for its fields"),
            Defect::UnknownInterface { interface } => write!(f, "unknown interface {interface}"),
            Defect::CapturedPastBlock {
                says_bytes,
                there_bytes,
            } => {
                write!(
                    f,
                    "captured length {says_bytes} in a block with room for {there_bytes}"
                )
            }
            Defect::TooLarge { record_bytes } => {
                write!(f, "record of {record_bytes} bytes, too large to look into")
            }
            Defect::TooManyInterfaces => f.write_str("too many interfaces in one section"),
        }
    }
}

impl Record<'_> {
    /// The packet in this record and its captured bytes, which may be rewritten; none where the
    /// record is no packet or cannot be looked into.
    pub fn packet(&mut self) -> Option<(Packet, &mut [u8])> {
        let Content::Packet(packet) = self.content else {
            return None;
        };
        let Raw::InMemory(bytes) = &mut self.raw else {
            return None;
        };
        Some((packet, bytes.get_mut(packet.captured())?))
    }

    /// The record's length in bytes.
    pub fn length_bytes(&self) -> u64 {
        match &self.raw {
            Raw::InMemory(bytes) => bytes.len() as u64,
            Raw::Spooled(spooled) => spooled.length_bytes(),
        }
    }
}
