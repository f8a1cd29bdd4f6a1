//! One packet on both sides of a clamp: what changed, and whether a clamp may change it.

use std::ops::Range;

use clamp_core::{Clamp, Insertion, LinkType, Outcome, Reason};

use super::anatomy::{Anatomy, IpHeader, word};
use super::finding::{Finding, Place};
use super::source::Packet;
use super::sum::{ChecksumField, Seen, of_ipv4_header, of_transport};
use super::view::View;

/// What became of one packet.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    pub(super) findings: Vec<Finding>,
    /// Each MSS that was lowered, from and to.
    pub(super) lowered: Vec<(u16, u16)>,
    /// The MSS of an option that was put in.
    pub(super) inserted: Option<u16>,
}

/// More rows of changed bytes than this in one packet are reported as one.
const MAX_ROWS: usize = 8;
const MAX_BYTES_SHOWN: usize = 16;

/// The same packet on the side where it came in and on the side where it left.
pub(super) fn compare(from: &View, to: &View) -> Comparison {
    let mut comparison = Comparison::default();
    if from.bytes() == to.bytes() && from.wire_len == to.wire_len {
        return comparison;
    }
    match with_inserted_option(from, to) {
        Some((inserted_into, mss)) => {
            comparison.inserted = Some(mss);
            Pair {
                from: &inserted_into,
                to,
            }
            .judge(&mut comparison);
        }
        None => Pair { from, to }.judge(&mut comparison),
    }
    comparison
}

/// A SYN without MSS option that left with one: what came in as it should have left.
fn with_inserted_option(from: &View, to: &View) -> Option<(View, u16)> {
    let (came, left) = (from.anatomy.as_ref()?, to.anatomy.as_ref()?);
    let (Outcome::LeftAlone(Reason::NoMss), Outcome::Fits { mss }) = (came.outcome, left.outcome)
    else {
        return None;
    };
    let link_type = LinkType::from_pcap(from.packet.link_type)?;
    let clamp = Clamp::for_max_mss(Some(mss), Some(mss)).ok()?;
    let len = from.packet.bytes.len();
    let mut bytes = from.packet.bytes.clone();
    bytes.resize(len + 4, 0);
    match clamp.insert_in_captured(link_type, &mut bytes, len, from.packet.wire_len) {
        Insertion::Inserted { len, .. } => {
            bytes.truncate(len);
            let packet = Packet {
                number: from.packet.number,
                link_type: from.packet.link_type,
                wire_len: len,
                bytes,
                timestamp_ns: from.packet.timestamp_ns,
            };
            Some((View::of(packet, from.is_routed), mss))
        }
        Insertion::NotMissing | Insertion::Refused(_) => None,
    }
}

struct Pair<'a> {
    from: &'a View,
    to: &'a View,
}

