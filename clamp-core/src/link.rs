//! The link layers of capture files, each down to its IP packet.

use crate::ethernet::{self, ethertype};
use crate::ip::{Packet, Version};
use crate::outcome::{Layer, Outcome, Reason};
use crate::pppoe;
use crate::rest::Rest;
use crate::trail::Trail;

const ADDRESS_FAMILY_INET: u32 = 2;

/// What the frames of a capture begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinkType {
    /// Ethernet (1).
    Ethernet,
    /// BSD loopback, an address family in either byte order (0, 108).
    Null,
    /// PPP, with or without its address and control bytes ff 03 (9).
    Ppp,
    /// Bare IP of either version (12, 101).
    RawIp,
    /// Bare IPv4 (228).
    RawIpv4,
    /// Bare IPv6 (229).
    RawIpv6,
    /// Cisco HDLC (104).
    CiscoHdlc,
    /// Linux cooked capture, version 1 (113).
    LinuxCooked,
    /// Linux cooked capture, version 2 (276).
    LinuxCookedV2,
}

/// An IP packet, and the byte from which the link MTU counts.
pub(crate) struct Linked<'a> {
    pub(crate) packet: Packet<'a>,
    pub(crate) mtu_counts_from: usize,
}

impl LinkType {
    /// By its number in capture files (the LINKTYPE registry of pcap and pcapng), or `None` where
    /// the clamp can't look behind it.
    #[must_use]
    pub const fn from_pcap(number: u16) -> Option<Self> {
        Some(match number {
            0 | 108 => Self::Null,
            1 => Self::Ethernet,
            9 => Self::Ppp,
            12 | 101 => Self::RawIp,
            104 => Self::CiscoHdlc,
            113 => Self::LinuxCooked,
            228 => Self::RawIpv4,
            229 => Self::RawIpv6,
            276 => Self::LinuxCookedV2,
            _ => return None,
        })
    }

    /// The IP packet behind a header of this type.
    pub(crate) fn packet<'a>(
        self,
        frame: Rest<'a>,
        trail: &mut impl Trail,
    ) -> Result<Linked<'a>, Outcome> {
        let (packet, mtu_counts_from) = match self {
            Self::Ethernet => return ethernet(frame, trail),
            Self::LinuxCooked => return cooked::<16>(frame, 14, trail),
            Self::LinuxCookedV2 => return cooked::<20>(frame, 0, trail),
            Self::Null => (null(frame, trail)?, frame.at.wrapping_add(4)),
            Self::CiscoHdlc => (hdlc(frame, trail)?, frame.at.wrapping_add(4)),
            Self::Ppp => {
                let packet = ppp(frame, trail)?;
                let at = packet.rest.at;
                (
                    Packet {
                        saved_bytes: 0,
                        ..packet
                    },
                    at,
                )
            }
            Self::RawIp => (Packet::bare(frame)?, frame.at),
            Self::RawIpv4 => (Packet::new(Version::V4, frame), frame.at),
            Self::RawIpv6 => (Packet::new(Version::V6, frame), frame.at),
        };
        Ok(Linked {
            packet,
            mtu_counts_from,
        })
    }
}

/// The IP packet of an Ethernet frame. Its VLAN tags cost nothing.
pub(crate) fn ethernet<'a>(frame: Rest<'a>, trail: &mut impl Trail) -> Result<Linked<'a>, Outcome> {
    let payload = ethernet::payload(frame, trail)?;
    Ok(Linked {
        mtu_counts_from: payload.1.at,
        packet: ethernet::packet(payload, trail)?,
    })
}

/// A cooked header of `N` bytes with its protocol field at `protocol_at`. A protocol under 0x0600 is
/// no ethertype but one of Linux's own numbers.
fn cooked<'a, const N: usize>(
    frame: Rest<'a>,
    protocol_at: usize,
    trail: &mut impl Trail,
) -> Result<Linked<'a>, Outcome> {
    let header: &[u8; N] = frame.header(Layer::Cooked)?;
    trail.passed(Layer::Cooked, frame.at);
    let protocol = match header.get(protocol_at..).and_then(<[u8]>::first_chunk) {
        Some(&protocol) => u16::from_be_bytes(protocol),
        None => 0,
    };
    if protocol < ethertype::FIRST {
        return Err(Outcome::LeftAlone(Reason::NotIp));
    }
    let payload = ethernet::behind_tags(protocol, frame.behind(Layer::Cooked, N)?, trail)?;
    Ok(Linked {
        mtu_counts_from: payload.1.at,
        packet: ethernet::packet(payload, trail)?,
    })
}

/// BSD loopback: the writer's own address family in the writer's own byte order.
fn null<'a>(frame: Rest<'a>, trail: &mut impl Trail) -> Result<Packet<'a>, Outcome> {
    let header: &[u8; 4] = frame.header(Layer::Null)?;
    trail.passed(Layer::Null, frame.at);
    let family = u32::from_le_bytes(*header).min(u32::from_be_bytes(*header));
    let version = match family {
        ADDRESS_FAMILY_INET => Version::V4,
        // Linux, NetBSD and OpenBSD, FreeBSD, macOS.
        10 | 24 | 28 | 30 => Version::V6,
        _ => return Err(Outcome::LeftAlone(Reason::NotIp)),
    };
    Ok(Packet::new(version, frame.behind(Layer::Null, 4)?))
}

fn hdlc<'a>(frame: Rest<'a>, trail: &mut impl Trail) -> Result<Packet<'a>, Outcome> {
    let header: &[u8; 4] = frame.header(Layer::Hdlc)?;
    trail.passed(Layer::Hdlc, frame.at);
    let ethertype = u16::from_be_bytes([header[2], header[3]]);
    ethernet::ip(ethertype, frame.behind(Layer::Hdlc, 4)?)
}

fn ppp<'a>(frame: Rest<'a>, trail: &mut impl Trail) -> Result<Packet<'a>, Outcome> {
    match frame.bytes {
        [0xff, 0x03, ..] => pppoe::ppp(frame.behind(Layer::Ppp, 2)?, trail),
        _ => pppoe::ppp(frame, trail),
    }
}
