//! From what was seen of a connection to a verdict. Nothing here knows an address, a port or a time
//! of day, and every rule needs what plain loss, a closed window or a cut capture does not leave.

use super::arrivals::Hole;
use super::finding::{Confidence, Evidence, Finding, Verdict};
use super::flow::{Direction, Flow};
use super::outstanding::{Sent, Shrunk};
use super::path_mtu::{IPV4_LEAST_MTU_BYTES, IPV6_LEAST_MTU_BYTES, PathMtu};
use super::segment::Moment;

/// How often a segment is sent before it counts as one that does not pass: while smaller ones behind it
/// are acknowledged, and while the peer is only heard of.
const SENT_IN_VAIN_PASSED_BY: u32 = 3;
const SENT_IN_VAIN: u32 = 4;
/// So often in vain, and the peer heard of: nothing but size is left as the reason.
const SENT_IN_VAIN_FOR_SURE: u32 = 6;
const TRIED_NS: u64 = 500_000_000;
/// A sender repairs a loss within its first retransmission timeout, 1 s at first (RFC 6298), or 200 ms on
/// most systems. A hole that stays is none of its kind.
const STAYS_NS: u64 = 900_000_000;
const STAYS_FOR_SURE_NS: u64 = 3_000_000_000;

/// The verdicts on both directions; most connections have none.
pub(super) fn judge(flow: &Flow) -> Vec<Finding> {
    (0..2)
        .filter_map(|way| judge_direction(flow, way))
        .collect()
}

/// One direction, with what the rules share.
struct Case<'a> {
    flow: &'a Flow,
    way: usize,
    own: &'a Direction,
    other: &'a Direction,
}

fn judge_direction(flow: &Flow, way: usize) -> Option<Finding> {
    let [forth, back] = &flow.directions;
    let (own, other) = if way == 0 {
        (forth, back)
    } else {
        (back, forth)
    };
    let case = Case {
        flow,
        way,
        own,
        other,
    };
    // Whoever is seen in one direction only says nothing about what arrives.
    if own.packets == 0 || other.packets == 0 {
        return None;
    }
    case.sent_in_vain()
        .or_else(|| case.hole())
        .or_else(|| case.discovery_works())
        .or_else(|| case.worked_around())
}

