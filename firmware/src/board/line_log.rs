//! Tells what becomes of the line, when it changes; never a name or a password.

use crate::dhcp;
use crate::pppoe;
use crate::router::uplink::{Chosen, Dhcp, Pppoe};

/// What was last told of the line.
#[derive(Default)]
pub struct LineLog {
    pppoe: pppoe::Phase,
    dhcp: dhcp::Phase,
    ends: u64,
    has_lease: bool,
    last_reason: Option<dhcp::Reason>,
}

impl LineLog {
    /// Logs what has changed since the last look.
    pub fn look(&mut self, uplink: &Chosen) {
        match uplink {
            Chosen::Fixed(_) => {}
            Chosen::Pppoe(pppoe) => self.look_at_pppoe(pppoe),
            Chosen::Dhcp(dhcp) => self.look_at_dhcp(dhcp),
        }
    }

    fn look_at_pppoe(&mut self, pppoe: &Pppoe) {
        let status = pppoe.status();
        if status.counters.ends != self.ends {
            self.ends = status.counters.ends;
            if let Some(reason) = status.last_reason {
                defmt::warn!("line down: {}", defmt::Display2Format(&reason));
            }
        }
        if status.phase == self.pppoe {
            return;
        }
        self.pppoe = status.phase;
        if let (pppoe::Phase::Up, Some(session)) = (status.phase, pppoe.session()) {
            let ipv4 = session.ipv4.map(|ipv4| ipv4.local.octets());
            defmt::info!(
                "line up: session {=u16}, MTU {=u16}, IPv4 {}, IPv6 {=bool}",
                session.session_id,
                session.mtu_bytes,
                ipv4,
                session.ipv6.is_some(),
            );
        }
    }

    fn look_at_dhcp(&mut self, dhcp: &Dhcp) {
        let status = dhcp.status();
        if status.phase == self.dhcp {
            return;
        }
        self.dhcp = status.phase;
        if status.last_reason != self.last_reason {
            self.last_reason = status.last_reason;
            if let Some(reason) = status.last_reason {
                defmt::warn!("line down: {}", defmt::Display2Format(&reason));
            }
        }
        let had_lease = core::mem::replace(&mut self.has_lease, dhcp.lease().is_some());
        if let (false, Some(lease)) = (had_lease, dhcp.lease()) {
            defmt::info!(
                "line up: MTU {=u16}, IPv4 {}, router {}",
                lease.mtu_bytes,
                lease.address.octets(),
                lease.router.octets(),
            );
        }
    }
}
