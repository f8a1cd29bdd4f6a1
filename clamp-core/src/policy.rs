//! The policy: how large an MSS may be, and whether tunnels are looked into.

use crate::ceiling::Ceiling;
use crate::ip::Version;

/// The smallest MSS that is ever written, in bytes: tinier ones make senders burn their CPU
/// (CVE-2019-11479).
pub const MIN_MSS: u16 = 48;

/// The smallest link MTU that leaves [`MIN_MSS`] bytes behind an IPv4 and a TCP header.
pub const MIN_LINK_MTU_BYTES: u32 = 88;

/// A clamp with its policy. It is `Copy`, and every constructor is `const`, so that a firmware's
/// policy is a constant that nonsense keeps from compiling:
///
/// ```
/// use clamp_core::Clamp;
///
/// const DSL: Clamp = match Clamp::for_link_mtu(1492) {
///     Ok(clamp) => clamp,
///     Err(_) => panic!("a link MTU under 88"),
/// };
/// ```
///
/// The ceiling of a SYN is the smaller of the fixed one of its IP version and
/// `link MTU - what lies between the link header and the innermost IP header - 40` (60 for IPv6).
/// VLAN tags cost nothing; PPPoE, LLC/SNAP and the headers of tunnels do.
///
/// A SYN shows the overhead of its own direction, while its MSS limits the other one. Where the
/// way back carries more (a GRE key in one direction only, outer IP options), give a fixed ceiling
/// with [`Clamp::max_mss_v4`] and [`Clamp::max_mss_v6`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Clamp {
    /// Without one the largest number there is, which never is the smaller of two.
    link_mtu_bytes: u32,
    /// The fixed ceilings, 65535 where only the link limits. Without any, a version is left alone.
    max_mss_v4: Option<u16>,
    max_mss_v6: Option<u16>,
    tunnels: bool,
}

/// Why a policy was refused when it was built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PolicyError {
    /// A link MTU under [`MIN_LINK_MTU_BYTES`].
    LinkMtuTooSmall {
        /// What was asked for.
        link_mtu_bytes: u32,
    },
    /// A fixed ceiling under [`MIN_MSS`].
    MaxMssTooSmall {
        /// What was asked for.
        max_mss: u16,
    },
    /// Neither a link MTU nor a ceiling: nothing would ever be clamped.
    Empty,
}

impl core::error::Error for PolicyError {}

impl core::fmt::Display for PolicyError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::LinkMtuTooSmall { link_mtu_bytes } => write!(
                f,
                "a link MTU of {link_mtu_bytes} bytes is under {MIN_LINK_MTU_BYTES}, \
                 which leaves no room for an MSS of {MIN_MSS}"
            ),
            Self::MaxMssTooSmall { max_mss } => write!(
                f,
                "an MSS of {max_mss} bytes is under {MIN_MSS}: so small a one makes senders burn \
                 their CPU (CVE-2019-11479)"
            ),
            Self::Empty => write!(f, "neither a link MTU nor a ceiling: nothing to clamp to"),
        }
    }
}

impl Clamp {
    /// Clamps to what a link carries: `link_mtu_bytes` counts everything after the Ethernet header
    /// and its VLAN tags. 1500 on a PPPoE line seen from outside gives 1452 and 1432; 1492, given
    /// to a router that sees bare packets, gives the same.
    ///
    /// # Errors
    /// [`PolicyError::LinkMtuTooSmall`] under [`MIN_LINK_MTU_BYTES`].
    pub const fn for_link_mtu(link_mtu_bytes: u32) -> Result<Self, PolicyError> {
        if link_mtu_bytes < MIN_LINK_MTU_BYTES {
            return Err(PolicyError::LinkMtuTooSmall { link_mtu_bytes });
        }
        Ok(Self {
            link_mtu_bytes,
            max_mss_v4: Some(u16::MAX),
            max_mss_v6: Some(u16::MAX),
            tunnels: false,
        })
    }

    /// Clamps to fixed ceilings, in bytes of TCP payload, whatever the link. An IP version without
    /// one is left alone.
    ///
    /// # Errors
    /// [`PolicyError::MaxMssTooSmall`] under [`MIN_MSS`], [`PolicyError::Empty`] for two `None`.
    pub const fn for_max_mss(v4: Option<u16>, v6: Option<u16>) -> Result<Self, PolicyError> {
        let mut clamp = Self {
            link_mtu_bytes: u32::MAX,
            max_mss_v4: None,
            max_mss_v6: None,
            tunnels: false,
        };
        if v4.is_none() && v6.is_none() {
            return Err(PolicyError::Empty);
        }
        if let Some(max_mss) = v4 {
            clamp = match clamp.max_mss_v4(max_mss) {
                Ok(clamp) => clamp,
                Err(error) => return Err(error),
            };
        }
        match v6 {
            Some(max_mss) => clamp.max_mss_v6(max_mss),
            None => Ok(clamp),
        }
    }

