//! TCP's sequence space, which wraps (RFC 9293, section 3.4).

use std::ops::Add;

/// A sequence number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Sequence(pub(super) u32);

impl Sequence {
    /// Whether this one comes after `other`, both being within half the space of each other.
    pub(super) fn is_after(self, other: Self) -> bool {
        let ahead = self.0.wrapping_sub(other.0);
        ahead != 0 && ahead < 1 << 31
    }

    /// How many bytes this one is ahead of `earlier`.
    pub(super) fn bytes_after(self, earlier: Self) -> u32 {
        self.0.wrapping_sub(earlier.0)
    }

    /// The later one of both.
    pub(super) fn max(self, other: Self) -> Self {
        if other.is_after(self) { other } else { self }
    }
}

impl Add<u32> for Sequence {
    type Output = Self;

    fn add(self, bytes: u32) -> Self {
        Self(self.0.wrapping_add(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::Sequence;

    #[test]
    fn later_is_later_across_the_wrap() {
        let before = Sequence(u32::MAX - 9);
        let behind = before + 20;
        assert!(behind.is_after(before));
        assert!(!before.is_after(behind));
        assert_eq!(behind.bytes_after(before), 20);
        assert_eq!(before.max(behind), behind);
        assert!(!before.is_after(before));
    }
}
