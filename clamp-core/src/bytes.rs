//! Fields at any place of a slice.

/// The `N` bytes from byte `at` on.
#[inline(always)]
pub(crate) fn at<const N: usize>(bytes: &[u8], at: usize) -> Option<&[u8; N]> {
    bytes.get(at..)?.first_chunk()
}

/// The `N` bytes from byte `at` on, to be written.
#[inline(always)]
pub(crate) fn at_mut<const N: usize>(bytes: &mut [u8], at: usize) -> Option<&mut [u8; N]> {
    bytes.get_mut(at..)?.first_chunk_mut()
}

/// The word of 16 bits at byte `at`.
#[inline(always)]
pub(crate) fn word_at(bytes: &[u8], at: usize) -> Option<u16> {
    self::at(bytes, at).copied().map(u16::from_be_bytes)
}
