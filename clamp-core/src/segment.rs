//! The walk from the outermost header to a TCP header: the read phase of every call.

use core::ops::Range;

use crate::cursor::Cursor;
use crate::ethernet::{self, ethertype};
use crate::ip::{Version, protocol};
use crate::outcome::{Layer, Reason};
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
    /// The SYN in the IP packet that the cursor stands at, or in the tunnels inside it.
    #[inline(always)]
    pub(crate) fn find_syn(
        &self,
        mut version: Version,
        cursor: &mut Cursor<'_>,
        trail: &mut impl Trail,
    ) -> Option<Segment> {
        let mut tunnels = 0;
        loop {
            let ip_at = cursor.at();
            let payload = match version {
                Version::V4 => {
                    trail.passed(Layer::Ipv4, ip_at);
                    ipv4::payload(cursor)?
                }
                Version::V6 => {
                    trail.passed(Layer::Ipv6, ip_at);
                    ipv6::payload(cursor, trail)?
                }
            };
            if payload.protocol == protocol::TCP {
                trail.passed(Layer::Tcp, cursor.at());
                return Some(Segment {
                    version,
                    overhead_bytes: cursor.overhead_bytes(ip_at),
                    tcp_at: cursor.at(),
                    tcp_header_len: tcp::syn_header_len(cursor, payload.is_fragment)?,
                    packet_end: cursor.end(),
                    is_fragment: payload.is_fragment,
                    is_tunneled: tunnels != 0,
                });
            }
            if !self.looks_into_tunnels() {
                return cursor.leave(Reason::Tunnel);
            }
            if payload.is_fragment {
                return cursor.leave(Reason::Fragment);
            }
            if tunnels == MAX_TUNNELS {
                return cursor.leave(Reason::TooManyTunnels);
            }
            tunnels = tunnels.wrapping_add(1);
            version = cursor.aside(|cursor| enter_tunnel(payload.protocol, cursor, trail))?;
        }
    }
}

/// Moves to the packet that a tunnel carries.
#[inline(never)]
fn enter_tunnel(protocol: u8, cursor: &mut Cursor<'_>, trail: &mut impl Trail) -> Option<Version> {
    match protocol {
        protocol::IPV4 => Some(Version::V4),
        protocol::IPV6 => Some(Version::V6),
        _ => {
            trail.passed(Layer::Gre, cursor.at());
            match gre::pass(cursor)? {
                ethertype::TRANSPARENT_ETHERNET => {
                    let ethertype = ethernet::pass_header(cursor, trail)?;
                    ethernet::pass_to_ip(ethertype, cursor, trail)
                }
                ethertype => ethernet::announced_by(ethertype, cursor),
            }
        }
    }
}
