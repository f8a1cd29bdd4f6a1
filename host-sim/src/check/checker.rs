//! The check itself: reads both files, and judges what pairing hands out.

use std::io::Write;

use clamp_core::{LinkType, Outcome};

use super::anatomy::{protocol, tcp};
use super::compare::compare;
use super::finding::Finding;
use super::nat::{Senders, Translations};
use super::pairing::{Paired, Pairing, Side};
use super::report::{Numbers, Report, Summary};
use super::source::Source;
use super::view::View;
use super::{CheckError, CheckOptions, WhichCapture};
use crate::rules::Way;

pub(super) struct Checker<'a> {
    options: &'a CheckOptions,
    pairing: Pairing,
    translations: Translations,
    senders: Senders,
    summary: Summary,
    report: Report<'a>,
}

impl<'a> Checker<'a> {
    pub(super) fn new(options: &'a CheckOptions, out: &'a mut dyn Write) -> Self {
        Self {
            options,
            pairing: Pairing::new(options.window_packets),
            translations: Translations::default(),
            senders: Senders::default(),
            summary: Summary::default(),
            report: Report::new(out, options.json),
        }
    }

    pub(super) fn run(
        mut self,
        before: &mut dyn Source,
        after: &mut dyn Source,
    ) -> Result<Summary, CheckError> {
        let mut fault = None;
        let mut out = Vec::new();
        while let Some(side) = self.pairing.next_side() {
            let (read, count, which) = match side {
                Side::Before => (
                    before.next_packet(),
                    &mut self.summary.before,
                    WhichCapture::Before,
                ),
                Side::After => (
                    after.next_packet(),
                    &mut self.summary.after,
                    WhichCapture::After,
                ),
            };
            match read {
                Ok(Some(packet)) => {
                    *count += 1;
                    let view = View::of(packet, self.options.routed);
                    let translations = &self.translations;
                    let may_pair = |before: &View, after: &View| {
                        !before.is_routed
                            || begins_a_connection(before)
                            || before
                                .flow()
                                .zip(after.flow())
                                .is_none_or(|(before, after)| {
                                    !translations.contradicts(before, after)
                                })
                    };
                    self.pairing.offer(side, view, may_pair, &mut out);
                }
                Ok(None) => self.pairing.end(side, &mut out),
                Err(error) => {
                    fault.get_or_insert(CheckError::Capture(which, error));
                    self.pairing.end(side, &mut out);
                }
            }
            for paired in out.drain(..) {
                match paired {
                    Paired::Both { before, after } => self.judge_pair(&before, &after)?,
                    Paired::Alone(side, view) => self.judge_unpaired(side, &view)?,
                }
            }
        }
        self.summary.unreadable = before.unreadable() + after.unreadable();
        if self.summary.paired == 0 {
            self.found(Numbers::default(), &Finding::NothingPaired)?;
        }
        self.report.summary(&self.summary)?;
        match fault {
            Some(fault) => Err(fault),
            None => Ok(self.summary),
        }
    }

    fn judge_pair(&mut self, before: &View, after: &View) -> Result<(), CheckError> {
        let backwards = before.is_routed && after.is_routed && is_backwards(before, after);
        let numbers = Numbers {
            before: Some(before.packet.number),
            after: Some(after.packet.number),
            backwards,
        };
        let (from, to) = if backwards {
            (after, before)
        } else {
            (before, after)
        };
        self.summary.paired += 1;
        self.summary.backwards += u64::from(backwards);
        let comparison = compare(from, to);
        let mut findings = comparison.findings;
        if let Some(mss) = comparison.inserted {
            if self.options.insert_missing {
                self.summary.inserted += 1;
            } else {
                findings.push(Finding::OptionInserted { mss });
            }
        }
        findings.extend(self.above_ceiling(Some(from), to));
        findings.extend(self.translation(before, after, backwards));
        if findings.is_empty() && !comparison.lowered.is_empty() {
            self.summary.clamped += 1;
        }
        for (from, to) in comparison.lowered {
            self.summary.count_lowered(from, to);
        }
        for finding in findings {
            self.found(numbers, &finding)?;
        }
        Ok(())
    }

