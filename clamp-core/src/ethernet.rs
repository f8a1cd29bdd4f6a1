//! Ethernet II with VLAN tags, and 802.3 with LLC/SNAP (IEEE 802.3, 802.1Q, 802.1ad; RFC 1042).

use crate::cursor::Cursor;
use crate::ip::Version;
use crate::ipv4::Plainly;
use crate::outcome::{Layer, Reason};
use crate::trail::Trail;
use crate::{ipv4, pppoe};

const HEADER_LEN: usize = 14;
/// What a plain answer takes.
const PLAIN_LEN: usize = HEADER_LEN + ipv4::TCP_FLAGS_END;
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

/// The answer to a frame that plainly holds no SYN, as [`ipv4::plain_answer`].
#[inline(always)]
pub(crate) fn plain_answer(frame: &[u8]) -> Option<Plainly> {
    let start = frame.first_chunk::<PLAIN_LEN>()?;
    let (header, packet) = start.split_first_chunk::<HEADER_LEN>()?;
    if u16::from_be_bytes([header[12], header[13]]) != ethertype::IPV4 {
        return None;
    }
    ipv4::plain_answer(packet.first_chunk()?)
}

/// Moves behind an Ethernet header and its VLAN tags, and returns their ethertype or 802.3 length.
#[inline(always)]
pub(crate) fn pass_header(frame: &mut Cursor<'_>, trail: &mut impl Trail) -> Option<u16> {
    let header: &[u8; HEADER_LEN] = frame.header(Layer::Ethernet)?;
    trail.passed(Layer::Ethernet, frame.at());
    frame.pass(Layer::Ethernet, HEADER_LEN)?;
    pass_tags(u16::from_be_bytes([header[12], header[13]]), frame, trail)
}

/// Moves behind VLAN tags only: a cooked capture may have them, too.
#[inline(always)]
pub(crate) fn pass_tags(
    mut ethertype: u16,
    frame: &mut Cursor<'_>,
    trail: &mut impl Trail,
) -> Option<u16> {
    let mut tags_left = MAX_TAGS;
    while let ethertype::VLAN | ethertype::SERVICE_VLAN | ethertype::OLD_SERVICE_VLAN = ethertype {
        tags_left = match tags_left.checked_sub(1) {
            Some(left) => left,
            None => return frame.leave(Reason::TooManyVlanTags),
        };
        let tag: &[u8; TAG_LEN] = frame.header(Layer::Vlan)?;
        trail.passed(Layer::Vlan, frame.at());
        ethertype = u16::from_be_bytes([tag[2], tag[3]]);
        frame.pass(Layer::Vlan, TAG_LEN)?;
    }
    Some(ethertype)
}

/// Moves to the IP packet behind an ethertype or 802.3 length: at once, in PPPoE, or in LLC/SNAP.
#[inline(always)]
pub(crate) fn pass_to_ip(
    ethertype: u16,
    frame: &mut Cursor<'_>,
    trail: &mut impl Trail,
) -> Option<Version> {
    match ethertype {
        ethertype::IPV4 => Some(Version::V4),
        ethertype::PPPOE_SESSION => frame.aside(|frame| pppoe::pass_session(frame, trail)),
        ..ethertype::FIRST => frame.aside(|frame| pass_snap(usize::from(ethertype), frame, trail)),
        _ => announced_by(ethertype, frame),
    }
}

/// The IP version that an ethertype stands for.
#[inline(always)]
pub(crate) fn announced_by(ethertype: u16, frame: &mut Cursor<'_>) -> Option<Version> {
    match ethertype {
        ethertype::IPV4 => Some(Version::V4),
        ethertype::IPV6 => Some(Version::V6),
        _ => frame.leave(Reason::NotIp),
    }
}

/// Moves to the IP packet in an 802.3 frame. Its length leaves padding out; one past the frame does
/// no harm. What is too short to tell, yet begins as SNAP does, is a truncated one.
#[inline(never)]
fn pass_snap(len: usize, frame: &mut Cursor<'_>, trail: &mut impl Trail) -> Option<Version> {
    frame.bound(Layer::Snap, len.min(frame.len()))?;
    let begins_otherwise = frame
        .bytes()
        .iter()
        .zip(SNAP)
        .any(|(&byte, snap)| byte != snap);
    if begins_otherwise {
        return frame.leave(Reason::NotIp);
    }
    let header: &[u8; SNAP_HEADER_LEN] = frame.header(Layer::Snap)?;
    trail.passed(Layer::Snap, frame.at());
    frame.pass(Layer::Snap, SNAP_HEADER_LEN)?;
    announced_by(u16::from_be_bytes([header[6], header[7]]), frame)
}
