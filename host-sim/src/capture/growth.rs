//! The record of a packet that has grown.

use std::fmt;

use super::{
    byte_order::{in_memory, padded},
    hash::Algorithm,
    options::{BlockOption, Options},
    pcap,
    pcapng::{
        BLOCK_LEN_AT, PACKET_CAPTURED_LEN_AT, PACKET_ORIGINAL_LEN_AT, SIMPLE_ORIGINAL_LEN_AT,
        TRAILER_LEN,
    },
    record::{Content, Packet, PacketForm, Raw, Record},
};

/// Option of either packet block that has one: flags, of which bits 5 to 8 count the bytes of the
/// frame check sequence (draft-ietf-opsawg-pcapng, section 4.3).
const OPTION_FLAGS: u16 = 2;
const FLAGS_FCS_LEN_BITS: u32 = 0b1111 << 5;
/// Option of either packet block that has one: a hash of the packet.
const OPTION_HASH: u16 = 3;

/// Why a packet in a capture may not grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrowthRefusal {
    /// The record holds no packet that can be looked into.
    NotAPacket,
    /// Less of the packet was captured than was on the wire.
    Cut,
    /// The packet ends in a frame check sequence, which would have to move and no longer be right.
    FrameCheckSequence,
    /// The packet would be longer than the snap length of its file or interface, past which
    /// readers cut.
    SnapLength {
        /// The snap length.
        snap_len_bytes: u32,
    },
    /// The record has a hash of the packet that cannot be computed again.
    Hash {
        /// The number of its algorithm.
        algorithm: u8,
    },
}

impl fmt::Display for GrowthRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GrowthRefusal::NotAPacket => f.write_str("no packet to look into"),
            GrowthRefusal::Cut => f.write_str("packet cut by the capture"),
            GrowthRefusal::FrameCheckSequence => {
                f.write_str("packet ends in a frame check sequence")
            }
            GrowthRefusal::SnapLength { snap_len_bytes } => {
                write!(f, "longer than the snap length of {snap_len_bytes} bytes")
            }
            GrowthRefusal::Hash { algorithm } => {
                write!(f, "hash algorithm {algorithm} cannot be computed")
            }
        }
    }
}

impl Record<'_> {
    /// Whether the packet in this record may become one of `grown_len` bytes, which may be as many
    /// as were captured (padding used up) but not fewer. Worth asking before anything is inserted;
    /// [`Record::grow`] asks by itself.
    ///
    /// # Errors
    /// Why not.
    pub fn may_grow(&self, grown_len: usize) -> Result<(), GrowthRefusal> {
        let (packet, raw) = self.growable()?;
        packet.may_grow(raw, grown_len)
    }

    /// Writes into `grown_record` what this record becomes when its packet becomes `grown`: lengths
    /// and padding follow, and so does a hash of the packet that was right. The record must still be
    /// as it was read. Nothing is written when the growth is refused.
    ///
    /// # Errors
    /// Why it is refused.
    pub fn grow(&self, grown: &[u8], grown_record: &mut Vec<u8>) -> Result<(), GrowthRefusal> {
        let (packet, raw) = self.growable()?;
        packet.may_grow(raw, grown.len())?;
        packet.grow(raw, grown, grown_record);
        Ok(())
    }

    fn growable(&self) -> Result<(&Packet, &[u8]), GrowthRefusal> {
        match (&self.content, &self.raw) {
            (Content::Packet(packet), Raw::InMemory(raw)) => Ok((packet, raw)),
            _ => Err(GrowthRefusal::NotAPacket),
        }
    }
}

