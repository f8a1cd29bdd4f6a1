//! Fields by offset, in network order, where an offset past the end is an answer and not a panic.

use core::net::{Ipv4Addr, Ipv6Addr};

/// The `N` bytes at `at`.
#[inline(always)]
pub(crate) fn array_at<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

/// The byte at `at`.
pub(crate) fn u8_at(bytes: &[u8], at: usize) -> Option<u8> {
    bytes.get(at).copied()
}

/// The 16-bit number at `at`.
#[inline(always)]
pub(crate) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    array_at(bytes, at).map(u16::from_be_bytes)
}

/// The 32-bit number at `at`.
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    array_at(bytes, at).map(u32::from_be_bytes)
}

/// The IPv4 address at `at`.
pub(crate) fn ipv4_at(bytes: &[u8], at: usize) -> Option<Ipv4Addr> {
    array_at::<4>(bytes, at).map(Ipv4Addr::from)
}

/// The IPv6 address at `at`.
pub(crate) fn ipv6_at(bytes: &[u8], at: usize) -> Option<Ipv6Addr> {
    // By words, of which a processor copies several at a time; not so bytes.
    array_at(bytes, at).map(|bytes| Ipv6Addr::from_bits(u128::from_be_bytes(bytes)))
}

/// Writes `value` at `at`. Past the end nothing is written: callers have read the field before.
#[inline(always)]
pub(crate) fn put<const N: usize>(bytes: &mut [u8], at: usize, value: [u8; N]) {
    if let Some(field) = bytes.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
        *field = value;
    }
}

/// A length as a 16-bit field has it. Packets are shorter than 64 KiB, for every length here comes
/// from such a field.
pub(crate) fn length_field(len: usize) -> u16 {
    u16::try_from(len).unwrap_or(u16::MAX)
}
