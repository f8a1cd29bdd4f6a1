//! What address translation may do: anything, as long as a flow's translation stays what it is.

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;

use super::anatomy::protocol;
use super::finding::Finding;

/// An address and a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Endpoint {
    pub(super) address: IpAddr,
    pub(super) port: u16,
}

/// Who speaks to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Flow {
    pub(super) protocol: u8,
    pub(super) has_ports: bool,
    pub(super) source: Endpoint,
    pub(super) destination: Endpoint,
}

impl Flow {
    fn reversed(self) -> Self {
        Self {
            source: self.destination,
            destination: self.source,
            ..self
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address {
            IpAddr::V4(address) => write!(f, "{address}:{}", self.port),
            IpAddr::V6(address) => write!(f, "[{address}]:{}", self.port),
        }
    }
}

impl fmt::Display for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.protocol {
            protocol::TCP => f.write_str("TCP ")?,
            protocol::UDP => f.write_str("UDP ")?,
            protocol::ICMP => f.write_str("ICMP ")?,
            protocol::ICMPV6 => f.write_str("ICMPv6 ")?,
            number => write!(f, "IP protocol {number} ")?,
        }
        if self.has_ports {
            write!(f, "{} > {}", self.source, self.destination)
        } else {
            write!(f, "{} > {}", self.source.address, self.destination.address)
        }
    }
}

/// How many flows are remembered: of two generations, the older one is forgotten whole.
const FLOWS_A_GENERATION: usize = 32_768;

/// The translations seen so far, from the file before to the file after and back.
#[derive(Default)]
pub(super) struct Translations {
    to_after: Generations,
    to_before: Generations,
}

/// What a flow was translated to, and when that was last seen.
type Seen = (Flow, u64);

#[derive(Default)]
struct Generations {
    young: HashMap<Flow, Seen>,
    old: HashMap<Flow, Seen>,
}

impl Generations {
    fn find(&self, flow: &Flow) -> Option<Seen> {
        self.young.get(flow).or_else(|| self.old.get(flow)).copied()
    }

    fn put(&mut self, flow: Flow, seen: Seen) {
        if self.young.len() >= FLOWS_A_GENERATION && !self.young.contains_key(&flow) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(flow, seen);
    }
}

impl Translations {
    /// Both ways of a conversation are one entry.
    fn in_order(before: Flow, after: Flow) -> (Flow, Flow) {
        if before.source <= before.destination {
            (before, after)
        } else {
            (before.reversed(), after.reversed())
        }
    }

    /// Would this pair contradict a translation that is in use?
    pub(super) fn contradicts(&self, before: Flow, after: Flow) -> bool {
        self.contradiction(Self::in_order(before, after), false, None)
            .is_some()
    }

    fn contradiction(
        &self,
        (before, after): (Flow, Flow),
        begins: bool,
        in_use_since: Option<u64>,
    ) -> Option<Finding> {
        if !before.has_ports || !after.has_ports || begins {
            return None;
        }
        let in_use = |&(_, last_seen): &Seen| in_use_since.is_none_or(|since| last_seen >= since);
        if let Some((earlier, _)) = self.to_after.find(&before).filter(in_use)
            && earlier != after
        {
            return Some(Finding::NatInconsistent {
                flow: before.to_string(),
                earlier: earlier.to_string(),
                now: after.to_string(),
            });
        }
        // A reply shows the translated conversation the other way round.
        let shared = self
            .to_before
            .find(&after)
            .filter(in_use)
            .map(|(earlier, _)| earlier)
            .or_else(|| {
                let (earlier, _) = self.to_before.find(&after.reversed()).filter(in_use)?;
                Some(earlier.reversed())
            });
        match shared {
            Some(earlier) if earlier != before => Some(Finding::NatInconsistent {
                flow: after.to_string(),
                earlier: earlier.to_string(),
                now: before.to_string(),
            }),
            _ => None,
        }
    }

    /// Notes the translation of a pair. `begins`: a SYN may take another translation than its
    /// ports' last connection had. A translation of connectionless traffic not seen for
    /// `idle_pairs` pairs may have timed out.
    pub(super) fn note(
        &mut self,
        before: Flow,
        after: Flow,
        begins: bool,
        now: u64,
        idle_pairs: u64,
    ) -> Option<Finding> {
        let (before, after) = Self::in_order(before, after);
        let in_use_since =
            (before.protocol != protocol::TCP).then(|| now.saturating_sub(idle_pairs));
        let finding = self.contradiction((before, after), begins, in_use_since);
        self.to_after.put(before, (after, now));
        self.to_before.put(after, (before, now));
        finding
    }
}

/// On which side of the box an address was seen to send from.
#[derive(Default)]
pub(super) struct Senders {
    young: HashMap<(bool, IpAddr), bool>,
    old: HashMap<(bool, IpAddr), bool>,
}

impl Senders {
    /// In the file after (or before), packets from this address left the box (or came in).
    pub(super) fn note(&mut self, is_after: bool, address: IpAddr, leaves: bool) {
        let key = (is_after, address);
        if self.young.len() >= FLOWS_A_GENERATION && !self.young.contains_key(&key) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, leaves);
    }

    pub(super) fn leaves(&self, is_after: bool, address: IpAddr) -> Option<bool> {
        let key = (is_after, address);
        self.young.get(&key).or_else(|| self.old.get(&key)).copied()
    }
}
