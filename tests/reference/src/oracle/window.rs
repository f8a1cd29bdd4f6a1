//! A stretch of the bytes: what a length field says is there, and what of it was captured.

use clamp_core::{Layer, Malformed, Outcome, Reason};

/// From `at` to `end` of a buffer that may stop before `end`, because the capture was cut.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window<'a> {
    pub(super) captured: &'a [u8],
    pub(super) at: usize,
    pub(super) end: usize,
}

impl<'a> Window<'a> {
    /// How many bytes the wire had here.
    pub(super) fn there(&self) -> usize {
        self.end - self.at
    }

    /// The bytes that were captured of those.
    pub(super) fn bytes(&self) -> &'a [u8] {
        let end = self.end.min(self.captured.len());
        &self.captured[self.at.min(end)..end]
    }

    /// The first `needed` bytes, or why there are none: never on the wire, or not in the capture.
    pub(super) fn need(&self, layer: Layer, needed: usize) -> Result<&'a [u8], Outcome> {
        self.had(layer, needed)?;
        self.bytes()
            .get(..needed)
            .ok_or(Outcome::LeftAlone(Reason::Cut))
    }

    /// Whether the wire had `needed` bytes, captured or not.
    pub(super) fn had(&self, layer: Layer, needed: usize) -> Result<(), Outcome> {
        if self.there() < needed {
            return Err(too_short(layer, needed, self.there()));
        }
        Ok(())
    }

    /// What is behind the first `len` bytes.
    pub(super) fn behind(self, len: usize) -> Window<'a> {
        assert!(len <= self.there(), "the oracle skips only what is there");
        Window {
            at: self.at + len,
            ..self
        }
    }

    /// Only the first `len` bytes, or all where there are fewer.
    pub(super) fn bounded(self, len: usize) -> Window<'a> {
        Window {
            end: self.end.min(self.at + len),
            ..self
        }
    }
}

/// The outcome for a header or a length that does not fit in what is there.
pub(super) fn too_short(layer: Layer, needed: usize, there: usize) -> Outcome {
    let needed = u16::try_from(needed).expect("every length field has at most 16 bits");
    let there = u16::try_from(there).expect("less than what was needed");
    Outcome::Malformed(Malformed::TooShort {
        layer,
        needed,
        there,
    })
}

/// A 16-bit big-endian number.
pub(super) fn be16(bytes: &[u8], at: usize) -> usize {
    usize::from(bytes[at]) * 256 + usize::from(bytes[at + 1])
}
