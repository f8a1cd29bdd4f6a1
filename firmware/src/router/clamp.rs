//! The clamp on the way through, with the smallest of three MTUs: that of the port in, that of the
//! port out, and what is known of the path, so that both directions are lowered by the SYN of each.

use crate::router::address::Address;

use clamp_core::Clamp;

use super::Router;
use super::port::PortId;
use super::time::Instant;

impl<const SESSIONS: usize> Router<SESSIONS> {
    /// Clamps a packet that goes from one port to another. `ends` are the addresses between which
    /// the connection is, of which the table of path MTUs may know one; only a SYN needs them.
    pub(super) fn clamp(
        &mut self,
        from: PortId,
        to: PortId,
        is_syn: bool,
        ends: [Option<Address>; 3],
        packet: &mut [u8],
        now: Instant,
    ) {
        if !self.config.clamp {
            return;
        }
        let mut mtu_bytes = self.config.mtu_bytes(from).min(self.config.mtu_bytes(to));
        if is_syn {
            let learned = ends.into_iter().flatten();
            let learned = learned
                .filter_map(|end| self.path_mtus.find(end, now))
                .min();
            mtu_bytes = learned.map_or(mtu_bytes, |learned| learned.min(mtu_bytes));
        }
        // Ports and paths carry 576 bytes or more, which is more than any clamp refuses.
        let Ok(mut clamp) = Clamp::for_link_mtu(u32::from(mtu_bytes)) else {
            return;
        };
        if self.config.clamp_through_tunnels {
            clamp = clamp.through_tunnels();
        }
        let outcome = clamp.packet(packet);
        self.counters.clamp(outcome);
    }
}
