//! What a check finds: one kind for each thing that a clamp may not do.

use std::fmt;

use clamp_core::Layer;
use serde::Serialize;

pub use super::sum::ChecksumField;
use crate::wording::layer_name;

/// Something that a clamp may not do, and what shows it. Values go `from` the side where a packet
/// came in `to` the side where it left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "finding", rename_all = "snake_case")]
pub enum Finding {
    /// Bytes differ that are neither an MSS value nor the TCP checksum of a SYN.
    ByteChanged {
        /// Where the first of them is.
        place: Place,
        /// What they were, in hexadecimal; at most 16 of them.
        from: String,
        /// What they are now; as many.
        to: String,
        /// How many bytes differ in a row here, or up to the packet's end where too many rows do.
        changed_bytes: usize,
    },
    /// The frame, or with `--routed` the IP packet, has another length.
    LengthChanged {
        /// What it was, in bytes.
        from: usize,
        /// What it is now, in bytes.
        to: usize,
    },
    /// An MSS is larger than before: a clamp only lowers.
    MssRaised {
        /// Where the value is.
        place: Place,
        /// What it was, in bytes of TCP payload.
        from: u16,
        /// What it is now.
        to: u16,
    },
    /// An MSS option is there that the sender did not send, and nobody asked for it.
    OptionInserted {
        /// The MSS in it, in bytes of TCP payload.
        mss: u16,
    },
    /// A checksum was right and is wrong.
    ChecksumMadeWrong {
        /// Which checksum.
        checksum: ChecksumField,
        /// Where it is.
        place: Place,
        /// The value that would be right.
        expected: u16,
        /// The value that is there.
        found: u16,
    },
    /// A checksum was wrong and is right: corruption was hidden from the receiver.
    ChecksumRepaired {
        /// Which checksum.
        checksum: ChecksumField,
        /// Where it is.
        place: Place,
        /// The value that would be as wrong as the one before.
        expected: u16,
        /// The value that is there, which is right.
        found: u16,
    },
    /// A checksum does not follow the bytes it covers: it was wrong, or not all it covers was
    /// captured, and it is off by another amount now.
    ChecksumChangedWrongly {
        /// Which checksum.
        checksum: ChecksumField,
        /// Where it is.
        place: Place,
        /// The value that would be off by the same amount.
        expected: u16,
        /// The value that is there.
        found: u16,
    },
    /// A SYN left with an MSS above the ceiling that was given.
    AboveCeiling {
        /// Its largest MSS, in bytes of TCP payload.
        mss: u16,
        /// The ceiling.
        ceiling: u16,
    },
    /// A flow's addresses or ports were translated in two ways.
    NatInconsistent {
        /// The flow as it came in or, where two flows share a translation, the other one.
        flow: String,
        /// What it was translated to before or, likewise, what the other was.
        earlier: String,
        /// What it is translated to now.
        now: String,
    },
    /// Not one packet of either capture was found in the other: nothing was checked.
    NothingPaired,
}

/// Where in a frame something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Its offset in the frame that came in, in bytes from 0 on.
    pub from_offset: usize,
    /// Its offset in the frame that left.
    pub to_offset: usize,
    /// The innermost header that begins at or before it.
    #[serde(serialize_with = "serialize_layer")]
    pub layer: Option<Layer>,
    /// How far behind that header's first byte it lies.
    pub offset_in_layer: usize,
}

fn serialize_layer<S: serde::Serializer>(layer: &Option<Layer>, to: S) -> Result<S::Ok, S::Error> {
    match layer {
        Some(layer) => to.serialize_str(layer_name(*layer)),
        None => to.serialize_none(),
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {}", self.to_offset)?;
        match self.layer {
            Some(layer) => write!(f, " ({} byte {})", layer_name(layer), self.offset_in_layer),
            None => Ok(()),
        }
    }
}

impl fmt::Display for ChecksumField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ipv4Header => "IPv4 header checksum",
            Self::Tcp => "TCP checksum",
            Self::Udp => "UDP checksum",
            Self::Icmp => "ICMP checksum",
        })
    }
}

impl Finding {
    /// The kinds in the order of the summary, each with its name for machines and in words.
    pub const KINDS: [(&'static str, &'static str); 10] = [
        ("byte_changed", "bytes changed"),
        ("length_changed", "lengths changed"),
        ("mss_raised", "MSS raised"),
        ("option_inserted", "MSS options inserted"),
        ("checksum_made_wrong", "checksums made wrong"),
        ("checksum_repaired", "checksums repaired"),
        ("checksum_changed_wrongly", "checksums changed wrongly"),
        ("above_ceiling", "SYNs above the ceiling"),
        ("nat_inconsistent", "translations changed"),
        ("nothing_paired", "nothing paired"),
    ];

    /// The place of this finding's kind in [`Finding::KINDS`].
    #[must_use]
    pub fn kind(&self) -> usize {
        match self {
            Self::ByteChanged { .. } => 0,
            Self::LengthChanged { .. } => 1,
            Self::MssRaised { .. } => 2,
            Self::OptionInserted { .. } => 3,
            Self::ChecksumMadeWrong { .. } => 4,
            Self::ChecksumRepaired { .. } => 5,
            Self::ChecksumChangedWrongly { .. } => 6,
            Self::AboveCeiling { .. } => 7,
            Self::NatInconsistent { .. } => 8,
            Self::NothingPaired => 9,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByteChanged {
                place,
                from,
                to,
                changed_bytes,
            } => write!(
                f,
                "{changed_bytes} byte(s) changed that a clamp may not change: {place} was {from} \
                 and is {to}"
            ),
            Self::LengthChanged { from, to } => {
                write!(f, "length changed from {from} to {to} bytes")
            }
            Self::MssRaised { place, from, to } => {
                write!(f, "MSS raised from {from} to {to} at {place}")
            }
            Self::OptionInserted { mss } => write!(
                f,
                "MSS option inserted, with MSS {mss}, into a SYN that had none \
                 (expected only with --insert-missing)"
            ),
            Self::ChecksumMadeWrong {
                checksum,
                place,
                expected: 0,
                found: 0xffff,
            } => write!(
                f,
                "{checksum} was right before and is 0xffff after where recomputation gives 0x0000, \
                 at {place}: only receivers that add everything up accept it (RFC 1624, section 3)"
            ),
            Self::ChecksumMadeWrong {
                checksum,
                place,
                expected,
                found,
            } => write!(
                f,
                "{checksum} was right before and is wrong after: {expected:#06x} expected, \
                 {found:#06x} found at {place}"
            ),
            Self::ChecksumRepaired {
                checksum,
                place,
                expected,
                found,
            } => write!(
                f,
                "{checksum} was wrong before and is right after, which hides corruption: \
                 {expected:#06x} expected, {found:#06x} found at {place}"
            ),
            Self::ChecksumChangedWrongly {
                checksum,
                place,
                expected,
                found,
            } => write!(
                f,
                "{checksum} did not follow the bytes it covers: {expected:#06x} expected, \
                 {found:#06x} found at {place}"
            ),
            Self::AboveCeiling { mss, ceiling } => {
                write!(f, "SYN left with MSS {mss}, above the ceiling of {ceiling}")
            }
            Self::NatInconsistent { flow, earlier, now } => write!(
                f,
                "NAT is inconsistent: {flow} was {earlier} earlier and is {now} now"
            ),
            Self::NothingPaired => f.write_str(
                "no packet of one capture was found in the other: nothing was checked (captures of \
                 two sides of a router need --routed; captures begun far apart, a larger --window)",
            ),
        }
    }
}
