//! Numbers in the byte order of the machine that wrote the capture.

/// The byte order of a pcap file or of one pcapng section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteOrder {
    /// Most significant byte first.
    Big,
    /// Least significant byte first.
    Little,
}

impl ByteOrder {
    /// The number at `at`, where `bytes` reaches that far.
    pub(super) fn u16(self, bytes: &[u8], at: usize) -> Option<u16> {
        let field = *bytes.get(at..)?.first_chunk()?;
        Some(match self {
            ByteOrder::Big => u16::from_be_bytes(field),
            ByteOrder::Little => u16::from_le_bytes(field),
        })
    }

    /// The number at `at`, where `bytes` reaches that far.
    pub(super) fn u32(self, bytes: &[u8], at: usize) -> Option<u32> {
        let field = *bytes.get(at..)?.first_chunk()?;
        Some(match self {
            ByteOrder::Big => u32::from_be_bytes(field),
            ByteOrder::Little => u32::from_le_bytes(field),
        })
    }

    /// The number at `at`, where `bytes` reaches that far.
    pub(super) fn u64(self, bytes: &[u8], at: usize) -> Option<u64> {
        let field = *bytes.get(at..)?.first_chunk()?;
        Some(match self {
            ByteOrder::Big => u64::from_be_bytes(field),
            ByteOrder::Little => u64::from_le_bytes(field),
        })
    }

    /// The four bytes of `number`.
    pub(super) fn u32_bytes(self, number: u32) -> [u8; 4] {
        match self {
            ByteOrder::Big => number.to_be_bytes(),
            ByteOrder::Little => number.to_le_bytes(),
        }
    }

    /// The eight bytes of `number`.
    pub(super) fn u64_bytes(self, number: u64) -> [u8; 8] {
        match self {
            ByteOrder::Big => number.to_be_bytes(),
            ByteOrder::Little => number.to_le_bytes(),
        }
    }
}

/// A length of the file as one of memory; one that no memory could hold compares as too long.
pub(super) fn in_memory(length: u32) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}

/// `length` with the padding that brings it to a multiple of four, as every pcapng field has it
/// (draft-ietf-opsawg-pcapng, section 3.1).
pub(super) fn padded(length: usize) -> usize {
    length.next_multiple_of(4)
}
