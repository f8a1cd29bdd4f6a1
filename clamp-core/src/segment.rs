//! The walk from the outermost header to a TCP header: the read phase of every call.

use core::ops::Range;

use crate::ethernet::{self, ethertype};
use crate::ip::{Packet, Payload, Version, protocol};
use crate::link::Linked;
use crate::outcome::{Layer, Outcome, Reason};
use crate::policy::Clamp;
use crate::trail::Trail;
use crate::{gre, ipv4, ipv6, tcp};

const MAX_TUNNELS: u8 = 4;

/// A SYN, and where it is in the frame.
pub(crate) struct Segment {
    /// The version of the innermost IP header.
    pub(crate) version: Version,
    /// What the link carries in front of that header.
    pub(crate) overhead_bytes: usize,
    pub(crate) tcp_at: usize,
    pub(crate) tcp_header_len: usize,
    /// Where the innermost IP packet ends, padding left out.
    pub(crate) packet_end: usize,
    pub(crate) is_fragment: bool,
    pub(crate) is_tunneled: bool,
}

impl Segment {
    /// The TCP header with its options.
    pub(crate) fn header(&self) -> Range<usize> {
        self.tcp_at..self.tcp_at.wrapping_add(self.tcp_header_len)
    }
}

impl Clamp {
    /// The SYN in an IP packet or in the tunnels inside it.
    pub(crate) fn find_syn(
        &self,
        linked: Linked<'_>,
        trail: &mut impl Trail,
    ) -> Result<Segment, Outcome> {
        let Linked {
            mut packet,
            mtu_counts_from,
        } = linked;
        let mut saved_bytes = packet.saved_bytes;
        let mut tunnels = 0;
        loop {
            let ip_at = packet.rest.at;
            let payload = match packet.version {
                Version::V4 => {
                    trail.passed(Layer::Ipv4, ip_at);
                    ipv4::payload(packet.rest)?
                }
                Version::V6 => {
                    trail.passed(Layer::Ipv6, ip_at);
                    ipv6::payload(packet.rest, trail)?
                }
            };
            if payload.protocol == protocol::TCP {
                trail.passed(Layer::Tcp, payload.rest.at);
                return Ok(Segment {
                    version: packet.version,
                    overhead_bytes: ip_at
                        .wrapping_sub(mtu_counts_from)
                        .wrapping_add(saved_bytes),
                    tcp_at: payload.rest.at,
                    tcp_header_len: tcp::syn_header_len(&payload)?,
                    packet_end: payload.rest.end(),
                    is_fragment: payload.is_fragment,
                    is_tunneled: tunnels != 0,
                });
            }
            if !self.looks_into_tunnels() {
                return Err(Outcome::LeftAlone(Reason::Tunnel));
            }
            if payload.is_fragment {
                return Err(Outcome::LeftAlone(Reason::Fragment));
            }
            if tunnels == MAX_TUNNELS {
                return Err(Outcome::LeftAlone(Reason::TooManyTunnels));
            }
            tunnels = tunnels.wrapping_add(1);
            packet = inside(&payload, trail)?;
            saved_bytes = saved_bytes.wrapping_add(packet.saved_bytes);
        }
    }
}

/// The packet that a tunnel carries.
fn inside<'a>(tunnel: &Payload<'a>, trail: &mut impl Trail) -> Result<Packet<'a>, Outcome> {
    match tunnel.protocol {
        protocol::IPV4 => Ok(Packet::new(Version::V4, tunnel.rest)),
        protocol::IPV6 => Ok(Packet::new(Version::V6, tunnel.rest)),
        _ => {
            trail.passed(Layer::Gre, tunnel.rest.at);
            match gre::payload(tunnel.rest)? {
                (ethertype::TRANSPARENT_ETHERNET, frame) => {
                    ethernet::packet(ethernet::payload(frame, trail)?, trail)
                }
                (ethertype, rest) => ethernet::ip(ethertype, rest),
            }
        }
    }
}
