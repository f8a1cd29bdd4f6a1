//! Where the bytes of a walk come from: a live frame is all there, a capture may hold only its start.

use crate::outcome::Layer;
use crate::trail::Trail;

/// What a walk asks of the place that its bytes come from, and tells it. For a live frame all of it is
/// known when the crate is compiled, and costs nothing.
pub(crate) trait Source {
    /// How many bytes were on the wire behind those that are here.
    fn missing_bytes(&self) -> usize;

    /// The walk moved by `len` bytes, and keeps to `left` bytes from there, of which `here` are here.
    fn advance(&mut self, len: usize, left: usize, here: &[u8]);

    /// A header of `layer` begins `back` bytes in front of where the walk is.
    fn passed(&mut self, layer: Layer, back: usize);
}

/// A frame in the hands of a network device: all of it, and nobody watches the walk.
pub(crate) struct Live;

impl Source for Live {
    #[inline(always)]
    fn missing_bytes(&self) -> usize {
        0
    }

    #[inline(always)]
    fn advance(&mut self, _len: usize, _left: usize, _here: &[u8]) {}

    #[inline(always)]
    fn passed(&mut self, _layer: Layer, _back: usize) {}
}

/// A frame of a capture file, and who watches the walk.
pub(crate) struct Captured<'t, T> {
    at: usize,
    missing_bytes: usize,
    trail: &'t mut T,
}

impl<'t, T: Trail> Captured<'t, T> {
    /// A frame of `wire_len` bytes, of which `bytes` are here.
    pub(crate) fn new(bytes: &[u8], wire_len: usize, trail: &'t mut T) -> Self {
        Self {
            at: 0,
            missing_bytes: wire_len.saturating_sub(bytes.len()),
            trail,
        }
    }
}

impl<T: Trail> Source for Captured<'_, T> {
    fn missing_bytes(&self) -> usize {
        self.missing_bytes
    }

    fn advance(&mut self, len: usize, left: usize, here: &[u8]) {
        self.at = self.at.wrapping_add(len);
        self.missing_bytes = left.wrapping_sub(here.len());
    }

    fn passed(&mut self, layer: Layer, back: usize) {
        self.trail.passed(layer, self.at.wrapping_sub(back));
    }
}
