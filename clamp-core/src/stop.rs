//! Why a walk stops before it has found a SYN.

use crate::outcome::{Layer, Malformed, Outcome, Reason};

/// What becomes the [`Outcome`] of a call. It is apart from it since it stays in registers while the
/// walk is on, which the parts of an outcome do not.
#[derive(Clone, Copy)]
pub(crate) enum Stop {
    /// There is nothing to do for a clamp, or nothing that it may do.
    Leave(Reason),
    /// An IP version that contradicts what announced it.
    WrongVersion { layer: Layer, version: usize },
    /// Bytes of a layer that never were there.
    Short {
        layer: Layer,
        needed: usize,
        there: usize,
    },
}

impl Stop {
    #[inline(always)]
    pub(crate) fn short_of(layer: Layer, needed: usize, there: usize) -> Self {
        Self::Short {
            layer,
            needed,
            there,
        }
    }

    /// `needed` never passes 65535, being a fixed size or read from a field of 16 bits at most, and so
    /// `there` does not where it is smaller.
    #[inline(always)]
    pub(crate) fn outcome(self) -> Outcome {
        match self {
            Self::Leave(reason) => Outcome::LeftAlone(reason),
            Self::WrongVersion { layer, version } => {
                let [version, ..] = version.to_le_bytes();
                Outcome::Malformed(Malformed::WrongVersion { layer, version })
            }
            Self::Short {
                layer,
                needed,
                there,
            } => Outcome::Malformed(Malformed::TooShort {
                layer,
                needed: low_word(needed),
                there: low_word(there),
            }),
        }
    }
}

/// The lowest 16 bits.
#[inline(always)]
fn low_word(number: usize) -> u16 {
    let [low, high, ..] = number.to_le_bytes();
    u16::from_le_bytes([low, high])
}
