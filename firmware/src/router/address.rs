//! An address of either IP version.

use core::net::{Ipv4Addr, Ipv6Addr};

/// As `core::net::IpAddr`, but in whole words: that one lies at any byte, so that a Cortex-M copies
/// it byte by byte. The discriminant is a word for the same reason, here and in the other types that
/// a forwarded packet is described by: it saves a third of the instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Address {
    V4(Ipv4Addr),
    V6(Ipv6Addr),
}
