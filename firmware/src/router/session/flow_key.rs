//! The hash under which a session is found, from either side.

use crate::router::address::Address;
use core::net::Ipv4Addr;

use super::Endpoint;
use crate::router::hash::HashKey;

/// Hashes the ends of sessions.
#[derive(Clone, Copy)]
pub(crate) struct FlowKey(pub(crate) HashKey);

impl FlowKey {
    /// For a packet from outside. With IPv4 the outside address is the same for all, so it isn't
    /// part of the key.
    pub(crate) fn outside(self, protocol: u8, outside: Endpoint, remote: Endpoint) -> u32 {
        match outside.0 {
            Address::V4(_) => {
                let anybody = Address::V4(Ipv4Addr::UNSPECIFIED);
                self.inside(protocol, (anybody, outside.1), remote)
            }
            Address::V6(_) => self.inside(protocol, outside, remote),
        }
    }

    /// For a packet from inside.
    pub(crate) fn inside(self, protocol: u8, inside: Endpoint, remote: Endpoint) -> u32 {
        let ports = u32::from(inside.1) << 16 | u32::from(remote.1);
        match (inside.0, remote.0) {
            (Address::V4(inside), Address::V4(remote)) => {
                let words = [inside.to_bits(), remote.to_bits(), ports];
                self.0.hash_and_byte(words, protocol)
            }
            (inside, remote) => {
                let words = |address| match address {
                    Address::V4(address) => [0, 0, 0, address.to_bits()],
                    Address::V6(address) => super::words_v6(address),
                };
                let ([a, b, c, d], [e, f, g, h]) = (words(inside), words(remote));
                self.0
                    .hash_and_byte([a, b, c, d, e, f, g, h, ports], protocol)
            }
        }
    }
}
