//! What a driver's slices hold, and so which call of the clamp they go to.

use clamp_core::{Clamp, Outcome};

/// Which way a frame went, seen from the stack behind the wrapper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the wire to the stack.
    Received,
    /// From the stack to the wire.
    Sent,
}

/// What a driver carries.
#[derive(Clone, Copy)]
pub(crate) enum Medium {
    Ethernet,
    Ip,
    /// A medium without IP packets of its own kind, such as IEEE 802.15.4: nothing is looked at.
    Other,
}

impl Medium {
    /// Clamps the SYN in `bytes`, if there is one; `None` where nothing was looked at.
    pub(crate) fn clamp(self, clamp: Clamp, bytes: &mut [u8]) -> Option<Outcome> {
        match self {
            Self::Ethernet => Some(clamp.frame(bytes)),
            Self::Ip => Some(clamp.packet(bytes)),
            Self::Other => None,
        }
    }

    /// What [`Medium::clamp`] would do, without doing it.
    pub(crate) fn judge(self, clamp: Clamp, bytes: &[u8]) -> Option<Outcome> {
        match self {
            Self::Ethernet => Some(clamp.judge_frame(bytes)),
            Self::Ip => Some(clamp.judge_packet(bytes)),
            Self::Other => None,
        }
    }
}

/// Everything that a token needs to clamp the frame it hands on.
pub(crate) struct Clamping<'a, O> {
    pub(crate) medium: Medium,
    pub(crate) clamp: Clamp,
    pub(crate) observe: &'a O,
}

impl<O> Clone for Clamping<'_, O> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<O> Copy for Clamping<'_, O> {}

impl<O: Fn(Direction, Outcome)> Clamping<'_, O> {
    /// Clamps the SYN in `bytes`, if there is one, and tells the observer.
    pub(crate) fn clamp(self, direction: Direction, bytes: &mut [u8]) {
        if let Some(outcome) = self.medium.clamp(self.clamp, bytes) {
            (self.observe)(direction, outcome);
        }
    }
}
