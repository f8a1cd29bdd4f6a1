//! The link layers of capture files, each down to its IP packet.

use crate::bytes;
use crate::cursor::{Bytes, Cursor};
use crate::ethernet::{self, ethertype};
use crate::ip::Version;
use crate::outcome::{Layer, Reason};
use crate::pppoe;
use crate::segment::Header;
use crate::source::Source;
use crate::stop::Stop;

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
    /// Linux cooked capture, version 1 (113). Its protocol is an ethertype or, under 0x0600, one of
    /// Linux's own numbers, which is left alone; behind VLAN tags it may be an 802.3 length.
    LinuxCooked,
    /// Linux cooked capture, version 2 (276).
    LinuxCookedV2,
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

    /// Moves behind a header of this type, but for Ethernet's.
    pub(crate) fn pass(self, frame: &mut Cursor<impl Bytes, impl Source>) -> Result<Header, Stop> {
        let version = match self {
            Self::Ethernet => return Ok(Header::Ethernet),
            Self::RawIp => return Ok(Header::BareIp),
            Self::RawIpv4 => Version::V4,
            Self::RawIpv6 => Version::V6,
            Self::Null => pass_null(frame)?,
            Self::Ppp => pass_ppp(frame)?,
            Self::CiscoHdlc => pass_hdlc(frame)?,
            Self::LinuxCooked => pass_cooked::<16>(14, frame)?,
            Self::LinuxCookedV2 => pass_cooked::<20>(0, frame)?,
        };
        Ok(version.into())
    }
}

/// A cooked header of `N` bytes with its protocol field at `protocol_at`. A protocol under 0x0600 is
/// no ethertype but one of Linux's own numbers.
fn pass_cooked<const N: usize>(
    protocol_at: usize,
    frame: &mut Cursor<impl Bytes, impl Source>,
) -> Result<Version, Stop> {
    let header: &[u8; N] = frame.header(Layer::Cooked)?;
    let protocol = bytes::word_at(header, protocol_at).unwrap_or(0);
    frame.note(Layer::Cooked, 0);
    frame.pass(Layer::Cooked, N)?;
    if protocol < ethertype::FIRST {
        return Err(Stop::Leave(Reason::NotIp));
    }
    ethernet::pass_to_ip(protocol, frame, true)
}

/// BSD loopback: the writer's own address family in the writer's own byte order.
fn pass_null(frame: &mut Cursor<impl Bytes, impl Source>) -> Result<Version, Stop> {
    let header: [u8; 4] = *frame.header(Layer::Null)?;
    frame.note(Layer::Null, 0);
    frame.pass(Layer::Null, header.len())?;
    frame.count_mtu();
    match u32::from_le_bytes(header).min(u32::from_be_bytes(header)) {
        ADDRESS_FAMILY_INET => Ok(Version::V4),
        // Linux, NetBSD and OpenBSD, FreeBSD, macOS.
        10 | 24 | 28 | 30 => Ok(Version::V6),
        _ => Err(Stop::Leave(Reason::NotIp)),
    }
}

fn pass_hdlc(frame: &mut Cursor<impl Bytes, impl Source>) -> Result<Version, Stop> {
    let ethertype = frame.take_ethertype::<4>(Layer::Hdlc)?;
    frame.count_mtu();
    ethernet::announced_by(ethertype)
}

fn pass_ppp(frame: &mut Cursor<impl Bytes, impl Source>) -> Result<Version, Stop> {
    if let [0xff, 0x03, ..] = frame.bytes() {
        frame.pass(Layer::Ppp, 2)?;
    }
    let version = pppoe::pass_protocol(frame)?;
    frame.count_mtu();
    Ok(version)
}
