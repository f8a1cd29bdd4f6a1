//! What is left to read: a cursor that moves inward, header by header, and cannot pass the end.

use crate::outcome::{Layer, Malformed, Outcome, Reason};

/// The bytes from the next header on, bounded by the innermost length read so far.
#[derive(Clone, Copy)]
pub(crate) struct Rest<'a> {
    /// What is here of them.
    pub(crate) bytes: &'a [u8],
    /// Where they begin in the frame.
    pub(crate) at: usize,
    /// How many more there were on the wire: a capture may hold fewer. 0 for a live frame.
    cut: usize,
}

impl<'a> Rest<'a> {
    pub(crate) fn whole(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            cut: 0,
        }
    }

    pub(crate) fn captured(bytes: &'a [u8], wire_len: usize) -> Self {
        Self {
            bytes,
            at: 0,
            cut: wire_len.saturating_sub(bytes.len()),
        }
    }

    /// How many bytes there were on the wire.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len().saturating_add(self.cut)
    }

    /// Where the last of them ends in the frame.
    pub(crate) fn end(&self) -> usize {
        self.at.saturating_add(self.len())
    }

    /// The first `N` bytes, to be read as a header of `layer`.
    pub(crate) fn header<const N: usize>(&self, layer: Layer) -> Result<&'a [u8; N], Outcome> {
        match self.bytes.first_chunk::<N>() {
            Some(header) => Ok(header),
            None => Err(self.shorter_than(layer, N)),
        }
    }

    /// What is left behind the first `len` bytes, which are a header of `layer`.
    pub(crate) fn behind(self, layer: Layer, len: usize) -> Result<Self, Outcome> {
        if len > self.len() {
            return Err(too_short(layer, len, self.len()));
        }
        let at = self.at.wrapping_add(len);
        Ok(match self.bytes.split_at_checked(len) {
            Some((_, bytes)) => Self { bytes, at, ..self },
            None => Self {
                bytes: &[],
                at,
                cut: self.len().wrapping_sub(len),
            },
        })
    }

    /// The first `len` bytes, a length that `layer` announces: what follows is not its own.
    pub(crate) fn bounded(self, layer: Layer, len: usize) -> Result<Self, Outcome> {
        if len > self.len() {
            return Err(too_short(layer, len, self.len()));
        }
        Ok(match self.bytes.get(..len) {
            Some(bytes) => Self {
                bytes,
                cut: 0,
                ..self
            },
            None => Self {
                cut: len.wrapping_sub(self.bytes.len()),
                ..self
            },
        })
    }

    /// Why `needed` bytes of `layer` can't be read: they never were there, or the capture is cut.
    #[cold]
    pub(crate) fn shorter_than(&self, layer: Layer, needed: usize) -> Outcome {
        if needed <= self.len() {
            Outcome::LeftAlone(Reason::Cut)
        } else {
            too_short(layer, needed, self.len())
        }
    }
}

/// Bytes of `layer` that are needed and not there. `needed` never passes 65535, being a fixed size
/// or read from a field of 16 bits at most, and `there` is smaller.
#[cold]
pub(crate) fn too_short(layer: Layer, needed: usize, there: usize) -> Outcome {
    Outcome::Malformed(Malformed::TooShort {
        layer,
        needed: u16::try_from(needed).unwrap_or(u16::MAX),
        there: u16::try_from(there).unwrap_or(u16::MAX),
    })
}
