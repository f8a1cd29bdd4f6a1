//! What is left to read: a cursor that moves inward, header by header, and cannot pass the end.

use crate::outcome::{Layer, Malformed, Outcome, Reason};

/// The bytes from the next header on, bounded by the innermost length read so far.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'a> {
    /// What is here of them.
    bytes: &'a [u8],
    /// Where they begin in the frame.
    at: usize,
    /// How many more there were on the wire: a capture may hold fewer. 0 for a live frame.
    cut: usize,
    /// Where in the frame the link MTU counts from.
    mtu_counts_from: usize,
    /// Why the walk stopped, once it has: a function that stops it returns `None`, which takes the
    /// compiler less than an outcome to hand up.
    stopped: Outcome,
}

impl<'a> Cursor<'a> {
    #[inline(always)]
    pub(crate) fn live(frame: &'a [u8]) -> Self {
        Self {
            bytes: frame,
            at: 0,
            cut: 0,
            mtu_counts_from: 0,
            stopped: Outcome::LeftAlone(Reason::NotIp),
        }
    }

    pub(crate) fn captured(bytes: &'a [u8], wire_len: usize) -> Self {
        Self {
            cut: wire_len.saturating_sub(bytes.len()),
            ..Self::live(bytes)
        }
    }

    /// Where in the frame the next header begins.
    #[inline(always)]
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// The bytes left of the capture.
    #[inline(always)]
    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// How many bytes were left on the wire.
    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        self.bytes.len().wrapping_add(self.cut)
    }

    /// Where in the frame the last of them ends.
    pub(crate) fn end(&self) -> usize {
        self.at.wrapping_add(self.len())
    }

    /// The link MTU counts from here on.
    #[inline(always)]
    pub(crate) fn count_mtu(&mut self) {
        self.mtu_counts_from = self.at;
    }

    /// One byte that was saved on the way here counts all the same.
    pub(crate) fn count_saved_byte(&mut self) {
        self.mtu_counts_from = self.mtu_counts_from.wrapping_sub(1);
    }

    /// What the link carries in front of byte `at`.
    #[inline(always)]
    pub(crate) fn overhead_bytes(&self, at: usize) -> usize {
        at.wrapping_sub(self.mtu_counts_from)
    }

    /// The next `N` bytes, a header of `layer`.
    #[inline(always)]
    pub(crate) fn header<const N: usize>(&mut self, layer: Layer) -> Option<&'a [u8; N]> {
        match self.bytes.first_chunk() {
            None => self.shorter_than(layer, N),
            header => header,
        }
    }

    /// Moves behind the next `len` bytes, which are a header of `layer`.
    #[inline(always)]
    pub(crate) fn pass(&mut self, layer: Layer, len: usize) -> Option<()> {
        if let Some((_, bytes)) = self.bytes.split_at_checked(len) {
            self.bytes = bytes;
        } else if len <= self.len() {
            self.cut = self.len().wrapping_sub(len);
            self.bytes = &[];
        } else {
            return self.too_short(layer, len, self.len());
        }
        self.at = self.at.wrapping_add(len);
        Some(())
    }

    /// Keeps to the next `len` bytes, a length that `layer` announces: what follows is not its own.
    #[inline(always)]
    pub(crate) fn bound(&mut self, layer: Layer, len: usize) -> Option<()> {
        if let Some(bytes) = self.bytes.get(..len) {
            self.bytes = bytes;
            self.cut = 0;
        } else if len <= self.len() {
            self.cut = len.wrapping_sub(self.bytes.len());
        } else {
            return self.too_short(layer, len, self.len());
        }
        Some(())
    }

    /// Stops the walk: there is nothing to do here, or nothing that may be done.
    #[inline(always)]
    pub(crate) fn leave<T>(&mut self, reason: Reason) -> Option<T> {
        self.stopped = Outcome::LeftAlone(reason);
        None
    }

    /// Stops the walk at `needed` bytes of `layer` that can't be read: they never were there, or the
    /// capture is cut.
    #[inline(always)]
    pub(crate) fn shorter_than<T>(&mut self, layer: Layer, needed: usize) -> Option<T> {
        if needed <= self.len() {
            self.leave(Reason::Cut)
        } else {
            self.too_short(layer, needed, self.len())
        }
    }

    /// Stops the walk at bytes of `layer` that are needed and not there.
    #[inline(always)]
    pub(crate) fn too_short<T>(&mut self, layer: Layer, needed: usize, there: usize) -> Option<T> {
        self.stopped = too_short(layer, needed, there);
        None
    }

    /// Stops the walk at an IP version that contradicts what announced it.
    #[inline(always)]
    pub(crate) fn wrong_version<T>(&mut self, layer: Layer, version: u8) -> Option<T> {
        self.stopped = Outcome::Malformed(Malformed::WrongVersion { layer, version });
        None
    }

    /// Why the walk stopped.
    #[inline(always)]
    pub(crate) fn stopped(&self) -> Outcome {
        self.stopped
    }

    /// Lets `pass` move a copy of the cursor, and then moves with it. What is called out of line gets
    /// a copy, so that on the way of most packets the cursor itself stays in registers.
    #[inline(always)]
    pub(crate) fn aside<T>(&mut self, pass: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let mut copy = *self;
        let passed = pass(&mut copy);
        *self = copy;
        passed
    }
}

/// Bytes of `layer` that are needed and not there. `needed` never passes 65535, being a fixed size or
/// read from a field of 16 bits at most, and `there` is smaller.
#[cold]
#[inline(never)]
fn too_short(layer: Layer, needed: usize, there: usize) -> Outcome {
    Outcome::Malformed(Malformed::TooShort {
        layer,
        needed: u16::try_from(needed).unwrap_or(u16::MAX),
        there: u16::try_from(there).unwrap_or(u16::MAX),
    })
}
