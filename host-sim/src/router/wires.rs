//! The router's wires: interfaces of this machine.

use firmware::router::Wires;
use serde::Serialize;

use crate::interface::{Interface, InterfaceError, Offload, Sent};

/// What an interface could not carry.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct PortTally {
    queue_full: u64,
    too_long: u64,
    refused: u64,
    unplugged: u64,
    pub(super) offload_not_done: u64,
}

impl PortTally {
    /// What was lost, and how often.
    pub(super) fn lost(&self) -> impl Iterator<Item = (&'static str, u64)> {
        [
            ("queue full", self.queue_full),
            ("too long for the interface", self.too_long),
            ("refused by the kernel", self.refused),
            ("interface down", self.unplugged),
            ("offload that is not done here", self.offload_not_done),
        ]
        .into_iter()
        .filter(|&(_, count)| count != 0)
    }
}

/// The interfaces, by the number of their wires.
pub(super) struct Interfaces<'a> {
    pub(super) interfaces: &'a [Interface],
    pub(super) tallies: &'a mut [PortTally],
    /// The first failure that ends the router.
    pub(super) failure: Option<InterfaceError>,
}

impl Wires for Interfaces<'_> {
    fn send(&mut self, wire: usize, header: &[u8], packet: &[u8]) -> bool {
        let Some((interface, tally)) = self.interfaces.get(wire).zip(self.tallies.get_mut(wire))
        else {
            return false;
        };
        // The router never leaves a checksum to somebody else.
        match interface.send(Offload::NOTHING, header, packet) {
            Ok(Sent::OnItsWay) => return true,
            Ok(Sent::QueueFull) => tally.queue_full += 1,
            Ok(Sent::TooLong) => tally.too_long += 1,
            Ok(Sent::Refused) => tally.refused += 1,
            Ok(Sent::Unplugged) => tally.unplugged += 1,
            Err(error) => {
                self.failure.get_or_insert(error);
            }
        }
        false
    }
}
