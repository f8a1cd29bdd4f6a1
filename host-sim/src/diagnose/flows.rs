//! The connections of a capture, a bounded number of them at a time.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

use super::flow::Flow;
use super::segment::{Segment, TooBig};

/// How many connections are followed at a time. When more are open, the quarter that has been silent
/// longest is judged by what was seen of it, and given up.
pub(super) const MAX_FLOWS: usize = 4096;
/// How many pairs of hosts are remembered by the largest packet that passed between them.
const MAX_PAIRS: usize = 8192;

/// The connections that are followed.
#[derive(Debug, Default)]
pub(super) struct Flows {
    open: HashMap<[SocketAddr; 2], Flow>,
    /// The largest packet that passed from one host to another, in bytes.
    pairs: HashMap<(IpAddr, IpAddr), u32>,
    /// How many connections were there.
    pub(super) seen: u64,
    /// How many were given up early.
    pub(super) given_up: u64,
    /// How many ICMP errors were about connections that are not followed.
    pub(super) strange_errors: u64,
}

impl Flows {
    /// Takes note of a segment, and hands out the connections that are over with it.
    pub(super) fn saw(&mut self, segment: &Segment) -> Vec<Flow> {
        let ends = ordered(segment.from, segment.to);
        let mut over = Vec::new();
        if let Some(flow) = self.open.get(&ends)
            && flow.is_over_for(segment)
        {
            over.extend(self.open.remove(&ends));
        }
        if !self.open.contains_key(&ends) {
            self.seen += 1;
            if self.open.len() >= MAX_FLOWS {
                over.extend(self.give_up_a_quarter());
            }
        }
        self.open
            .entry(ends)
            .or_insert_with(|| Flow::new(ends, segment.at))
            .saw(segment);
        for flow in &over {
            self.remember(flow);
        }
        over
    }

    /// Takes note of an ICMP error.
    pub(super) fn told(&mut self, too_big: &TooBig) {
        match self.open.get_mut(&ordered(too_big.from, too_big.to)) {
            Some(flow) => flow.told(too_big),
            None => self.strange_errors += 1,
        }
    }

    /// Hands out all that are left, in the order in which they began.
    pub(super) fn finish(&mut self) -> Vec<Flow> {
        let mut flows: Vec<Flow> = self.open.drain().map(|(_, flow)| flow).collect();
        flows.sort_by_key(|flow| flow.first.number);
        for flow in &flows {
            self.remember(flow);
        }
        flows
    }

    /// The largest packet that passed from one host to another, in bytes, by any connection.
    pub(super) fn passed_between(&self, from: IpAddr, to: IpAddr) -> u32 {
        self.pairs.get(&(from, to)).copied().unwrap_or(0)
    }

    fn give_up_a_quarter(&mut self) -> Vec<Flow> {
        let mut last: Vec<u64> = self.open.values().map(|flow| flow.last.number).collect();
        last.sort_unstable();
        let Some(&threshold) = last.get(last.len() / 4) else {
            return Vec::new();
        };
        let silent: Vec<_> = self
            .open
            .iter()
            .filter(|(_, flow)| flow.last.number <= threshold)
            .map(|(&ends, _)| ends)
            .collect();
        self.given_up += silent.len() as u64;
        let mut flows: Vec<Flow> = silent
            .iter()
            .filter_map(|ends| self.open.remove(ends))
            .collect();
        flows.sort_by_key(|flow| flow.first.number);
        flows
    }

    fn remember(&mut self, flow: &Flow) {
        for way in 0..2 {
            let Some((passed_bytes, _)) = flow.directions[way].sent.largest_passed else {
                continue;
            };
            let pair = (flow.ends[way].ip(), flow.ends[1 - way].ip());
            if self.pairs.len() < MAX_PAIRS || self.pairs.contains_key(&pair) {
                let largest = self.pairs.entry(pair).or_default();
                *largest = passed_bytes.max(*largest);
            }
        }
    }
}

fn ordered(one: SocketAddr, other: SocketAddr) -> [SocketAddr; 2] {
    if one <= other {
        [one, other]
    } else {
        [other, one]
    }
}
