//! The data path of an open session.

use core::net::Ipv4Addr;

use super::frame;
use super::io::Mac;

/// An IP version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// IPv4.
    Ipv4,
    /// IPv6.
    Ipv6,
}

/// PPP's protocol numbers (RFC 1332, section 3; RFC 5072, section 2).
pub(crate) const IPV4: u16 = 0x0021;
pub(crate) const IPV6: u16 = 0x0057;

/// A session in which packets may be sent: to whom, and under which numbers. It is there from the
/// moment on at which one IP version is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The access concentrator's address: the destination of every frame.
    pub access_concentrator: Mac,
    /// The session's number.
    pub session_id: u16,
    /// The largest IP packet in either direction, in bytes.
    pub mtu_bytes: u16,
    /// IPv4, while it is open.
    pub ipv4: Option<LineIpv4>,
    /// IPv6, while it is open.
    pub ipv6: Option<LineIpv6>,
}

/// What IPCP agreed on (RFC 1332, RFC 1877).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineIpv4 {
    /// Our address.
    pub local: Ipv4Addr,
    /// The peer's; unspecified if it didn't say.
    pub peer: Ipv4Addr,
    /// Name servers: the primary and the secondary.
    pub dns: [Option<Ipv4Addr>; 2],
}

/// What IPV6CP agreed on (RFC 5072): the last 8 bytes of the link-local addresses under fe80::/64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineIpv6 {
    /// Ours.
    pub local_interface_id: [u8; 8],
    /// The peer's; zeros if it didn't say.
    pub peer_interface_id: [u8; 8],
}

impl Line {
    /// The IP version of packets of a PPP protocol, if they may pass at present.
    pub(crate) fn carries(&self, protocol: u16) -> Option<Family> {
        match protocol {
            IPV4 if self.ipv4.is_some() => Some(Family::Ipv4),
            IPV6 if self.ipv6.is_some() => Some(Family::Ipv6),
            _ => None,
        }
    }

    /// The bytes between the Ethernet header (ethertype [`SESSION`](super::SESSION), to
    /// [`access_concentrator`](Self::access_concentrator)) and a packet of `packet_len` bytes: the
    /// headers of PPPoE and PPP.
    #[must_use]
    pub fn header(&self, family: Family, packet_len: usize) -> [u8; 8] {
        let len = packet_len.saturating_add(2);
        let [a, b, c, d, e, f] = frame::header(frame::SESSION_DATA, self.session_id, len);
        let protocol = match family {
            Family::Ipv4 => IPV4,
            Family::Ipv6 => IPV6,
        };
        let [high, low] = protocol.to_be_bytes();
        [a, b, c, d, e, f, high, low]
    }
}
