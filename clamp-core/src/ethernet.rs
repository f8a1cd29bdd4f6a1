//! Ethernet II with VLAN tags, and 802.3 with LLC/SNAP (IEEE 802.3, 802.1Q, 802.1ad; RFC 1042).

use crate::ip::{Packet, Version};
use crate::outcome::{Layer, Outcome, Reason};
use crate::pppoe;
use crate::rest::Rest;
use crate::trail::Trail;

const HEADER_LEN: usize = 14;
const TAG_LEN: usize = 4;
const MAX_TAGS: usize = 3;
/// LLC and SNAP in front of an ethertype: unnumbered information, organization 00-00-00.
const SNAP: [u8; 6] = [0xaa, 0xaa, 0x03, 0x00, 0x00, 0x00];
const SNAP_HEADER_LEN: usize = 8;

/// Ethertypes (IANA, "IEEE 802 Numbers").
pub(crate) mod ethertype {
    /// Under this a type field is an 802.3 length.
    pub(crate) const FIRST: u16 = 0x0600;
    pub(crate) const IPV4: u16 = 0x0800;
    pub(crate) const TRANSPARENT_ETHERNET: u16 = 0x6558;
    pub(crate) const VLAN: u16 = 0x8100;
    pub(crate) const IPV6: u16 = 0x86dd;
    pub(crate) const PPPOE_SESSION: u16 = 0x8864;
    pub(crate) const SERVICE_VLAN: u16 = 0x88a8;
    pub(crate) const OLD_SERVICE_VLAN: u16 = 0x9100;
}

/// The ethertype or 802.3 length behind an Ethernet header and its VLAN tags, and what follows it.
pub(crate) fn payload<'a>(
    frame: Rest<'a>,
    trail: &mut impl Trail,
) -> Result<(u16, Rest<'a>), Outcome> {
    let header: &[u8; HEADER_LEN] = frame.header(Layer::Ethernet)?;
    trail.passed(Layer::Ethernet, frame.at);
    let ethertype = u16::from_be_bytes([header[12], header[13]]);
    behind_tags(ethertype, frame.behind(Layer::Ethernet, HEADER_LEN)?, trail)
}

/// The same behind VLAN tags only: a cooked capture may have them too.
pub(crate) fn behind_tags<'a>(
    mut ethertype: u16,
    mut rest: Rest<'a>,
    trail: &mut impl Trail,
) -> Result<(u16, Rest<'a>), Outcome> {
    let mut tags_left = MAX_TAGS;
    while let ethertype::VLAN | ethertype::SERVICE_VLAN | ethertype::OLD_SERVICE_VLAN = ethertype {
        tags_left = match tags_left.checked_sub(1) {
            Some(left) => left,
            None => return Err(Outcome::LeftAlone(Reason::TooManyVlanTags)),
        };
        let tag: &[u8; TAG_LEN] = rest.header(Layer::Vlan)?;
        trail.passed(Layer::Vlan, rest.at);
        ethertype = u16::from_be_bytes([tag[2], tag[3]]);
        rest = rest.behind(Layer::Vlan, TAG_LEN)?;
    }
    Ok((ethertype, rest))
}

/// The IP packet behind an ethertype or 802.3 length: at once, in PPPoE, or in LLC/SNAP.
pub(crate) fn packet<'a>(
    (ethertype, rest): (u16, Rest<'a>),
    trail: &mut impl Trail,
) -> Result<Packet<'a>, Outcome> {
    match ethertype {
        ethertype::PPPOE_SESSION => pppoe::session(rest, trail),
        ..ethertype::FIRST => snap(rest, usize::from(ethertype), trail),
        _ => ip(ethertype, rest),
    }
}

/// The IP packet right behind an ethertype.
pub(crate) fn ip(ethertype: u16, rest: Rest<'_>) -> Result<Packet<'_>, Outcome> {
    match ethertype {
        ethertype::IPV4 => Ok(Packet::new(Version::V4, rest)),
        ethertype::IPV6 => Ok(Packet::new(Version::V6, rest)),
        _ => Err(Outcome::LeftAlone(Reason::NotIp)),
    }
}

/// The IP packet in an 802.3 frame. Its length leaves padding out; one past the frame does no harm.
/// What is too short to tell, yet begins as SNAP does, is a truncated one.
fn snap<'a>(frame: Rest<'a>, len: usize, trail: &mut impl Trail) -> Result<Packet<'a>, Outcome> {
    let frame = frame.bounded(Layer::Snap, len.min(frame.len()))?;
    if frame
        .bytes
        .iter()
        .zip(SNAP)
        .any(|(&byte, snap)| byte != snap)
    {
        return Err(Outcome::LeftAlone(Reason::NotIp));
    }
    let header: &[u8; SNAP_HEADER_LEN] = frame.header(Layer::Snap)?;
    trail.passed(Layer::Snap, frame.at);
    let ethertype = u16::from_be_bytes([header[6], header[7]]);
    ip(ethertype, frame.behind(Layer::Snap, SNAP_HEADER_LEN)?)
}
