//! What IPv4 and IPv6 have in common: versions, protocol numbers, and the payload that they bound.

use crate::outcome::{Layer, Malformed, Outcome, Reason};
use crate::rest::Rest;
use crate::{ipv4, tcp};

/// An IP version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    V4,
    V6,
}

/// An IP packet, as announced by what lies in front of it.
pub(crate) struct Packet<'a> {
    pub(crate) version: Version,
    pub(crate) rest: Rest<'a>,
    /// What the headers in front may cost more in the other direction: the byte that a compressed
    /// PPP protocol field saves.
    pub(crate) saved_bytes: usize,
}

impl<'a> Packet<'a> {
    pub(crate) fn new(version: Version, rest: Rest<'a>) -> Self {
        Self {
            version,
            rest,
            saved_bytes: 0,
        }
    }

    /// A packet that nothing announces: its own version field says what it is.
    pub(crate) fn bare(rest: Rest<'a>) -> Result<Self, Outcome> {
        let Some(first) = rest.bytes.first() else {
            return Err(rest.shorter_than(Layer::Ipv4, ipv4::FIXED_HEADER_LEN));
        };
        match first >> 4 {
            4 => Ok(Self::new(Version::V4, rest)),
            6 => Ok(Self::new(Version::V6, rest)),
            version => Err(Outcome::Malformed(Malformed::WrongVersion {
                layer: Layer::Ipv4,
                version,
            })),
        }
    }
}

/// IP protocol numbers and IPv6 next headers that the walk knows (IANA, "Protocol Numbers").
pub(crate) mod protocol {
    pub(crate) const HOP_BY_HOP: u8 = 0;
    pub(crate) const IPV4: u8 = 4;
    pub(crate) const TCP: u8 = 6;
    pub(crate) const IPV6: u8 = 41;
    pub(crate) const ROUTING: u8 = 43;
    pub(crate) const FRAGMENT: u8 = 44;
    pub(crate) const GRE: u8 = 47;
    pub(crate) const ESP: u8 = 50;
    pub(crate) const AH: u8 = 51;
    pub(crate) const DESTINATION_OPTIONS: u8 = 60;
}

/// What an IP packet carries, bounded by the packet's own length: padding behind it is not TCP.
pub(crate) struct Payload<'a> {
    pub(crate) protocol: u8,
    /// The first of several fragments, or an atomic one (RFC 6946).
    pub(crate) is_fragment: bool,
    pub(crate) rest: Rest<'a>,
}

/// Answers a segment without SYN from its flags alone: nearly every packet leaves here. The lengths
/// have not been judged yet, and a segment whose flags are not there goes on to be.
pub(crate) fn refuse_without_syn(packet: Rest<'_>, tcp_at: usize) -> Result<(), Outcome> {
    match packet.bytes.get(tcp_at.wrapping_add(tcp::FLAGS_AT)) {
        Some(&flags) if !tcp::is_syn(flags) => Err(Outcome::LeftAlone(Reason::NotSyn)),
        _ => Ok(()),
    }
}
