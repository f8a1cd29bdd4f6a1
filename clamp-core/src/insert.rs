//! Insertion of an MSS option into a SYN that has none: only when asked, only where it can't harm.

use crate::bytes;
use crate::checksum;
use crate::ip::Version;
use crate::length_fields::LengthFields;
use crate::link::LinkType;
use crate::options::{self, Options};
use crate::policy::{Clamp, MIN_MSS};
use crate::segment::Segment;
use crate::tcp::{CHECKSUM_AT, DATA_OFFSET_AT, FIXED_HEADER_LEN};

/// What a sender assumes where the option is missing (RFC 9293, section 3.7.1).
const DEFAULT_MSS_V4: u16 = 536;
const DEFAULT_MSS_V6: u16 = 1220;
const LARGEST_TCP_HEADER_LEN: usize = 60;
/// How long an MSS option is, in bytes (RFC 9293, section 3.2).
const MSS_OPTION_LEN: u16 = 4;
/// One in the data offset, which counts words of 4 bytes.
const ONE_WORD_MORE: u16 = 0x1000;

/// What became of a frame or packet that was given for insertion.
#[must_use = "the insertion says how long the frame is now, or why nothing changed"]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Insertion {
    /// The option is in.
    Inserted {
        /// The MSS it carries, in bytes of TCP payload.
        mss: u16,
        /// How long the frame or packet is now.
        len: usize,
    },
    /// This is no SYN without an MSS option: the clamping call says what it is.
    NotMissing,
    /// A SYN without an MSS option, and nothing was changed.
    Refused(Refusal),
}

/// Why no option was inserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The SYN carries data, which would have to be moved.
    Payload,
    /// The TCP header is 60 bytes long already.
    HeaderFull,
    /// A fragment of any kind, an atomic one too.
    Fragment,
    /// The SYN is inside a tunnel.
    Tunnel,
    /// The segment has a TCP MD5 option, of whatever length (RFC 2385).
    TcpMd5,
    /// The policy has no ceiling for this IP version.
    NoCeiling,
    /// The ceiling for this segment comes out under 48 bytes.
    CeilingTooLow,
    /// The buffer, or a length field on the way, can't hold four more bytes.
    NoRoom,
    /// The capture does not hold the whole frame.
    Cut,
}

impl Clamp {
    /// Inserts an MSS option into the SYN of an Ethernet frame, `frame_len` bytes at the front of
    /// `buffer`, where [`Clamp::frame`] said [`Reason::NoMss`](crate::Reason::NoMss). It carries the
    /// ceiling, but no more than the sender would have assumed without it: 536 for IPv4, 1220 for
    /// IPv6. What lies behind the IP packet counts as padding and is used up first; otherwise the
    /// frame grows, and with it a PPPoE length, or an 802.3 length up to 1500.
    ///
    /// Where several refusals apply, the first one in the order [`Refusal::Cut`], `Tunnel`,
    /// `Fragment`, `TcpMd5`, `HeaderFull`, `Payload`, `NoCeiling`, `CeilingTooLow`, `NoRoom` is given.
    pub fn insert_in_frame(&self, buffer: &mut [u8], frame_len: usize) -> Insertion {
        self.insert_in_captured(LinkType::Ethernet, buffer, frame_len, frame_len)
    }

    /// The same for a bare IP packet, `packet_len` bytes at the front of `buffer`.
    pub fn insert_in_packet(&self, buffer: &mut [u8], packet_len: usize) -> Insertion {
        self.insert_in_captured(LinkType::RawIp, buffer, packet_len, packet_len)
    }

