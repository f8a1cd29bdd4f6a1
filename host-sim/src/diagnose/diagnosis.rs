//! Packets in, verdicts out.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;

use super::finding::{Finding, Verdict};
use super::flow::Flow;
use super::flows::Flows;
use super::judge::judge;
use super::segment::{Event, Segment};
use super::sequence::Sequence;
use crate::check::Packet;

/// How many findings are kept; those beyond are only counted.
const MAX_FINDINGS: usize = 1000;
/// How many SYNs are kept for the comparison with another capture, and how many changes of an MSS.
const MAX_SYNS: usize = 1 << 16;
const MAX_CHANGES: usize = 100;

/// A SYN whose MSS was changed on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MssChange {
    /// Who announced it.
    pub sender: SocketAddr,
    /// To whom.
    pub receiver: SocketAddr,
    /// What it said where it was larger, in bytes of payload.
    pub from: u16,
    /// What it said where it was smaller.
    pub to: u16,
    /// The packet with one of them, of the last capture.
    pub packet: u64,
}

/// What a capture shows.
#[derive(Debug, Default)]
pub struct Diagnosis {
    tunnels: bool,
    flows: Flows,
    /// The verdicts, in the order in which connections began, as far as they are kept.
    pub findings: Vec<Finding>,
    /// How many more there were.
    pub findings_left_out: u64,
    /// How many packets were looked at.
    pub packets: u64,
    /// How many were fragments of IP packets.
    pub fragments: u64,
    /// The number of the first of them.
    pub first_fragment: Option<u64>,
    /// How many SYNs announced which MSS.
    pub mss_counts: BTreeMap<u16, u64>,
    /// MSS values that were changed within the capture, which is of several places.
    pub mss_changes: Vec<MssChange>,
    syns: HashMap<(Sequence, Option<Sequence>), u16>,
}

impl Diagnosis {
    /// Nothing seen yet; `tunnels` asks to look into IPIP, 6in4, 4in6, 6in6 and GRE.
    pub fn new(tunnels: bool) -> Self {
        Self {
            tunnels,
            ..Self::default()
        }
    }

    /// Looks at the next packet.
    pub fn see(&mut self, packet: &mut Packet) {
        self.packets += 1;
        match Event::of(packet, self.tunnels) {
            Event::Segment(segment) => {
                self.see_syn(&segment);
                for flow in self.flows.saw(&segment) {
                    self.judge(&flow);
                }
            }
            Event::TooBig(too_big) => self.flows.told(&too_big),
            Event::Fragment => {
                self.fragments += 1;
                self.first_fragment.get_or_insert(packet.number);
            }
            Event::Other => {}
        }
    }

    /// Judges what is left. Verdicts that other connections between the same hosts contradict fall.
    pub fn finish(&mut self) {
        for flow in self.flows.finish() {
            self.judge(&flow);
        }
        let flows = &self.flows;
        self.findings.retain(|finding| {
            let Some(below_bytes) = finding.path_mtu.below_bytes else {
                return true;
            };
            let (from, to) = (finding.sender.ip(), finding.receiver.ip());
            flows.passed_between(from, to) < below_bytes
        });
        for finding in &mut self.findings {
            let (from, to) = (finding.sender.ip(), finding.receiver.ip());
            let passed = flows.passed_between(from, to);
            if passed > finding.path_mtu.at_least_bytes.unwrap_or(0) {
                finding.path_mtu.at_least_bytes = Some(passed);
            }
        }
    }

    /// How many TCP connections there were.
    pub fn connections(&self) -> u64 {
        self.flows.seen
    }

    /// How many connections were given up before their end, too many being open.
    pub fn given_up(&self) -> u64 {
        self.flows.given_up
    }

    /// How many ICMP errors were about connections that the capture doesn't show.
    pub fn strange_errors(&self) -> u64 {
        self.flows.strange_errors
    }

    /// How many findings have this verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        let found = self.findings.iter();
        found.filter(|finding| finding.verdict == verdict).count()
    }

    /// Whether there is a black hole.
    pub fn has_black_hole(&self) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.verdict.is_black_hole())
    }

    /// The SYNs that are here as well as in `earlier`, another capture, with another MSS.
    pub fn mss_changes_since(&self, earlier: &Self) -> Vec<(u16, u16)> {
        let mut changes: Vec<(u16, u16)> = self
            .syns
            .iter()
            .filter_map(|(syn, &here)| {
                let there = *earlier.syns.get(syn)?;
                (here != there).then_some((there, here))
            })
            .collect();
        changes.sort_unstable();
        changes
    }

    fn see_syn(&mut self, segment: &Segment) {
        let Some(mss) = segment.mss else {
            return;
        };
        *self.mss_counts.entry(mss).or_default() += 1;
        let syn = (segment.sequence, segment.acknowledgment);
        match self.syns.get(&syn) {
            Some(&known) if known != mss && self.mss_changes.len() < MAX_CHANGES => {
                self.mss_changes.push(MssChange {
                    sender: segment.from,
                    receiver: segment.to,
                    from: known.max(mss),
                    to: known.min(mss),
                    packet: segment.at.number,
                });
            }
            None if self.syns.len() < MAX_SYNS => {
                self.syns.insert(syn, mss);
            }
            _ => {}
        }
    }

    fn judge(&mut self, flow: &Flow) {
        for finding in judge(flow) {
            if self.findings.len() < MAX_FINDINGS {
                self.findings.push(finding);
            } else {
                self.findings_left_out += 1;
            }
        }
    }
}
