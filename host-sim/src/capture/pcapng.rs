//! pcapng files (draft-ietf-opsawg-pcapng).

use std::io::Read;

use super::{
    buffer::Buffer,
    byte_order::{ByteOrder, in_memory},
    error::{CaptureError, Fault, FaultKind, Header},
    options::Options,
    record::{Content, Defect, Packet, PacketForm, SectionHeader, Source},
};

/// What a section header, and so a file, begins with: the same in either byte order (section 4.1).
pub(super) const MAGIC: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];
const BYTE_ORDER_MAGIC: u32 = 0x1a2b_3c4d;

/// Type and length (section 3.1).
const BLOCK_START_LEN: usize = 8;
/// The same and the byte-order magic, without which the length cannot be read.
const SECTION_START_LEN: usize = 12;
/// Type, length, no body, length again.
const SHORTEST_BLOCK_LEN: u32 = 12;
/// The length again, at the end of a block.
pub(super) const TRAILER_LEN: usize = 4;
/// Where a block's length is.
pub(super) const BLOCK_LEN_AT: usize = 4;

const TYPE_SECTION_HEADER: u32 = 0x0a0d_0d0a;
const TYPE_INTERFACE: u32 = 1;
const TYPE_OBSOLETE_PACKET: u32 = 2;
const TYPE_SIMPLE_PACKET: u32 = 3;
const TYPE_ENHANCED_PACKET: u32 = 6;

/// Where a section header has the section's length.
pub(super) const SECTION_LEN_AT: usize = 16;
/// The largest length of a section: the field is signed, and -1 where its writer did not know.
const MAX_SECTION_LEN: u64 = u64::MAX >> 1;

/// Interface description (section 4.2).
const INTERFACE_LINK_TYPE_AT: usize = 8;
const INTERFACE_SNAP_LEN_AT: usize = 12;
const INTERFACE_OPTIONS_AT: usize = 16;
const OPTION_INTERFACE_TIME_RESOLUTION: u16 = 9;
const OPTION_INTERFACE_FCS_LEN: u16 = 13;

/// Enhanced Packet Block (section 4.3) and the obsolete Packet Block (appendix A), which differ
/// only in the width of the interface's number.
const PACKET_INTERFACE_AT: usize = 8;
const PACKET_TIME_HIGH_AT: usize = 12;
const PACKET_TIME_LOW_AT: usize = 16;
/// Where the captured length is in either of them.
pub(super) const PACKET_CAPTURED_LEN_AT: usize = 20;
/// Where the original length is in either of them.
pub(super) const PACKET_ORIGINAL_LEN_AT: usize = 24;
const PACKET_DATA_AT: usize = 28;

/// Where a Simple Packet Block (section 4.4) has the original length.
pub(super) const SIMPLE_ORIGINAL_LEN_AT: usize = 8;
const SIMPLE_DATA_AT: usize = 12;

/// How many interfaces of a section are kept in mind: what the obsolete Packet Block can number,
/// and a bound on memory.
const MAX_INTERFACES: usize = 1 << 16;

/// A pcapng file: what its present section has described so far.
#[derive(Debug)]
pub(super) struct Pcapng {
    order: ByteOrder,
    /// In the order of their numbers; none where the description could not be relied on.
    interfaces: Vec<Option<Source>>,
}

impl Pcapng {
    pub(super) fn new() -> Self {
        Pcapng {
            // Read from the section header that a file begins with, before anything depends on it.
            order: ByteOrder::Big,
            interfaces: Vec::new(),
        }
    }

