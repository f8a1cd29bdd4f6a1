//! The calls: find the segment, judge its options, and only then write.

use crate::cursor::Cursor;
use crate::ip::Version;
use crate::link::{LinkType, pass_ethernet};
use crate::outcome::{Outcome, Reason};
use crate::policy::Clamp;
use crate::segment::Segment;
use crate::tcp::Options;
use crate::trail::Trail;
use crate::{ethernet, ipv4};

impl Clamp {
    /// Clamps the SYN in an Ethernet frame, if it holds one. The slice has no frame check sequence;
    /// padding behind the packet does no harm.
    pub fn frame(&self, frame: &mut [u8]) -> Outcome {
        match ethernet::plain_answer(frame) {
            Some(reason) => Outcome::LeftAlone(reason),
            None => self.walk_frame(frame),
        }
    }

    /// Clamps the SYN in a bare IP packet, if it is one. The link MTU counts from its first byte.
    pub fn packet(&self, packet: &mut [u8]) -> Outcome {
        match packet.first_chunk().and_then(ipv4::plain_answer) {
            Some(reason) => Outcome::LeftAlone(reason),
            None => self.walk_packet(packet),
        }
    }

    /// What [`Clamp::frame`] would do, without doing it.
    pub fn judge_frame(&self, frame: &[u8]) -> Outcome {
        let found = self.syn_in_frame(frame);
        self.judge(frame, found)
    }

    /// What [`Clamp::packet`] would do, without doing it.
    pub fn judge_packet(&self, packet: &[u8]) -> Outcome {
        let found = self.syn_in_packet(packet);
        self.judge(packet, found)
    }

    /// Clamps the SYN in a frame of a capture file: `bytes` of it were captured, of `wire_len` on
    /// the wire (of the two lengths that a capture holds, the larger one). Lengths are judged
    /// against the wire; a SYN whose TCP header is not whole in `bytes` is left alone as
    /// [`Reason::Cut`]. `trail` is told of each header on the way.
    pub fn captured(
        &self,
        link_type: LinkType,
        bytes: &mut [u8],
        wire_len: usize,
        trail: &mut impl Trail,
    ) -> Outcome {
        let found = self.syn_in_capture(link_type, bytes, wire_len, trail);
        self.clamp(bytes, found)
    }

    /// A call of its own, so that the fast path in front of it saves no registers.
    #[inline(never)]
    fn walk_frame(&self, frame: &mut [u8]) -> Outcome {
        let found = self.syn_in_frame(frame);
        self.clamp(frame, found)
    }

    /// As above.
    #[inline(never)]
    fn walk_packet(&self, packet: &mut [u8]) -> Outcome {
        let found = self.syn_in_packet(packet);
        self.clamp(packet, found)
    }

    #[inline(always)]
    fn syn_in_frame(&self, frame: &[u8]) -> Result<Segment, Outcome> {
        let mut cursor = Cursor::live(frame);
        pass_ethernet(&mut cursor, &mut ())
            .and_then(|version| self.find_syn(version, &mut cursor, &mut ()))
            .map_err(|stop| cursor.outcome(stop))
    }

    #[inline(always)]
    fn syn_in_packet(&self, packet: &[u8]) -> Result<Segment, Outcome> {
        let mut cursor = Cursor::live(packet);
        Version::of_bare_packet(&mut cursor)
            .and_then(|version| self.find_syn(version, &mut cursor, &mut ()))
            .map_err(|stop| cursor.outcome(stop))
    }

    pub(crate) fn syn_in_capture(
        &self,
        link_type: LinkType,
        bytes: &[u8],
        wire_len: usize,
        trail: &mut impl Trail,
    ) -> Result<Segment, Outcome> {
        let mut cursor = Cursor::captured(bytes, wire_len);
        link_type
            .pass_to_ip(&mut cursor, trail)
            .and_then(|version| self.find_syn(version, &mut cursor, trail))
            .map_err(|stop| cursor.outcome(stop))
    }

    #[inline(always)]
    fn clamp(&self, frame: &mut [u8], found: Result<Segment, Outcome>) -> Outcome {
        let segment = match found {
            Ok(segment) => segment,
            Err(outcome) => return outcome,
        };
        let Some(header) = frame.get_mut(segment.header()) else {
            return Outcome::LeftAlone(Reason::Cut);
        };
        let options = Options::read(header);
        let outcome = options.judge(self.ceiling_for(&segment));
        if let Outcome::Clamped { to, .. } = outcome {
            options.lower(header, to);
        }
        outcome
    }

    #[inline(always)]
    fn judge(&self, frame: &[u8], found: Result<Segment, Outcome>) -> Outcome {
        let segment = match found {
            Ok(segment) => segment,
            Err(outcome) => return outcome,
        };
        match frame.get(segment.header()) {
            Some(header) => Options::read(header).judge(self.ceiling_for(&segment)),
            None => Outcome::LeftAlone(Reason::Cut),
        }
    }

    pub(crate) fn ceiling_for(&self, segment: &Segment) -> Option<u16> {
        self.ceiling(segment.version, segment.overhead_bytes)
    }
}
