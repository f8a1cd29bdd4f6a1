//! The Internet checksum (RFC 1071), computed over whole segments: what a network card would do.

/// Adds `bytes`, as big-endian words, an odd last byte padded with 0, to a ones' complement `sum`.
pub(super) fn add(sum: u32, bytes: &[u8]) -> u32 {
    let mut words = bytes.chunks_exact(2);
    // 64 bits hold the sum of far more words than a frame has.
    let mut wide = u64::from(sum);
    for word in &mut words {
        wide += u64::from(u16::from_be_bytes([word[0], word[1]]));
    }
    if let [last] = words.remainder() {
        wide += u64::from(u16::from_be_bytes([*last, 0]));
    }
    u32::from(fold(wide))
}

/// The checksum field for a `sum` over everything it covers, with the field itself counted as 0.
pub(super) fn finish(sum: u32) -> u16 {
    !fold(u64::from(sum))
}

fn fold(mut sum: u64) -> u16 {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    #[expect(clippy::cast_possible_truncation, reason = "just folded into 16 bits")]
    let folded = sum as u16;
    folded
}