    /// The length in bytes of the block that begins at `offset`; none at the end of the file.
    pub(super) fn measure(
        &mut self,
        buffer: &mut Buffer<impl Read>,
        offset: u64,
    ) -> Result<Option<u64>, CaptureError> {
        let fault = |kind| CaptureError::Fault(Fault { offset, kind });
        let header_cut = |header, needed: usize, there: usize| {
            fault(FaultKind::HeaderCut {
                header,
                needed_bytes: needed as u64,
                there_bytes: there as u64,
            })
        };
        match buffer.fill(BLOCK_START_LEN)? {
            0 => return Ok(None),
            BLOCK_START_LEN => {}
            there => return Err(header_cut(Header::Block, BLOCK_START_LEN, there)),
        }
        if buffer.received().starts_with(&MAGIC) {
            let there = buffer.fill(SECTION_START_LEN)?;
            let Some(found) = buffer
                .received()
                .get(BLOCK_START_LEN..)
                .and_then(<[u8]>::first_chunk)
            else {
                return Err(header_cut(Header::Section, SECTION_START_LEN, there));
            };
            self.order = match *found {
                found if u32::from_be_bytes(found) == BYTE_ORDER_MAGIC => ByteOrder::Big,
                found if u32::from_le_bytes(found) == BYTE_ORDER_MAGIC => ByteOrder::Little,
                found => return Err(fault(FaultKind::ByteOrderMagic { found })),
            };
        }
        let Some(says_bytes) = self.order.u32(buffer.received(), BLOCK_LEN_AT) else {
            return Err(header_cut(
                Header::Block,
                BLOCK_START_LEN,
                buffer.received().len(),
            ));
        };
        if says_bytes < SHORTEST_BLOCK_LEN {
            return Err(fault(FaultKind::BlockTooShort { says_bytes }));
        }
        if !says_bytes.is_multiple_of(4) {
            return Err(fault(FaultKind::BlockUnaligned { says_bytes }));
        }
        Ok(Some(u64::from(says_bytes)))
    }

    /// The fault of a block of `length_bytes` of which only `there_bytes` are in the file.
    pub(super) fn past_end(length_bytes: u64, there_bytes: u64) -> FaultKind {
        FaultKind::BlockPastEnd {
            says_bytes: u32::try_from(length_bytes).unwrap_or(u32::MAX),
            there_bytes,
        }
    }

    /// The fault of a block that does not end in its length, if it does not.
    pub(super) fn check_trailer(
        &self,
        length_bytes: u64,
        trailer: [u8; TRAILER_LEN],
    ) -> Option<FaultKind> {
        let trailer_bytes = self.order.u32(&trailer, 0)?;
        (u64::from(trailer_bytes) != length_bytes).then(|| FaultKind::BlockTrailer {
            says_bytes: u32::try_from(length_bytes).unwrap_or(u32::MAX),
            trailer_bytes,
        })
    }

    /// What a block is, given without its trailer.
    pub(super) fn describe(
        &mut self,
        block: &[u8],
        packets: &mut u64,
    ) -> (Content, Option<Defect>) {
        match self.order.u32(block, 0) {
            Some(TYPE_SECTION_HEADER) => {
                let header = self.begin_section(block);
                let defect = (block.len() < SECTION_LEN_AT + 8).then_some(Defect::TooShort);
                (Content::SectionHeader(header), defect)
            }
            Some(TYPE_INTERFACE) => {
                let interface = self.interface(block);
                let defect = match interface {
                    None => Some(Defect::TooShort),
                    Some(_) if self.interfaces.len() >= MAX_INTERFACES => {
                        Some(Defect::TooManyInterfaces)
                    }
                    Some(_) => None,
                };
                self.remember(interface);
                (Content::Other, defect)
            }
            Some(TYPE_ENHANCED_PACKET) => numbered(packets, |number| {
                self.packet(block, number, PacketForm::EnhancedBlock)
            }),
            Some(TYPE_OBSOLETE_PACKET) => numbered(packets, |number| {
                self.packet(block, number, PacketForm::ObsoleteBlock)
            }),
            Some(TYPE_SIMPLE_PACKET) => {
                numbered(packets, |number| self.simple_packet(block, number))
            }
            _ => (Content::Other, None),
        }
    }

    /// What a block is that is too long for memory, given its first bytes.
    pub(super) fn describe_too_large(&mut self, start: &[u8], packets: &mut u64) -> Content {
        match self.order.u32(start, 0) {
            Some(TYPE_SECTION_HEADER) => Content::SectionHeader(self.begin_section(start)),
            Some(TYPE_ENHANCED_PACKET | TYPE_OBSOLETE_PACKET | TYPE_SIMPLE_PACKET) => {
                *packets += 1;
                Content::UnreadablePacket { number: *packets }
            }
            Some(TYPE_INTERFACE) => {
                // Its options are out of reach, so whether frames end in a check sequence is too.
                self.remember(None);
                Content::Other
            }
            _ => Content::Other,
        }
    }

    fn begin_section(&mut self, block: &[u8]) -> SectionHeader {
        self.interfaces.clear();
        SectionHeader {
            order: self.order,
            length_bytes: self
                .order
                .u64(block, SECTION_LEN_AT)
                .filter(|length| *length <= MAX_SECTION_LEN),
        }
    }

