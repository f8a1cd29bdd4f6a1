//! What a Rust user would write today to clamp a plain IPv4 SYN in an Ethernet frame with somebody else's
//! wire formats, as their documentation leads one to write it.
//!
//! Each looks for IPv4 and TCP only, without VLAN, PPPoE, IPv6 or tunnels.

#![no_std]

mod etherparse;
mod pnet;
mod smoltcp;

pub use crate::etherparse::etherparse;
pub use crate::pnet::pnet;
pub use crate::smoltcp::{smoltcp_in_place, smoltcp_repr};