impl Case<'_> {
    /// Seen in front of the hole: one large segment again and again.
    fn sent_in_vain(&self) -> Option<Finding> {
        let sent = self.own.sent.oldest()?;
        let acknowledged = self.own.sent.acknowledged?;
        let times = sent.times + sent.larger.map_or(0, |larger| larger.times);
        let packet_bytes = sent
            .larger
            .map_or(sent.packet_bytes, |larger| larger.packet_bytes);
        let fits_window = self
            .flow
            .window_for(self.way)
            .is_none_or(|window| sent.end.bytes_after(acknowledged) <= window);
        if sent.start != acknowledged
            || !self.is_large(packet_bytes)
            || !sent.dont_fragment
            || !fits_window
            || self.passed_bytes() >= packet_bytes
        {
            return None;
        }
        let (verdict, confidence) = match (sent.passed_by, sent.peer_heard) {
            (Some(_), _) if times >= SENT_IN_VAIN_PASSED_BY => {
                (Verdict::BlackHole, Confidence::High)
            }
            (None, Some(_)) if times >= SENT_IN_VAIN_FOR_SURE => {
                (Verdict::BlackHole, Confidence::High)
            }
            (None, Some(_)) if times >= SENT_IN_VAIN && sent.tried_ns() >= TRIED_NS => {
                (Verdict::BlackHole, Confidence::Medium)
            }
            (None, None) if times >= SENT_IN_VAIN && sent.tried_ns() >= TRIED_NS => {
                (Verdict::Suspected, Confidence::Low)
            }
            _ => return None,
        };
        let smallest_in_vain = if sent.times >= 2 {
            sent.packet_bytes
        } else {
            packet_bytes
        };
        let mut finding = self.finding(verdict, confidence, Some(smallest_in_vain));
        finding.evidence = self.evidence_of_sender(sent, packet_bytes, times);
        Some(finding)
    }

    fn evidence_of_sender(&self, sent: &Sent, packet_bytes: u32, times: u32) -> Vec<Evidence> {
        let first = sent.larger.map_or(sent.first, |larger| larger.first);
        let mut evidence = vec![
            shows(
                first,
                format!("a packet of {packet_bytes} bytes is sent and never acknowledged"),
            ),
            shows(
                sent.last,
                format!(
                    "it has been sent {times} times, over {}",
                    seconds(sent.tried_ns())
                ),
            ),
        ];
        evidence.push(match (sent.passed_by, sent.peer_heard) {
            (Some(passed_by), _) => shows(
                passed_by,
                "smaller ones sent behind it arrive: a SACK has them, and the hole stays".into(),
            ),
            (None, Some(heard)) => shows(
                heard,
                "the receiver is there: it still sends, and still waits for the same byte".into(),
            ),
            (None, None) => shows(
                sent.last,
                "the receiver is silent: it may be gone, too".into(),
            ),
        });
        evidence.extend(self.evidence_of_passing());
        evidence.extend(self.evidence_of_icmp());
        evidence
    }

    /// Seen behind the hole: what never comes, though the sender has sent it.
    fn hole(&self) -> Option<Finding> {
        let hole = self.own.arrivals.hole()?;
        if self.own.sent.acknowledged != Some(hole.start) {
            return None;
        }
        let largest_bytes = self.own.arrivals.largest.map_or(0, |(bytes, _)| bytes);
        let mss = self.other.mss?;
        let full_bytes = self.own.header_bytes + u32::from(mss);
        let full_payload = u32::from(mss).checked_sub(self.own.option_bytes)?;
        if full_payload == 0
            || !self.is_large(full_bytes)
            || self.passed_bytes().max(largest_bytes) >= full_bytes
            || hole.bytes() < full_payload
        {
            return None;
        }
        // A whole number of full segments is missing; nothing near their size came by.
        let is_whole = hole.bytes().is_multiple_of(full_payload);
        let only_small = largest_bytes < full_bytes / 4 * 3;
        let stays_ns = hole.stays_ns();
        let confidence = match (is_whole, only_small) {
            (true, true) if stays_ns >= STAYS_FOR_SURE_NS => Confidence::High,
            (true, true) if stays_ns >= STAYS_NS => Confidence::Medium,
            (false, true) | (true, false)
                if stays_ns >= STAYS_FOR_SURE_NS && hole.proved != hole.last_heard =>
            {
                Confidence::Medium
            }
            _ => return None,
        };
        let mut finding = self.finding(Verdict::BlackHole, confidence, Some(full_bytes));
        finding.evidence = self.evidence_of_receiver(hole, is_whole, full_payload);
        Some(finding)
    }

    fn evidence_of_receiver(&self, hole: &Hole, is_whole: bool, full: u32) -> Vec<Evidence> {
        let missing = hole.bytes();
        let mut shown = format!("{missing} bytes are missing before this packet");
        if is_whole {
            let count = missing / full;
            let segments = if count == 1 { "segment" } else { "segments" };
            shown += &format!(": exactly {count} full-size {segments} of {full}");
        }
        let mut evidence = vec![
            shows(hole.proved, shown),
            shows(
                hole.last_heard,
                format!(
                    "after {} the sender is still there, and nothing has filled the hole",
                    seconds(hole.stays_ns())
                ),
            ),
        ];
        match self.own.arrivals.largest {
            Some((bytes, at)) => evidence.push(shows(
                at,
                format!("the largest packet that came through has {bytes} bytes"),
            )),
            None => evidence.push(shows(
                hole.proved,
                "no data came through at all, the handshake and bare acknowledgments did".into(),
            )),
        }
        evidence.extend(self.evidence_of_icmp());
        evidence
    }

    /// The sender made its segments smaller by itself, and these pass.
    fn worked_around(&self) -> Option<Finding> {
        let shrunk = self.own.sent.shrunk?;
        let Shrunk {
            from,
            to_packet_bytes,
            acknowledged,
        } = shrunk;
        let is_settled = self.own.sent.passed_count_since_shrunk >= 2
            && self.own.sent.passed_since_shrunk < from.packet_bytes;
        if from.times < SENT_IN_VAIN_PASSED_BY
            || !self.is_large(from.packet_bytes)
            || self.passed_bytes() >= from.packet_bytes
            || !is_settled
        {
            return None;
        }
        let mut finding = self.finding(
            Verdict::BlackHoleWorkedAround,
            Confidence::High,
            Some(from.packet_bytes),
        );
        finding.evidence = vec![
            shows(
                from.first,
                format!(
                    "a packet of {} bytes is sent {} times in vain",
                    from.packet_bytes, from.times
                ),
            ),
            shows(
                acknowledged,
                format!(
                    "made smaller, to {to_packet_bytes} bytes, it arrives at once, {} later",
                    seconds(acknowledged.ns_after(from.first))
                ),
            ),
        ];
        finding.evidence.extend(self.evidence_of_icmp());
        Some(finding)
    }

    fn discovery_works(&self) -> Option<Finding> {
        let too_big = self.own.too_big.as_ref()?;
        let moved = self.own.sent.moved?;
        if moved.number <= too_big.at.number {
            return None;
        }
        let mut finding = self.finding(Verdict::DiscoveryWorks, Confidence::High, None);
        finding.evidence = self.evidence_of_icmp();
        finding.evidence.push(shows(
            moved,
            "data is acknowledged after that: the sender has heard it".into(),
        ));
        Some(finding)
    }

    fn evidence_of_passing(&self) -> Vec<Evidence> {
        let Some((bytes, at)) = self.own.sent.largest_passed else {
            return Vec::new();
        };
        vec![shows(
            at,
            format!("the largest packet that was acknowledged has {bytes} bytes"),
        )]
    }

    fn evidence_of_icmp(&self) -> Vec<Evidence> {
        let Some(too_big) = &self.own.too_big else {
            return Vec::new();
        };
        let router = too_big.router;
        let said = match too_big.mtu_bytes {
            0 => format!("{router} says that a packet was too big, not by how much"),
            mtu_bytes => format!("{router} says that the next link carries {mtu_bytes} bytes"),
        };
        vec![shows(too_big.at, said)]
    }

    fn finding(
        &self,
        verdict: Verdict,
        confidence: Confidence,
        below_bytes: Option<u32>,
    ) -> Finding {
        let said = self.own.too_big.as_ref().map(|too_big| too_big.mtu_bytes);
        let passed = self.passed_bytes();
        Finding {
            sender: self.flow.ends[self.way],
            receiver: self.flow.ends[1 - self.way],
            verdict,
            confidence,
            evidence: Vec::new(),
            path_mtu: PathMtu {
                at_least_bytes: (passed > 0).then_some(passed),
                below_bytes,
                said_bytes: said.filter(|&mtu_bytes| mtu_bytes > 0),
            },
            sender_mss: self.own.mss,
            receiver_mss: self.other.mss,
            too_big_count: self.own.too_big_count,
            in_pppoe: self.flow.in_pppoe,
        }
    }

    /// The largest packet with data that passed in this direction, in bytes.
    fn passed_bytes(&self) -> u32 {
        self.own.sent.largest_passed.map_or(0, |(bytes, _)| bytes)
    }

    /// Whether a packet is larger than what every path carries.
    fn is_large(&self, packet_bytes: u32) -> bool {
        packet_bytes
            > if self.flow.ends[0].is_ipv6() {
                IPV6_LEAST_MTU_BYTES
            } else {
                IPV4_LEAST_MTU_BYTES
            }
    }
}

fn shows(at: Moment, shows: String) -> Evidence {
    Evidence {
        packet: at.number,
        shows,
    }
}

fn seconds(ns: u64) -> String {
    let ms = ns / 1_000_000;
    format!("{}.{} s", ms / 1000, ms % 1000 / 100)
}
