//! Whether another station has the address that was granted, by ARP (RFC 5227).

use core::net::Ipv4Addr;

use crate::pppoe::Transmit;
use crate::router::arp::{Arp, Operation};
use crate::router::ethernet::{ARP, BROADCAST};
use crate::shared::time::Instant;

use super::{Client, State};
use crate::dhcp::lease::Lease;
use crate::dhcp::message::{Kind, Request};
use crate::dhcp::status::Reason;

/// RFC 5227 asks for three probes in 5 to 9 s, in which a box would be without a line each time. Two in half a second
/// find who is there and awake.
pub(super) const PROBES: u8 = 2;
const PROBE_WAIT_MS: u64 = 250;

impl Client {
    /// Asks whether somebody else has the address (RFC 5227, section 2.1).
    pub(super) fn probe(&mut self, lease: Lease, left: u8, now: Instant, out: &mut dyn Transmit) {
        self.ask_by_arp(Ipv4Addr::UNSPECIFIED, lease.address, out);
        let state = State::Probing(lease, left.saturating_sub(1));
        self.go(state, Some(now.after_ms(PROBE_WAIT_MS)), now);
    }

    /// Nobody has it. Those who knew another station under it hear of that (RFC 5227, section 2.3).
    pub(super) fn bind(&mut self, lease: Lease, now: Instant, out: &mut dyn Transmit) {
        self.ask_by_arp(lease.address, lease.address, out);
        self.failures = 0;
        self.former = Some(lease);
        self.status.counters.leases = self.status.counters.leases.wrapping_add(1);
        self.go(State::Bound(lease), lease.renew_at, now);
    }

    /// Somebody says or asks something: perhaps under the address that is being probed (RFC 5227, section 2.1.1).
    pub(super) fn arp(&mut self, payload: &[u8], now: Instant, out: &mut dyn Transmit) {
        let (State::Probing(lease, _), Some(arp)) = (self.state, Arp::read(payload)) else {
            return;
        };
        let is_probe = arp.sender.is_unspecified() && arp.operation == Operation::Request;
        let claims = arp.sender == lease.address || is_probe && arp.target == lease.address;
        if !claims || arp.sender_mac == self.settings.mac {
            return;
        }
        let exchange = self.exchange(now);
        let request = Request {
            requested: Some(lease.address),
            server: Some(lease.server),
            ..exchange.request(Kind::Decline)
        };
        self.broadcast(request, out);
        self.status.counters.conflicts = self.status.counters.conflicts.wrapping_add(1);
        self.former = None;
        self.give_up(Reason::Conflict, now);
    }

    fn ask_by_arp(&mut self, sender: Ipv4Addr, target: Ipv4Addr, out: &mut dyn Transmit) {
        let arp = Arp {
            operation: Operation::Request,
            sender_mac: self.settings.mac,
            sender,
            target_mac: [0; 6],
            target,
        };
        let sent = out.send(BROADCAST, ARP, &[], &arp.to_bytes());
        self.count(sent);
    }
}
