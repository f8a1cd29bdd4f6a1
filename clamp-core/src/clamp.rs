//! The calls: find the segment, judge its options, and only then write.

use crate::ceiling::Ceiling;
use crate::cursor::{Bytes, Cursor};
use crate::ip::Version;
use crate::link::LinkType;
use crate::options::{self, Options};
use crate::outcome::{Outcome, Reason};
use crate::plain;
use crate::policy::Clamp;
use crate::segment::{Header, Segment};
use crate::source::{Captured, Live};
use crate::stop::Stop;
use crate::trail::Trail;

impl Clamp {
    /// Clamps the SYN in an Ethernet frame, if it holds one. The slice has no frame check sequence;
    /// padding behind the packet does no harm.
    #[inline]
    pub fn frame(&self, frame: &mut [u8]) -> Outcome {
        plain::glance_at_frame(frame).answer_or_else(|| self.frame_with_syn(frame))
    }

    /// Clamps the SYN in a bare IP packet, if it is one. The link MTU counts from its first byte.
    #[inline]
    pub fn packet(&self, packet: &mut [u8]) -> Outcome {
        plain::glance_at_ipv4(packet).answer_or_else(|| self.packet_with_syn(packet))
    }

    /// What [`Clamp::frame`] would do, without doing it.
    pub fn judge_frame(&self, frame: &[u8]) -> Outcome {
        self.judge(frame, Header::Ethernet)
    }

    /// What [`Clamp::packet`] would do, without doing it.
    pub fn judge_packet(&self, packet: &[u8]) -> Outcome {
        self.judge(packet, Header::BareIp)
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
        match self.syn_in_capture(link_type, bytes, wire_len, trail) {
            Ok(mut segment) => self.clamp(&mut segment),
            Err(stop) => stop.outcome(),
        }
    }

    /// What a glance does not answer. Apart from it, so that a data segment saves no registers.
    #[inline(never)]
    fn frame_with_syn(&self, frame: &mut [u8]) -> Outcome {
        match plain::syn_in_frame(frame) {
            Some(Ok(syn)) => {
                // Each version for itself: where its ceiling is need not be looked up.
                let ceiling = match syn.version {
                    Version::V4 => self.ceiling(Version::V4, syn.overhead_bytes),
                    Version::V6 => self.ceiling(Version::V6, syn.overhead_bytes),
                };
                options::clamp(syn.header, ceiling)
            }
            Some(Err(reason)) => left_alone(reason),
            None => self.walk_frame(frame),
        }
    }

    /// As [`Clamp::frame_with_syn`].
    #[inline(never)]
    fn packet_with_syn(&self, packet: &mut [u8]) -> Outcome {
        match plain::syn_in_ipv4(packet) {
            Some(Ok(header)) => options::clamp(header, self.ceiling(Version::V4, 0)),
            _ => self.walk_packet(packet),
        }
    }

    #[inline(never)]
    fn walk_frame(&self, frame: &mut [u8]) -> Outcome {
        self.walk(frame, Header::Ethernet)
    }

    #[inline(never)]
    fn walk_packet(&self, packet: &mut [u8]) -> Outcome {
        self.walk(packet, Header::BareIp)
    }

    /// What is not plain, whatever it is.
    fn walk(&self, frame: &mut [u8], outermost: Header) -> Outcome {
        match self.find_syn(outermost, Cursor::new(frame, Live)) {
            Ok(mut segment) => self.clamp(&mut segment),
            Err(stop) => stop.outcome(),
        }
    }

    fn judge(&self, frame: &[u8], outermost: Header) -> Outcome {
        let segment = match self.find_syn(outermost, Cursor::new(frame, Live)) {
            Ok(segment) => segment,
            Err(stop) => return stop.outcome(),
        };
        match segment.options() {
            Some(options) => Options::read(options).judge(self.ceiling_for(&segment)),
            None => Outcome::LeftAlone(Reason::Cut),
        }
    }

    pub(crate) fn syn_in_capture<B: Bytes>(
        &self,
        link_type: LinkType,
        bytes: B,
        wire_len: usize,
        trail: &mut impl Trail,
    ) -> Result<Segment<B>, Stop> {
        let source = Captured::new(bytes.as_ref(), wire_len, trail);
        let mut cursor = Cursor::new(bytes, source);
        let header = link_type.pass(&mut cursor)?;
        self.find_syn(header, cursor)
    }

    /// The write phase, behind the read phase that found `segment`.
    #[inline(always)]
    fn clamp(&self, segment: &mut Segment<&mut [u8]>) -> Outcome {
        let ceiling = self.ceiling_for(segment);
        match segment.bytes.get_mut(..segment.header_len) {
            Some(header) => options::clamp(header, ceiling),
            None => Outcome::LeftAlone(Reason::Cut),
        }
    }

    #[inline(always)]
    pub(crate) fn ceiling_for<B>(&self, segment: &Segment<B>) -> Ceiling {
        self.ceiling(segment.version, segment.overhead_bytes)
    }
}

/// A call, so that every way out is one, and none has its outcome made up of parts.
#[inline(never)]
fn left_alone(reason: Reason) -> Outcome {
    Outcome::LeftAlone(reason)
}
