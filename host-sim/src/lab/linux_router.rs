//! A Linux router in our router's place.

use std::os::fd::BorrowedFd;

use super::plan::LAN_VLAN;
use super::switch::{Switch, tagged, untagged};
use super::wire::End;
use crate::guest::{Card, Guest};

/// A guest whose two cards meet in the trunk.
pub(crate) struct LinuxRouter {
    pub(crate) guest: Guest,
    pub(crate) switch: Switch,
}

impl LinuxRouter {
    /// Hands it the frames that arrived, and takes those that it sends; says whether there were any.
    pub(super) fn exchange(&mut self, trunk: &mut End<'_>) -> Result<bool, String> {
        let mut moved = false;
        while let Some(frame) = trunk.receive() {
            moved = true;
            if let Some(frame) = self.switch.on_wan(&frame) {
                self.guest.send(Card::Line, &frame)?;
            } else if let Some((LAN_VLAN, frame)) = untagged(&frame) {
                self.guest.send(Card::Behind, &frame)?;
            }
        }
        while let Some(frame) = self.guest.receive(Card::Line)? {
            moved = true;
            if let Some(frame) = self.switch.tagged_for_trunk(&frame) {
                trunk.send(frame);
            }
        }
        while let Some(frame) = self.guest.receive(Card::Behind)? {
            moved = true;
            if let Some(frame) = tagged(&frame, LAN_VLAN) {
                trunk.send(frame);
            }
        }
        Ok(moved)
    }

    pub(super) fn lost(&self) -> u64 {
        self.guest.lost()
    }

    pub(super) fn sources(&self) -> [BorrowedFd<'_>; 2] {
        self.guest.sources()
    }
}
