//! By what packets recognise each other, as 64-bit hashes: strong keys leave out only what may
//! differ, weak keys also find the partner of a packet that was changed against the rules.

use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

use super::anatomy::{Anatomy, ip, protocol, tcp, word};
use super::nat::Flow;
use super::view::View;

/// Up to here a packet is cut into sectors; what follows is the last one, so that captures cut at
/// different lengths still meet.
const HEAD_LEN: usize = 64;
const SECTOR_LEN: usize = 8;

/// Makes keys, under a seed of its own so that nobody can prepare collisions.
#[derive(Default)]
pub(super) struct Keys {
    seed: RandomState,
}

impl Keys {
    /// The best one first.
    pub(super) fn strong(&self, view: &View) -> Vec<u64> {
        let mut fields = view.routable();
        if let Some(anatomy) = &view.anatomy {
            fields.extend(anatomy.clampable());
            if view.is_routed {
                fields.extend(checksum_fields(anatomy));
            }
        }
        let content = self.seed.hash_one((
            "content",
            (!view.is_routed).then_some(view.packet.link_type),
            view.wire_len,
            view.without(&fields),
        ));
        match view.flow().filter(|_| view.is_routed) {
            Some(flow) => {
                let mut keys = self.with_endpoints(content, flow);
                keys.push(self.seed.hash_one((content, "translated on both ends")));
                keys
            }
            None => vec![content],
        }
    }

    /// The best one first.
    pub(super) fn weak(&self, view: &View) -> Vec<u64> {
        let mut contents = self.sectors(view);
        contents.extend(self.tcp_position(view));
        contents.extend(self.ipv4_identification(view));
        match view.flow().filter(|_| view.is_routed) {
            Some(flow) => contents
                .into_iter()
                .flat_map(|content| self.with_endpoints(content, flow))
                .collect(),
            None => contents,
        }
    }

    /// Which gap between pairs a packet fills, of `rank` pairs so far, and how long it is.
    pub(super) fn gap(&self, view: &View, rank: u64) -> u64 {
        self.seed
            .hash_one(("gap", rank, view.packet.link_type, view.wire_len))
    }

    /// As it is, with the source translated, with the destination translated.
    fn with_endpoints(&self, content: u64, flow: Flow) -> Vec<u64> {
        vec![
            self.seed
                .hash_one((content, "same ends", flow.source, flow.destination)),
            self.seed
                .hash_one((content, "same destination", flow.destination)),
            self.seed.hash_one((content, "same source", flow.source)),
        ]
    }

    /// One key for each sector left out: a change within one sector leaves one key as it was, while
    /// two packets of one stream, which differ in more than one, have none in common.
    fn sectors(&self, view: &View) -> Vec<u64> {
        let mut fields = view.routable();
        if let Some(anatomy) = &view.anatomy {
            fields.extend(anatomy.clampable());
            fields.extend(checksum_fields(anatomy));
        }
        let bytes = view.without(&fields);
        let (head, tail) = bytes.split_at(bytes.len().min(HEAD_LEN));
        let mut sectors: Vec<u64> = head
            .chunks(SECTOR_LEN)
            .map(|sector| self.seed.hash_one(sector))
            .collect();
        sectors.push(self.seed.hash_one(tail));
        (0..sectors.len())
            .map(|left_out| {
                let others = (&sectors[..left_out], &sectors[left_out + 1..]);
                self.seed
                    .hash_one(("sectors", left_out, view.wire_len, others))
            })
            .collect()
    }

    /// Where in its connection a segment is, which survives options put in or taken out.
    fn tcp_position(&self, view: &View) -> Option<u64> {
        let bytes = &view.packet.bytes;
        let anatomy = view.anatomy.as_ref()?;
        let tcp_at = anatomy.tcp_at()?;
        let numbers = bytes.get(tcp_at + tcp::SEQUENCE_AT..tcp_at + tcp::DATA_OFFSET_AT)?;
        let header_len = usize::from(bytes.get(tcp_at + tcp::DATA_OFFSET_AT)? >> 4) * 4;
        let payload_len = anatomy.inner?.end.saturating_sub(tcp_at + header_len);
        let flags = bytes.get(tcp_at + tcp::FLAGS_AT)?;
        let context = context(view);
        Some(
            self.seed
                .hash_one(("position", numbers, flags, payload_len, context)),
        )
    }

    fn ipv4_identification(&self, view: &View) -> Option<u64> {
        let outer = view.outer().filter(|outer| !outer.is_v6)?;
        let bytes = &view.packet.bytes;
        let identification = word(bytes, outer.at + ip::V4_IDENTIFICATION.start)?;
        let fragment = word(bytes, outer.at + ip::V4_FRAGMENT_AT)? & 0x1fff;
        let context = context(view);
        (identification != 0).then(|| {
            self.seed.hash_one((
                "identification",
                identification,
                fragment,
                outer.protocol,
                context,
            ))
        })
    }
}

/// What has to agree beside a weak key's own fields: both ends, which routed packets have keys of
/// their own for, and there the length of a fragment, since routers cut packets and fragments in
/// pieces.
fn context(view: &View) -> (Option<Flow>, Option<usize>) {
    let is_fragment = view.outer().is_some_and(|outer| outer.is_fragment);
    (
        view.flow().filter(|_| !view.is_routed),
        (view.is_routed && is_fragment).then_some(view.wire_len),
    )
}

/// Checksums follow what a router changes.
fn checksum_fields(anatomy: &Anatomy) -> Vec<Range<usize>> {
    let mut fields = Vec::new();
    if let Some(outer) = anatomy.outer.filter(|outer| !outer.is_v6) {
        fields.push(outer.at + ip::V4_CHECKSUM_AT..outer.at + ip::V4_CHECKSUM_AT + 2);
    }
    for header in [anatomy.outer, anatomy.inner].into_iter().flatten() {
        if header.is_later_fragment {
            continue;
        }
        let field_at = match header.protocol {
            protocol::TCP => tcp::CHECKSUM_AT,
            protocol::UDP => 6,
            protocol::ICMP | protocol::ICMPV6 => 2,
            _ => continue,
        };
        fields.push(header.transport_at + field_at..header.transport_at + field_at + 2);
    }
    fields
}
