//! The Internet checksum, updated for the words that change and nothing else.

use crate::bytes;

/// Updates the checksum field at byte `at` for a 16-bit word it covers that went from `old` to
/// `new`.
pub(crate) fn update(bytes: &mut [u8], at: usize, old: u16, new: u16) {
    if let Some(field) = bytes::at_mut(bytes, at) {
        *field = after_replacing(u16::from_be_bytes(*field), old, new).to_be_bytes();
    }
}

/// The checksum after a 16-bit word that it covers went from `old` to `new` (RFC 1624, section 3,
/// equation 3). One that was wrong stays wrong by the same amount.
#[inline(always)]
pub(crate) fn after_replacing(checksum: u16, old: u16, new: u16) -> u16 {
    let sum = u32::from(!checksum)
        .wrapping_add(u32::from(!old))
        .wrapping_add(u32::from(new));
    !folded(sum)
}

/// A sum of 32 bits folded to 16 with end-around carry. Twice: the first fold of three words can
/// carry once more.
#[inline(always)]
fn folded(sum: u32) -> u16 {
    let sum = (sum & 0xffff).wrapping_add(sum >> 16);
    let sum = (sum & 0xffff).wrapping_add(sum >> 16);
    let [_, _, high, low] = sum.to_be_bytes();
    u16::from_be_bytes([high, low])
}

#[cfg(test)]
mod tests {
    use super::after_replacing;

    #[test]
    fn a_word_at_an_even_offset_and_the_same_word_straddling_two() {
        assert_eq!(after_replacing(0x46f8, 1460, 1452), 0x4700);
        let (old, new) = (1460_u16.swap_bytes(), 1452_u16.swap_bytes());
        assert_eq!(after_replacing(0x46f8, old, new), 0x4ef8);
    }

    #[test]
    fn checksum_fff7_from_1460_to_1452_becomes_0000_as_recomputation_gives() {
        assert_eq!(after_replacing(0xfff7, 1460, 1452), 0x0000);
    }

    /// The ones' complement sum of two words, by a carry that goes around.
    fn plus(one: u16, other: u16) -> u16 {
        let (sum, carried) = one.overflowing_add(other);
        sum + u16::from(carried)
    }

    /// Whatever else a segment's words add up to, which is never 0 as its length and protocol are among them, and
    /// whatever MSS it had: the field is the one that a recomputation gives. All 2^32 with optimisation, in seconds;
    /// without it each 257th sum, and three of them in an interpreter.
    #[test]
    fn every_sum_and_every_mss_give_what_a_recomputation_gives() {
        let step = match (cfg!(miri), cfg!(debug_assertions)) {
            (true, _) => 0x7fff,
            (false, true) => 257,
            (false, false) => 1,
        };
        for new in [1452_u16, 1452_u16.swap_bytes()] {
            for others in (1..=u16::MAX).step_by(step) {
                let recomputed = !plus(others, new);
                for old in 0..=u16::MAX {
                    let before = !plus(others, old);
                    assert_eq!(after_replacing(before, old, new), recomputed);
                }
            }
        }
    }

    #[test]
    fn a_fold_that_carries_is_folded_again() {
        // ffff + ffff + 1 = 1ffff, which folds to 10000.
        assert_eq!(after_replacing(0x0000, 0x0000, 0x0001), !0x0001);
    }
}
