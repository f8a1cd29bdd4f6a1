//! Which SYNs are clamped, and to what: what a firewall's rules say, without their words.
//!
//! ```
//! use firmware::router::clamp_rule::{Ceiling, ClampRule, ClampRules, Match, Ports, Syn};
//!
//! // iptables -A FORWARD -o ppp0 -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1400
//! let rules = ClampRules::new(&[ClampRule {
//!     egress: Ports::WAN,
//!     ..ClampRule::every_syn(Ceiling::MaxMss(1400))
//! }])?;
//! let syn = Syn {
//!     source: [192, 168, 1, 2].into(),
//!     destination: [198, 51, 100, 1].into(),
//!     source_port: 40_000,
//!     destination_port: 443,
//!     flags: Syn::SYN,
//!     mss: Some(1460),
//!     ingress: Ports::lan(0),
//!     egress: Ports::WAN,
//! };
//! assert_eq!(rules.ceiling(&syn), Some(Ceiling::MaxMss(1400)));
//! assert_eq!(rules.ceiling(&Syn { egress: Ports::lan(1), ..syn }), None);
//! # Ok::<(), firmware::router::config_error::ConfigError>(())
//! ```

use core::net::IpAddr;

use clamp_core::MIN_MSS;
use heapless::Vec;

use super::config_error::{ConfigError, Problem};
use super::port::PortId;

/// How many rules a router may have.
pub const MAX_CLAMP_RULES: usize = 16;

/// What a rule clamps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ceiling {
    /// What the links on both sides and the path carry: `--clamp-mss-to-pmtu`, `rt mtu`.
    LinkMtu,
    /// So many bytes of TCP payload, whatever the links carry: `--set-mss N`.
    MaxMss(u16),
}

/// An IP version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IpVersion {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

/// What a rule asks of one property.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Match<T> {
    /// Nothing.
    Any,
    /// That it lies in this.
    In(T),
    /// That it doesn't.
    NotIn(T),
}

impl<T> Match<T> {
    /// Whether a property fulfils this, `contains` telling whether it lies in the value.
    fn holds(&self, contains: impl FnOnce(&T) -> bool) -> bool {
        match self {
            Self::Any => true,
            Self::In(value) => contains(value),
            Self::NotIn(value) => !contains(value),
        }
    }

    /// The value that is asked about, if there is one.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Any => None,
            Self::In(value) | Self::NotIn(value) => Some(value),
        }
    }
}

/// All addresses that share their first bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Prefix {
    /// One of them.
    pub address: IpAddr,
    /// How many bits they share: at most 32, or 128 for IPv6.
    pub len: u8,
}

impl Prefix {
    /// Whether `address` is one of them; never one of the other IP version.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let differing = match (self.address, address) {
            (IpAddr::V4(one), IpAddr::V4(other)) => {
                u128::from(one.to_bits() ^ other.to_bits()).wrapping_shl(96)
            }
            (IpAddr::V6(one), IpAddr::V6(other)) => one.to_bits() ^ other.to_bits(),
            _ => return false,
        };
        differing.leading_zeros() >= u32::from(self.len)
    }
}

/// Numbers from one to another, both included: ports, or MSS values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// The smallest one.
    pub from: u16,
    /// The largest one.
    pub to: u16,
}

impl Span {
    fn contains(self, number: u16) -> bool {
        (self.from..=self.to).contains(&number)
    }
}

/// TCP flags, as `--tcp-flags MASK VALUE` asks for them (RFC 9293, section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FlagMatch {
    /// Which flags are looked at.
    pub mask: u8,
    /// Those of them that must be set; the others must not.
    pub value: u8,
}

impl FlagMatch {
    /// SYN set and RST clear: what is clamped at all.
    pub const SYN_WITHOUT_RST: Self = Self {
        mask: Syn::SYN | Syn::RST,
        value: Syn::SYN,
    };

    /// Whether a segment with these flags is meant.
    #[must_use]
    pub const fn admits(self, flags: u8) -> bool {
        flags & self.mask == self.value
    }
}

/// A set of the router's ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ports(u8);

impl Ports {
    /// No port: a rule that asks for it never matches, and is refused.
    pub const NONE: Self = Self(0);
    /// Every port.
    pub const ALL: Self = Self(u8::MAX);
    /// The WAN.
    pub const WAN: Self = Self(1);
    /// The box's own stack.
    pub const INNER: Self = Self(2);

    /// The LAN of this number; none where there can't be one.
    #[must_use]
    pub const fn lan(number: usize) -> Self {
        Self(match number {
            0 => 4,
            1 => 8,
            2 => 16,
            3 => 32,
            _ => 0,
        })
    }

    /// The ports of both sets.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// All other ports.
    #[must_use]
    pub const fn complement(self) -> Self {
        Self(!self.0)
    }

    /// Whether the sets have a port in common.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl From<PortId> for Ports {
    fn from(port: PortId) -> Self {
        match port {
            PortId::Lan(number) => Self::lan(number),
            PortId::Wan => Self::WAN,
            PortId::Inner => Self::INNER,
        }
    }
}

/// What rules are asked about a SYN. Between LAN and WAN, the addresses and ports are those that the
/// hosts inside have, as a Linux router's FORWARD chain sees them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Syn {
    /// Who sent it.
    pub source: IpAddr,
    /// To whom.
    pub destination: IpAddr,
    /// From which TCP port.
    pub source_port: u16,
    /// To which TCP port.
    pub destination_port: u16,
    /// Its TCP flags, as in the header's 14th byte.
    pub flags: u8,
    /// The largest MSS that it names, if it names one.
    pub mss: Option<u16>,
    /// The one port that it came in on; [`Ports::ALL`] where that is not known.
    pub ingress: Ports,
    /// The one port that it leaves on; [`Ports::ALL`] where that is not known.
    pub egress: Ports,
}