impl Pair<'_> {
    fn judge(&self, comparison: &mut Comparison) {
        if self.from.wire_len != self.to.wire_len {
            comparison.findings.push(Finding::LengthChanged {
                from: self.from.wire_len,
                to: self.to.wire_len,
            });
        }
        let checksums = self.checksums();
        let mss_values = self.mss_values();
        self.judge_mss(&mss_values, comparison);
        let mut may_differ = self.clampable();
        may_differ.extend(
            checksums
                .iter()
                .map(|(from, _)| from.at..from.at + 2)
                .collect::<Vec<_>>(),
        );
        may_differ.extend(self.in_both(&self.from.routable(), &self.to.routable()));
        self.judge_bytes(&may_differ, comparison);
        for (from, to) in checksums {
            comparison.findings.extend(self.judge_checksum(&from, &to));
        }
    }

    /// Where a byte of the frame that came in is in the frame that left.
    fn at_left(&self, at: usize) -> usize {
        at + self.to.range.start - self.from.range.start
    }

    fn place(&self, at: usize) -> Place {
        let to_offset = self.at_left(at);
        let layer = self
            .to
            .anatomy
            .as_ref()
            .and_then(|anatomy| anatomy.layer_of(to_offset));
        Place {
            from_offset: at,
            to_offset,
            layer: layer.map(|(layer, _)| layer),
            offset_in_layer: layer.map_or(to_offset, |(_, offset)| offset),
        }
    }

    /// The fields of the frame that came in that are in the same place of the one that left.
    fn in_both(&self, from: &[Range<usize>], to: &[Range<usize>]) -> Vec<Range<usize>> {
        from.iter()
            .filter(|field| {
                field.start >= self.from.range.start
                    && to.contains(&(self.at_left(field.start)..self.at_left(field.end)))
            })
            .cloned()
            .collect()
    }

    fn clampable(&self) -> Vec<Range<usize>> {
        let fields = |view: &View| {
            let anatomy = view.anatomy.as_ref();
            anatomy.map(Anatomy::clampable).unwrap_or_default()
        };
        self.in_both(&fields(self.from), &fields(self.to))
    }

    fn mss_values(&self) -> Vec<Range<usize>> {
        let values = |view: &View| -> Vec<_> {
            let anatomy = view.anatomy.as_ref();
            let at = anatomy.map_or(&[][..], |anatomy| &anatomy.mss_at);
            at.iter().map(|&at| at..at + 2).collect()
        };
        self.in_both(&values(self.from), &values(self.to))
    }

    fn judge_mss(&self, values: &[Range<usize>], comparison: &mut Comparison) {
        for at in values {
            let from = word(&self.from.packet.bytes, at.start);
            let to = word(&self.to.packet.bytes, self.at_left(at.start));
            match (from, to) {
                (Some(from), Some(to)) if to < from => comparison.lowered.push((from, to)),
                (Some(from), Some(to)) if to > from => {
                    comparison.findings.push(Finding::MssRaised {
                        place: self.place(at.start),
                        from,
                        to,
                    });
                }
                _ => {}
            }
        }
    }

    /// Reports rows of bytes that differ outside of `may_differ`.
    fn judge_bytes(&self, may_differ: &[Range<usize>], comparison: &mut Comparison) {
        let at_left: Vec<_> = may_differ
            .iter()
            .map(|field| self.at_left(field.start)..self.at_left(field.end))
            .collect();
        let (from, to) = (self.from.without(may_differ), self.to.without(&at_left));
        let mut rows = Vec::new();
        let mut at = 0;
        let differs: Vec<bool> = from.iter().zip(&to).map(|(from, to)| from != to).collect();
        while let Some(begins) = differs[at..].iter().position(|&differs| differs) {
            let begins = at + begins;
            let ends = match differs[begins..].iter().position(|&differs| !differs) {
                Some(len) if rows.len() + 1 < MAX_ROWS => begins + len,
                _ => differs.len(),
            };
            rows.push(begins..ends);
            at = ends;
        }
        for row in rows {
            let shown = row.start..row.end.min(row.start + MAX_BYTES_SHOWN);
            comparison.findings.push(Finding::ByteChanged {
                place: self.place(self.from.range.start + row.start),
                from: hexadecimal(&from[shown.clone()]),
                to: hexadecimal(&to[shown]),
                changed_bytes: differs[row].iter().filter(|&&differs| differs).count(),
            });
        }
    }

    /// The checksums that both have in the same place.
    fn checksums(&self) -> Vec<(Seen, Seen)> {
        let headers = |view: &View| -> Vec<IpHeader> {
            let Some(anatomy) = &view.anatomy else {
                return Vec::new();
            };
            let inner = anatomy.inner.filter(|_| anatomy.inner != anatomy.outer);
            anatomy.outer.into_iter().chain(inner).collect()
        };
        let mut found = Vec::new();
        for (from, to) in headers(self.from).into_iter().zip(headers(self.to)) {
            let both = (self.from.is_whole(), self.to.is_whole());
            let limit = match both {
                (true, true) => usize::MAX,
                _ => there(self.from, &from).min(there(self.to, &to)),
            };
            found.push((
                of_ipv4_header(&self.from.packet, &from),
                of_ipv4_header(&self.to.packet, &to),
            ));
            found.push((
                of_transport(&self.from.packet, &from, limit),
                of_transport(&self.to.packet, &to, limit),
            ));
        }
        found
            .into_iter()
            .filter_map(|(from, to)| Some((from?, to?)))
            .filter(|(seen, _)| !self.depends_on_what_was_cut(seen.which))
            .filter(|(from, to)| {
                from.which == to.which
                    && self.at_left(from.at) == to.at
                    // 0 says that there is none (RFC 768): to be compared like any other byte.
                    && (from.which != ChecksumField::Udp || (from.value != 0 && to.value != 0))
            })
            .collect()
    }

    /// Whether a checksum may have followed bytes that may have changed but were not captured: the
    /// MSS of a SYN, or the addresses in the packet that an ICMP error quotes.
    fn depends_on_what_was_cut(&self, checksum: ChecksumField) -> bool {
        let views = [self.from, self.to];
        match checksum {
            ChecksumField::Tcp => views.iter().any(|view| {
                let anatomy = view.anatomy.as_ref();
                anatomy.is_some_and(|anatomy| anatomy.is_cut_syn)
            }),
            ChecksumField::Icmp => views.iter().any(|view| view.is_routed && !view.is_whole()),
            ChecksumField::Ipv4Header | ChecksumField::Udp => false,
        }
    }

    fn judge_checksum(&self, from: &Seen, to: &Seen) -> Option<Finding> {
        let checksum = to.which;
        let place = self.place(from.at);
        let found = to.value;
        if from.error != to.error {
            let expected = to.value_for(from.error);
            return Some(match (from.is_right(), to.is_right()) {
                (true, _) if to.is_whole => Finding::ChecksumMadeWrong {
                    checksum,
                    place,
                    expected,
                    found,
                },
                (_, true) if from.is_whole => Finding::ChecksumRepaired {
                    checksum,
                    place,
                    expected,
                    found,
                },
                _ => Finding::ChecksumChangedWrongly {
                    checksum,
                    place,
                    expected,
                    found,
                },
            });
        }
        // The other zero of ones' complement: UDP alone sends it, for a checksum that comes to 0.
        (from.value != 0xffff && found == 0xffff && checksum != ChecksumField::Udp && to.is_right())
            .then_some(Finding::ChecksumMadeWrong {
                checksum,
                place,
                expected: 0,
                found,
            })
    }
}

/// How much of what an IP packet carries was captured.
fn there(view: &View, header: &IpHeader) -> usize {
    header
        .end
        .min(view.packet.bytes.len())
        .saturating_sub(header.transport_at)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
