//! One pass over a capture: every packet through the clamp, every record back out.

use std::io::{self, Read};

use clamp_core::{Clamp, Insertion, LinkType, Outcome, Reason};

use super::row::Row;
use super::summary::Summary;
use crate::capture::{CaptureError, Content, Packet, Reader, Record, Writer};
use crate::path::Path;
use crate::policy::{LOWERS_NOTHING, Policy};
use crate::rules::Way;
use crate::wording;

/// What an inserted option adds at most, in bytes.
const LARGEST_GROWTH: usize = 4;

/// What became of a packet.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// What the clamp said.
    Outcome(Outcome),
    /// An MSS option was inserted.
    Inserted {
        /// Its value.
        mss: u16,
    },
    /// A SYN without an MSS option, and why none was inserted.
    NotInserted(String),
    /// A SYN that no rule matches.
    NoRule,
}

pub(crate) struct Rewrite {
    policy: Policy,
    inserts_missing: bool,
    summary: Summary,
    path: Path,
    grown_packet: Vec<u8>,
    grown_record: Vec<u8>,
}

impl Rewrite {
    pub(crate) fn new(policy: Policy, inserts_missing: bool) -> Self {
        Self {
            policy,
            inserts_missing,
            summary: Summary::default(),
            path: Path::default(),
            grown_packet: Vec::new(),
            grown_record: Vec::new(),
        }
    }

    pub(crate) fn summary(&self) -> &Summary {
        &self.summary
    }

    /// Copies `reader` to `writer`, and tells `on_syn` of the SYNs. A fault of the input is returned
    /// once everything before it is written; an error is one of the output.
    pub(crate) fn copy(
        &mut self,
        mut reader: Reader<impl Read>,
        mut writer: Writer,
        mut on_syn: impl FnMut(&Row),
    ) -> io::Result<Option<CaptureError>> {
        let fault = loop {
            let mut record = match reader.next() {
                Ok(Some(record)) => record,
                Ok(None) => break None,
                Err(fault) => break Some(fault),
            };
            let verdict = self.judge(&mut record, &mut on_syn);
            if let Some(Verdict::Inserted { .. }) = verdict {
                writer.write_grown(&record, &self.grown_record)?;
            } else {
                writer.write(&mut record)?;
            }
        };
        writer.finish()?;
        Ok(fault)
    }

    /// Clamps the packet in a record, and counts it; `None` where the clamp can't look into it.
    fn judge(&mut self, record: &mut Record<'_>, on_syn: &mut impl FnMut(&Row)) -> Option<Verdict> {
        if let Some(defect) = record.defect {
            self.summary.count_defect(defect);
        }
        if let Content::UnreadablePacket { .. } = record.content {
            self.summary.count_unreadable();
        }
        let (packet, bytes) = record.packet()?;
        let Some(link_type) = LinkType::from_pcap(packet.link_type()) else {
            self.summary.count_link_type(packet.link_type());
            return None;
        };
        self.path.clear();
        let wire_len = packet.wire_len();
        let asked = self
            .policy
            .clamp_for(link_type, bytes, wire_len, Way::UNKNOWN);
        let clamp = asked.unwrap_or(LOWERS_NOTHING);
        let outcome = clamp.captured(link_type, bytes, wire_len, &mut self.path);
        let handshake = self.path.handshake(bytes);
        let mut verdict = match asked {
            Some(_) => Verdict::Outcome(outcome),
            None => Verdict::NoRule,
        };
        if self.inserts_missing
            && matches!(verdict, Verdict::Outcome(Outcome::LeftAlone(Reason::NoMss)))
        {
            verdict = match self.insert(clamp, link_type, packet, record) {
                Ok(mss) => Verdict::Inserted { mss },
                Err(why) => Verdict::NotInserted(why),
            };
        }
        self.summary.count(&verdict);
        // A segment with RST is no SYN to the clamp, whatever else it has.
        if let Some(handshake) = handshake
            && outcome != Outcome::LeftAlone(Reason::NotSyn)
            && let Some((_, bytes)) = record.packet()
        {
            on_syn(&Row::new(packet, handshake, &verdict, &self.path, bytes));
        }
        Some(verdict)
    }

    /// Inserts an MSS option into the SYN of `record`: the longer packet goes to `grown_packet`, and
    /// the record for it to `grown_record`.
    fn insert(
        &mut self,
        clamp: Clamp,
        link_type: LinkType,
        packet: Packet,
        record: &mut Record<'_>,
    ) -> Result<u16, String> {
        self.grown_packet.clear();
        if let Some((_, bytes)) = record.packet() {
            self.grown_packet.extend_from_slice(bytes);
        }
        let captured_len = self.grown_packet.len();
        self.grown_packet.resize(captured_len + LARGEST_GROWTH, 0);
        let insertion = clamp.insert_in_captured(
            link_type,
            &mut self.grown_packet,
            captured_len,
            packet.wire_len(),
        );
        match insertion {
            Insertion::Inserted { mss, len } => {
                self.grown_packet.truncate(len);
                record
                    .grow(&self.grown_packet, &mut self.grown_record)
                    .map_err(|refusal| refusal.to_string())?;
                Ok(mss)
            }
            Insertion::NotMissing => Err(wording::reason_words(Reason::NoMss).into()),
            Insertion::Refused(refusal) => Err(wording::refusal_words(refusal).into()),
        }
    }
}
