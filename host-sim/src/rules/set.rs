//! Several rules at work: which clamp a packet gets.

use std::net::IpAddr;

use clamp_core::{Clamp, LinkType, Outcome, Reason};
use firmware::router::clamp_rule::{Ceiling, ClampRules, MAX_CLAMP_RULES, Ports, Syn};

use super::error::RuleError;
use super::interfaces::Interfaces;
use super::rule::Rule;
use crate::path::Path;
use crate::policy::LOWERS_NOTHING;

/// Where a packet came in and where it leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// The port that it came in on.
    pub ingress: Ports,
    /// The port that it leaves on.
    pub egress: Ports,
}

impl Way {
    /// Not known, as in a capture.
    pub const UNKNOWN: Self = Self {
        ingress: Ports::ALL,
        egress: Ports::ALL,
    };
    /// From the left one of [`Interfaces::between`] to the right one.
    pub const LEFT_TO_RIGHT: Self = Self {
        ingress: Ports::lan(0),
        egress: Ports::WAN,
    };
    /// The other way.
    pub const RIGHT_TO_LEFT: Self = Self {
        ingress: Ports::WAN,
        egress: Ports::lan(0),
    };
}

/// Rules in their order, for one place in a network. The first that matches a SYN wins; Linux would
/// go on, so that the lowest ceiling of all that match would.
#[derive(Clone, Debug)]
pub struct Rules {
    rules: ClampRules,
    link_mtu_bytes: Option<u32>,
    /// Finds the SYN, and says what else there is.
    probe: Clamp,
    tunnels: bool,
}

impl Rules {
    /// Puts `rules` between `interfaces`, on a link of `link_mtu_bytes` where that is known.
    ///
    /// # Errors
    /// The word that can't be honoured here: an interface that is not there, a link MTU that is needed
    /// and not known, one rule too many.
    pub fn new(
        rules: &[Rule],
        interfaces: &Interfaces,
        link_mtu_bytes: Option<u32>,
    ) -> Result<Self, RuleError> {
        let typed = typed(rules, interfaces)?;
        for rule in rules {
            if link_mtu_bytes.is_none() && rule.needs_link_mtu() {
                let why = "the link's MTU is not known here: give --link-mtu";
                return Err(rule.refuse(&rule.ceiling_at, why));
            }
        }
        Ok(Self {
            rules: typed,
            link_mtu_bytes,
            probe: LOWERS_NOTHING,
            tunnels: false,
        })
    }

    /// The same, also looking for SYNs in tunnels; addresses and ports are then those of the packet in
    /// the tunnel.
    #[must_use]
    pub fn through_tunnels(mut self) -> Self {
        self.probe = self.probe.through_tunnels();
        self.tunnels = true;
        self
    }

    /// The clamp for a packet; `None` for a SYN that no rule matches. What is no SYN gets a clamp that
    /// will say why, whatever its ceiling.
    ///
    /// `bytes` of the packet are there, `wire_len` were on the wire. They are only looked at.
    pub fn clamp_for(
        &self,
        link_type: LinkType,
        bytes: &mut [u8],
        wire_len: usize,
        way: Way,
    ) -> Option<Clamp> {
        let mut path = Path::default();
        // Nothing is above this ceiling, so nothing is written.
        let mss = match self.probe.captured(link_type, bytes, wire_len, &mut path) {
            Outcome::Fits { mss } => Some(mss),
            Outcome::LeftAlone(Reason::NoMss) => None,
            Outcome::Clamped { .. } | Outcome::LeftAlone(_) | Outcome::Malformed(_) => {
                return Some(self.probe);
            }
        };
        let syn = syn(&path, bytes, mss, way)?;
        let version = syn.source;
        self.rules
            .ceiling(&syn)
            .and_then(|ceiling| self.clamp_to(ceiling, version))
    }

    fn clamp_to(&self, ceiling: Ceiling, address: IpAddr) -> Option<Clamp> {
        let clamp = match ceiling {
            Ceiling::LinkMtu => Clamp::for_link_mtu(self.link_mtu_bytes?),
            Ceiling::MaxMss(mss) if address.is_ipv4() => Clamp::for_max_mss(Some(mss), None),
            Ceiling::MaxMss(mss) => Clamp::for_max_mss(None, Some(mss)),
        }
        .ok()?;
        Some(if self.tunnels {
            clamp.through_tunnels()
        } else {
            clamp
        })
    }
}

/// The rules as a router's configuration takes them.
///
/// # Errors
/// The word that can't be honoured between `interfaces`, or one rule too many.
pub fn typed(rules: &[Rule], interfaces: &Interfaces) -> Result<ClampRules, RuleError> {
    if let Some(one_too_many) = rules.get(MAX_CLAMP_RULES) {
        let why = format!("there is room for {MAX_CLAMP_RULES} rules");
        let whole = 0..one_too_many.text().len();
        return Err(one_too_many.refuse(&whole, why));
    }
    let mut typed = Vec::new();
    for rule in rules {
        let one = rule.between(interfaces)?;
        ClampRules::new(&[one]).map_err(|error| {
            let whole = 0..rule.text().len();
            rule.refuse(&whole, error.to_string())
        })?;
        typed.push(one);
    }
    ClampRules::new(&typed).map_err(|error| RuleError::new("", 0..0, error.to_string()))
}

/// What rules are asked about.
fn syn(path: &Path, bytes: &[u8], mss: Option<u16>, way: Way) -> Option<Syn> {
    let flow = path.flow(bytes)?;
    Some(Syn {
        source: flow.source.address,
        destination: flow.destination.address,
        source_port: flow.source.port?,
        destination_port: flow.destination.port?,
        flags: path.tcp_flags(bytes)?,
        mss,
        ingress: way.ingress,
        egress: way.egress,
    })
}
