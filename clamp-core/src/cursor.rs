//! What is left to read: a cursor that moves inward, header by header, and cannot pass the end.

use crate::outcome::{Layer, Reason};
use crate::source::Source;
use crate::stop::Stop;

/// The bytes from the next header on, bounded by the innermost length read so far. What can't go on
/// returns why the walk stops.
pub(crate) struct Cursor<B, S> {
    /// What is here of them, to be read or to be written.
    bytes: B,
    /// What the link carries in front of them.
    overhead_bytes: u32,
    source: S,
}

/// A slice, shared or not, that gets shorter on the way.
pub(crate) trait Bytes: AsRef<[u8]> + Default {
    /// All but the first `len` bytes.
    fn skip(self, len: usize) -> Self;

    /// The first `len` bytes, or as many as there are.
    fn keep(self, len: usize) -> Self;
}

impl Bytes for &[u8] {
    #[inline(always)]
    fn skip(self, len: usize) -> Self {
        self.get(len..).unwrap_or_default()
    }

    #[inline(always)]
    fn keep(self, len: usize) -> Self {
        let len = len.min(self.len());
        self.get(..len).unwrap_or_default()
    }
}

impl Bytes for &mut [u8] {
    #[inline(always)]
    fn skip(self, len: usize) -> Self {
        self.get_mut(len..).unwrap_or_default()
    }

    #[inline(always)]
    fn keep(self, len: usize) -> Self {
        let len = len.min(self.len());
        self.get_mut(..len).unwrap_or_default()
    }
}

impl<B: Bytes, S: Source> Cursor<B, S> {
    #[inline(always)]
    pub(crate) fn new(frame: B, source: S) -> Self {
        Self {
            bytes: frame,
            overhead_bytes: 0,
            source,
        }
    }

    /// The bytes left that are here.
    #[inline(always)]
    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.as_ref()
    }

    /// The same, where the walk ends.
    #[inline(always)]
    pub(crate) fn into_bytes(self) -> B {
        self.bytes
    }

    /// How many bytes were left on the wire.
    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        self.bytes().len().wrapping_add(self.source.missing_bytes())
    }

    /// The link MTU counts from here on.
    #[inline(always)]
    pub(crate) fn count_mtu(&mut self) {
        self.overhead_bytes = 0;
    }

    /// One byte that was saved on the way here counts all the same.
    #[inline(always)]
    pub(crate) fn count_saved_byte(&mut self) {
        self.overhead_bytes = self.overhead_bytes.wrapping_add(1);
    }

    /// What the link carries in front of the next header.
    #[inline(always)]
    pub(crate) fn overhead_bytes(&self) -> u32 {
        self.overhead_bytes
    }

    /// Tells a witness that a header of `layer` begins `back` bytes in front of here.
    #[inline(always)]
    pub(crate) fn note(&mut self, layer: Layer, back: usize) {
        self.source.passed(layer, back);
    }

    /// The next `N` bytes, a header of `layer`.
    #[inline(always)]
    pub(crate) fn header<const N: usize>(&self, layer: Layer) -> Result<&[u8; N], Stop> {
        match self.bytes().first_chunk() {
            Some(header) => Ok(header),
            None => Err(self.unreadable(layer, N)),
        }
    }

    /// Why the next `needed` bytes, a header of `layer`, can't be read: the capture holds too few of
    /// them, or they never were there.
    #[inline(always)]
    pub(crate) fn unreadable(&self, layer: Layer, needed: usize) -> Stop {
        let there = self.len();
        if needed <= there {
            Stop::Leave(Reason::Cut)
        } else {
            Stop::short_of(layer, needed, there)
        }
    }

    /// Moves behind the next `N` bytes, a header of `layer` that ends with an ethertype.
    #[inline(always)]
    pub(crate) fn take_ethertype<const N: usize>(&mut self, layer: Layer) -> Result<u16, Stop> {
        let ethertype = match *self.header::<N>(layer)?.as_slice() {
            [.., high, low] => u16::from_be_bytes([high, low]),
            _ => 0,
        };
        self.note(layer, 0);
        self.pass(layer, N)?;
        Ok(ethertype)
    }

    /// Moves behind the next `len` bytes, which are a header of `layer`. They need not be here.
    #[inline(always)]
    pub(crate) fn pass(&mut self, layer: Layer, len: usize) -> Result<(), Stop> {
        let there = self.len();
        if len > there {
            return Err(Stop::short_of(layer, len, there));
        }
        self.bytes = core::mem::take(&mut self.bytes).skip(len);
        self.source
            .advance(len, there.wrapping_sub(len), self.bytes.as_ref());
        self.overhead_bytes = self.overhead_bytes.wrapping_add(low_half(len));
        Ok(())
    }

    /// Keeps to the next `len` bytes, a length that `layer` announces: what follows is not its own.
    #[inline(always)]
    pub(crate) fn bound(&mut self, layer: Layer, len: usize) -> Result<(), Stop> {
        let there = self.len();
        if len > there {
            return Err(Stop::short_of(layer, len, there));
        }
        self.bytes = core::mem::take(&mut self.bytes).keep(len);
        self.source.advance(0, len, self.bytes.as_ref());
        Ok(())
    }
}

/// All of a header's length, which is far from 2^32.
#[inline(always)]
fn low_half(len: usize) -> u32 {
    let [a, b, c, d, ..] = len.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}
