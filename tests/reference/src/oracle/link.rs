//! The link layer, whatever a frame or a capture begins with: SPEC, "Where TCP is looked for", 1 and 2.

use clamp_core::{Layer, LinkType, Malformed, Outcome, Reason};

use super::internet;
use super::segment::Found;
use super::window::{Window, be16, too_short};

const SNAP: [u8; 6] = [0xaa, 0xaa, 0x03, 0x00, 0x00, 0x00];

/// What the first byte belongs to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Start {
    /// A bare IP packet of either version.
    Packet,
    /// What a capture of this link type holds; an Ethernet frame is one of them.
    Captured(LinkType),
}

/// What was passed on the way inwards.
#[derive(Clone, Debug, Default)]
pub(super) struct Path {
    /// Whether the policy looks through tunnels.
    pub(super) tunnels_wanted: bool,
    /// Tunnel layers entered so far.
    pub(super) tunnels: usize,
    /// Bytes that count against the link MTU so far.
    pub(super) overhead_bytes: usize,
    /// Every header passed so far, outside in, and where it begins.
    pub(super) headers: Vec<(Layer, usize)>,
    /// Length fields between the frame's start and the packet: where they are, and where what they count begins.
    pub(super) lengths: Vec<LengthField>,
}

/// A length that must follow when the packet in it grows.
#[derive(Clone, Copy, Debug)]
pub(super) struct LengthField {
    pub(super) at: usize,
    pub(super) counts_from: usize,
    /// The largest value it may be raised to.
    pub(super) largest: usize,
}

/// Walks from the start to the TCP segment.
pub(super) fn walk<'a>(
    start: Start,
    window: Window<'a>,
    mut path: Path,
) -> Result<Found<'a>, Outcome> {
    let link = match start {
        Start::Packet => return either_version(window, path),
        Start::Captured(link) => link,
    };
    match link {
        LinkType::Ethernet => ethernet(window, path),
        LinkType::RawIp => either_version(window, path),
        LinkType::RawIpv4 => internet::ipv4(window, path),
        LinkType::RawIpv6 => internet::ipv6(window, path),
        LinkType::Null => null(window, path),
        LinkType::Ppp => {
            let address = window.bytes();
            if address.starts_with(&[0xff, 0x03]) {
                return ppp(window.behind(2), path);
            }
            ppp(window, path)
        }
        LinkType::CiscoHdlc => {
            let header = window.need(Layer::Hdlc, 4)?;
            path.headers.push((Layer::Hdlc, window.at));
            match be16(header, 2) {
                0x0800 => internet::ipv4(window.behind(4), path),
                0x86dd => internet::ipv6(window.behind(4), path),
                _ => Err(Outcome::LeftAlone(Reason::NotIp)),
            }
        }
        LinkType::LinuxCooked => cooked(window, 16, 14, path),
        LinkType::LinuxCookedV2 => cooked(window, 20, 0, path),
    }
}

/// An Ethernet header, its tags and what they carry. Tags add no overhead here: a tunnel adds them itself.
pub(super) fn ethernet<'a>(window: Window<'a>, mut path: Path) -> Result<Found<'a>, Outcome> {
    let header = window.need(Layer::Ethernet, 14)?;
    path.headers.push((Layer::Ethernet, window.at));
    tagged(be16(header, 12), window.behind(14), true, path)
}

fn tagged<'a>(
    mut ethertype: usize,
    mut window: Window<'a>,
    is_ethernet: bool,
    mut path: Path,
) -> Result<Found<'a>, Outcome> {
    let mut tags = 0;
    while [0x8100, 0x88a8, 0x9100].contains(&ethertype) {
        if tags == 3 {
            return Err(Outcome::LeftAlone(Reason::TooManyVlanTags));
        }
        tags += 1;
        let tag = window.need(Layer::Vlan, 4)?;
        path.headers.push((Layer::Vlan, window.at));
        ethertype = be16(tag, 2);
        window = window.behind(4);
        if path.tunnels > 0 {
            path.overhead_bytes += 4;
        }
    }
    match ethertype {
        0x0800 => internet::ipv4(window, path),
        0x86dd => internet::ipv6(window, path),
        0x8864 => pppoe(window, path),
        // The protocol of a cooked capture is the kernel's own there; behind a tag it came from the wire.
        ..0x0600 if is_ethernet || tags > 0 => {
            // IEEE 802.3, 3.2.6: not much above 1500 it would be read as an ethertype.
            let length = LengthField {
                at: window.at - 2,
                counts_from: window.at,
                largest: 1500,
            };
            path.lengths.push(length);
            snap(window.bounded(ethertype), path)
        }
        _ => Err(Outcome::LeftAlone(Reason::NotIp)),
    }
}

