//! What a plain router does to SYNs.

use clamp_core::{Clamp, Outcome};
use smoltcp::wire::{IpProtocol, TcpPacket};

use super::super::packet::{Ip, RST, SYN, Tcp, headers_len, smol};
use super::super::scenario::{ClampPolicy, Clamper, Heading};

const NOP: u8 = 1;
const END: u8 = 0;
const MSS: u8 = 2;
const MSS_LEN: u8 = 4;
const CHECKSUM_AT: usize = 16;
const HEADER_LEN: usize = 20;
/// Room for an option that is put in.
const MSS_OPTION_LEN: usize = 4;

/// Clamps a packet between two ports of these MTUs. `heading` is `None` between two ports of which
/// none is the uplink.
pub(super) fn clamp(
    policy: &ClampPolicy,
    packet: &mut Vec<u8>,
    mtu_bytes: usize,
    heading: Option<Heading>,
) {
    if policy.only.is_some() && policy.only != heading {
        return;
    }
    let Some(ip) = Ip::read(packet) else {
        return;
    };
    let version = if ip.source.is_ipv4() { 4 } else { 6 };
    if policy.only_ip.is_some_and(|only| only != version) {
        return;
    }
    if policy.not_with_data && Tcp::read(&ip).is_some_and(|tcp| tcp.payload_len != 0) {
        return;
    }
    let Some(clamp) = clamp_of(policy, mtu_bytes) else {
        return;
    };
    match policy.by {
        Clamper::Core => {
            let outcome = clamp.packet(packet);
            if policy.insert_missing && matches!(outcome, Outcome::LeftAlone(_)) {
                insert(clamp, packet);
            }
        }
        Clamper::Linux => {
            let fixed = if version == 4 {
                policy.max_mss_v4
            } else {
                policy.max_mss_v6
            };
            let of_mtu = u16::try_from(mtu_bytes).unwrap_or(u16::MAX) - headers_len(version);
            let header_len = packet.len() - ip.payload.len();
            if !as_linux_does(&mut packet[header_len..], fixed.unwrap_or(of_mtu))
                && policy.insert_missing
            {
                insert(clamp, packet);
            }
        }
    }
}

fn clamp_of(policy: &ClampPolicy, mtu_bytes: usize) -> Option<Clamp> {
    let fixed = (policy.max_mss_v4, policy.max_mss_v6);
    let clamp = if fixed == (None, None) {
        Clamp::for_link_mtu(u32::try_from(mtu_bytes).ok()?)
    } else {
        Clamp::for_max_mss(fixed.0, fixed.1)
    };
    let clamp = clamp.ok()?;
    Some(if policy.tunnels {
        clamp.through_tunnels()
    } else {
        clamp
    })
}

fn insert(clamp: Clamp, packet: &mut Vec<u8>) {
    let len = packet.len();
    packet.resize(len + MSS_OPTION_LEN, 0);
    let inserted = clamp.insert_in_packet(packet, len);
    packet.truncate(match inserted {
        clamp_core::Insertion::Inserted { len, .. } => len,
        _ => len,
    });
}

/// Lowers the first MSS of a segment as `xt_TCPMSS` does, and updates the checksum as if it stood at
/// an even offset. Says whether there is anything to put in no more.
fn as_linux_does(segment: &mut [u8], ceiling: u16) -> bool {
    let Some(&flags) = segment.get(13) else {
        return true;
    };
    if flags & (SYN | RST) != SYN {
        return true;
    }
    let end = usize::from(segment[12] >> 4) * 4;
    let mut at = HEADER_LEN;
    while at + usize::from(MSS_LEN) <= end.min(segment.len()) {
        match (segment[at], segment[at + 1]) {
            (MSS, MSS_LEN) => {
                let value = u16::from_be_bytes([segment[at + 2], segment[at + 3]]);
                if value > ceiling {
                    segment[at + 2..at + 4].copy_from_slice(&ceiling.to_be_bytes());
                    replace_word(segment, value, ceiling);
                }
                return true;
            }
            (NOP | END, _) | (_, 0 | 1) => at += 1,
            (_, len) => at += usize::from(len),
        }
    }
    false
}

/// RFC 1624, eqn. 3.
fn replace_word(segment: &mut [u8], old: u16, new: u16) {
    let checksum = u16::from_be_bytes([segment[CHECKSUM_AT], segment[CHECKSUM_AT + 1]]);
    let sum = u32::from(!checksum) + u32::from(!old) + u32::from(new);
    let sum = (sum & 0xffff) + (sum >> 16);
    let sum = (sum & 0xffff) + (sum >> 16);
    let checksum = !u16::try_from(sum).unwrap_or(0);
    segment[CHECKSUM_AT..CHECKSUM_AT + 2].copy_from_slice(&checksum.to_be_bytes());
}

/// Computes a TCP checksum over whatever the segment holds, as a MAC with checksum offload does.
pub(super) fn recompute_checksum(packet: &mut [u8]) {
    let Some(ip) = Ip::read(packet) else {
        return;
    };
    if ip.protocol != IpProtocol::Tcp || ip.payload.len() < HEADER_LEN {
        return;
    }
    let ends = (smol(ip.source), smol(ip.destination));
    let header_len = packet.len() - ip.payload.len();
    TcpPacket::new_unchecked(&mut packet[header_len..]).fill_checksum(&ends.0, &ends.1);
}
