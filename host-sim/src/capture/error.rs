//! Why a capture cannot be read, or not to its end.

use std::{error, fmt, io};

/// Why reading stopped.
#[derive(Debug)]
pub enum CaptureError {
    /// The input has no byte.
    Empty,
    /// The input begins like no capture that can be read.
    NotACapture {
        /// Its first bytes, at most four.
        start: Vec<u8>,
    },
    /// The file is truncated or corrupt from some byte on.
    Fault(Fault),
    /// The input could not be read.
    Read(io::Error),
    /// A record too long for memory could not be put into a temporary file.
    TemporaryFile(io::Error),
}

/// Where a file is truncated or corrupt, and how. Everything before it was handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where the faulty record begins, in bytes from the start of the file.
    pub offset: u64,
    /// What is wrong with it.
    pub kind: FaultKind,
}

/// What loses the place where the next record begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The file ends inside a header.
    HeaderCut {
        /// Which header.
        header: Header,
        /// The bytes such a header has.
        needed_bytes: u64,
        /// The bytes left in the file.
        there_bytes: u64,
    },
    /// The captured length of a pcap record reaches past the end of the file.
    PacketPastEnd {
        /// The captured length.
        says_bytes: u32,
        /// The bytes left in the file behind the record's header.
        there_bytes: u64,
    },
    /// The length of a pcapng block reaches past the end of the file.
    BlockPastEnd {
        /// The block's length.
        says_bytes: u32,
        /// The bytes left in the file from the start of the block.
        there_bytes: u64,
    },
    /// A pcapng block says that it is shorter than a block can be, 12 bytes.
    BlockTooShort {
        /// The block's length.
        says_bytes: u32,
    },
    /// The length of a pcapng block is not a multiple of four.
    BlockUnaligned {
        /// The block's length.
        says_bytes: u32,
    },
    /// A pcapng block has one length at its start and another at its end.
    BlockTrailer {
        /// The length at its start.
        says_bytes: u32,
        /// The length at its end.
        trailer_bytes: u32,
    },
    /// The byte-order magic of a pcapng section header is not 1a2b3c4d in either byte order.
    ByteOrderMagic {
        /// What is there instead.
        found: [u8; 4],
    },
}

/// A header that a file can end in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Header {
    /// The header of a pcap file.
    PcapFile,
    /// The header of a pcap packet record.
    PcapRecord,
    /// Type and length of a pcapng block.
    Block,
    /// Type, length and byte-order magic of a pcapng section header.
    Section,
}

impl fmt::Display for CaptureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CaptureError::Empty => f.write_str("the file is empty"),
            CaptureError::NotACapture { start } => {
                f.write_str("not a pcap or pcapng capture: it starts with")?;
                for byte in start {
                    write!(f, " {byte:02x}")?;
                }
                match compression(start) {
                    Some(tool) => write!(f, " ({tool}: decompress it first)"),
                    None => Ok(()),
                }
            }
            CaptureError::Fault(fault) => fault.fmt(f),
            CaptureError::Read(error) => write!(f, "cannot read: {error}"),
            CaptureError::TemporaryFile(error) => {
                write!(f, "cannot keep a long record in a temporary file: {error}")
            }
        }
    }
}

/// The compression a file's first bytes tell of: captures are often kept that way.
fn compression(start: &[u8]) -> Option<&'static str> {
    match start {
        [0x1f, 0x8b, ..] => Some("gzip"),
        [0x28, 0xb5, 0x2f, 0xfd] => Some("zstd"),
        [0x04, 0x22, 0x4d, 0x18] => Some("lz4"),
        [0xfd, b'7', b'z', b'X'] => Some("xz"),
        _ => None,
    }
}

impl error::Error for CaptureError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            CaptureError::Fault(fault) => Some(fault),
            CaptureError::Read(error) | CaptureError::TemporaryFile(error) => Some(error),
            CaptureError::Empty | CaptureError::NotACapture { .. } => None,
        }
    }
}

impl From<Fault> for CaptureError {
    fn from(fault: Fault) -> Self {
        CaptureError::Fault(fault)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {}: {}", self.offset, self.kind)
    }
}

impl error::Error for Fault {}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FaultKind::HeaderCut {
                header,
                needed_bytes,
                there_bytes,
            } => {
                write!(
                    f,
                    "{header} has {needed_bytes} bytes but the file ends after {there_bytes}"
                )
            }
            FaultKind::PacketPastEnd {
                says_bytes,
                there_bytes,
            } => {
                write!(
                    f,
                    "a packet record says {says_bytes} bytes but the file ends after {there_bytes}"
                )
            }
            FaultKind::BlockPastEnd {
                says_bytes,
                there_bytes,
            } => {
                write!(
                    f,
                    "a block says {says_bytes} bytes but the file ends after {there_bytes}"
                )
            }
            FaultKind::BlockTooShort { says_bytes } => {
                write!(
                    f,
                    "a block says {says_bytes} bytes, fewer than the 12 of an empty one"
                )
            }
            FaultKind::BlockUnaligned { says_bytes } => {
                write!(f, "a block says {says_bytes} bytes, not a multiple of 4")
            }
            FaultKind::BlockTrailer {
                says_bytes,
                trailer_bytes,
            } => {
                write!(
                    f,
                    "a block says {says_bytes} bytes at its start but {trailer_bytes} at its end"
                )
            }
            FaultKind::ByteOrderMagic {
                found: [a, b, c, d],
            } => {
                write!(
                    f,
                    "a section's byte-order magic is {a:02x} {b:02x} {c:02x} {d:02x}"
                )?;
                f.write_str(", not 1a 2b 3c 4d in either direction")
            }
        }
    }
}

impl fmt::Display for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Header::PcapFile => "a pcap file header",
            Header::PcapRecord => "a packet record's header",
            Header::Block => "the start of a block",
            Header::Section => "the start of a section header",
        })
    }
}
