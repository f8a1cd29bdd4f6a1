//! The provider's end of a line on which a customer dials in: the access concentrator of the lab.

use std::time::Duration;

use super::super::plan::Port;
use super::super::trace::Refusal;
use super::Outbox;
use crate::access_concentrator::{AccessConcentrator, Delivery, Settings};

/// What PPPoE and PPP take of an Ethernet frame.
const OVERHEAD_BYTES: u16 = 8;

/// One line with one customer, who gets the address that the scenario's map gives to that end.
pub(super) struct AccessLine {
    concentrator: AccessConcentrator,
    mtu_bytes: u16,
}

impl AccessLine {
    pub(super) fn new(port: Port, ethernet_mtu_bytes: u16, seed: u64) -> Self {
        let mtu_bytes = ethernet_mtu_bytes.saturating_sub(OVERHEAD_BYTES);
        let settings = Settings {
            mac: port.mac(),
            max_payload_bytes: mtu_bytes,
            mru_bytes: mtu_bytes,
            ipv4: port.ipv4(),
            first_customer_ipv4: port.peer().ipv4(),
            most_sessions: 1,
            ipv6: None,
            ..Settings::default()
        };
        Self {
            concentrator: AccessConcentrator::new(settings, seed),
            mtu_bytes,
        }
    }

    /// What the session carries, in bytes from the IP header on.
    pub(super) fn mtu_bytes(&self) -> usize {
        let sessions = self.concentrator.sessions();
        let mtu_bytes = sessions
            .first()
            .map_or(self.mtu_bytes, |session| session.mtu_bytes);
        usize::from(mtu_bytes)
    }

    /// Takes a frame, and gives out the packets that the customer sent.
    pub(super) fn receive(
        &mut self,
        port: usize,
        frame: &[u8],
        now: Duration,
        out: &mut Outbox,
    ) -> Vec<Vec<u8>> {
        self.concentrator.receive(frame, now);
        self.give_frames(port, out);
        std::iter::from_fn(|| self.concentrator.next_packet()).collect()
    }

    /// Sends a packet to the customer.
    pub(super) fn send(&mut self, port: usize, packet: &[u8], out: &mut Outbox) {
        let why = match self.concentrator.deliver(packet) {
            Delivery::Sent => None,
            Delivery::TooBig { .. } => Some(Refusal::TooBigInSilence),
            Delivery::NoCustomer => Some(Refusal::Other("no such customer")),
        };
        if let Some(why) = why {
            out.refused.push((why, packet.to_vec()));
        }
        self.give_frames(port, out);
    }

    pub(super) fn poll(
        &mut self,
        port: usize,
        now: Duration,
        out: &mut Outbox,
    ) -> Option<Duration> {
        let next = self.concentrator.poll(now);
        self.give_frames(port, out);
        next
    }

    fn give_frames(&mut self, port: usize, out: &mut Outbox) {
        while let Some(frame) = self.concentrator.next_frame() {
            out.frames.push((port, frame));
        }
    }
}
