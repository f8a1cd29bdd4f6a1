//! The walk from the outermost header to a TCP header: the read phase of every call.

use crate::cursor::{Bytes, Cursor};
use crate::ethernet::{self, ethertype};
use crate::ip::{Version, protocol};
use crate::outcome::{Layer, Reason};
use crate::policy::Clamp;
use crate::source::Source;
use crate::stop::Stop;
use crate::{gre, ipv4, ipv6, tcp};

const MAX_TUNNELS: u8 = 4;

/// What a cursor stands at.
#[derive(Clone, Copy)]
pub(crate) enum Header {
    Ethernet,
    Ipv4,
    Ipv6,
    /// IP of a version that only the packet itself tells.
    BareIp,
}

impl From<Version> for Header {
    #[inline(always)]
    fn from(version: Version) -> Self {
        match version {
            Version::V4 => Self::Ipv4,
            Version::V6 => Self::Ipv6,
        }
    }
}

/// A SYN, and what is around it.
pub(crate) struct Segment<B> {
    /// From its TCP header on, bounded by the IP packet.
    pub(crate) bytes: B,
    /// How many those were on the wire.
    pub(crate) len: usize,
    /// How many of them are the TCP header with its options.
    pub(crate) header_len: usize,
    /// The version of the innermost IP header.
    pub(crate) version: Version,
    /// What the link carries in front of that header.
    pub(crate) overhead_bytes: u32,
    pub(crate) is_fragment: bool,
    pub(crate) is_tunneled: bool,
}

impl<B: Bytes> Segment<B> {
    /// The options, if all of the header is here.
    #[inline(always)]
    pub(crate) fn options(&self) -> Option<&[u8]> {
        let header = self.bytes.as_ref().get(..self.header_len)?;
        header.get(tcp::FIXED_HEADER_LEN..)
    }
}

impl Clamp {
    /// The SYN behind the header that the cursor stands at, or in the tunnels inside it.
    #[inline(always)]
    pub(crate) fn find_syn<B: Bytes, S: Source>(
        &self,
        mut next: Header,
        mut cursor: Cursor<B, S>,
    ) -> Result<Segment<B>, Stop> {
        let mut tunnels = 0;
        loop {
            let version = match next {
                Header::Ethernet => ethernet::pass(&mut cursor, tunnels == 0)?,
                Header::BareIp => Version::of_bare_packet(&cursor)?,
                Header::Ipv4 => Version::V4,
                Header::Ipv6 => Version::V6,
            };
            let overhead_bytes = cursor.overhead_bytes();
            let payload = match version {
                Version::V4 => {
                    cursor.note(Layer::Ipv4, 0);
                    ipv4::payload(&mut cursor)?
                }
                Version::V6 => {
                    cursor.note(Layer::Ipv6, 0);
                    ipv6::payload(&mut cursor)?
                }
            };
            if payload.protocol == protocol::TCP {
                cursor.note(Layer::Tcp, 0);
                return Ok(Segment {
                    len: cursor.len(),
                    header_len: tcp::syn_header_len(&cursor, payload.is_fragment)?,
                    bytes: cursor.into_bytes(),
                    version,
                    overhead_bytes,
                    is_fragment: payload.is_fragment,
                    is_tunneled: tunnels != 0,
                });
            }
            if !self.looks_into_tunnels() {
                return Err(Stop::Leave(Reason::Tunnel));
            }
            if payload.is_fragment {
                return Err(Stop::Leave(Reason::Fragment));
            }
            if tunnels == MAX_TUNNELS {
                return Err(Stop::Leave(Reason::TooManyTunnels));
            }
            tunnels = tunnels.wrapping_add(1);
            next = match payload.protocol {
                protocol::IPV4 => Header::Ipv4,
                protocol::IPV6 => Header::Ipv6,
                _ => match gre::pass(&mut cursor)? {
                    ethertype::TRANSPARENT_ETHERNET => Header::Ethernet,
                    ethertype => ethernet::announced_by(ethertype)?.into(),
                },
            };
        }
    }
}
