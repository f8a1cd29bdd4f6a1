//! What onlookers note of a run: cheap enough to be always there.

use std::time::Duration;

use super::packet::{ACK, ETHERNET_HEADER_LEN, Ip, SYN, Tcp, packet_in, too_big};
use super::scenario::Carries;
use super::trace::{Fate, Happening, Refusal};

/// Segments with less are what was left over.
const LEAST_FULL_BYTES: usize = 256;

/// What was seen of one flow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FlowSeen {
    /// The MSS of the last SYN that arrived at the server; 0 is none.
    pub(crate) mss_at_server: Option<u16>,
    /// The MSS of the last SYN-ACK that arrived at the client.
    pub(crate) mss_at_client: Option<u16>,
    /// The longest packet of the file's direction that arrived.
    pub(crate) largest_packet_bytes: usize,
    /// The payloads of segments with new bytes of the file, in order of first appearance.
    pub(crate) segment_bytes: Vec<usize>,
    /// Segments of the file that were sent before.
    pub(crate) sent_again: u64,
    /// The number of the sender's SYN, and the end of what it sent.
    initial: Option<u32>,
    highest: u64,
}

/// What was seen of one link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LinkSeen {
    /// The longest packet that was put on it.
    pub(crate) largest_put_bytes: usize,
    /// The longest packet that it carried.
    pub(crate) largest_carried_bytes: usize,
    pub(crate) carried: u64,
    pub(crate) dropped: u64,
}

/// Which flow carries what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Watched {
    pub(crate) server_port: u16,
    pub(crate) carries: Carries,
    pub(crate) bytes: u32,
}

/// Everything that was seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watch {
    watched: Vec<Watched>,
    pub(crate) flows: Vec<FlowSeen>,
    pub(crate) links: Vec<LinkSeen>,
    /// ICMP errors about packets too big that arrived at hosts.
    pub(crate) icmp_seen: u64,
    /// Packets that were dropped for being too big, by a router or a link.
    pub(crate) too_big: u64,
    /// When a packet was dropped last.
    pub(crate) lost_at: Option<Duration>,
    /// Frame by frame, if wanted.
    pub(crate) trace: Option<Vec<Happening>>,
}

impl Watch {
    pub(crate) fn new(watched: Vec<Watched>, links: usize, with_trace: bool) -> Self {
        Self {
            flows: vec![FlowSeen::default(); watched.len()],
            watched,
            links: vec![LinkSeen::default(); links],
            trace: with_trace.then(Vec::new),
            ..Self::default()
        }
    }

    /// A frame was put on a link.
    pub(crate) fn put(&mut self, link: usize, frame_len: usize, fate: Fate, now: Duration) {
        let seen = &mut self.links[link];
        let packet_len = frame_len.saturating_sub(ETHERNET_HEADER_LEN);
        seen.largest_put_bytes = seen.largest_put_bytes.max(packet_len);
        if fate.is_drop() {
            seen.dropped += 1;
            self.lost_at = Some(now);
            self.too_big += u64::from(fate == Fate::TooBigForLink);
        } else {
            seen.carried += 1;
            seen.largest_carried_bytes = seen.largest_carried_bytes.max(packet_len);
        }
    }

    /// A node dropped a packet.
    pub(crate) fn refused(&mut self, why: Refusal, now: Duration) {
        self.lost_at = Some(now);
        self.too_big += u64::from(why.is_too_big());
    }

    /// A host sent a frame.
    pub(crate) fn left_host(&mut self, frame: &[u8]) {
        let Some(segment) = Tcp::in_frame(frame) else {
            return;
        };
        let Some((flow, from_server)) = self.flow_of(&segment) else {
            return;
        };
        let watched = self.watched[flow];
        if from_server != (watched.carries == Carries::Download) {
            return;
        }
        let seen = &mut self.flows[flow];
        if segment.flags & SYN != 0 {
            seen.initial = Some(segment.sequence);
            return;
        }
        let Some(initial) = seen.initial else {
            return;
        };
        if segment.payload_len == 0 {
            return;
        }
        // No file is as long as the numbers go.
        let at = u64::from(segment.sequence.wrapping_sub(initial.wrapping_add(1)));
        let end = at + segment.payload_len as u64;
        let is_new = at >= seen.highest;
        if end <= seen.highest {
            seen.sent_again += 1;
        }
        seen.highest = seen.highest.max(end);
        let len = segment.payload_len;
        let is_full = is_new && len >= LEAST_FULL_BYTES && end < u64::from(watched.bytes);
        if is_full && !seen.segment_bytes.contains(&len) {
            seen.segment_bytes.push(len);
        }
    }

    /// A frame arrived at a host.
    pub(crate) fn arrived_at_host(&mut self, frame: &[u8]) {
        let Some(ip) = packet_in(frame).and_then(Ip::read) else {
            return;
        };
        let Some(segment) = Tcp::read(&ip) else {
            self.icmp_seen += u64::from(too_big(&ip).is_some());
            return;
        };
        let Some((flow, from_server)) = self.flow_of(&segment) else {
            return;
        };
        let is_of_file = from_server == (self.watched[flow].carries == Carries::Download);
        let seen = &mut self.flows[flow];
        if is_of_file {
            seen.largest_packet_bytes = seen.largest_packet_bytes.max(ip.len);
        }
        if segment.flags & SYN != 0 {
            let mss = Some(segment.mss.unwrap_or(0));
            if segment.flags & ACK == 0 {
                seen.mss_at_server = mss;
            } else {
                seen.mss_at_client = mss;
            }
        }
    }

    /// The number of a segment's flow, and whether its server sent it.
    fn flow_of(&self, segment: &Tcp) -> Option<(usize, bool)> {
        let ports = (segment.source.port(), segment.destination.port());
        let is = |port| {
            self.watched
                .iter()
                .position(|flow| flow.server_port == port)
        };
        is(ports.0)
            .map(|flow| (flow, true))
            .or_else(|| is(ports.1).map(|flow| (flow, false)))
    }
}
