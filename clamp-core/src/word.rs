//! Words of 16 bits at any place of a slice.

/// The word at byte `at`.
pub(crate) fn at(bytes: &[u8], at: usize) -> Option<u16> {
    let word = bytes.get(at..)?.first_chunk()?;
    Some(u16::from_be_bytes(*word))
}

/// The word at byte `at`, to be written.
pub(crate) fn at_mut(bytes: &mut [u8], at: usize) -> Option<&mut [u8; 2]> {
    bytes.get_mut(at..)?.first_chunk_mut()
}