    /// The same for a frame of a capture file, of which `captured_len` bytes are at the front of
    /// `buffer`; one that is cut, `wire_len` being larger, is refused.
    pub fn insert_in_captured(
        &self,
        link_type: LinkType,
        buffer: &mut [u8],
        captured_len: usize,
        wire_len: usize,
    ) -> Insertion {
        let mut lengths = LengthFields::default();
        let Some(frame) = buffer.get(..captured_len) else {
            return Insertion::Refused(Refusal::NoRoom);
        };
        let Ok(segment) = self.syn_in_capture(link_type, frame, wire_len, &mut lengths) else {
            return Insertion::NotMissing;
        };
        let Some(options) = segment.options() else {
            return Insertion::NotMissing;
        };
        let options = Options::read(options);
        if options.has_mss() || options.has_authentication {
            return Insertion::NotMissing;
        }
        let mss = match self.mss_to_insert(&segment, &options, wire_len > captured_len) {
            Ok(mss) => mss,
            Err(refusal) => return Insertion::Refused(refusal),
        };
        let packet_end = lengths
            .tcp_at
            .wrapping_add(segment.len)
            .wrapping_add(usize::from(MSS_OPTION_LEN));
        let grown = lengths.grown(frame, segment.version, MSS_OPTION_LEN, packet_end);
        match (grown, buffer.get_mut(lengths.tcp_at..packet_end)) {
            (Some(grown), Some(header)) => {
                insert_mss(header, mss);
                grown.write(buffer);
                Insertion::Inserted {
                    mss,
                    len: captured_len.max(packet_end),
                }
            }
            _ => Insertion::Refused(Refusal::NoRoom),
        }
    }

    fn mss_to_insert(
        &self,
        segment: &Segment<&[u8]>,
        options: &Options,
        is_cut: bool,
    ) -> Result<u16, Refusal> {
        let default_mss = match segment.version {
            Version::V4 => DEFAULT_MSS_V4,
            Version::V6 => DEFAULT_MSS_V6,
        };
        if is_cut {
            Err(Refusal::Cut)
        } else if segment.is_tunneled {
            Err(Refusal::Tunnel)
        } else if segment.is_fragment {
            Err(Refusal::Fragment)
        } else if options.has_md5_signature {
            Err(Refusal::TcpMd5)
        } else if segment.header_len >= LARGEST_TCP_HEADER_LEN {
            Err(Refusal::HeaderFull)
        } else if segment.header_len != segment.len {
            Err(Refusal::Payload)
        } else {
            match self.ceiling_for(segment).mss() {
                None => Err(Refusal::NoCeiling),
                Some(ceiling) if ceiling < MIN_MSS => Err(Refusal::CeilingTooLow),
                Some(ceiling) => Ok(ceiling.min(default_mss)),
            }
        }
    }
}

/// Inserts an MSS option right behind the fixed header, in a SYN without payload that fills all of
/// `segment` but its last [`MSS_OPTION_LEN`] bytes.
fn insert_mss(segment: &mut [u8], mss: u16) {
    let [high, low] = mss.to_be_bytes();
    let mut option = [options::kind::MSS, 4, high, low];
    if let Some((_, options)) = segment.split_at_mut_checked(FIXED_HEADER_LEN) {
        // The options are whole words: each takes the place of the next one.
        for word in options.as_chunks_mut().0 {
            core::mem::swap(word, &mut option);
        }
    }
    let old_len = u16::try_from(segment.len())
        .unwrap_or(u16::MAX)
        .wrapping_sub(MSS_OPTION_LEN);
    if let Some(offset_and_flags) = bytes::at_mut(segment, DATA_OFFSET_AT) {
        let old = u16::from_be_bytes(*offset_and_flags);
        let new = old.wrapping_add(ONE_WORD_MORE);
        *offset_and_flags = new.to_be_bytes();
        checksum::update(segment, CHECKSUM_AT, old, new);
    }
    // The pseudo-header has the length of the segment (RFC 9293, section 3.1).
    let new_len = old_len.wrapping_add(MSS_OPTION_LEN);
    checksum::update(segment, CHECKSUM_AT, old_len, new_len);
    checksum::update(
        segment,
        CHECKSUM_AT,
        0,
        u16::from_be_bytes([options::kind::MSS, 4]),
    );
    checksum::update(segment, CHECKSUM_AT, 0, mss);
}