impl Syn {
    /// The SYN flag.
    pub const SYN: u8 = 0x02;
    /// The RST flag.
    pub const RST: u8 = 0x04;
    /// The ACK flag.
    pub const ACK: u8 = 0x10;
}

/// One rule: all that it asks must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClampRule {
    /// The IP version; `None` for both.
    pub version: Option<IpVersion>,
    /// The ports that the SYN may have come in on.
    pub ingress: Ports,
    /// The ports that it may leave on.
    pub egress: Ports,
    /// Who sent it.
    pub source: Match<Prefix>,
    /// To whom.
    pub destination: Match<Prefix>,
    /// From which TCP ports.
    pub source_port: Match<Span>,
    /// To which TCP ports.
    pub destination_port: Match<Span>,
    /// Its flags. A segment without SYN or with RST is never clamped, whatever is asked here.
    pub flags: FlagMatch,
    /// The largest MSS that it names. A SYN that names none lies in no span.
    pub mss: Match<Span>,
    /// What it is clamped to.
    pub ceiling: Ceiling,
}

impl ClampRule {
    /// The rule for every SYN and SYN-ACK.
    #[must_use]
    pub const fn every_syn(ceiling: Ceiling) -> Self {
        Self {
            version: None,
            ingress: Ports::ALL,
            egress: Ports::ALL,
            source: Match::Any,
            destination: Match::Any,
            source_port: Match::Any,
            destination_port: Match::Any,
            flags: FlagMatch::SYN_WITHOUT_RST,
            mss: Match::Any,
            ceiling,
        }
    }

    /// Whether this SYN is meant.
    #[must_use]
    pub fn matches(&self, syn: &Syn) -> bool {
        let version = match syn.source {
            IpAddr::V4(_) => IpVersion::V4,
            IpAddr::V6(_) => IpVersion::V6,
        };
        self.version.is_none_or(|asked| asked == version)
            && self.ingress.meets(syn.ingress)
            && self.egress.meets(syn.egress)
            && self.flags.admits(syn.flags)
            && self.source.holds(|prefix| prefix.contains(syn.source))
            && self
                .destination
                .holds(|prefix| prefix.contains(syn.destination))
            && self
                .source_port
                .holds(|ports| ports.contains(syn.source_port))
            && self
                .destination_port
                .holds(|ports| ports.contains(syn.destination_port))
            && self
                .mss
                .holds(|span| syn.mss.is_some_and(|mss| span.contains(mss)))
    }

    /// What is wrong with it, if anything.
    fn problem(&self) -> Option<ConfigError> {
        let wrong = |field, problem| Some(ConfigError::new(field, problem));
        for (field, asked) in [
            ("clamp_rules[].source", self.source),
            ("clamp_rules[].destination", self.destination),
        ] {
            let Some(prefix) = asked.value() else {
                continue;
            };
            let (version, max_len) = match prefix.address {
                IpAddr::V4(_) => (IpVersion::V4, 32),
                IpAddr::V6(_) => (IpVersion::V6, 128),
            };
            if prefix.len > max_len {
                return wrong(field, out_of_range(prefix.len.into(), 0, max_len.into()));
            }
            if self.version.is_some_and(|asked| asked != version) {
                return wrong(field, Problem::OtherIpVersion(prefix.address));
            }
        }
        for (field, asked) in [
            ("clamp_rules[].source_port", self.source_port),
            ("clamp_rules[].destination_port", self.destination_port),
            ("clamp_rules[].mss", self.mss),
        ] {
            if let Some(span) = asked.value()
                && span.from > span.to
            {
                let max = u32::from(u16::MAX);
                return wrong(field, out_of_range(span.to.into(), span.from.into(), max));
            }
        }
        for (field, ports) in [
            ("clamp_rules[].ingress", self.ingress),
            ("clamp_rules[].egress", self.egress),
        ] {
            if ports == Ports::NONE {
                return wrong(field, Problem::Empty);
            }
        }
        match self.ceiling {
            Ceiling::MaxMss(mss) if mss < MIN_MSS => {
                let max = u32::from(u16::MAX);
                let problem = out_of_range(mss.into(), MIN_MSS.into(), max);
                wrong("clamp_rules[].ceiling", problem)
            }
            Ceiling::MaxMss(_) | Ceiling::LinkMtu => None,
        }
    }
}

fn out_of_range(value: u32, min: u32, max: u32) -> Problem {
    Problem::OutOfRange { value, min, max }
}

/// Rules in their order, each of them valid: the first that matches says what a SYN is clamped to,
/// and one that none matches is left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClampRules(Vec<ClampRule, MAX_CLAMP_RULES>);

impl ClampRules {
    /// Validates `rules`.
    ///
    /// # Errors
    /// The first field that can't be, and why; or more than [`MAX_CLAMP_RULES`].
    pub fn new(rules: &[ClampRule]) -> Result<Self, ConfigError> {
        for (index, rule) in rules.iter().enumerate() {
            if let Some(problem) = rule.problem() {
                return Err(problem.at(index));
            }
        }
        let rules = Vec::from_slice(rules).map_err(|_| ConfigError::too_many("clamp_rules"))?;
        Ok(Self(rules))
    }

    /// What a SYN is clamped to; `None` where no rule matches.
    #[must_use]
    pub fn ceiling(&self, syn: &Syn) -> Option<Ceiling> {
        let first = self.0.iter().find(|rule| rule.matches(syn));
        first.map(|rule| rule.ceiling)
    }
}

#[cfg(test)]
mod tests;
