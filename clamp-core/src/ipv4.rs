//! IPv4 (RFC 791).

use core::hint::cold_path;

use crate::cursor::{Bytes, Cursor};
use crate::ip::{Payload, protocol, refuse_authenticated, refuse_opaque, refuse_without_syn};
use crate::outcome::{Layer, Outcome, Reason};
use crate::source::Source;
use crate::stop::Stop;
use crate::{bytes, tcp};

pub(crate) const FIXED_HEADER_LEN: usize = 20;
/// Behind the flags of a segment in a packet without IP options.
pub(crate) const TCP_FLAGS_END: usize = FIXED_HEADER_LEN + tcp::FLAGS_AT + 1;
const VERSION_4_WITHOUT_OPTIONS: u8 = 0x45;
/// Flags and fragment offset.
const FRAGMENT_AT: usize = 6;
const MORE_FRAGMENTS: u16 = 0x2000;
const FRAGMENT_OFFSET: u16 = 0x1fff;

/// The answer to a packet that plainly holds no SYN, from its first bytes: without IP options, UDP,
/// ICMP, or TCP without SYN that is not a later fragment. Most packets are, and the whole walk would
/// give the same answer.
#[inline(always)]
pub(crate) fn glance(packet: &[u8; TCP_FLAGS_END]) -> Option<Outcome> {
    if packet[0] != VERSION_4_WITHOUT_OPTIONS {
        return None;
    }
    if packet[9] != protocol::TCP {
        cold_path();
        let is_plain = matches!(packet[9], protocol::UDP | protocol::ICMP);
        return is_plain.then_some(Outcome::LeftAlone(Reason::NotTcp));
    }
    let has_syn = packet[TCP_FLAGS_END - 1] & tcp::SYN != 0;
    if has_syn || has_fragment_bits(packet, FRAGMENT_OFFSET) {
        return None;
    }
    Some(Outcome::LeftAlone(Reason::NotSyn))
}

/// Whether the fragment field has any of these bits. They are compared in network order, which swaps
/// nothing.
#[inline(always)]
fn has_fragment_bits(packet: &[u8; TCP_FLAGS_END], bits: u16) -> bool {
    match bytes::at(packet, FRAGMENT_AT) {
        Some(&field) => u16::from_ne_bytes(field) & bits.to_be() != 0,
        None => true,
    }
}

/// The TCP header of a plain SYN: whole, in a packet without IP options that is no fragment. The
/// whole walk would find the same one.
#[inline(always)]
pub(crate) fn plain_syn(packet: &mut [u8]) -> Option<&mut [u8]> {
    let header = packet.first_chunk::<TCP_FLAGS_END>()?;
    if header[0] != VERSION_4_WITHOUT_OPTIONS
        || header[9] != protocol::TCP
        || !tcp::is_syn(header[TCP_FLAGS_END - 1])
        || has_fragment_bits(header, MORE_FRAGMENTS | FRAGMENT_OFFSET)
    {
        return None;
    }
    let total_len = usize::from(u16::from_be_bytes([header[2], header[3]]));
    let packet = packet.get_mut(..total_len)?;
    packet.first_chunk::<{ FIXED_HEADER_LEN + tcp::FIXED_HEADER_LEN }>()?;
    let (_, segment) = packet.split_first_chunk_mut::<FIXED_HEADER_LEN>()?;
    tcp::whole_header(segment)
}

/// Moves to what the packet carries: TCP or a tunnel; anything else leaves here with its reason.
#[inline(always)]
pub(crate) fn payload(packet: &mut Cursor<impl Bytes, impl Source>) -> Result<Payload, Stop> {
    let header: &[u8; FIXED_HEADER_LEN] = packet.header(Layer::Ipv4)?;
    let version = usize::from(header[0] >> 4);
    if version != 4 {
        return Err(Stop::WrongVersion {
            layer: Layer::Ipv4,
            version,
        });
    }
    let header_len = usize::from(header[0] & 0x0f) << 2;
    if header_len < FIXED_HEADER_LEN {
        return Err(Stop::short_of(Layer::Ipv4, FIXED_HEADER_LEN, header_len));
    }
    let fragment = u16::from_be_bytes([header[6], header[7]]);
    let is_later_fragment = fragment & FRAGMENT_OFFSET != 0;
    let protocol = header[9];
    if protocol != protocol::TCP {
        cold_path();
        refuse_opaque(protocol)?;
    } else if !is_later_fragment {
        refuse_without_syn(packet, header_len)?;
    }
    let total_len = usize::from(u16::from_be_bytes([header[2], header[3]]));
    if total_len < header_len {
        return Err(Stop::short_of(Layer::Ipv4, header_len, total_len));
    }
    packet.bound(Layer::Ipv4, total_len)?;
    if is_later_fragment {
        return Err(Stop::Leave(Reason::Fragment));
    }
    refuse_authenticated(protocol)?;
    packet.pass(Layer::Ipv4, header_len)?;
    Ok(Payload {
        protocol,
        is_fragment: fragment & MORE_FRAGMENTS != 0,
    })
}
