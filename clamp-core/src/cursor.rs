//! What is left to read: a cursor that moves inward, header by header, and cannot pass the end.

use crate::outcome::{Layer, Malformed, Outcome, Reason};

/// The bytes from the next header on, bounded by the innermost length read so far.
pub(crate) struct Cursor<'a> {
    /// What is here of them.
    bytes: &'a [u8],
    /// Where they begin in the frame.
    at: usize,
    /// How many more there were on the wire: a capture may hold fewer. 0 for a live frame.
    cut: usize,
    /// Where in the frame the link MTU counts from.
    mtu_counts_from: usize,
    /// What was wrong, once the walk has stopped for it.
    malformed: Malformed,
}

/// Why the walk stopped short of a SYN: a byte, where an outcome would be eight.
#[derive(Clone, Copy)]
pub(crate) enum Stop {
    LeftAlone(Reason),
    /// The cursor has noted where and how.
    Malformed,
}

impl<'a> Cursor<'a> {
    #[inline]
    pub(crate) fn live(frame: &'a [u8]) -> Self {
        Self {
            bytes: frame,
            at: 0,
            cut: 0,
            mtu_counts_from: 0,
            malformed: Malformed::TooShort {
                layer: Layer::Ethernet,
                needed: 0,
                there: 0,
            },
        }
    }

    pub(crate) fn captured(bytes: &'a [u8], wire_len: usize) -> Self {
        Self {
            cut: wire_len.saturating_sub(bytes.len()),
            ..Self::live(bytes)
        }
    }

    /// Where in the frame the next header begins.
    #[inline]
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// The bytes left of the capture.
    #[inline]
    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// How many bytes were left on the wire.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.bytes.len().wrapping_add(self.cut)
    }

    /// Where in the frame the last of them ends.
    pub(crate) fn end(&self) -> usize {
        self.at.wrapping_add(self.len())
    }

    /// The link MTU counts from here on.
    #[inline]
    pub(crate) fn count_mtu(&mut self) {
        self.mtu_counts_from = self.at;
    }

    /// One byte that was saved on the way here counts all the same.
    pub(crate) fn count_saved_byte(&mut self) {
        self.mtu_counts_from = self.mtu_counts_from.wrapping_sub(1);
    }

    /// What the link carries in front of byte `at`.
    #[inline]
    pub(crate) fn overhead_bytes(&self, at: usize) -> usize {
        at.wrapping_sub(self.mtu_counts_from)
    }

    /// The next `N` bytes, a header of `layer`.
    #[inline]
    pub(crate) fn header<const N: usize>(&mut self, layer: Layer) -> Result<&'a [u8; N], Stop> {
        match self.bytes.first_chunk() {
            Some(header) => Ok(header),
            None => Err(self.shorter_than(layer, N)),
        }
    }

    /// Moves behind the next `len` bytes, which are a header of `layer`.
    #[inline]
    pub(crate) fn pass(&mut self, layer: Layer, len: usize) -> Result<(), Stop> {
        if let Some((_, bytes)) = self.bytes.split_at_checked(len) {
            self.bytes = bytes;
        } else if len <= self.len() {
            self.cut = self.len().wrapping_sub(len);
            self.bytes = &[];
        } else {
            return Err(self.too_short(layer, len, self.len()));
        }
        self.at = self.at.wrapping_add(len);
        Ok(())
    }

    /// Keeps to the next `len` bytes, a length that `layer` announces: what follows is not its own.
    #[inline]
    pub(crate) fn bound(&mut self, layer: Layer, len: usize) -> Result<(), Stop> {
        if let Some(bytes) = self.bytes.get(..len) {
            self.bytes = bytes;
            self.cut = 0;
        } else if len <= self.len() {
            self.cut = len.wrapping_sub(self.bytes.len());
        } else {
            return Err(self.too_short(layer, len, self.len()));
        }
        Ok(())
    }

    /// Stops where `needed` bytes of `layer` can't be read: they never were there, or the capture is
    /// cut.
    #[cold]
    #[inline(never)]
    pub(crate) fn shorter_than(&mut self, layer: Layer, needed: usize) -> Stop {
        if needed <= self.len() {
            Stop::LeftAlone(Reason::Cut)
        } else {
            self.too_short(layer, needed, self.len())
        }
    }

    /// Stops at bytes of `layer` that are needed and not there. `needed` never passes 65535, being a
    /// fixed size or read from a field of 16 bits at most, and `there` is smaller.
    #[cold]
    #[inline(never)]
    pub(crate) fn too_short(&mut self, layer: Layer, needed: usize, there: usize) -> Stop {
        self.malformed = Malformed::TooShort {
            layer,
            needed: u16::try_from(needed).unwrap_or(u16::MAX),
            there: u16::try_from(there).unwrap_or(u16::MAX),
        };
        Stop::Malformed
    }

    /// Stops at an IP version that contradicts what announced it.
    #[cold]
    #[inline(never)]
    pub(crate) fn wrong_version(&mut self, layer: Layer, version: u8) -> Stop {
        self.malformed = Malformed::WrongVersion { layer, version };
        Stop::Malformed
    }

    /// The outcome of a walk that stopped.
    #[inline]
    pub(crate) fn outcome(&self, stop: Stop) -> Outcome {
        match stop {
            Stop::LeftAlone(reason) => Outcome::LeftAlone(reason),
            Stop::Malformed => Outcome::Malformed(self.malformed),
        }
    }
}
