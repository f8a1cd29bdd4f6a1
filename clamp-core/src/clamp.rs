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
            Some(plainly) => plainly.outcome(),
            None => self.walk_frame(frame),
        }
    }

    /// Clamps the SYN in a bare IP packet, if it is one. The link MTU counts from its first byte.
    pub fn packet(&self, packet: &mut [u8]) -> Outcome {
        match packet.first_chunk().and_then(ipv4::plain_answer) {
            Some(plainly) => plainly.outcome(),
            None => self.walk_packet(packet),
        }
    }

    /// What [`Clamp::frame`] would do, without doing it.
    pub fn judge_frame(&self, frame: &[u8]) -> Outcome {
        let mut cursor = Cursor::live(frame);
        match self.syn_in_frame(&mut cursor) {
            Some(segment) => self.judge(frame, &segment),
            None => cursor.stopped(),
        }
    }

    /// What [`Clamp::packet`] would do, without doing it.
    pub fn judge_packet(&self, packet: &[u8]) -> Outcome {
        let mut cursor = Cursor::live(packet);
        match self.syn_in_packet(&mut cursor) {
            Some(segment) => self.judge(packet, &segment),
            None => cursor.stopped(),
        }
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
        let mut cursor = Cursor::captured(bytes, wire_len);
        match self.syn_in_capture(link_type, &mut cursor, trail) {
            Some(segment) => self.clamp(bytes, &segment),
            None => cursor.stopped(),
        }
    }

    /// A call of its own, so that the fast path in front of it saves no registers.
    #[cold]
    #[inline(never)]
    fn walk_frame(&self, frame: &mut [u8]) -> Outcome {
        let mut cursor = Cursor::live(frame);
        match self.syn_in_frame(&mut cursor) {
            Some(segment) => self.clamp(frame, &segment),
            None => cursor.stopped(),
        }
    }

    /// As above.
    #[cold]
    #[inline(never)]
    fn walk_packet(&self, packet: &mut [u8]) -> Outcome {
        let mut cursor = Cursor::live(packet);
        match self.syn_in_packet(&mut cursor) {
            Some(segment) => self.clamp(packet, &segment),
            None => cursor.stopped(),
        }
    }

    #[inline(always)]
    fn syn_in_frame(&self, cursor: &mut Cursor<'_>) -> Option<Segment> {
        let version = pass_ethernet(cursor, &mut ())?;
        self.find_syn(version, cursor, &mut ())
    }

    #[inline(always)]
    fn syn_in_packet(&self, cursor: &mut Cursor<'_>) -> Option<Segment> {
        let version = Version::of_bare_packet(cursor)?;
        self.find_syn(version, cursor, &mut ())
    }

    pub(crate) fn syn_in_capture(
        &self,
        link_type: LinkType,
        cursor: &mut Cursor<'_>,
        trail: &mut impl Trail,
    ) -> Option<Segment> {
        let version = link_type.pass_to_ip(cursor, trail)?;
        self.find_syn(version, cursor, trail)
    }

    /// The write phase, behind the read phase that found `segment`.
    #[inline(always)]
    fn clamp(&self, frame: &mut [u8], segment: &Segment) -> Outcome {
        let Some(header) = frame.get_mut(segment.header()) else {
            return Outcome::LeftAlone(Reason::Cut);
        };
        let options = Options::read(header);
        let outcome = options.judge(self.ceiling_for(segment));
        if let Outcome::Clamped { to, .. } = outcome {
            options.lower(header, to);
        }
        outcome
    }

    #[inline(always)]
    fn judge(&self, frame: &[u8], segment: &Segment) -> Outcome {
        match frame.get(segment.header()) {
            Some(header) => Options::read(header).judge(self.ceiling_for(segment)),
            None => Outcome::LeftAlone(Reason::Cut),
        }
    }

    pub(crate) fn ceiling_for(&self, segment: &Segment) -> Option<u16> {
        self.ceiling(segment.version, segment.overhead_bytes)
    }
}
