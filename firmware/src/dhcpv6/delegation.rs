//! A prefix of our own, for as long as it lasts.

use core::net::Ipv6Addr;

use super::message::Prefix;
use crate::shared::time::Instant;

/// A lifetime that doesn't end (RFC 8415, section 7.7).
const INFINITY_S: u32 = u32::MAX;

/// A prefix that a server delegated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delegation {
    /// The prefix; all bits behind its length are zero.
    pub prefix: Ipv6Addr,
    /// Its length in bits: 1 to 64.
    pub prefix_len: u8,
    /// Until when new connections may use it; `None` is for ever.
    pub preferred_until: Option<Instant>,
    /// Until when it is ours; `None` is for ever.
    pub valid_until: Option<Instant>,
    /// The provider's name servers.
    pub name_servers: [Option<Ipv6Addr>; 2],
}

impl Delegation {
    /// What a server delegates at this moment; `None` where no LAN can be numbered from it.
    pub(super) fn new(
        prefix: Prefix,
        name_servers: [Option<Ipv6Addr>; 2],
        now: Instant,
    ) -> Option<Self> {
        let masked = masked(prefix.network, prefix.len)?;
        let is_global = !masked.is_multicast()
            && !masked.is_unicast_link_local()
            && !masked.is_unspecified()
            && !masked.is_loopback();
        (is_global && prefix.valid_s > 0).then_some(Self {
            prefix: masked,
            prefix_len: prefix.len,
            preferred_until: end_of(prefix.preferred_s, now),
            valid_until: end_of(prefix.valid_s, now),
            name_servers,
        })
    }

    /// The `index`th network of 64 bits in the prefix; `None` where it has fewer.
    #[must_use]
    pub fn subnet(&self, index: usize) -> Option<Ipv6Addr> {
        let index = u64::try_from(index).ok()?;
        let bits = 64_u32.checked_sub(u32::from(self.prefix_len))?;
        // Of 2^64 networks there is none too many.
        let fits = bits >= u64::BITS || index >> bits == 0;
        let network = self.prefix.to_bits() | u128::from(index) << 64;
        fits.then(|| Ipv6Addr::from_bits(network))
    }

    /// How long new connections may use the prefix, in seconds; `u32::MAX` is for ever.
    #[must_use]
    pub fn preferred_s(&self, now: Instant) -> u32 {
        left_s(self.preferred_until, now)
    }

    /// How long the prefix is ours, in seconds; `u32::MAX` is for ever.
    #[must_use]
    pub fn valid_s(&self, now: Instant) -> u32 {
        left_s(self.valid_until, now)
    }

    /// Whether this names the same prefix.
    pub(super) fn is(&self, prefix: &Prefix) -> bool {
        self.prefix_len == prefix.len && masked(prefix.network, prefix.len) == Some(self.prefix)
    }

    /// As an option names it.
    pub(super) fn named(&self) -> Prefix {
        Prefix {
            preferred_s: 0,
            valid_s: 0,
            len: self.prefix_len,
            network: self.prefix,
        }
    }
}

/// The first `len` bits of a network, if there are 1 to 64.
fn masked(network: Ipv6Addr, len: u8) -> Option<Ipv6Addr> {
    let behind = 128_u32.checked_sub(u32::from(len))?;
    let mask = u128::MAX.checked_shl(behind)?;
    (len <= 64).then(|| Ipv6Addr::from_bits(network.to_bits() & mask))
}

/// The end of a lifetime that begins now.
pub(super) fn end_of(lifetime_s: u32, now: Instant) -> Option<Instant> {
    let lifetime_ms = u64::from(lifetime_s).saturating_mul(1_000);
    (lifetime_s != INFINITY_S).then(|| now.after_ms(lifetime_ms))
}

fn left_s(until: Option<Instant>, now: Instant) -> u32 {
    until.map_or(INFINITY_S, |until| {
        u32::try_from(until.ms_since(now) / 1_000).unwrap_or(INFINITY_S)
    })
}
