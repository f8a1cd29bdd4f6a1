//! What a command clamps to: the same for every SYN, or what rules say.

use clamp_core::{Clamp, LinkType};

use crate::rules::{Rules, Way};

/// A clamp that leaves every packet as it is, and still says what it found.
pub(crate) const LOWERS_NOTHING: Clamp = match Clamp::for_max_mss(Some(u16::MAX), Some(u16::MAX)) {
    Ok(clamp) => clamp,
    Err(_) => panic!("the largest ceiling is one"),
};

/// Why a SYN that no rule matches is left alone, for machines and in words.
pub(crate) const NO_RULE: (&str, &str) = ("no-rule", "no rule matches");

/// One clamp, or rules that choose among several.
#[derive(Clone, Debug)]
pub enum Policy {
    /// The same for every SYN.
    Clamp(Clamp),
    /// What the first rule that matches says.
    Rules(Box<Rules>),
}

impl Policy {
    /// The clamp for a packet, of which `bytes` are there and `wire_len` were on the wire; `None` for a
    /// SYN that no rule matches. The packet is only looked at.
    pub fn clamp_for(
        &self,
        link_type: LinkType,
        bytes: &mut [u8],
        wire_len: usize,
        way: Way,
    ) -> Option<Clamp> {
        match self {
            Self::Clamp(clamp) => Some(*clamp),
            Self::Rules(rules) => rules.clamp_for(link_type, bytes, wire_len, way),
        }
    }
}

impl From<Clamp> for Policy {
    fn from(clamp: Clamp) -> Self {
        Self::Clamp(clamp)
    }
}

impl From<Rules> for Policy {
    fn from(rules: Rules) -> Self {
        Self::Rules(Box::new(rules))
    }
}
