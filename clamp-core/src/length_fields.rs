//! The length fields around a segment, which follow when its packet grows.

use crate::bytes;
use crate::checksum;
use crate::ip::Version;
use crate::outcome::Layer;
use crate::trail::Trail;

const SNAP_LARGEST_LEN: u16 = 1500;
const IPV4_CHECKSUM_AT: usize = 10;

/// Notes on the walk where the segment is, and the lengths that count it.
#[derive(Default)]
pub(crate) struct LengthFields {
    link: Option<LinkLength>,
    ip_at: usize,
    pub(crate) tcp_at: usize,
}

/// The length of an 802.3 or PPPoE header. It may count padding behind the packet.
#[derive(Clone, Copy)]
struct LinkLength {
    field_at: usize,
    counts_from: usize,
    largest: u16,
}

impl Trail for LengthFields {
    fn passed(&mut self, layer: Layer, at: usize) {
        match layer {
            Layer::Ipv4 | Layer::Ipv6 => self.ip_at = at,
            Layer::Tcp => self.tcp_at = at,
            Layer::Snap => {
                self.link = Some(LinkLength {
                    field_at: at.wrapping_sub(2),
                    counts_from: at,
                    largest: SNAP_LARGEST_LEN,
                });
            }
            Layer::Pppoe => {
                self.link = Some(LinkLength {
                    field_at: at.wrapping_add(4),
                    counts_from: at.wrapping_add(6),
                    largest: u16::MAX,
                });
            }
            _ => {}
        }
    }
}

/// New values for the fields, all of which can hold them.
pub(crate) struct GrownLengths {
    link: Option<(usize, u16)>,
    ip_field_at: usize,
    ip_len: u16,
    ipv4_checksum_at: Option<usize>,
}

impl LengthFields {
    /// What the fields have to say when a packet of `version` grows by `growth` bytes and then ends
    /// at `packet_end`; `None` where one can't say it.
    pub(crate) fn grown(
        &self,
        frame: &[u8],
        version: Version,
        growth: u16,
        packet_end: usize,
    ) -> Option<GrownLengths> {
        let link = match self.link {
            Some(link) => Some((link.field_at, link.grown(frame, packet_end)?)),
            None => None,
        };
        let (ip_field_at, ipv4_checksum_at) = match version {
            Version::V4 => (
                self.ip_at.wrapping_add(2),
                Some(self.ip_at.wrapping_add(IPV4_CHECKSUM_AT)),
            ),
            Version::V6 => (self.ip_at.wrapping_add(4), None),
        };
        Some(GrownLengths {
            link,
            ip_field_at,
            ip_len: bytes::word_at(frame, ip_field_at)?.checked_add(growth)?,
            ipv4_checksum_at,
        })
    }
}

impl LinkLength {
    /// Padding that it counted already becomes part of the packet.
    fn grown(self, frame: &[u8], packet_end: usize) -> Option<u16> {
        let len = bytes::word_at(frame, self.field_at)?;
        let needed = u16::try_from(packet_end.wrapping_sub(self.counts_from)).ok()?;
        if needed <= len {
            Some(len)
        } else {
            (needed <= self.largest).then_some(needed)
        }
    }
}

impl GrownLengths {
    /// Writes them, and the checksum of an IPv4 header after them.
    pub(crate) fn write(&self, frame: &mut [u8]) {
        if let Some((field_at, len)) = self.link
            && let Some(field) = bytes::at_mut(frame, field_at)
        {
            *field = len.to_be_bytes();
        }
        let Some(field) = bytes::at_mut(frame, self.ip_field_at) else {
            return;
        };
        let old_len = u16::from_be_bytes(*field);
        *field = self.ip_len.to_be_bytes();
        if let Some(checksum_at) = self.ipv4_checksum_at {
            checksum::update(frame, checksum_at, old_len, self.ip_len);
        }
    }
}
