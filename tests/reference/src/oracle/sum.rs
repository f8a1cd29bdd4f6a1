//! The ones' complement sum of RFC 1071, over everything, every time.

/// The sum of all 16-bit words, folded to 0..=0xffff. An odd last byte is the high half of a word.
#[must_use]
pub fn ones_complement_sum(bytes: &[u8]) -> u16 {
    let mut sum: u64 = 0;
    for word in bytes.chunks(2) {
        let high = u64::from(word[0]);
        let low = u64::from(*word.get(1).unwrap_or(&0));
        sum += high * 256 + low;
    }
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    u16::try_from(sum).expect("folded to 16 bits")
}

/// Whether these bytes, checksum field included, sum up to "no error".
#[must_use]
pub fn is_valid(bytes: &[u8]) -> bool {
    ones_complement_sum(bytes) == 0xffff
}

/// The bytes with the checksum at `field` computed from scratch.
#[must_use]
pub fn with_checksum(mut bytes: Vec<u8>, field: usize) -> Vec<u8> {
    bytes[field] = 0;
    bytes[field + 1] = 0;
    let checksum = !ones_complement_sum(&bytes);
    bytes[field..field + 2].copy_from_slice(&checksum.to_be_bytes());
    bytes
}

/// The checksum that is as wrong for `after` as the one in `before` is for `before`.
///
/// Both hold their own checksum field at `field`. Where the old one was right the answer is the full
/// recomputation; where it was wrong by some amount, the full sums of both differ by nothing.
#[must_use]
pub fn carried_over(before: &[u8], after: &[u8], field: usize) -> u16 {
    let mut without = after.to_vec();
    without[field] = 0;
    without[field + 1] = 0;
    let wanted = u32::from(ones_complement_sum(before));
    let there = u32::from(ones_complement_sum(&without));
    // Ones' complement arithmetic is arithmetic modulo 65535; a recomputed checksum is never 0xffff.
    let carried =
        u16::try_from((wanted + 2 * 65535 - there) % 65535).expect("a remainder of 65535");
    if is_valid(before) {
        let recomputed = with_checksum(after.to_vec(), field);
        assert_eq!(
            carried.to_be_bytes(),
            recomputed[field..field + 2],
            "the oracle contradicts itself"
        );
    }
    carried
}

/// The pseudo-header of RFC 9293 section 3.1 and RFC 8200 section 8.1 with these addresses.
#[must_use]
pub fn pseudo_header(addresses: &[u8], segment_len: usize) -> Vec<u8> {
    let mut pseudo = addresses.to_vec();
    pseudo.extend(
        u32::try_from(segment_len)
            .expect("bounded by the IP length")
            .to_be_bytes(),
    );
    // Zero, zero, zero, TCP: the same sum as IPv4's zero, TCP.
    pseudo.extend([0, 0, 0, 6]);
    pseudo
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_1071_section_3_sums_to_ddf2() {
        let bytes = [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7];
        assert_eq!(ones_complement_sum(&bytes), 0xddf2);
    }

    #[test]
    fn an_odd_last_byte_is_the_high_half_of_a_word() {
        assert_eq!(ones_complement_sum(&[0x12]), 0x1200);
        assert_eq!(ones_complement_sum(&[0xff, 0xff, 0x01]), 0x0100);
    }

    #[test]
    fn what_with_checksum_writes_is_valid() {
        let bytes = with_checksum(vec![0xde, 0xad, 0xff, 0xff, 0xbe, 0xef], 2);
        assert!(is_valid(&bytes));
    }

    #[test]
    fn carried_over_keeps_the_distance_to_the_right_checksum() {
        let right = with_checksum(vec![0x05, 0xb4, 0, 0, 0x12, 0x34], 2);
        let right_after = with_checksum(vec![0x05, 0xac, 0, 0, 0x12, 0x34], 2);
        assert_eq!(
            carried_over(&right, &right_after, 2).to_be_bytes(),
            right_after[2..4]
        );
        let (mut wrong, mut wrong_after) = (right.clone(), right_after.clone());
        wrong[3] = wrong[3].wrapping_sub(0x10);
        wrong_after[3] = wrong_after[3].wrapping_sub(0x10);
        assert_eq!(
            carried_over(&wrong, &right_after, 2).to_be_bytes(),
            wrong_after[2..4]
        );
    }
}
