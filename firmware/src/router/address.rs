//! An address of either IP version.

use core::net::{Ipv4Addr, Ipv6Addr};

/// As `core::net::IpAddr`, but aligned: that one lies at any byte, so that a Cortex-M copies it byte
/// by byte, which took half of all instructions of a forwarded packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(align(4))]
pub(crate) enum Address {
    V4(Ipv4Addr),
    V6(Ipv6Addr),
}
