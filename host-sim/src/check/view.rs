//! What of a packet is compared: the whole frame, or with `--routed` the IP packet that a router
//! carries over from one link layer to another.

use std::fmt;
use std::mem::discriminant;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use clamp_core::Outcome;

use super::anatomy::{Anatomy, IpHeader, ip, protocol, word};
use super::nat::{Endpoint, Flow};
use super::source::Packet;

/// ICMP and ICMPv6 types (RFC 792, RFC 4443).
mod icmp {
    pub(crate) const ECHO_REPLY: u8 = 0;
    pub(crate) const ECHO: u8 = 8;
    pub(crate) const V4_ERRORS: [u8; 4] = [3, 4, 11, 12];
    pub(crate) const V6_ECHO: u8 = 128;
    pub(crate) const V6_ECHO_REPLY: u8 = 129;
    pub(crate) const V6_ERRORS: [u8; 4] = [1, 2, 3, 4];
    /// RFC 4861, section 4.
    pub(crate) const NEIGHBOUR_DISCOVERY: RangeInclusive<u8> = 133..=137;
    /// Behind the header of an error: the packet that it is about.
    pub(crate) const QUOTED_AT: usize = 8;
    pub(crate) const IDENTIFIER: Range<usize> = 4..6;

    use std::ops::{Range, RangeInclusive};
}

/// A packet, and what of it counts.
#[derive(Clone, Debug)]
pub(super) struct View {
    pub(super) packet: Packet,
    /// None where the clamp can't look behind the link type.
    pub(super) anatomy: Option<Anatomy>,
    /// The captured bytes that are compared, by their offsets in the frame.
    pub(super) range: Range<usize>,
    /// How many bytes of these there were on the wire.
    pub(super) wire_len: usize,
    /// Read as a router's: link header, TTL and addresses may differ.
    pub(super) is_routed: bool,
    /// With `--routed`: what no router carries over, such as ARP, PPPoE control, neighbour
    /// discovery, and all else that stays on its link.
    pub(super) stays_on_its_link: bool,
}

