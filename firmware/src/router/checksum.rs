//! The Internet checksum (RFC 1071), computed once over what the router writes itself and updated
//! for the words that change in what it forwards (RFC 1624), so that a corrupted packet stays
//! corrupted by the same amount.

use core::net::{Ipv4Addr, Ipv6Addr};

/// What changed among the words that a checksum covers.
#[derive(Clone, Copy, Default)]
pub(crate) struct Change(u32);

impl Change {
    /// One word went from `old` to `new`.
    #[must_use]
    #[inline(always)]
    pub(crate) fn word(self, old: u16, new: u16) -> Self {
        Self(
            self.0
                .wrapping_add(u32::from(!old))
                .wrapping_add(u32::from(new)),
        )
    }

    /// An address went from `old` to `new`.
    #[must_use]
    #[inline(always)]
    pub(crate) fn address(self, old: Ipv4Addr, new: Ipv4Addr) -> Self {
        let ([a, b, c, d], [e, f, g, h]) = (old.octets(), new.octets());
        self.word(u16::from_be_bytes([a, b]), u16::from_be_bytes([e, f]))
            .word(u16::from_be_bytes([c, d]), u16::from_be_bytes([g, h]))
    }

    /// Both changes.
    #[must_use]
    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0.wrapping_add(other.0))
    }

    /// The checksum after the change (RFC 1624, section 3, equation 3).
    #[inline(always)]
    pub(crate) fn applied_to(self, checksum: u16) -> u16 {
        if self.0 == 0 {
            return checksum;
        }
        !folded(self.0.wrapping_add(u32::from(!checksum)))
    }
}

/// A running sum of words.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sum(u32);

impl Sum {
    /// The pseudo-header of ICMPv6 (RFC 8200, section 8.1).
    pub(crate) fn icmpv6(source: Ipv6Addr, destination: Ipv6Addr, len: usize) -> Self {
        Self::over_ipv6(super::ip::ICMPV6, source, destination, len)
    }

    /// The pseudo-header of a protocol over IPv6 (RFC 8200, section 8.1).
    pub(crate) fn over_ipv6(
        protocol: u8,
        source: Ipv6Addr,
        destination: Ipv6Addr,
        len: usize,
    ) -> Self {
        Self::default()
            .bytes(&source.octets())
            .bytes(&destination.octets())
            .word(super::bytes::length_field(len))
            .word(u16::from(protocol))
    }

    /// The sum of an IPv4 header without options, 32 bits at a time (RFC 1071, section 2 C): the one
    /// sum that every packet costs.
    #[inline(always)]
    pub(crate) fn of_words(header: &[u8; 20]) -> Self {
        let (words, _) = header.as_chunks::<4>();
        let mut sum = 0_u64;
        for word in words {
            sum = sum.wrapping_add(u64::from(u32::from_be_bytes(*word)));
        }
        let [_, _, _, carries, a, b, c, d] = sum.to_be_bytes();
        Self(
            u32::from(carries)
                .wrapping_add(u32::from(u16::from_be_bytes([a, b])))
                .wrapping_add(u32::from(u16::from_be_bytes([c, d]))),
        )
    }

    #[must_use]
    pub(crate) fn word(self, word: u16) -> Self {
        Self(u32::from(folded(self.0.wrapping_add(u32::from(word)))))
    }

    /// Adds `bytes`, which start at an even offset; an odd last one counts as if a zero followed.
    #[must_use]
    pub(crate) fn bytes(self, bytes: &[u8]) -> Self {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let mut sum = self.0;
        // 32768 words can't overflow 32 bits, and a packet has fewer.
        for pair in pairs {
            sum = sum.wrapping_add(u32::from(u16::from_be_bytes(*pair)));
        }
        if let [last] = rest {
            sum = sum.wrapping_add(u32::from(u16::from_be_bytes([*last, 0])));
        }
        Self(u32::from(folded(sum)))
    }

    /// The checksum field that makes the sum right.
    pub(crate) fn checksum(self) -> u16 {
        !folded(self.0)
    }

    /// Whether the sum, with its checksum field in it, is right.
    #[inline(always)]
    pub(crate) fn is_right(self) -> bool {
        folded(self.0) == 0xffff
    }
}

/// A sum folded to 16 bits with end-around carry; twice, for the first fold can carry once more.
#[inline(always)]
fn folded(sum: u32) -> u16 {
    let sum = (sum & 0xffff).wrapping_add(sum >> 16);
    let sum = (sum & 0xffff).wrapping_add(sum >> 16);
    let [_, _, high, low] = sum.to_be_bytes();
    u16::from_be_bytes([high, low])
}

#[cfg(test)]
mod tests {
    use super::{Change, Sum};
    use core::net::Ipv4Addr;

    #[test]
    fn the_example_of_rfc_1071() {
        let sum = Sum::default().bytes(&[0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]);
        assert_eq!(sum.checksum(), !0xddf2);
    }

    #[test]
    fn a_header_summed_by_long_words_is_summed_right() {
        for header in [
            [0; 20],
            [0xff; 20],
            core::array::from_fn(|n| 0x91 ^ (n * 53).to_le_bytes()[0]),
        ] {
            let by_pairs = Sum::default().bytes(&header);
            assert_eq!(Sum::of_words(&header).checksum(), by_pairs.checksum());
        }
    }

    #[test]
    fn an_odd_last_byte_counts_as_if_a_zero_followed() {
        let odd = Sum::default().bytes(&[1, 2, 3]);
        let even = Sum::default().bytes(&[1, 2, 3, 0]);
        assert_eq!(odd.checksum(), even.checksum());
    }

    #[test]
    fn the_example_of_rfc_1624() {
        assert_eq!(
            Change::default().word(0x5555, 0x3285).applied_to(0xdd2f),
            0x0000
        );
    }

    #[test]
    fn no_change_leaves_every_checksum() {
        assert_eq!(Change::default().applied_to(0xffff), 0xffff);
        assert_eq!(Change::default().applied_to(0x0000), 0x0000);
    }

    #[test]
    fn a_changed_address_gives_the_recomputed_checksum() {
        let (old, new) = (Ipv4Addr::new(192, 168, 1, 2), Ipv4Addr::new(203, 0, 113, 9));
        let before = Sum::default().bytes(&old.octets()).word(0x1234);
        let after = Sum::default().bytes(&new.octets()).word(0x1234);
        let updated = Change::default()
            .address(old, new)
            .applied_to(before.checksum());
        assert_eq!(updated, after.checksum());
    }
}
