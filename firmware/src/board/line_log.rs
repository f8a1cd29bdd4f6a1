//! Tells what becomes of the line, when it changes; never a name or a password.

use crate::pppoe::Phase;
use crate::router::uplink::Pppoe;

/// What was last told of the line.
#[derive(Default)]
pub struct LineLog {
    phase: Phase,
    ends: u64,
}

impl LineLog {
    /// Logs what has changed since the last look.
    pub fn look(&mut self, pppoe: &Pppoe) {
        let status = pppoe.status();
        if status.counters.ends != self.ends {
            self.ends = status.counters.ends;
            if let Some(reason) = status.last_reason {
                defmt::warn!("line down: {}", defmt::Display2Format(&reason));
            }
        }
        if status.phase == self.phase {
            return;
        }
        self.phase = status.phase;
        if let (Phase::Up, Some(session)) = (status.phase, pppoe.session()) {
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
}