fn snap<'a>(window: Window<'a>, mut path: Path) -> Result<Found<'a>, Outcome> {
    let prefix = window.bytes();
    let shown = prefix.len().min(SNAP.len());
    if prefix[..shown] != SNAP[..shown] {
        return Err(Outcome::LeftAlone(Reason::NotIp));
    }
    let header = window.need(Layer::Snap, 8)?;
    path.headers.push((Layer::Snap, window.at));
    path.overhead_bytes += 8;
    match be16(header, 6) {
        0x0800 => internet::ipv4(window.behind(8), path),
        0x86dd => internet::ipv6(window.behind(8), path),
        _ => Err(Outcome::LeftAlone(Reason::NotIp)),
    }
}

fn pppoe<'a>(window: Window<'a>, mut path: Path) -> Result<Found<'a>, Outcome> {
    let header = window.need(Layer::Pppoe, 6)?;
    if header[0] != 0x11 || header[1] != 0 {
        return Err(Outcome::LeftAlone(Reason::NotPppoeSession));
    }
    let length = be16(header, 4);
    let payload = window.behind(6);
    if length > payload.there() {
        return Err(too_short(Layer::Pppoe, length, payload.there()));
    }
    let counts_from = payload.at;
    path.lengths.push(LengthField {
        at: window.at + 4,
        counts_from,
        largest: 0xffff,
    });
    // Also where the protocol field is one byte here: the answer's may be two.
    path.overhead_bytes += 8;
    path.headers.push((Layer::Pppoe, window.at));
    ppp(payload.bounded(length), path)
}

fn ppp<'a>(window: Window<'a>, mut path: Path) -> Result<Found<'a>, Outcome> {
    let first = window.need(Layer::Ppp, 1)?[0];
    let (protocol, len) = if first % 2 == 1 {
        (usize::from(first), 1)
    } else {
        (be16(window.need(Layer::Ppp, 2)?, 0), 2)
    };
    path.headers.push((Layer::Ppp, window.at));
    match protocol {
        0x0021 => internet::ipv4(window.behind(len), path),
        0x0057 => internet::ipv6(window.behind(len), path),
        _ => Err(Outcome::LeftAlone(Reason::NotIp)),
    }
}

fn null<'a>(window: Window<'a>, mut path: Path) -> Result<Found<'a>, Outcome> {
    let header = window.need(Layer::Null, 4)?;
    path.headers.push((Layer::Null, window.at));
    let header = [header[0], header[1], header[2], header[3]];
    let payload = window.behind(4);
    for family in [u32::from_le_bytes(header), u32::from_be_bytes(header)] {
        match family {
            2 => return internet::ipv4(payload, path),
            10 | 24 | 28 | 30 => return internet::ipv6(payload, path),
            _ => {}
        }
    }
    Err(Outcome::LeftAlone(Reason::NotIp))
}

fn cooked<'a>(
    window: Window<'a>,
    header_len: usize,
    protocol_at: usize,
    mut path: Path,
) -> Result<Found<'a>, Outcome> {
    let header = window.need(Layer::Cooked, header_len)?;
    path.headers.push((Layer::Cooked, window.at));
    tagged(
        be16(header, protocol_at),
        window.behind(header_len),
        false,
        path,
    )
}

fn either_version<'a>(window: Window<'a>, path: Path) -> Result<Found<'a>, Outcome> {
    let version = match window.bytes() {
        // Of either version: under 20 bytes on the wire are too few for both.
        [] => window.need(Layer::Ipv4, 20)?[0] >> 4,
        [first, ..] => first >> 4,
    };
    match version {
        4 => internet::ipv4(window, path),
        6 => internet::ipv6(window, path),
        _ => Err(Outcome::Malformed(Malformed::WrongVersion {
            layer: Layer::Ipv4,
            version,
        })),
    }
}
