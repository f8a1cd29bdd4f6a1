//! The kernel's incremental checksum updates, with their own widths and carries.

/// What TCP checksums go through: one's complement in 32 bits, folded at the end.
/// `sum` is the field; the words go out and in at even positions whatever their real ones.
#[must_use]
pub fn replace_in_segment(sum: u16, old: u32, new: u32) -> u16 {
    let inverted = !u32::from(sum);
    fold(add_with_carry(add_with_carry(inverted, !old), new))
}

/// What IPv4 header checksums go through: one's complement in 16 bits.
#[must_use]
pub fn replace_in_header(sum: u16, old: u16, new: u16) -> u16 {
    let add = |left: u16, right: u16| {
        let (sum, carry) = left.overflowing_add(right);
        sum + u16::from(carry)
    };
    !add(add(!sum, !old), new)
}

/// What happens to the IPv4 header checksum when the TTL is counted down.
#[must_use]
pub fn after_ttl_decrease(sum: u16) -> u16 {
    let widened = u32::from(sum) + 0x0100;
    // An old field of feff or more wraps, and the carry goes back in; ffff itself becomes 0.
    u16::try_from((widened + u32::from(widened >= 0xffff)) & 0xffff).unwrap_or_default()
}

/// The one's complement sum of `bytes` as 16-bit words, the last one filled up with a zero byte.
#[must_use]
pub fn sum(bytes: &[u8]) -> u16 {
    let total = bytes
        .chunks(2)
        .map(|pair| u32::from(pair[0]) << 8 | u32::from(pair.get(1).copied().unwrap_or(0)))
        .fold(0, add_with_carry);
    !fold(total)
}

fn add_with_carry(left: u32, right: u32) -> u32 {
    let (sum, carry) = left.overflowing_add(right);
    sum + u32::from(carry)
}

fn fold(sum: u32) -> u16 {
    let halves = (sum & 0xffff) + (sum >> 16);
    let folded = (halves & 0xffff) + (halves >> 16);
    !u16::try_from(folded).unwrap_or_default()
}
