//! A rule, read and understood.

use std::net::IpAddr;
use std::ops::Range;
use std::str::FromStr;

use firmware::router::clamp_rule::{Ceiling, ClampRule, Match};

use super::error::RuleError;
use super::interfaces::{Interfaces, Side};
use super::words::{MAX_RULE_LEN, Operators, split};
use super::{firewalld, iptables, nft, vendors};

/// In whose words a rule was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `iptables` and `ip6tables`, whatever is behind them: the TCPMSS target.
    Iptables,
    /// `nft`: the `tcp option maxseg size set` statement.
    Nft,
    /// firewalld's `tcp-mss-clamp`, which becomes one of nft's rules.
    Firewalld,
    /// Cisco IOS: `ip tcp adjust-mss`.
    Cisco,
    /// RouterOS: `action=change-mss`.
    RouterOs,
}

/// Where in the kernel a rule looks at packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hook {
    /// All that come in.
    Prerouting,
    /// Those for the box itself.
    Input,
    /// Those that pass through.
    Forward,
    /// Those of the box itself.
    Output,
    /// All that leave.
    Postrouting,
}

impl Hook {
    /// By the name of iptables' chain.
    pub(super) fn of_chain(name: &str) -> Option<Self> {
        Some(match name {
            "PREROUTING" => Self::Prerouting,
            "INPUT" => Self::Input,
            "FORWARD" => Self::Forward,
            "OUTPUT" => Self::Output,
            "POSTROUTING" => Self::Postrouting,
            _ => return None,
        })
    }

    /// Whether packets that pass through come by.
    pub(super) fn sees_forwarded(self) -> bool {
        matches!(self, Self::Prerouting | Self::Forward | Self::Postrouting)
    }

    /// Whether the way out is known, so that there is a link whose MTU counts.
    pub(super) fn knows_route(self) -> bool {
        matches!(self, Self::Forward | Self::Output | Self::Postrouting)
    }
}

/// What a rule asks of an interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterfaceMatch {
    /// The name, or what it begins with.
    pub name: String,
    /// Whether longer names count, too: `ppp+` for iptables, `ppp*` for nft.
    pub is_prefix: bool,
    /// Whether all other interfaces are meant.
    pub is_negated: bool,
    /// Where in the rule the name is, in bytes.
    pub at: Range<usize>,
}

impl InterfaceMatch {
    /// Whether an interface is meant by name, negation left out.
    pub(super) fn names(&self, interface: &str) -> bool {
        if self.is_prefix {
            interface.starts_with(&self.name)
        } else {
            interface == self.name
        }
    }
}

/// A rule that can be honoured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub(super) text: String,
    /// In whose words it was written.
    pub dialect: Dialect,
    /// What it asks of a SYN, interfaces left out, and what it clamps to.
    pub selection: ClampRule,
    /// The interface that the SYN comes in by.
    pub ingress: Option<InterfaceMatch>,
    /// The interface that it leaves by.
    pub egress: Option<InterfaceMatch>,
    /// Where it looks at packets, as far as it says so.
    pub hook: Option<Hook>,
    /// firewalld's policy or zone.
    pub zone: Option<String>,
    /// Whether its own words let SYNs with RST through, too.
    pub takes_resets: bool,
    pub(super) hook_at: Range<usize>,
    pub(super) ceiling_at: Range<usize>,
}

impl Rule {
    /// Reads a rule as it would be typed, or as it stands in a file.
    ///
    /// # Errors
    /// The first word that can't be honoured.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        if text.len() > MAX_RULE_LEN {
            // Says so.
            split(text, Operators::Rule)?;
        }
        let first = first_word(text);
        let rule = match first {
            "nft" | "add" | "insert" => nft::parse_command(text),
            "firewall-cmd" | "firewall-offline-cmd" | "rule" => firewalld::parse(text),
            "iptables" | "iptables-legacy" | "iptables-nft" | "ip6tables" | "ip6tables-legacy"
            | "ip6tables-nft" => iptables::parse(text),
            "/ip" | "/ipv6" => vendors::parse_routeros(text),
            "ip" | "ipv6" if second_word(text) == "firewall" => vendors::parse_routeros(text),
            "ip" | "ipv6" if second_word(text) == "tcp" => vendors::parse_cisco(text),
            first if first.starts_with('-') => iptables::parse(text),
            first if nft::begins_statement(first) => nft::parse_statement(text),
            "" => Err(RuleError::new(text, 0..text.len(), "no rule")),
            first => {
                let start = text.find(first).unwrap_or(0);
                let why = "no rule that is known here begins like this: iptables, ip6tables, \
                           firewall-cmd, nft, or what would follow them, `ip tcp adjust-mss`, and \
                           `/ip firewall mangle add`";
                Err(RuleError::new(text, start..start + first.len(), why))
            }
        }?;
        rule.check_ceiling()?;
        Ok(rule)
    }

    /// The rule as it was given.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The rule for the router between these interfaces.
    ///
    /// # Errors
    /// An interface that is not there, or a chain that no packet comes by.
    pub fn between(&self, interfaces: &Interfaces) -> Result<ClampRule, RuleError> {
        if interfaces.only_forward() && self.hook.is_some_and(|hook| !hook.sees_forwarded()) {
            let why = "packets only pass through here, and none of them comes by this chain";
            return Err(self.refuse(&self.hook_at, why));
        }
        Ok(ClampRule {
            ingress: interfaces.ports(self, self.ingress.as_ref(), Side::Ingress)?,
            egress: interfaces.ports(self, self.egress.as_ref(), Side::Egress)?,
            ..self.selection
        })
    }

    /// Refuses a word of this rule.
    pub(super) fn refuse(&self, at: &Range<usize>, why: impl Into<String>) -> RuleError {
        RuleError::new(&self.text, at.clone(), why)
    }

    /// The addresses that it asks about.
    pub(super) fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        let asked = [self.selection.source, self.selection.destination];
        asked
            .into_iter()
            .filter_map(|asked: Match<_>| asked.value().map(|prefix| prefix.address))
    }

    /// Whether the MTU of a link decides.
    pub(crate) fn needs_link_mtu(&self) -> bool {
        self.selection.ceiling == Ceiling::LinkMtu
    }

    /// As the kernel has it: before the way out is known, there is no MTU to clamp to.
    fn check_ceiling(&self) -> Result<(), RuleError> {
        match self.hook {
            Some(hook) if self.needs_link_mtu() && !hook.knows_route() => Err(self.refuse(
                &self.ceiling_at,
                "only in FORWARD, OUTPUT and POSTROUTING: elsewhere the way out is not known yet",
            )),
            _ => Ok(()),
        }
    }
}

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        Self::parse(text)
    }
}

/// The word that says whose rule it is: the first one, or the one behind `sudo`, without folders.
fn first_word(text: &str) -> &str {
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default();
    let first = if first == "sudo" {
        words.next().unwrap_or_default()
    } else {
        first
    };
    program(first)
}

fn second_word(text: &str) -> &str {
    text.split_whitespace().nth(1).unwrap_or_default()
}

/// A program's name without its folders.
pub(super) fn program(word: &str) -> &str {
    match word.strip_prefix('/') {
        // RouterOS begins its menus like this.
        Some("ip" | "ipv6") | None => word,
        Some(path) => path.rsplit('/').next().unwrap_or(path),
    }
}
