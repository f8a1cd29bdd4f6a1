//! The options at the end of a pcapng block (draft-ietf-opsawg-pcapng, section 3.5).

use std::ops::Range;

use super::byte_order::{ByteOrder, padded};

/// Marks the end of the options; they may also just end.
const END_OF_OPTIONS: u16 = 0;
/// Code and length, two bytes each.
const OPTION_HEADER_LEN: usize = 4;

/// The options in a block, in order. An option that reaches past the block ends them.
pub(super) struct Options<'a> {
    block: &'a [u8],
    order: ByteOrder,
    at: usize,
}

/// One option: its code, and where its value lies in the block.
pub(super) struct BlockOption {
    pub(super) code: u16,
    pub(super) value: Range<usize>,
}

impl<'a> Options<'a> {
    /// The options of `block`, given without its trailer, from the byte `at` on.
    pub(super) fn new(block: &'a [u8], order: ByteOrder, at: usize) -> Self {
        Options { block, order, at }
    }
}

impl Iterator for Options<'_> {
    type Item = BlockOption;

    fn next(&mut self) -> Option<BlockOption> {
        let code = self.order.u16(self.block, self.at)?;
        let length = usize::from(self.order.u16(self.block, self.at + 2)?);
        let start = self.at + OPTION_HEADER_LEN;
        if code == END_OF_OPTIONS || start + length > self.block.len() {
            return None;
        }
        self.at = start + padded(length);
        Some(BlockOption {
            code,
            value: start..start + length,
        })
    }
}
