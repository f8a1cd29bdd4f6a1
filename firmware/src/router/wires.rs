//! The way out.

/// What the router sends through: the drivers and the box's own stack, by number.
pub trait Wires {
    /// Queues one frame, which is `header` followed by `packet`, on `wire`. On the inner port's
    /// wire, which carries bare IP packets, `header` may hold an IP header or nothing at all.
    ///
    /// Copying both into the transmit buffer is the only copy of a forwarded packet. Frames shorter
    /// than Ethernet's minimum are the driver's to pad. `false` says that the queue is full and the
    /// frame is lost, which the router counts.
    fn send(&mut self, wire: usize, header: &[u8], packet: &[u8]) -> bool;
}