impl Packet {
    fn may_grow(&self, raw: &[u8], grown_len: usize) -> Result<(), GrowthRefusal> {
        if in_memory(self.original_len) > self.captured_len {
            return Err(GrowthRefusal::Cut);
        }
        if self.source.has_fcs {
            return Err(GrowthRefusal::FrameCheckSequence);
        }
        let snap_len_bytes = self.source.snap_len;
        if snap_len_bytes != 0 && grown_len > in_memory(snap_len_bytes).max(self.captured_len) {
            return Err(GrowthRefusal::SnapLength { snap_len_bytes });
        }
        for BlockOption { code, value } in self.options(raw) {
            match code {
                OPTION_FLAGS
                    if self
                        .order
                        .u32(&raw[value.clone()], 0)
                        .is_some_and(|flags| flags & FLAGS_FCS_LEN_BITS != 0) =>
                {
                    return Err(GrowthRefusal::FrameCheckSequence);
                }
                OPTION_HASH => {
                    if let Some(&algorithm) = raw[value].first()
                        && Algorithm::from_number(algorithm).is_none()
                    {
                        return Err(GrowthRefusal::Hash { algorithm });
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn grow(&self, raw: &[u8], grown: &[u8], record: &mut Vec<u8>) {
        record.clear();
        record.extend_from_slice(&raw[..self.captured_at]);
        record.extend_from_slice(grown);
        if self.form == PacketForm::PcapRecord {
            self.put_lengths(
                record,
                pcap::CAPTURED_LEN_AT,
                pcap::ORIGINAL_LEN_AT,
                grown.len(),
            );
            return;
        }

        let padding = &raw[self.captured().end..self.options_at()];
        let padding_len = padded(grown.len()) - grown.len();
        if padding_len == padding.len() {
            record.extend_from_slice(padding);
        } else {
            record.resize(record.len() + padding_len, 0);
        }
        record.extend_from_slice(&raw[self.options_at()..]);
        match self.form {
            PacketForm::SimpleBlock => {
                self.put_lengths(
                    record,
                    SIMPLE_ORIGINAL_LEN_AT,
                    SIMPLE_ORIGINAL_LEN_AT,
                    grown.len(),
                );
            }
            _ => self.put_lengths(
                record,
                PACKET_CAPTURED_LEN_AT,
                PACKET_ORIGINAL_LEN_AT,
                grown.len(),
            ),
        }
        let block_len = self.order.u32_bytes(length_field(record.len()));
        let trailer_at = record.len() - TRAILER_LEN;
        record[BLOCK_LEN_AT..][..block_len.len()].copy_from_slice(&block_len);
        record[trailer_at..].copy_from_slice(&block_len);
        self.follow_hashes(raw, grown, record);
    }

    fn put_lengths(
        &self,
        record: &mut [u8],
        captured_at: usize,
        original_at: usize,
        grown_len: usize,
    ) {
        let growth = length_field(grown_len.saturating_sub(self.captured_len));
        // A record may say that less was on the wire than was captured. That stays as it is.
        let original = self
            .order
            .u32_bytes(self.original_len.saturating_add(growth));
        let captured = self.order.u32_bytes(length_field(grown_len));
        record[captured_at..][..captured.len()].copy_from_slice(&captured);
        record[original_at..][..original.len()].copy_from_slice(&original);
    }

    fn follow_hashes(&self, raw: &[u8], grown: &[u8], record: &mut [u8]) {
        let options_at = self.captured_at + padded(grown.len());
        for BlockOption { code, value } in self.options(raw) {
            if code != OPTION_HASH {
                continue;
            }
            let start = options_at + (value.start - self.options_at());
            if let Some((algorithm, hash)) = record[start..][..value.len()].split_first_mut()
                && let Some(algorithm) = Algorithm::from_number(*algorithm)
            {
                algorithm.follow(hash, &raw[self.captured()], grown);
            }
        }
    }

    /// Where the options of a block begin, or what else is behind the packet and its padding.
    fn options_at(&self) -> usize {
        self.captured_at + padded(self.captured_len)
    }

    fn options<'a>(&self, raw: &'a [u8]) -> Options<'a> {
        let block = match self.form {
            PacketForm::EnhancedBlock | PacketForm::ObsoleteBlock => {
                &raw[..raw.len().saturating_sub(TRAILER_LEN)]
            }
            // Neither a pcap record nor a Simple Packet Block has any.
            PacketForm::PcapRecord | PacketForm::SimpleBlock => &[],
        };
        Options::new(block, self.order, self.options_at())
    }
}

/// A length in memory as one of the file. Records that can grow are a few megabytes at most.
fn length_field(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