    /// The same clamp with a fixed ceiling for IPv4, in bytes of TCP payload.
    ///
    /// # Errors
    /// [`PolicyError::MaxMssTooSmall`] under [`MIN_MSS`].
    pub const fn max_mss_v4(mut self, max_mss: u16) -> Result<Self, PolicyError> {
        if max_mss < MIN_MSS {
            return Err(PolicyError::MaxMssTooSmall { max_mss });
        }
        self.max_mss_v4 = Some(max_mss);
        Ok(self)
    }

    /// The same clamp with a fixed ceiling for IPv6, in bytes of TCP payload.
    ///
    /// # Errors
    /// [`PolicyError::MaxMssTooSmall`] under [`MIN_MSS`].
    pub const fn max_mss_v6(mut self, max_mss: u16) -> Result<Self, PolicyError> {
        if max_mss < MIN_MSS {
            return Err(PolicyError::MaxMssTooSmall { max_mss });
        }
        self.max_mss_v6 = Some(max_mss);
        Ok(self)
    }

    /// The same clamp, also looking for segments in IPIP, 6in4, 4in6, 6in6 and GRE, through at
    /// most four tunnels.
    #[must_use]
    pub const fn through_tunnels(mut self) -> Self {
        self.tunnels = true;
        self
    }

    pub(crate) const fn looks_into_tunnels(&self) -> bool {
        self.tunnels
    }

    /// The largest MSS that fits, `overhead_bytes` being what the link carries in front of the
    /// innermost IP header. A ceiling past what the option can say counts as 65535.
    #[inline]
    pub(crate) fn ceiling(&self, version: Version, overhead_bytes: u32) -> Ceiling {
        let (fixed, headers_bytes) = match version {
            Version::V4 => (self.max_mss_v4, 40),
            Version::V6 => (self.max_mss_v6, 60),
        };
        let in_front = overhead_bytes.saturating_add(headers_bytes);
        Ceiling::new(fixed, self.link_mtu_bytes.saturating_sub(in_front))
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::string::ToString;

    use super::{Clamp, PolicyError};
    use crate::ip::Version;

    const LINK_1492: Clamp = match Clamp::for_link_mtu(1492) {
        Ok(clamp) => clamp,
        Err(_) => panic!("a link MTU under 88"),
    };

    #[test]
    fn a_link_mtu_under_88_is_refused() {
        let refused = PolicyError::LinkMtuTooSmall { link_mtu_bytes: 87 };
        assert_eq!(Clamp::for_link_mtu(87), Err(refused));
        assert!(Clamp::for_link_mtu(88).is_ok());
    }

    #[test]
    fn a_fixed_ceiling_under_48_is_refused_wherever_it_is_given() {
        let refused = Err(PolicyError::MaxMssTooSmall { max_mss: 47 });
        assert_eq!(Clamp::for_max_mss(Some(47), None), refused);
        assert_eq!(Clamp::for_max_mss(None, Some(47)), refused);
        assert_eq!(LINK_1492.max_mss_v4(47), refused);
        assert_eq!(LINK_1492.max_mss_v6(47), refused);
        assert!(Clamp::for_max_mss(Some(48), Some(48)).is_ok());
    }

    #[test]
    fn a_policy_that_would_never_clamp_is_refused() {
        assert_eq!(Clamp::for_max_mss(None, None), Err(PolicyError::Empty));
    }

    #[test]
    fn a_refusal_says_in_words_what_was_refused() {
        let link_mtu_bytes = 87;
        let words = PolicyError::LinkMtuTooSmall { link_mtu_bytes }.to_string();
        assert!(words.starts_with("a link MTU of 87 bytes is under 88"));
        let words = PolicyError::MaxMssTooSmall { max_mss: 47 }.to_string();
        assert!(words.starts_with("an MSS of 47 bytes is under 48"));
        assert!(PolicyError::Empty.to_string().starts_with("neither"));
    }

    #[test]
    fn the_ceiling_is_the_smaller_of_the_fixed_one_and_the_link_s() {
        let clamp = LINK_1492.max_mss_v4(1400).and_then(|c| c.max_mss_v6(1500));
        assert_eq!(
            clamp.map(|c| c.ceiling(Version::V4, 8).mss()),
            Ok(Some(1400))
        );
        assert_eq!(
            clamp.map(|c| c.ceiling(Version::V6, 8).mss()),
            Ok(Some(1424))
        );
    }

    #[test]
    fn a_version_without_any_ceiling_has_none() {
        let clamp = Clamp::for_max_mss(Some(1400), None);
        assert_eq!(clamp.map(|c| c.ceiling(Version::V6, 0).mss()), Ok(None));
    }

    #[test]
    fn the_ceiling_stays_within_what_the_option_can_say() {
        assert_eq!(LINK_1492.ceiling(Version::V4, 1452).mss(), Some(0));
        assert_eq!(LINK_1492.ceiling(Version::V4, u32::MAX).mss(), Some(0));
        let wide = Clamp::for_link_mtu(u32::MAX);
        assert_eq!(
            wide.map(|c| c.ceiling(Version::V6, 0).mss()),
            Ok(Some(65535))
        );
    }
}