    /// Follows the translation of a routed packet's flow, and learns who sends from which side.
    fn translation(&mut self, before: &View, after: &View, backwards: bool) -> Option<Finding> {
        if !before.is_routed {
            return None;
        }
        let (before_flow, after_flow) = (before.flow()?, after.flow()?);
        self.senders
            .note(false, before_flow.source.address, backwards);
        self.senders
            .note(true, after_flow.source.address, !backwards);
        self.translations.note(
            before_flow,
            after_flow,
            begins_a_connection(before),
            self.summary.paired,
            self.options.window_packets as u64,
        )
    }

    fn judge_unpaired(&mut self, side: Side, view: &View) -> Result<(), CheckError> {
        let number = Some(view.packet.number);
        let mut numbers = Numbers::default();
        match side {
            Side::Before => {
                self.summary.only_before += 1;
                numbers.before = number;
            }
            Side::After => {
                self.summary.only_after += 1;
                numbers.after = number;
            }
        }
        self.summary.stay_on_their_link += u64::from(view.stays_on_its_link);
        self.report
            .unpaired(numbers, &view.to_string(), view.stays_on_its_link)?;
        let Some(finding) = self.above_ceiling(None, view) else {
            return Ok(());
        };
        let is_after = side == Side::After;
        let left = if view.is_routed {
            let sender = view.flow().map(|flow| flow.source.address);
            sender.and_then(|sender| self.senders.leaves(is_after, sender))
        } else {
            Some(is_after)
        };
        match left {
            Some(true) => self.found(numbers, &finding)?,
            Some(false) => {}
            None => self.summary.may_have_left_above_ceiling += 1,
        }
        Ok(())
    }

    /// Judges a SYN that left, under the smaller one of the ceilings of the sides it came in and
    /// left on, where it was seen on both and they are a router's.
    fn above_ceiling(&self, from: Option<&View>, to: &View) -> Option<Finding> {
        let Outcome::Fits { mss } = to.anatomy.as_ref()?.outcome else {
            return None;
        };
        [Some(to), from.filter(|from| from.is_routed)]
            .into_iter()
            .flatten()
            .filter_map(|view| self.exceeded_ceiling(view))
            .min()
            .filter(|&ceiling| mss > ceiling)
            .map(|ceiling| Finding::AboveCeiling { mss, ceiling })
    }

    fn exceeded_ceiling(&self, view: &View) -> Option<u16> {
        let link_type = LinkType::from_pcap(view.packet.link_type)?;
        let mut bytes = view.packet.bytes.clone();
        let policy = self.options.policy.as_ref()?;
        let wire_len = view.packet.wire_len;
        let clamp = policy.clamp_for(link_type, &mut bytes, wire_len, Way::UNKNOWN)?;
        match clamp.captured(link_type, &mut bytes, wire_len, &mut ()) {
            Outcome::Clamped { to, .. } => Some(to),
            Outcome::Fits { .. } | Outcome::LeftAlone(_) | Outcome::Malformed(_) => None,
        }
    }

    fn found(&mut self, numbers: Numbers, finding: &Finding) -> Result<(), CheckError> {
        self.summary.findings[finding.kind()] += 1;
        self.report.finding(numbers, finding)?;
        Ok(())
    }
}

/// Every router takes something off the TTL or hop limit.
fn is_backwards(before: &View, after: &View) -> bool {
    let ttl = |view: &View| view.outer()?.ttl(&view.packet.bytes);
    ttl(before) < ttl(after)
}

fn begins_a_connection(view: &View) -> bool {
    let flags = view.outer().and_then(|outer| {
        (outer.protocol == protocol::TCP && !outer.is_later_fragment)
            .then(|| view.packet.bytes.get(outer.transport_at + tcp::FLAGS_AT))?
    });
    flags.is_some_and(|flags| flags & (tcp::SYN | tcp::ACK) == tcp::SYN)
}
