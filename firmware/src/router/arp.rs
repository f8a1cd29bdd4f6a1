//! Address resolution for IPv4 over Ethernet (RFC 826).

use core::net::Ipv4Addr;

use super::bytes::{array_at, ipv4_at};
use super::ethernet::Mac;

const PACKET_LEN: usize = 28;
/// Ethernet, IPv4, and the lengths of their addresses.
const ETHERNET_AND_IPV4: [u8; 6] = [0, 1, 8, 0, 6, 4];

/// What an ARP packet is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Request,
    Reply,
}

/// One ARP packet.
#[derive(Clone, Copy)]
pub(crate) struct Arp {
    pub(crate) operation: Operation,
    pub(crate) sender_mac: Mac,
    pub(crate) sender: Ipv4Addr,
    pub(crate) target_mac: Mac,
    pub(crate) target: Ipv4Addr,
}

impl Arp {
    /// Reads a packet; `None` when it is cut, about other media, or neither request nor reply.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        if array_at(bytes, 0)? != ETHERNET_AND_IPV4 {
            return None;
        }
        let operation = match array_at(bytes, 6)? {
            [0, 1] => Operation::Request,
            [0, 2] => Operation::Reply,
            _ => return None,
        };
        Some(Self {
            operation,
            sender_mac: array_at(bytes, 8)?,
            sender: ipv4_at(bytes, 14)?,
            target_mac: array_at(bytes, 18)?,
            target: ipv4_at(bytes, 24)?,
        })
    }

    /// The packet as it goes onto the wire.
    pub(crate) fn to_bytes(self) -> [u8; PACKET_LEN] {
        let mut bytes = [0; PACKET_LEN];
        super::bytes::put(&mut bytes, 0, ETHERNET_AND_IPV4);
        let operation = match self.operation {
            Operation::Request => [0, 1],
            Operation::Reply => [0, 2],
        };
        super::bytes::put(&mut bytes, 6, operation);
        super::bytes::put(&mut bytes, 8, self.sender_mac);
        super::bytes::put(&mut bytes, 14, self.sender.octets());
        super::bytes::put(&mut bytes, 18, self.target_mac);
        super::bytes::put(&mut bytes, 24, self.target.octets());
        bytes
    }
}