    fn interface(&self, block: &[u8]) -> Option<Source> {
        Some(Source {
            link_type: self.order.u16(block, INTERFACE_LINK_TYPE_AT)?,
            ticks_per_second: self.ticks_per_second(block),
            snap_len: self.order.u32(block, INTERFACE_SNAP_LEN_AT)?,
            has_fcs: Options::new(block, self.order, INTERFACE_OPTIONS_AT).any(|option| {
                option.code == OPTION_INTERFACE_FCS_LEN
                    && block[option.value].iter().any(|byte| *byte != 0)
            }),
        })
    }

    /// A power of ten or of two, microseconds where the interface does not say (section 4.2).
    fn ticks_per_second(&self, block: &[u8]) -> u64 {
        let resolution = Options::new(block, self.order, INTERFACE_OPTIONS_AT)
            .find(|option| option.code == OPTION_INTERFACE_TIME_RESOLUTION)
            .and_then(|option| block[option.value].first().copied())
            .unwrap_or(6);
        let (base, exponent): (u64, u8) = match resolution.checked_sub(0x80) {
            Some(exponent) => (2, exponent),
            None => (10, resolution),
        };
        base.saturating_pow(exponent.into())
    }

    fn remember(&mut self, interface: Option<Source>) {
        if self.interfaces.len() < MAX_INTERFACES {
            self.interfaces.push(interface);
        }
    }

    fn source(&self, interface: u32) -> Result<Source, Defect> {
        self.interfaces
            .get(in_memory(interface))
            .copied()
            .flatten()
            .ok_or(Defect::UnknownInterface { interface })
    }

    fn packet(&self, block: &[u8], number: u64, form: PacketForm) -> Result<Packet, Defect> {
        let field = |at| self.order.u32(block, at).ok_or(Defect::TooShort);
        // The last of the fixed fields first: where it is, all are.
        let original_len = field(PACKET_ORIGINAL_LEN_AT)?;
        let captured_len = field(PACKET_CAPTURED_LEN_AT)?;
        let time =
            u64::from(field(PACKET_TIME_HIGH_AT)?) << 32 | u64::from(field(PACKET_TIME_LOW_AT)?);
        let source = self.source(match form {
            PacketForm::ObsoleteBlock => u32::from(
                self.order
                    .u16(block, PACKET_INTERFACE_AT)
                    .ok_or(Defect::TooShort)?,
            ),
            _ => field(PACKET_INTERFACE_AT)?,
        })?;
        let there_bytes = block.len().saturating_sub(PACKET_DATA_AT);
        if in_memory(captured_len) > there_bytes {
            return Err(Defect::CapturedPastBlock {
                says_bytes: captured_len,
                there_bytes,
            });
        }
        Ok(Packet {
            number,
            captured_at: PACKET_DATA_AT,
            captured_len: in_memory(captured_len),
            original_len,
            timestamp_ticks: Some(time),
            form,
            order: self.order,
            source,
        })
    }

    /// A Simple Packet Block belongs to interface 0 and does not say how much was captured: what
    /// the interface's snap length and the block have room for.
    fn simple_packet(&self, block: &[u8], number: u64) -> Result<Packet, Defect> {
        let original_len = self
            .order
            .u32(block, SIMPLE_ORIGINAL_LEN_AT)
            .ok_or(Defect::TooShort)?;
        let source = self.source(0)?;
        let snapped_len = match source.snap_len {
            0 => original_len,
            snap_len => original_len.min(snap_len),
        };
        Ok(Packet {
            number,
            captured_at: SIMPLE_DATA_AT,
            captured_len: in_memory(snapped_len).min(block.len().saturating_sub(SIMPLE_DATA_AT)),
            original_len,
            timestamp_ticks: None,
            form: PacketForm::SimpleBlock,
            order: self.order,
            source,
        })
    }
}

fn numbered(
    packets: &mut u64,
    packet: impl FnOnce(u64) -> Result<Packet, Defect>,
) -> (Content, Option<Defect>) {
    *packets += 1;
    match packet(*packets) {
        Ok(packet) => (Content::Packet(packet), None),
        Err(defect) => (Content::UnreadablePacket { number: *packets }, Some(defect)),
    }
}
