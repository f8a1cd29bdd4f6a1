//! Ethernet II with VLAN tags, and 802.3 with LLC/SNAP (IEEE 802.3, 802.1Q, 802.1ad; RFC 1042).

use crate::cursor::{Bytes, Cursor};
use crate::ip::Version;
use crate::outcome::{Layer, Reason};
use crate::pppoe;
use crate::source::Source;
use crate::stop::Stop;

pub(crate) const HEADER_LEN: usize = 14;
pub(crate) const ETHERTYPE_AT: usize = 12;
pub(crate) const TAG_LEN: usize = 4;
const MAX_TAGS: usize = 3;
/// Where ARP for Ethernet begins: its ethertype, and the kind of link (RFC 826, hardware type 1).
pub(crate) const ARP: [u8; 4] = [0x08, 0x06, 0x00, 0x01];
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

/// Moves from an Ethernet header to the IP packet behind it. `is_outermost` if the link MTU counts
/// from its end on, VLAN tags left out.
#[inline(always)]
pub(crate) fn pass(
    frame: &mut Cursor<impl Bytes, impl Source>,
    is_outermost: bool,
) -> Result<Version, Stop> {
    let ethertype = frame.take_ethertype::<HEADER_LEN>(Layer::Ethernet)?;
    pass_to_ip(ethertype, frame, is_outermost)
}

/// Moves to the IP packet behind an ethertype or 802.3 length: at once, behind VLAN tags, in PPPoE, or
/// in LLC/SNAP.
#[inline(always)]
pub(crate) fn pass_to_ip(
    mut ethertype: u16,
    frame: &mut Cursor<impl Bytes, impl Source>,
    is_outermost: bool,
) -> Result<Version, Stop> {
    let mut tags_left = MAX_TAGS;
    loop {
        if is_outermost {
            frame.count_mtu();
        }
        match ethertype {
            ethertype::VLAN | ethertype::SERVICE_VLAN | ethertype::OLD_SERVICE_VLAN => {
                tags_left = match tags_left.checked_sub(1) {
                    Some(left) => left,
                    None => return Err(Stop::Leave(Reason::TooManyVlanTags)),
                };
                ethertype = frame.take_ethertype::<TAG_LEN>(Layer::Vlan)?;
            }
            ethertype::PPPOE_SESSION => return pppoe::pass_session(frame),
            ..ethertype::FIRST => return pass_snap(usize::from(ethertype), frame),
            _ => return announced_by(ethertype),
        }
    }
}

/// The IP version that an ethertype stands for.
#[inline(always)]
pub(crate) fn announced_by(ethertype: u16) -> Result<Version, Stop> {
    match ethertype {
        ethertype::IPV4 => Ok(Version::V4),
        ethertype::IPV6 => Ok(Version::V6),
        _ => Err(Stop::Leave(Reason::NotIp)),
    }
}

/// Moves to the IP packet in an 802.3 frame. Its length leaves padding out; one past the frame does
/// no harm. What is too short to tell, yet begins as SNAP does, is a truncated one.
#[inline(always)]
fn pass_snap(len: usize, frame: &mut Cursor<impl Bytes, impl Source>) -> Result<Version, Stop> {
    frame.bound(Layer::Snap, len.min(frame.len()))?;
    let begins_otherwise = frame
        .bytes()
        .iter()
        .zip(&SNAP)
        .any(|(byte, snap)| byte != snap);
    if begins_otherwise {
        return Err(Stop::Leave(Reason::NotIp));
    }
    announced_by(frame.take_ethertype::<SNAP_HEADER_LEN>(Layer::Snap)?)
}
