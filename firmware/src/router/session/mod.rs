//! Sessions: one table for the masquerade (IPv4) and the firewall (IPv6).

mod class;
mod flow_key;
mod hosts;
mod index;
mod list;
mod mapping;
mod recent;
mod slots;
mod table;
mod tcp_state;

use crate::router::address::Address;
use core::net::Ipv6Addr;

pub(crate) use index::{Index, Slot};
pub(crate) use slots::Slots;
pub(crate) use table::{Asked, Flow, Sessions};

/// Who sent a packet of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// The LAN host, or the box's own stack.
    Inside,
    /// The other end.
    Outside,
}

/// An address with a port; for an echo, the identifier or 0; 0 for protocols without ports.
pub(crate) type Endpoint = (Address, u16);

fn words_v6(address: Ipv6Addr) -> [u32; 4] {
    let bits = address.to_bits().to_be_bytes();
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = bits;
    [
        u32::from_be_bytes([a, b, c, d]),
        u32::from_be_bytes([e, f, g, h]),
        u32::from_be_bytes([i, j, k, l]),
        u32::from_be_bytes([m, n, o, p]),
    ]
}
