//! Fragmentation Needed (RFC 792, RFC 1191) and Packet Too Big (RFC 4443).

use std::net::IpAddr;

use smoltcp::wire::{Icmpv4Packet, Icmpv6Packet, IpProtocol};

use super::super::packet::{Ip, is_icmp_error, packet};

/// The error with its IP header is at most so long (RFC 1812, section 4.3.2.3).
const MOST_V4: usize = 576 - 20;
/// RFC 4443, section 2.4.
const MOST_V6: usize = 1280 - 40;
const HEADER_LEN: usize = 8;

/// The packet that tells the sender of `too_long` how much could pass; `None` about an ICMP error.
pub(super) fn too_big(from: IpAddr, too_long: &[u8], mtu_bytes: usize) -> Option<Vec<u8>> {
    let ip = Ip::read(too_long)?;
    if is_icmp_error(&ip) {
        return None;
    }
    let is_v4 = from.is_ipv4();
    let most = if is_v4 { MOST_V4 } else { MOST_V6 } - HEADER_LEN;
    let quote = &too_long[..too_long.len().min(most)];
    let mtu_bytes = u32::try_from(mtu_bytes).unwrap_or(u32::MAX);
    let (protocol, head) = if is_v4 {
        (IpProtocol::Icmp, [3, 4, 0, 0])
    } else {
        (IpProtocol::Icmpv6, [2, 0, 0, 0])
    };
    let message = [&head[..], &mtu_bytes.to_be_bytes(), quote].concat();
    let to = ip.source;
    Some(packet(from, to, protocol, message.len(), |bytes| {
        bytes.copy_from_slice(&message);
        fill_checksum(from, to, bytes);
    }))
}

fn fill_checksum(from: IpAddr, to: IpAddr, bytes: &mut [u8]) {
    match (from, to) {
        (IpAddr::V6(from), IpAddr::V6(to)) => {
            Icmpv6Packet::new_unchecked(bytes).fill_checksum(&from, &to);
        }
        _ => Icmpv4Packet::new_unchecked(bytes).fill_checksum(),
    }
}
