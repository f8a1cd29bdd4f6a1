//! An address of either IP version.

use core::net::{Ipv4Addr, Ipv6Addr};

/// As `core::net::IpAddr`, but in whole words: that one lies at any byte, so that a Cortex-M copies
/// it byte by byte. The discriminant is a word for the same reason, here and in the other types that
/// a forwarded packet is described by: it saves a third of the instructions.
#[derive(Clone, Copy, Debug, Eq)]
#[repr(u32)]
pub(crate) enum Address {
    V4(Ipv4Addr),
    V6(Ipv6Addr),
}

impl Address {
    /// An IPv6 address, copied in words: as bytes, which it is made of, a call would copy it.
    #[inline(always)]
    pub(crate) fn v6(address: Ipv6Addr) -> Self {
        Self::V6(Ipv6Addr::from_bits(address.to_bits()))
    }
}

impl PartialEq for Address {
    #[inline(always)]
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::V4(one), Self::V4(other)) => one == other,
            (Self::V6(one), Self::V6(other)) => is_same_v6(*one, *other),
            _ => false,
        }
    }
}

/// Whether two addresses are the same: what `==` says, in words and not by a call that compares bytes.
#[inline(always)]
pub(crate) fn is_same_v6(one: Ipv6Addr, other: Ipv6Addr) -> bool {
    one.to_bits() == other.to_bits()
}
