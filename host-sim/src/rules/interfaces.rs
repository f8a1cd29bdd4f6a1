//! Which interfaces there are, so that a rule's names become ports.

use firmware::router::clamp_rule::Ports;

use super::error::RuleError;
use super::rule::{InterfaceMatch, Rule};

/// Which way of a packet a name is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Ingress,
    Egress,
}

/// The interfaces that packets pass between.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interfaces {
    named: Vec<(String, Ports)>,
}

impl Interfaces {
    /// None are known, as in a capture: a rule that names one is refused.
    #[must_use]
    pub fn unknown() -> Self {
        Self::default()
    }

    /// Two, as a bump in the wire has them; see [`Way`](super::Way).
    #[must_use]
    pub fn between(left: &str, right: &str) -> Self {
        Self::default()
            .and(left, Ports::lan(0))
            .and(right, Ports::WAN)
    }

    /// One more: the port of a router that goes by this name.
    #[must_use]
    pub fn and(mut self, name: &str, port: Ports) -> Self {
        let named = (name.to_owned(), port);
        if !self.named.contains(&named) {
            self.named.push(named);
        }
        self
    }

    /// Whether all packets are known to pass through.
    pub(super) fn only_forward(&self) -> bool {
        !self.named.is_empty()
    }

    /// The ports that `asked` names.
    pub(super) fn ports(
        &self,
        rule: &Rule,
        asked: Option<&InterfaceMatch>,
        side: Side,
    ) -> Result<Ports, RuleError> {
        let Some(asked) = asked else {
            return Ok(Ports::ALL);
        };
        if self.named.is_empty() {
            let way = match side {
                Side::Ingress => "comes in by",
                Side::Egress => "leaves by",
            };
            let why = format!(
                "a capture doesn't say which interface a packet {way}; bridge and router know"
            );
            return Err(rule.refuse(&asked.at, why));
        }
        let mut ports = Ports::NONE;
        for (name, port) in &self.named {
            if asked.names(name) {
                ports = ports.or(*port);
            }
        }
        if ports == Ports::NONE {
            let names: Vec<&str> = self.named.iter().map(|(name, _)| name.as_str()).collect();
            let why = format!("no such interface here: there are {}", names.join(" and "));
            return Err(rule.refuse(&asked.at, why));
        }
        let ports = if asked.is_negated {
            ports.complement()
        } else {
            ports
        };
        let any_left = self.named.iter().any(|(_, port)| ports.meets(*port));
        if !any_left {
            return Err(rule.refuse(
                &asked.at,
                "that is every interface: the rule would do nothing",
            ));
        }
        Ok(ports)
    }
}
