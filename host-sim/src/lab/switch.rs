//! The managed switch: one trunk to the router, on which every frame is tagged (IEEE 802.1Q), and
//! two access ports, on which none is.

use super::plan::{LAN_VLAN, WAN_VLAN};
use super::wire::End;

const MACS_LEN: usize = 12;
const TAG_LEN: usize = 4;
const TAG_PROTOCOL: [u8; 2] = [0x81, 0x00];
const VLAN_MASK: u16 = 0x0fff;
/// Ethernet's smallest frame, without its check sequence.
const LEAST_FRAME_LEN: usize = 60;

/// What the switch would not pass on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Switch {
    /// Frames on the trunk without a tag, or of a VLAN that no port is in.
    pub(crate) of_no_port: u64,
    /// Frames shorter than two MAC addresses and a type.
    pub(crate) too_short: u64,
}

impl Switch {
    /// Passes on the frames that wait, and says whether there were any.
    pub(crate) fn pass(
        &mut self,
        trunk: &mut End<'_>,
        lan: &mut End<'_>,
        wan: &mut End<'_>,
    ) -> bool {
        let mut passed = self.tag(LAN_VLAN, lan, trunk);
        passed |= self.tag(WAN_VLAN, wan, trunk);
        while let Some(frame) = trunk.receive() {
            passed = true;
            match untagged(frame) {
                Some((LAN_VLAN, frame)) => {
                    lan.send(frame);
                }
                Some((WAN_VLAN, frame)) => {
                    wan.send(frame);
                }
                Some(_) | None => self.of_no_port += 1,
            }
        }
        passed
    }

    fn tag(&mut self, vlan: u16, port: &mut End<'_>, trunk: &mut End<'_>) -> bool {
        let mut passed = false;
        while let Some(frame) = port.receive() {
            passed = true;
            match tagged(&frame, vlan) {
                Some(frame) => {
                    trunk.send(frame);
                }
                None => self.too_short += 1,
            }
        }
        passed
    }
}

/// The frame with a tag of `vlan`, padded to Ethernet's least length if it is not longer.
fn tagged(frame: &[u8], vlan: u16) -> Option<Vec<u8>> {
    let (macs, rest) = frame.split_at_checked(MACS_LEN)?;
    if rest.len() < 2 {
        return None;
    }
    let mut tagged = Vec::with_capacity((frame.len() + TAG_LEN).max(LEAST_FRAME_LEN));
    tagged.extend_from_slice(macs);
    tagged.extend_from_slice(&TAG_PROTOCOL);
    tagged.extend_from_slice(&vlan.to_be_bytes());
    tagged.extend_from_slice(rest);
    if tagged.len() < LEAST_FRAME_LEN {
        tagged.resize(LEAST_FRAME_LEN, 0);
    }
    Some(tagged)
}

/// The VLAN of a tagged frame, and the frame without its tag.
fn untagged(mut frame: Vec<u8>) -> Option<(u16, Vec<u8>)> {
    let tag: [u8; TAG_LEN] = *frame.get(MACS_LEN..)?.first_chunk()?;
    let [a, b, c, d] = tag;
    if [a, b] != TAG_PROTOCOL {
        return None;
    }
    frame.drain(MACS_LEN..MACS_LEN + TAG_LEN);
    Some((u16::from_be_bytes([c, d]) & VLAN_MASK, frame))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_comes_off_as_it_was_put_on() {
        let frame: Vec<u8> = (0..100).collect();
        let with_tag = tagged(&frame, 2).unwrap();
        assert_eq!(with_tag[12..16], [0x81, 0, 0, 2]);
        assert_eq!(untagged(with_tag), Some((2, frame)));
    }

    #[test]
    fn a_short_frame_is_padded_to_ethernets_least_length() {
        assert_eq!(tagged(&[0; 14], 1).unwrap().len(), 60);
        assert_eq!(tagged(&[0; 13], 1), None);
    }

    #[test]
    fn priority_bits_are_not_part_of_the_vlan() {
        let mut frame = tagged(&[0; 60], 2).unwrap();
        frame[14] |= 0xe0;
        assert_eq!(untagged(frame).map(|(vlan, _)| vlan), Some(2));
    }

    #[test]
    fn an_untagged_frame_on_the_trunk_is_of_no_port() {
        assert_eq!(untagged(vec![0; 60]), None);
        assert_eq!(untagged(vec![0; 15]), None);
    }
}
