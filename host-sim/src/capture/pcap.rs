//! pcap files (draft-ietf-opsawg-pcap).

use std::io::Read;

use super::{
    buffer::Buffer,
    byte_order::{ByteOrder, in_memory},
    error::{CaptureError, Fault, FaultKind, Header},
    record::{Content, Defect, Packet, PacketForm, Source},
};

/// Length of the file header (section 4).
pub(super) const FILE_HEADER_LEN: usize = 24;
const MAGIC_MICROSECONDS: u32 = 0xa1b2_c3d4;
const MAGIC_NANOSECONDS: u32 = 0xa1b2_3c4d;
/// Alexey Kuznetzov's variant, of some Linux distributions around the year 2000: eight more bytes
/// (interface, protocol, packet type) behind the lengths of every record.
const MAGIC_MODIFIED: u32 = 0xa1b2_cd34;
const SNAP_LEN_AT: usize = 16;
const LINK_TYPE_AT: usize = 20;
/// In the 32 bits of the link type: the number of 16-bit words of the frame check sequence, ...
const FCS_LEN_BITS: u32 = 0xf000_0000;
/// ... and whether that number means anything.
const FCS_LEN_PRESENT_BIT: u32 = 0x0400_0000;

/// Length of a record's header (section 5).
const RECORD_HEADER_LEN: usize = 16;
const MODIFIED_RECORD_HEADER_LEN: usize = 24;
const FRACTION_AT: usize = 4;
/// Where a record's captured length is.
pub(super) const CAPTURED_LEN_AT: usize = 8;
/// Where a record's original length is.
pub(super) const ORIGINAL_LEN_AT: usize = 12;

/// A pcap file, as its header describes it.
#[derive(Debug)]
pub(super) struct Pcap {
    order: ByteOrder,
    record_header_len: usize,
    source: Source,
}

impl Pcap {
    /// Whether a file that begins with `magic` is one of pcap.
    pub(super) fn has_magic(magic: [u8; 4]) -> bool {
        order_and_magic(magic).is_some()
    }

    /// Reads the header of a file; none where `header` is cut short or not one of pcap.
    pub(super) fn from_header(header: &[u8]) -> Option<Pcap> {
        let (order, magic) = order_and_magic(*header.first_chunk()?)?;
        let link = order.u32(header, LINK_TYPE_AT)?;
        Some(Pcap {
            order,
            record_header_len: match magic {
                MAGIC_MODIFIED => MODIFIED_RECORD_HEADER_LEN,
                _ => RECORD_HEADER_LEN,
            },
            source: Source {
                ticks_per_second: match magic {
                    MAGIC_NANOSECONDS => 1_000_000_000,
                    _ => 1_000_000,
                },
                // The low 16 bits are the link type, those above say other things.
                link_type: (link & 0xffff) as u16,
                snap_len: order.u32(header, SNAP_LEN_AT)?,
                has_fcs: link & FCS_LEN_PRESENT_BIT != 0 && link & FCS_LEN_BITS != 0,
            },
        })
    }

    /// The length in bytes of the record that begins at `offset`; none at the end of the file.
    pub(super) fn measure(
        &self,
        buffer: &mut Buffer<impl Read>,
        offset: u64,
    ) -> Result<Option<u64>, CaptureError> {
        let there = buffer.fill(self.record_header_len)?;
        if there == 0 {
            return Ok(None);
        }
        match self.order.u32(buffer.received(), CAPTURED_LEN_AT) {
            Some(captured) if there == self.record_header_len => {
                Ok(Some(self.record_header_len as u64 + u64::from(captured)))
            }
            _ => Err(CaptureError::Fault(Fault {
                offset,
                kind: FaultKind::HeaderCut {
                    header: Header::PcapRecord,
                    needed_bytes: self.record_header_len as u64,
                    there_bytes: there as u64,
                },
            })),
        }
    }

    /// The fault of a record of `length_bytes` of which only `there_bytes` are in the file.
    pub(super) fn past_end(&self, length_bytes: u64, there_bytes: u64) -> FaultKind {
        let header = self.record_header_len as u64;
        FaultKind::PacketPastEnd {
            says_bytes: u32::try_from(length_bytes - header).unwrap_or(u32::MAX),
            there_bytes: there_bytes.saturating_sub(header),
        }
    }

    /// What a whole record is.
    pub(super) fn describe(&self, record: &[u8], packets: &mut u64) -> (Content, Option<Defect>) {
        *packets += 1;
        match self.packet(record, *packets) {
            Some(packet) => (Content::Packet(packet), None),
            None => (
                Content::UnreadablePacket { number: *packets },
                Some(Defect::TooShort),
            ),
        }
    }

    fn packet(&self, record: &[u8], number: u64) -> Option<Packet> {
        let seconds = u64::from(self.order.u32(record, 0)?);
        let fraction = u64::from(self.order.u32(record, FRACTION_AT)?);
        Some(Packet {
            number,
            captured_at: self.record_header_len,
            captured_len: in_memory(self.order.u32(record, CAPTURED_LEN_AT)?),
            original_len: self.order.u32(record, ORIGINAL_LEN_AT)?,
            timestamp_ticks: Some(seconds * self.source.ticks_per_second + fraction),
            form: PacketForm::PcapRecord,
            order: self.order,
            source: self.source,
        })
    }
}

fn order_and_magic(bytes: [u8; 4]) -> Option<(ByteOrder, u32)> {
    [
        (ByteOrder::Big, u32::from_be_bytes(bytes)),
        (ByteOrder::Little, u32::from_le_bytes(bytes)),
    ]
    .into_iter()
    .find(|(_, magic)| {
        matches!(
            *magic,
            MAGIC_MICROSECONDS | MAGIC_NANOSECONDS | MAGIC_MODIFIED
        )
    })
}
