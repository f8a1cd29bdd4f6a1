//! TCP segments.

use proptest::prelude::*;

use super::{Hex, mostly, option_soup, some_bytes};
use crate::oracle::sum;

/// What a segment's checksum field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// What the sum demands.
    Right,
    /// The right one plus this.
    WrongBy(u16),
    /// A value of its own, as where a network card should have filled it in.
    Exactly(u16),
}

/// A TCP segment, described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Sequence number; its variety gives the checksum its own.
    pub sequence: u32,
    /// The byte of flags, SYN being 2 and RST 4.
    pub flags: u8,
    /// The options as they stand in the header, a whole number of words.
    pub options: Hex,
    /// The header's length in words; `None` for the right one.
    pub data_offset: Option<u8>,
    /// What is behind the header.
    pub payload: Hex,
    /// What the checksum field holds.
    pub checksum: Checksum,
}

impl Segment {
    /// The segment between these addresses, source first, 4 or 16 bytes each.
    #[must_use]
    pub fn bytes(&self, addresses: &[u8]) -> Vec<u8> {
        let right_offset = u8::try_from(5 + self.options.len() / 4).expect("40 bytes of options");
        let mut bytes = vec![0xc0, 0x00, 0x01, 0xbb];
        bytes.extend(self.sequence.to_be_bytes());
        bytes.extend([0, 0, 0, 0]);
        bytes.push(self.data_offset.unwrap_or(right_offset) << 4);
        bytes.push(self.flags);
        bytes.extend([0xfa, 0xf0, 0, 0, 0, 0]);
        bytes.extend(self.options.iter());
        bytes.extend(self.payload.iter());
        let pseudo = sum::pseudo_header(addresses, bytes.len());
        let summed = sum::with_checksum([pseudo.as_slice(), &bytes].concat(), pseudo.len() + 16);
        let right = [summed[pseudo.len() + 16], summed[pseudo.len() + 17]];
        let checksum = match self.checksum {
            Checksum::Right => u16::from_be_bytes(right),
            Checksum::WrongBy(amount) => u16::from_be_bytes(right).wrapping_add(amount),
            Checksum::Exactly(value) => value,
        };
        bytes[16..18].copy_from_slice(&checksum.to_be_bytes());
        bytes
    }
}

/// Mostly SYNs with an MSS option.
pub fn segment() -> BoxedStrategy<Segment> {
    let flags = prop_oneof![
        24 => Just(0x02_u8),
        12 => Just(0x12),
        2 => Just(0xc2),
        1 => Just(0x03),
        1 => Just(0x06),
        1 => Just(0x10),
        1 => any::<u8>(),
    ];
    let payload = prop_oneof![4 => Just(Hex::default()), 1 => some_bytes(40)];
    let checksum = prop_oneof![
        6 => Just(Checksum::Right),
        1 => any::<u16>().prop_map(Checksum::WrongBy),
        1 => prop::sample::select(vec![0_u16, 1, 0xfff7, 0xfffe, 0xffff]).prop_map(Checksum::Exactly),
    ];
    (
        any::<u32>(),
        flags,
        option_soup(),
        mostly(None, (0_u8..16).prop_map(Some)),
        payload,
        checksum,
    )
        .prop_map(
            |(sequence, flags, options, data_offset, payload, checksum)| Segment {
                sequence,
                flags,
                options,
                data_offset,
                payload,
                checksum,
            },
        )
        .boxed()
}
