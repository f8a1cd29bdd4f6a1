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

/// What a glance at a frame or packet sees.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Glance {
    /// UDP or ICMP.
    NotTcp,
    /// TCP without SYN, and no later fragment.
    NotSyn,
    /// ARP, which every link has.
    NotIp,
    /// What takes a longer look.
    Other,
}

impl Glance {
    /// The answer, with a longer look where the glance has none.
    #[inline(always)]
    pub(crate) fn answer_or_else(self, longer_look: impl FnOnce() -> Outcome) -> Outcome {
        // A data segment for itself: its answer is then a constant, which one store writes.
        if self == Self::NotSyn
            && let Some(answer) = self.answer()
        {
            return answer;
        }
        match self.answer() {
            Some(answer) => answer,
            None => longer_look(),
        }
    }

    #[inline(always)]
    fn answer(self) -> Option<Outcome> {
        match self {
            Self::NotTcp => Some(Outcome::LeftAlone(Reason::NotTcp)),
            Self::NotSyn => Some(Outcome::LeftAlone(Reason::NotSyn)),
            Self::NotIp => Some(Outcome::LeftAlone(Reason::NotIp)),
            Self::Other => None,
        }
    }
}

/// A glance at an Ethernet frame.
#[inline(always)]
pub(crate) fn glance_at_frame(frame: &[u8]) -> Glance {
    let Some(start) = frame.first_chunk::<GLANCE_LEN>() else {
        return Glance::Other;
    };
    match start.split_first_chunk::<{ ethernet::HEADER_LEN }>() {
        Some((header, packet)) if [header[12], header[13]] == ethertype::IPV4.to_be_bytes() => {
            glance_at_ipv4(packet)
        }
        // Four bytes, not its ethertype alone: to have that at hand for both would cost data segments an
        // instruction where the processor compares in memory.
        _ if bytes::at(start, ethernet::ETHERTYPE_AT) == Some(&ethernet::ARP) => Glance::NotIp,
        _ => Glance::Other,
    }
}

/// A glance at a packet, which may be one of IPv4.
#[inline(always)]
pub(crate) fn glance_at_ipv4(packet: &[u8]) -> Glance {
    let Some(packet) = packet.first_chunk::<IPV4_FLAGS_END>() else {
        return Glance::Other;
    };
    if packet[0] != ipv4::VERSION_4_WITHOUT_OPTIONS {
        return Glance::Other;
    }
    if packet[9] != protocol::TCP {
        is_rare();
        return match packet[9] {
            protocol::UDP | protocol::ICMP => Glance::NotTcp,
            _ => Glance::Other,
        };
    }
    let has_syn = packet[IPV4_FLAGS_END - 1] & tcp::SYN != 0;
    if has_fragment_bits(packet, ipv4::FRAGMENT_OFFSET) || has_syn {
        return Glance::Other;
    }
    Glance::NotSyn
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
    let (version, packet, overhead_bytes) = if ethertype == ethertype::IPV4.to_be() {
        (Version::V4, behind, 0)
    } else {
        is_rare();
        if ethertype == ethertype::IPV6.to_be() {
            (Version::V6, behind, 0)
        } else if ethertype == ethertype::PPPOE_SESSION.to_be() {
            let (version, packet) = pppoe::plain_payload(behind)?;
            (version, packet, pppoe::PLAIN_OVERHEAD_BYTES)
        } else {
            return None;
        }
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
    whole_header(packet, ipv4::FIXED_HEADER_LEN, total_len, data_offset).map(Ok)
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
    whole_header(payload, 0, payload_len, data_offset).map(Ok)
}

/// The TCP header at byte `at`, if all of it lies in the first `len` bytes, and those are there.
#[inline(always)]
fn whole_header(bytes: &mut [u8], at: usize, len: usize, data_offset: u8) -> Option<&mut [u8]> {
    let header_len = tcp::header_len(data_offset);
    let end = at.wrapping_add(header_len);
    if header_len < tcp::FIXED_HEADER_LEN || end > len || len > bytes.len() {
        return None;
    }
    bytes.get_mut(at..end)
}

/// Whether the fragment field has any of these bits.
#[inline(always)]
fn has_fragment_bits(packet: &[u8; IPV4_FLAGS_END], bits: u16) -> bool {
    match bytes::at(packet, ipv4::FRAGMENT_AT) {
        Some(&field) => u16::from_be_bytes(field) & bits != 0,
        None => true,
    }
}

/// Few packets come by here. [`cold_path`] says the same, but nothing where the compiler builds for size.
#[cold]
#[inline(always)]
fn is_rare() {}
