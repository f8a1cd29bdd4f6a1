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

#[cfg(test)]
mod tests {
    use super::{after_ttl_decrease, replace_in_header, replace_in_segment, sum};

    #[test]
    fn the_kernel_takes_a_word_at_an_odd_offset_for_one_at_an_even_offset() {
        // `01 02 04 05 b4`, 1460 to 1452: seen on a live kernel; 4ef8 would be right.
        assert_eq!(replace_in_segment(0x46f8, 1460, 1452), 0x4700);
        let (old, new) = (1460_u16.swap_bytes(), 1452_u16.swap_bytes());
        assert_eq!(replace_in_segment(0x46f8, old.into(), new.into()), 0x4ef8);
    }

    #[test]
    fn counting_down_any_ttl_keeps_a_right_header_checksum_right() {
        for (ttl, rest) in (2..=255_u8).flat_map(|ttl| [(ttl, 0), (ttl, 0xfe00), (ttl, 0xffff)]) {
            let header = |ttl: u8, checksum: u16| {
                let words = [
                    [0x45, 0],
                    [ttl, 6],
                    checksum.to_be_bytes(),
                    u16::to_be_bytes(rest),
                ];
                words.concat()
            };
            let before = !sum(&header(ttl, 0));
            let after = after_ttl_decrease(before);
            assert_eq!(
                sum(&header(ttl - 1, after)),
                0xffff,
                "ttl {ttl}, rest {rest:04x}"
            );
        }
    }

    #[test]
    fn a_longer_packet_keeps_a_right_header_checksum_right() {
        for old_len in (20..65_000_u16).step_by(7) {
            let header = |len: u16, checksum: u16| {
                [[0x45, 0], len.to_be_bytes(), checksum.to_be_bytes()].concat()
            };
            let before = !sum(&header(old_len, 0));
            let after = replace_in_header(before, old_len, old_len + 4);
            assert_eq!(sum(&header(old_len + 4, after)), 0xffff, "length {old_len}");
        }
    }
}
