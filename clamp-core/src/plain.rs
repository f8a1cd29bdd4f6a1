//! The short ways of plain packets, which nearly all are: without IP options or extension headers, no
//! fragment, behind at most one VLAN tag and a PPPoE session's header. Where they have an answer it is
//! the one of the whole walk.

use core::hint::cold_path;

use crate::ethernet::{self, ethertype};
use crate::ip::{Version, protocol};
use crate::outcome::{Outcome, Reason};
use crate::{bytes, ipv4, ipv6, pppoe, tcp};

/// Behind the flags of a segment in a plain packet.
const IPV4_FLAGS_END: usize = ipv4::FIXED_HEADER_LEN + tcp::FLAGS_AT + 1;
const IPV6_FLAGS_END: usize = ipv6::HEADER_LEN + tcp::FLAGS_AT + 1;
/// What a glance at a frame takes.
const GLANCE_LEN: usize = ethernet::HEADER_LEN + IPV4_FLAGS_END;

/// A SYN in a plain packet.
pub(crate) struct PlainSyn<'p> {
    /// The TCP header, options included.
    pub(crate) header: &'p mut [u8],
    pub(crate) version: Version,
    /// What the link carries in front of the IP header.
    pub(crate) overhead_bytes: u32,
}

/// The answer to an Ethernet frame of IPv4 that holds no SYN, as [`glance_at_ipv4`].
#[inline(always)]
pub(crate) fn glance_at_frame(frame: &[u8]) -> Option<Outcome> {
    let start = frame.first_chunk::<GLANCE_LEN>()?;
    let (header, packet) = start.split_first_chunk::<{ ethernet::HEADER_LEN }>()?;
    if [header[12], header[13]] != ethertype::IPV4.to_be_bytes() {
        return None;
    }
    glance_at_ipv4(packet)
}

/// The answer to an IPv4 packet that holds no SYN, from its first bytes: UDP, ICMP, or TCP without
/// SYN that is not a later fragment.
#[inline(always)]
pub(crate) fn glance_at_ipv4(packet: &[u8]) -> Option<Outcome> {
    let packet = packet.first_chunk::<IPV4_FLAGS_END>()?;
    if packet[0] != ipv4::VERSION_4_WITHOUT_OPTIONS {
        return None;
    }
    if packet[9] != protocol::TCP {
        cold_path();
        let is_plain = matches!(packet[9], protocol::UDP | protocol::ICMP);
        return is_plain.then_some(Outcome::LeftAlone(Reason::NotTcp));
    }
    let has_syn = packet[IPV4_FLAGS_END - 1] & tcp::SYN != 0;
    if has_syn || has_fragment_bits(packet, ipv4::FRAGMENT_OFFSET) {
        return None;
    }
    Some(Outcome::LeftAlone(Reason::NotSyn))
}

/// The SYN in a plain Ethernet frame, or why the frame is left alone.
#[inline(always)]
pub(crate) fn syn_in_frame(frame: &mut [u8]) -> Option<Result<PlainSyn<'_>, Reason>> {
    let (header, mut behind) = frame.split_first_chunk_mut::<{ ethernet::HEADER_LEN }>()?;
    let mut ethertype = u16::from_ne_bytes([header[12], header[13]]);
    if ethertype == ethertype::VLAN.to_be() {
        let (tag, packet) = behind.split_first_chunk_mut::<{ ethernet::TAG_LEN }>()?;
        ethertype = u16::from_ne_bytes([tag[2], tag[3]]);
        behind = packet;
    }
    let (version, packet, overhead_bytes) = if ethertype == ethertype::PPPOE_SESSION.to_be() {
        let (version, packet) = pppoe::plain_payload(behind)?;
        (version, packet, pppoe::PLAIN_OVERHEAD_BYTES)
    } else if ethertype == ethertype::IPV4.to_be() {
        (Version::V4, behind, 0)
    } else if ethertype == ethertype::IPV6.to_be() {
        (Version::V6, behind, 0)
    } else {
        return None;
    };
    let answer = match version {
        Version::V4 => syn_in_ipv4(packet),
        Version::V6 => syn_in_ipv6(packet),
    }?;
    Some(answer.map(|header| PlainSyn {
        header,
        version,
        overhead_bytes,
    }))
}

/// The TCP header of the SYN in a plain IPv4 packet, options included, or why the packet is left alone.
#[inline(always)]
pub(crate) fn syn_in_ipv4(packet: &mut [u8]) -> Option<Result<&mut [u8], Reason>> {
    let start = packet.first_chunk::<IPV4_FLAGS_END>()?;
    if start[0] != ipv4::VERSION_4_WITHOUT_OPTIONS {
        return None;
    }
    if start[9] != protocol::TCP {
        cold_path();
        return (start[9] == protocol::UDP).then_some(Err(Reason::NotTcp));
    }
    if has_fragment_bits(start, ipv4::MORE_FRAGMENTS | ipv4::FRAGMENT_OFFSET) {
        return None;
    }
    if !tcp::is_syn(start[IPV4_FLAGS_END - 1]) {
        return Some(Err(Reason::NotSyn));
    }
    let total_len = usize::from(u16::from_be_bytes([start[2], start[3]]));
    let data_offset = start[ipv4::FIXED_HEADER_LEN + tcp::DATA_OFFSET_AT];
    let segment = packet.get_mut(ipv4::FIXED_HEADER_LEN..total_len)?;
    tcp::whole_header(segment, data_offset).map(Ok)
}

/// The same in an IPv6 packet.
#[inline(always)]
fn syn_in_ipv6(packet: &mut [u8]) -> Option<Result<&mut [u8], Reason>> {
    let start = packet.first_chunk::<IPV6_FLAGS_END>()?;
    if start[0] >> 4 != 6 {
        return None;
    }
    if start[6] != protocol::TCP {
        cold_path();
        return (start[6] == protocol::UDP).then_some(Err(Reason::NotTcp));
    }
    if !tcp::is_syn(start[IPV6_FLAGS_END - 1]) {
        return Some(Err(Reason::NotSyn));
    }
    let payload_len = usize::from(u16::from_be_bytes([start[4], start[5]]));
    let data_offset = start[ipv6::HEADER_LEN + tcp::DATA_OFFSET_AT];
    let (_, payload) = packet.split_first_chunk_mut::<{ ipv6::HEADER_LEN }>()?;
    tcp::whole_header(payload.get_mut(..payload_len)?, data_offset).map(Ok)
}

/// Whether the fragment field has any of these bits.
#[inline(always)]
fn has_fragment_bits(packet: &[u8; IPV4_FLAGS_END], bits: u16) -> bool {
    match bytes::at(packet, ipv4::FRAGMENT_AT) {
        Some(&field) => u16::from_be_bytes(field) & bits != 0,
        None => true,
    }
}
