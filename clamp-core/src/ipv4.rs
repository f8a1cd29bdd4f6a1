//! IPv4 (RFC 791).

use crate::cursor::Cursor;
use crate::ip::{Payload, protocol, refuse_without_syn};
use crate::outcome::{Layer, Outcome, Reason};
use crate::tcp;

pub(crate) const FIXED_HEADER_LEN: usize = 20;
/// Behind the flags of a segment in a packet without IP options.
pub(crate) const TCP_FLAGS_END: usize = FIXED_HEADER_LEN + tcp::FLAGS_AT + 1;
const VERSION_4_WITHOUT_OPTIONS: u8 = 0x45;
const MORE_FRAGMENTS: u16 = 0x2000;
const FRAGMENT_OFFSET: u16 = 0x1fff;

/// Why a packet plainly holds no SYN.
pub(crate) enum Plainly {
    NotSyn,
    NotTcp,
}

impl Plainly {
    /// References, since the compiler hands on a constant as a whole, where it would put an outcome
    /// together from its pieces.
    #[inline(always)]
    pub(crate) fn outcome(self) -> Outcome {
        match self {
            Self::NotSyn => *const { &Outcome::LeftAlone(Reason::NotSyn) },
            Self::NotTcp => *const { &Outcome::LeftAlone(Reason::NotTcp) },
        }
    }
}

/// The answer to a packet that plainly holds no SYN, from its first bytes: without IP options, UDP,
/// ICMP, or TCP without SYN that is not a later fragment. Most packets are, and the whole walk would
/// give the same answer.
#[inline(always)]
pub(crate) fn plain_answer(packet: &[u8; TCP_FLAGS_END]) -> Option<Plainly> {
    if packet[0] != VERSION_4_WITHOUT_OPTIONS {
        return None;
    }
    let protocol = packet[9];
    if protocol == protocol::TCP {
        let fragment = u16::from_be_bytes([packet[6], packet[7]]);
        let is_syn = tcp::is_syn(packet[TCP_FLAGS_END - 1]);
        return (fragment & FRAGMENT_OFFSET == 0 && !is_syn).then_some(Plainly::NotSyn);
    }
    matches!(protocol, protocol::UDP | protocol::ICMP).then_some(Plainly::NotTcp)
}

/// Moves to what the packet carries: TCP or a tunnel; anything else leaves here with its reason.
#[inline(always)]
pub(crate) fn payload(packet: &mut Cursor<'_>) -> Option<Payload> {
    let header: &[u8; FIXED_HEADER_LEN] = packet.header(Layer::Ipv4)?;
    let version = header[0] >> 4;
    if version != 4 {
        return packet.wrong_version(Layer::Ipv4, version);
    }
    let header_len = usize::from(header[0] & 0x0f) << 2;
    if header_len < FIXED_HEADER_LEN {
        return packet.too_short(Layer::Ipv4, FIXED_HEADER_LEN, header_len);
    }
    let fragment = u16::from_be_bytes([header[6], header[7]]);
    let is_later_fragment = fragment & FRAGMENT_OFFSET != 0;
    let protocol = header[9];
    match protocol {
        protocol::TCP if !is_later_fragment => refuse_without_syn(packet, header_len)?,
        protocol::TCP | protocol::AH | protocol::IPV4 | protocol::IPV6 | protocol::GRE => {}
        protocol::ESP => return packet.leave(Reason::Encrypted),
        _ => return packet.leave(Reason::NotTcp),
    }
    let total_len = usize::from(u16::from_be_bytes([header[2], header[3]]));
    if total_len < header_len {
        return packet.too_short(Layer::Ipv4, header_len, total_len);
    }
    packet.bound(Layer::Ipv4, total_len)?;
    if is_later_fragment {
        return packet.leave(Reason::Fragment);
    }
    if protocol == protocol::AH {
        return packet.leave(Reason::AuthenticationHeader);
    }
    packet.pass(Layer::Ipv4, header_len)?;
    Some(Payload {
        protocol,
        is_fragment: fragment & MORE_FRAGMENTS != 0,
    })
}