impl View {
    pub(super) fn of(mut packet: Packet, routed: bool) -> Self {
        let anatomy = Anatomy::of(&mut packet);
        let outer = anatomy.as_ref().and_then(|anatomy| anatomy.outer);
        let captured_len = packet.bytes.len();
        let (range, wire_len) = match outer {
            Some(outer) if routed => (outer.at..outer.end.min(captured_len), outer.end - outer.at),
            _ => (0..captured_len, packet.wire_len),
        };
        Self {
            range,
            wire_len,
            is_routed: routed && outer.is_some(),
            stays_on_its_link: routed
                && anatomy.is_some()
                && outer.is_none_or(|outer| stays_on_its_link(&outer, &packet.bytes)),
            anatomy,
            packet,
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.packet.bytes[self.range.clone()]
    }

    pub(super) fn outer(&self) -> Option<&IpHeader> {
        self.anatomy.as_ref()?.outer.as_ref()
    }

    /// Nothing of what a clamp compares was cut away by the capture.
    pub(super) fn is_whole(&self) -> bool {
        self.range.len() == self.wire_len
    }

    /// Protocol, addresses and ports of the outer IP packet; ports are 0 where it has none.
    pub(super) fn flow(&self) -> Option<Flow> {
        let bytes = &self.packet.bytes;
        let outer = self.outer()?;
        let [source, destination] = outer.endpoints(bytes)?;
        let ports = match self.port_fields() {
            Some(ports) if ports.len() == 4 => {
                Some((word(bytes, ports.start)?, word(bytes, ports.start + 2)?))
            }
            Some(identifier) => {
                let identifier = word(bytes, identifier.start)?;
                Some((identifier, identifier))
            }
            None => None,
        };
        let (source_port, destination_port) = ports.unwrap_or((0, 0));
        Some(Flow {
            protocol: outer.protocol,
            has_ports: ports.is_some(),
            source: Endpoint {
                address: source,
                port: source_port,
            },
            destination: Endpoint {
                address: destination,
                port: destination_port,
            },
        })
    }

    /// Where ports are, or the identifier of an ICMP echo, which NAT treats like one.
    fn port_fields(&self) -> Option<Range<usize>> {
        let outer = self.outer()?;
        if outer.is_later_fragment {
            return None;
        }
        let at = outer.transport_at;
        match (outer.protocol, outer.is_v6) {
            (protocol::TCP | protocol::UDP, _) => Some(at..at + 4),
            (protocol::ICMP, false) | (protocol::ICMPV6, true) => {
                match (outer.is_v6, *self.packet.bytes.get(at)?) {
                    (false, icmp::ECHO | icmp::ECHO_REPLY)
                    | (true, icmp::V6_ECHO | icmp::V6_ECHO_REPLY) => {
                        Some(at + icmp::IDENTIFIER.start..at + icmp::IDENTIFIER.end)
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// What a router may change, by offsets in the frame: TTL, addresses, ports, and these in the
    /// packet that an ICMP error quotes (RFC 5508, section 4); IPv4's identification where it means something
    /// (RFC 6864, section 5.3.1). Checksums are judged on their own.
    pub(super) fn routable(&self) -> Vec<Range<usize>> {
        let Some(outer) = self.outer().filter(|_| self.is_routed) else {
            return Vec::new();
        };
        let ttl = if outer.is_v6 {
            ip::V6_HOP_LIMIT
        } else {
            ip::V4_TTL
        };
        let mut ranges = outer.addresses().to_vec();
        ranges.push(outer.at + ttl.start..outer.at + ttl.end);
        ranges.extend(self.identification(outer));
        ranges.extend(self.port_fields());
        ranges.extend(self.quoted_fields().unwrap_or_default());
        ranges
    }

    /// The identification of a packet that is a piece, or may be cut into some.
    fn identification(&self, outer: &IpHeader) -> Option<Range<usize>> {
        let field = outer.at + ip::V4_FRAGMENT_AT;
        let fragment = word(&self.packet.bytes, field).filter(|_| !outer.is_v6)?;
        let is_atomic = fragment & !ip::V4_RESERVED == ip::V4_DONT_FRAGMENT;
        let Range { start, end } = ip::V4_IDENTIFICATION;
        (!is_atomic).then_some(outer.at + start..outer.at + end)
    }

    fn quoted_fields(&self) -> Option<Vec<Range<usize>>> {
        let bytes = &self.packet.bytes;
        let outer = self.outer()?;
        let errors = match (outer.protocol, outer.is_v6) {
            (protocol::ICMP, false) => icmp::V4_ERRORS,
            (protocol::ICMPV6, true) => icmp::V6_ERRORS,
            _ => return None,
        };
        if outer.is_later_fragment || !errors.contains(bytes.get(outer.transport_at)?) {
            return None;
        }
        let quoted_at = outer.transport_at + icmp::QUOTED_AT;
        let quoted = bytes.get(quoted_at..)?;
        let (protocol, transport_at, addresses) = if outer.is_v6 {
            (
                *quoted.get(ip::V6_NEXT_HEADER_AT)?,
                quoted_at + ip::V6_HEADER_LEN,
                quoted_at + ip::V6_SOURCE.start..quoted_at + ip::V6_DESTINATION.end,
            )
        } else {
            (
                *quoted.get(ip::V4_PROTOCOL_AT)?,
                quoted_at + usize::from(quoted.first()? & 0x0f) * 4,
                quoted_at + ip::V4_CHECKSUM_AT..quoted_at + ip::V4_DESTINATION.end,
            )
        };
        let ports = transport_at..transport_at + 4;
        Some(match protocol {
            protocol::TCP => vec![addresses, ports, transport_at + 16..transport_at + 18],
            protocol::UDP => vec![addresses, ports, transport_at + 6..transport_at + 8],
            protocol::ICMP | protocol::ICMPV6 => {
                vec![addresses, transport_at + 2..transport_at + 6]
            }
            _ => vec![addresses],
        })
    }

    /// Whether one may be the other with bytes changed in an unknown link layer, or one that says what
    /// the rest means, so that other headers were found in it: most bytes are the same all the same.
    pub(super) fn is_damaged_copy_of(&self, other: &Self) -> bool {
        let headers = |view: &Self| {
            let anatomy = view.anatomy.as_ref();
            anatomy.map(|anatomy| (anatomy.outer, anatomy.inner, discriminant(&anatomy.outcome)))
        };
        let (one, other_bytes) = (self.bytes(), other.bytes());
        let alike = one
            .iter()
            .zip(other_bytes)
            .filter(|(one, other)| one == other)
            .count();
        let is_told_apart = self.anatomy.is_none() || headers(self) != headers(other);
        is_told_apart && alike * 4 >= one.len().max(other_bytes.len()) * 3
    }

    /// A copy of the compared bytes with `fields`, by offsets in the frame, set to zero.
    pub(super) fn without(&self, fields: &[Range<usize>]) -> Vec<u8> {
        let mut bytes = self.bytes().to_vec();
        for field in fields {
            for at in field.clone() {
                if let Some(byte) = at
                    .checked_sub(self.range.start)
                    .and_then(|at| bytes.get_mut(at))
                {
                    *byte = 0;
                }
            }
        }
        bytes
    }
}

impl fmt::Display for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let packet = &self.packet;
        match (&self.anatomy, self.flow()) {
            (_, Some(flow)) => write!(f, "{flow}")?,
            (Some(anatomy), None) if anatomy.outer.is_some() => f.write_str("IP")?,
            (Some(anatomy), None) => match anatomy.outcome {
                Outcome::Malformed(_) => f.write_str("malformed")?,
                _ => match anatomy.ethertype(&packet.bytes) {
                    Some(ethertype) => write!(f, "ethertype {ethertype:#06x}")?,
                    None => f.write_str("not IP")?,
                },
            },
            (None, None) => write!(f, "link type {}", packet.link_type)?,
        }
        if let Some(Outcome::Fits { mss }) = self.anatomy.as_ref().map(|anatomy| anatomy.outcome) {
            write!(f, ", SYN with MSS {mss}")?;
        }
        write!(f, ", {} bytes", packet.wire_len)
    }
}

fn stays_on_its_link(outer: &IpHeader, bytes: &[u8]) -> bool {
    if outer.is_v6
        && outer.protocol == protocol::ICMPV6
        && !outer.is_later_fragment
        && let Some(kind) = bytes.get(outer.transport_at)
        && icmp::NEIGHBOUR_DISCOVERY.contains(kind)
    {
        return true;
    }
    match outer.endpoints(bytes) {
        Some([source, destination]) => is_link_local(source) || is_link_local(destination),
        None => true,
    }
}

fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let [first, second, third, _] = address.octets();
            address == Ipv4Addr::UNSPECIFIED
                || address == Ipv4Addr::BROADCAST
                || (first, second) == (169, 254)
                || (first, second, third) == (224, 0, 0)
        }
        IpAddr::V6(address) => {
            let [first, ..] = address.segments();
            address == Ipv6Addr::UNSPECIFIED
                || first & 0xffc0 == 0xfe80
                // Multicast of interface-local and link-local scope (RFC 4291, section 2.7).
                || (first & 0xff00 == 0xff00 && first & 0x000f <= 2)
        }
    }
}
