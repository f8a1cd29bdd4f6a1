//! How large the MSS of one SYN may be.

use crate::outcome::{Outcome, Reason};
use crate::policy::MIN_MSS;

/// A ceiling, or none: an `Option<u16>` that fits into one register, since one more costs a call its
/// place on the fast path of 32-bit processors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ceiling(u32);

impl Ceiling {
    const NONE: u32 = u32::MAX;

    /// The smaller of a fixed ceiling and what the link leaves. Without a fixed one, which may be 65535,
    /// there is none.
    #[inline(always)]
    pub(crate) fn new(fixed: Option<u16>, by_link: u32) -> Self {
        Self(fixed.map_or(Self::NONE, |fixed| by_link.min(u32::from(fixed))))
    }

    /// In bytes of TCP payload.
    #[inline(always)]
    pub(crate) fn mss(self) -> Option<u16> {
        u16::try_from(self.0).ok()
    }

    /// Where there is one that may be written.
    #[inline(always)]
    pub(crate) fn if_usual(self) -> Option<u16> {
        self.mss().filter(|&mss| mss >= MIN_MSS)
    }

    /// What becomes of a SYN whose largest MSS this is.
    #[inline(always)]
    pub(crate) fn judge(self, mss: u16) -> Outcome {
        match self.mss() {
            None => Outcome::LeftAlone(Reason::NoCeiling),
            Some(ceiling) if mss <= ceiling => Outcome::Fits { mss },
            Some(ceiling) if ceiling < MIN_MSS => Outcome::LeftAlone(Reason::CeilingTooLow),
            Some(ceiling) => Outcome::Clamped {
                from: mss,
                to: ceiling,
            },
        }
    }
}
