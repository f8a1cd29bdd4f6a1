//! The managed switch: one trunk to the router, on which every frame is tagged (IEEE 802.1Q), an access
//! port to the LAN, on which none is, and a port to the WAN, on which none is either, unless the
//! provider wants a VLAN of its own.

use super::plan::{LAN_VLAN, WAN_VLAN};
use super::wire::End;

const MACS_LEN: usize = 12;
const TAG_LEN: usize = 4;
const TAG_PROTOCOL: [u8; 2] = [0x81, 0x00];
const VLAN_MASK: u16 = 0x0fff;
/// Ethernet's smallest frame, without its check sequence.
const LEAST_FRAME_LEN: usize = 60;

/// How it is set up, and what it would not pass on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Switch {
    /// The VLAN that the provider wants to see, if any; it is the same on the trunk.
    providers_vlan: Option<u16>,
    /// Frames on the trunk without a tag, or of a VLAN that no port is in.
    pub(crate) of_no_port: u64,
    /// Frames shorter than two MAC addresses and a type.
    pub(crate) too_short: u64,
}

impl Switch {
    /// A switch that hands the provider's VLAN through as it is.
    pub(crate) fn with_providers_vlan(vlan: Option<u16>) -> Self {
        Self {
            providers_vlan: vlan,
            ..Self::default()
        }
    }

    /// The VLAN of the WAN on the trunk.
    pub(crate) fn wan_vlan(self) -> u16 {
        self.providers_vlan.unwrap_or(WAN_VLAN)
    }

    /// What a frame on the trunk is on the WAN port, if it belongs there.
    pub(crate) fn on_wan(self, frame: &[u8]) -> Option<Vec<u8>> {
        match (self.providers_vlan, untagged(frame)?) {
            (Some(vlan), (of, _)) => (of == vlan).then(|| frame.to_vec()),
            (None, (of, frame)) => (of == WAN_VLAN).then_some(frame),
        }
    }

    /// What a frame from the WAN port is on the trunk, if it is to be there.
    pub(crate) fn tagged_for_trunk(self, frame: &[u8]) -> Option<Vec<u8>> {
        match self.providers_vlan {
            Some(vlan) => untagged(frame)
                .is_some_and(|(of, _)| of == vlan)
                .then(|| frame.to_vec()),
            None => tagged(frame, WAN_VLAN),
        }
    }

    /// Passes on the frames that wait, and says whether there were any.
    pub(crate) fn pass(
        &mut self,
        trunk: &mut End<'_>,
        lan: &mut End<'_>,
        wan: &mut End<'_>,
    ) -> bool {
        let mut passed = false;
        while let Some(frame) = lan.receive() {
            passed = true;
            match tagged(&frame, LAN_VLAN) {
                Some(frame) => {
                    trunk.send(frame);
                }
                None => self.too_short += 1,
            }
        }
        while let Some(frame) = wan.receive() {
            passed = true;
            match self.tagged_for_trunk(&frame) {
                Some(frame) => {
                    trunk.send(frame);
                }
                None if self.providers_vlan.is_some() => self.of_no_port += 1,
                None => self.too_short += 1,
            }
        }
        while let Some(frame) = trunk.receive() {
            passed = true;
            if let Some(frame) = self.on_wan(&frame) {
                wan.send(frame);
            } else if let Some((LAN_VLAN, frame)) = untagged(&frame) {
                lan.send(frame);
            } else {
                self.of_no_port += 1;
            }
        }
        passed
    }
}

/// The frame with a tag of `vlan`, padded to Ethernet's least length if it is not longer.
pub(super) fn tagged(frame: &[u8], vlan: u16) -> Option<Vec<u8>> {
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
pub(super) fn untagged(frame: &[u8]) -> Option<(u16, Vec<u8>)> {
    let (macs, tag_and_rest) = frame.split_at_checked(MACS_LEN)?;
    let (&[a, b, c, d], rest) = tag_and_rest.split_first_chunk::<TAG_LEN>()?;
    let vlan = u16::from_be_bytes([c, d]) & VLAN_MASK;
    ([a, b] == TAG_PROTOCOL).then(|| (vlan, [macs, rest].concat()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_comes_off_as_it_was_put_on() {
        let frame: Vec<u8> = (0..100).collect();
        let with_tag = tagged(&frame, 2).unwrap();
        assert_eq!(with_tag[12..16], [0x81, 0, 0, 2]);
        assert_eq!(untagged(&with_tag), Some((2, frame)));
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
        assert_eq!(untagged(&frame).map(|(vlan, _)| vlan), Some(2));
    }

    #[test]
    fn an_untagged_frame_on_the_trunk_is_of_no_port() {
        assert_eq!(untagged(&[0; 60]), None);
        assert_eq!(untagged(&[0; 15]), None);
    }

    #[test]
    fn the_providers_own_vlan_passes_as_it_is_and_nothing_else_does() {
        let switch = Switch::with_providers_vlan(Some(7));
        let frame = tagged(&[0; 60], 7).unwrap();
        assert_eq!(switch.on_wan(&frame), Some(frame.clone()));
        assert_eq!(switch.tagged_for_trunk(&frame), Some(frame));
        let other = tagged(&[0; 60], WAN_VLAN).unwrap();
        assert_eq!(switch.on_wan(&other), None);
        assert_eq!(switch.tagged_for_trunk(&other), None);
        assert_eq!(switch.tagged_for_trunk(&[0; 60]), None);
    }
}
