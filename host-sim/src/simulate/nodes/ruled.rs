//! A plain router that clamps by the rules of somebody's firewall.

use clamp_core::LinkType;
use firmware::router::clamp_rule::Ports;

use crate::rules::{Interfaces, Rule, Rules, Way};

/// The rules, and what they call the router's ports.
pub(crate) struct Ruled {
    pub(crate) rules: Vec<Rule>,
    pub(crate) interfaces: Interfaces,
    pub(crate) ports: Vec<Ports>,
}

impl Ruled {
    /// Does to a packet between two ports what the first rule that matches says.
    pub(super) fn clamp(&self, packet: &mut [u8], from: usize, to: usize, mtu_bytes: usize) {
        let mtu_bytes = u32::try_from(mtu_bytes).ok();
        // What can't be honoured was refused when the scenario was read.
        let Ok(rules) = Rules::new(&self.rules, &self.interfaces, mtu_bytes) else {
            return;
        };
        let port = |port: usize| self.ports.get(port).copied().unwrap_or(Ports::NONE);
        let way = Way {
            ingress: port(from),
            egress: port(to),
        };
        let len = packet.len();
        if let Some(clamp) = rules.clamp_for(LinkType::RawIp, packet, len, way) {
            let _ = clamp.packet(packet);
        }
    }
}
