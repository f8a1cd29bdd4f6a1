//! What IPv4 and IPv6 have in common: versions, protocol numbers, and what they carry.

use crate::cursor::{Bytes, Cursor};
use crate::outcome::{Layer, Reason};
use crate::source::Source;
use crate::stop::Stop;
use crate::{ipv4, tcp};

/// An IP version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    V4,
    V6,
}

impl Version {
    /// The version of a packet that nothing announces: its own version field says it.
    #[inline(always)]
    pub(crate) fn of_bare_packet(packet: &Cursor<impl Bytes, impl Source>) -> Result<Self, Stop> {
        let Some(first) = packet.bytes().first() else {
            return Err(packet.unreadable(Layer::Ipv4, ipv4::FIXED_HEADER_LEN));
        };
        match usize::from(first >> 4) {
            4 => Ok(Self::V4),
            6 => Ok(Self::V6),
            version => Err(Stop::WrongVersion {
                layer: Layer::Ipv4,
                version,
            }),
        }
    }
}

/// IP protocol numbers and IPv6 next headers that the walk knows (IANA, "Protocol Numbers").
pub(crate) mod protocol {
    pub(crate) const HOP_BY_HOP: u8 = 0;
    pub(crate) const ICMP: u8 = 1;
    pub(crate) const IPV4: u8 = 4;
    pub(crate) const TCP: u8 = 6;
    pub(crate) const UDP: u8 = 17;
    pub(crate) const IPV6: u8 = 41;
    pub(crate) const ROUTING: u8 = 43;
    pub(crate) const FRAGMENT: u8 = 44;
    pub(crate) const GRE: u8 = 47;
    pub(crate) const ESP: u8 = 50;
    pub(crate) const AH: u8 = 51;
    pub(crate) const DESTINATION_OPTIONS: u8 = 60;
}

/// What the cursor stands at, behind the IP headers of a packet and bounded by its length: padding
/// behind the packet is not TCP.
#[derive(Clone, Copy)]
pub(crate) struct Payload {
    pub(crate) protocol: u8,
    /// The first of several fragments, or an atomic one (RFC 6946).
    pub(crate) is_fragment: bool,
}

/// Lets through what the walk can follow or has a word about: TCP, tunnels, and AH.
#[inline(always)]
pub(crate) fn refuse_opaque(protocol: u8) -> Result<(), Stop> {
    match protocol {
        protocol::TCP | protocol::IPV4 | protocol::IPV6 | protocol::GRE | protocol::AH => Ok(()),
        protocol::ESP => Err(Stop::Leave(Reason::Encrypted)),
        _ => Err(Stop::Leave(Reason::NotTcp)),
    }
}

/// Whatever is under AH stays as it is.
#[inline(always)]
pub(crate) fn refuse_authenticated(protocol: u8) -> Result<(), Stop> {
    match protocol {
        protocol::AH => Err(Stop::Leave(Reason::AuthenticationHeader)),
        _ => Ok(()),
    }
}

/// Answers a segment without SYN from its flags alone: nearly every packet leaves here. The lengths
/// have not been judged yet, and a segment whose flags are not there goes on to be.
#[inline(always)]
pub(crate) fn refuse_without_syn(
    packet: &Cursor<impl Bytes, impl Source>,
    tcp_at: usize,
) -> Result<(), Stop> {
    match packet.bytes().get(tcp_at.wrapping_add(tcp::FLAGS_AT)) {
        Some(&flags) if !tcp::is_syn(flags) => Err(Stop::Leave(Reason::NotSyn)),
        _ => Ok(()),
    }
}
