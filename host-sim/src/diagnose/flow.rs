//! One TCP connection, both directions.

use std::net::SocketAddr;

use super::arrivals::Arrivals;
use super::outstanding::Outstanding;
use super::segment::{Moment, Segment, TooBig};
use super::sequence::Sequence;

/// What no link carries in one frame unless it is jumbo: larger segments of connections whose MSS is not
/// known may be the network card's, not the wire's.
const ETHERNET_MTU_BYTES: u32 = 1500;

/// One direction.
#[derive(Clone, Debug, Default)]
pub(super) struct Direction {
    pub(super) sent: Outstanding,
    pub(super) arrivals: Arrivals,
    /// What its sender announced in its SYN: the most that it takes, in bytes of payload.
    pub(super) mss: Option<u16>,
    pub(super) initial_sequence: Option<Sequence>,
    window_scale: Scale,
    /// The last window that its sender gave, in bytes, and whether it is known how to read it.
    pub(super) window_bytes: u32,
    pub(super) packets: u64,
    /// The option bytes of its last segment with data, or without.
    pub(super) option_bytes: u32,
    pub(super) header_bytes: u32,
    /// ICMP errors about its packets: the first one and the smallest MTU.
    pub(super) too_big: Option<TooBig>,
    pub(super) too_big_count: u64,
}

/// What is known of a direction's window scale option (RFC 7323, section 2.2).
#[derive(Clone, Copy, Debug, Default)]
enum Scale {
    /// Its SYN was not seen, or not all of its options.
    #[default]
    Unknown,
    /// Its SYN has none.
    Absent,
    /// By so many bits.
    Shift(u8),
}

/// A connection.
#[derive(Clone, Debug)]
pub(super) struct Flow {
    pub(super) ends: [SocketAddr; 2],
    /// From `ends[0]` to `ends[1]`, and back.
    pub(super) directions: [Direction; 2],
    pub(super) first: Moment,
    pub(super) last: Moment,
    pub(super) in_pppoe: bool,
}

impl Flow {
    pub(super) fn new(ends: [SocketAddr; 2], first: Moment) -> Self {
        Self {
            ends,
            directions: Default::default(),
            first,
            last: first,
            in_pppoe: false,
        }
    }

    /// Whether `segment` opens another connection between the same ports.
    pub(super) fn is_over_for(&self, segment: &Segment) -> bool {
        let way = self.way(segment.from);
        segment.is_syn
            && segment.acknowledgment.is_none()
            && self.directions[way]
                .initial_sequence
                .map_or(self.directions[way].packets > 0, |initial| {
                    initial != segment.sequence
                })
    }

    /// 0 for what `from` sends where that is the first end, else 1.
    fn way(&self, from: SocketAddr) -> usize {
        usize::from(self.ends[0] != from)
    }

    /// Takes note of a segment.
    pub(super) fn saw(&mut self, segment: &Segment) {
        self.last = segment.at;
        self.in_pppoe |= segment.in_pppoe;
        let way = self.way(segment.from);
        let packet_bytes = self.on_wire(way, segment);
        let [forth, back] = &mut self.directions;
        let (own, other) = if way == 0 {
            (forth, back)
        } else {
            (back, forth)
        };
        own.saw(segment);
        if let Some(packet_bytes) = packet_bytes
            && segment.payload_bytes > 0
            && !segment.is_syn
        {
            own.sent.sent(segment, packet_bytes);
        }
        own.arrivals
            .came(segment, packet_bytes.unwrap_or(segment.packet_bytes));
        other.sent.heard(segment);
        if let Some(acknowledgment) = segment.acknowledgment {
            other.arrivals.acknowledged(acknowledgment, segment.at);
        }
    }

    /// Takes note of an error about one of its packets.
    pub(super) fn told(&mut self, too_big: &TooBig) {
        let direction = &mut self.directions[usize::from(self.ends[0] != too_big.from)];
        direction.too_big_count += 1;
        match &mut direction.too_big {
            Some(known)
                if too_big.mtu_bytes == 0 || (1..=too_big.mtu_bytes).contains(&known.mtu_bytes) => {
            }
            known => *known = Some(too_big.clone()),
        }
    }

    /// How large a segment's packets were on the wire, in bytes: network cards hand over several
    /// segments as one. `None` where that can't be known.
    fn on_wire(&self, way: usize, segment: &Segment) -> Option<u32> {
        match self.directions[1 - way].mss {
            Some(mss) => {
                let full = u32::from(mss).saturating_sub(segment.option_bytes);
                Some(segment.header_bytes + segment.payload_bytes.min(full))
            }
            None if segment.packet_bytes > ETHERNET_MTU_BYTES => None,
            None => Some(segment.packet_bytes),
        }
    }

    /// The window that the receiver of direction `way` gave last, in bytes; none where it can't be told.
    pub(super) fn window_for(&self, way: usize) -> Option<u32> {
        let receiver = &self.directions[1 - way];
        match (receiver.window_scale, self.directions[way].window_scale) {
            _ if receiver.window_bytes == 0 => Some(0),
            (Scale::Unknown, _) | (_, Scale::Unknown) => None,
            (Scale::Shift(shift), Scale::Shift(_)) => Some(receiver.window_bytes << shift),
            (Scale::Absent, _) | (_, Scale::Absent) => Some(receiver.window_bytes),
        }
    }
}

impl Direction {
    fn saw(&mut self, segment: &Segment) {
        self.packets += 1;
        if !segment.is_rst {
            self.window_bytes = segment.window.into();
        }
        if !segment.is_syn {
            self.option_bytes = self.option_bytes.max(segment.option_bytes.min(12));
            self.header_bytes = segment.header_bytes - segment.option_bytes;
            return;
        }
        self.window_scale = match segment.window_scale {
            Some(shift) => Scale::Shift(shift),
            None if segment.has_whole_options => Scale::Absent,
            None => Scale::Unknown,
        };
        self.initial_sequence = Some(segment.sequence);
        let Some(mss) = segment.mss else {
            return;
        };
        self.mss = Some(self.mss.map_or(mss, |known| known.min(mss)));
    }
}
