//! Does what a frame leaves to the network card: fills in its checksum, cuts it into segments.

use std::fmt;

use super::checksum;
use super::offload::{Cut, Offload};
use super::vlan_tag::{MACS_LEN, TAG_LEN, VLAN_ETHER_TYPES};

const ETHER_TYPE_IPV4: u16 = 0x0800;
const ETHER_TYPE_IPV6: u16 = 0x86dd;
const MAX_VLAN_TAGS: usize = 3;

const IPV4_TOTAL_LENGTH_AT: usize = 2;
const IPV4_IDENTIFICATION_AT: usize = 4;
const IPV4_CHECKSUM_AT: usize = 10;
const IPV6_PAYLOAD_LENGTH_AT: usize = 4;
const IPV6_HEADER_LEN: usize = 40;
const TCP_SEQUENCE_AT: usize = 4;
const TCP_DATA_OFFSET_AT: usize = 12;
const TCP_FLAGS_AT: usize = 13;
const TCP_CHECKSUM_AT: usize = 16;
const TCP_LEAST_HEADER_LEN: usize = 20;
/// FIN and PSH say something about the end of the data: only the last segment has them.
const TCP_FLAGS_OF_THE_LAST: u8 = 0x09;
/// CWR is said once: only the first segment has it (RFC 3168, section 6.1.2).
const TCP_FLAGS_OF_THE_FIRST: u8 = 0x80;
const UDP_HEADER_LEN: usize = 8;
const UDP_LENGTH_AT: usize = 4;
const UDP_CHECKSUM_AT: usize = 6;

/// The longest frame that is taken in: an IP packet of 65,535 bytes, Ethernet and three VLAN tags,
/// and the tag that the kernel took out.
const LONGEST_FRAME_LEN: usize = 65_535 + 14 + 4 * TAG_LEN;

/// Room for the longest frame that an interface hands out.
pub(crate) struct FrameBuffer(Vec<u8>);

impl FrameBuffer {
    pub(crate) fn new() -> Self {
        Self(vec![0; LONGEST_FRAME_LEN + TAG_LEN])
    }

    pub(super) fn bytes(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

/// A frame that can't be made into what a wire carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unsupported {
    /// It is longer than 65,535 bytes of IP.
    TooLong,
    /// It is left to the card to be cut up in a way that is not done here.
    Cut,
    /// What is left to be done contradicts the frame.
    Contradiction,
}

impl Unsupported {
    /// What keeps such frames from coming through the interface `name`.
    pub(crate) fn remedy(self, name: &str) -> String {
        match self {
            Self::TooLong => format!(
                "ip link set {name} gso_max_size 65536 gro_max_size 65536, and the same on the \
                 sender's interface"
            ),
            Self::Cut | Self::Contradiction => format!(
                "ethtool -K {name} gro off lro off, and on the sender's interface: \
                 ethtool -K IF tso off gso off tx off"
            ),
        }
    }
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "longer than any wire's frame (BIG TCP)",
            Self::Cut => "left to a network card to be cut up, of a kind that is not done here",
            Self::Contradiction => "left to a network card, contradicting itself",
        })
    }
}

/// Hands `frame` to `each` as what a wire carries.
pub(super) fn wire_frames(
    offload: Offload,
    frame: &mut [u8],
    mut each: impl FnMut(&mut [u8]),
) -> Result<(), Unsupported> {
    match offload.cut() {
        Cut::None => {
            if let Some((start, field_at)) = offload.unfinished_checksum() {
                finish_checksum(frame, start, field_at)?;
            }
            each(frame);
            Ok(())
        }
        Cut::Tcp => Segmenter::new(offload, frame, Transport::Tcp)?.cut(each),
        Cut::Udp => Segmenter::new(offload, frame, Transport::Udp)?.cut(each),
        Cut::Other(_) => Err(Unsupported::Cut),
    }
}

/// The field holds the sum of the pseudo-header, so that the sum over all is the checksum.
fn finish_checksum(frame: &mut [u8], start: usize, field_at: usize) -> Result<(), Unsupported> {
    let covered = frame.get(start..).ok_or(Unsupported::Contradiction)?;
    let finished = checksum::finish(checksum::add(0, covered));
    let field = frame
        .get_mut(field_at..field_at + 2)
        .ok_or(Unsupported::Contradiction)?;
    // 0 would mean "none" to UDP (RFC 768); to TCP both are the same.
    let finished = if finished == 0 { 0xffff } else { finished };
    field.copy_from_slice(&finished.to_be_bytes());
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Transport {
    Tcp,
    Udp,
}

impl Transport {
    fn checksum_at(self) -> usize {
        match self {
            Self::Tcp => TCP_CHECKSUM_AT,
            Self::Udp => UDP_CHECKSUM_AT,
        }
    }
}

/// A long frame and where its headers are.
struct Segmenter<'a> {
    frame: &'a [u8],
    transport: Transport,
    is_ipv4: bool,
    ip_at: usize,
    transport_at: usize,
    payload_at: usize,
    segment_len: usize,
    /// Sum of the pseudo-header without its length.
    pseudo_header_sum: u32,
}

impl<'a> Segmenter<'a> {
    fn new(offload: Offload, frame: &'a [u8], transport: Transport) -> Result<Self, Unsupported> {
        let wrong = Unsupported::Contradiction;
        let (ether_type, ip_at) = network_header(frame).ok_or(wrong)?;
        let is_ipv4 = match ether_type {
            ETHER_TYPE_IPV4 => true,
            ETHER_TYPE_IPV6 => false,
            _ => return Err(Unsupported::Cut),
        };
        let (transport_at, checksum_at) = offload.unfinished_checksum().ok_or(wrong)?;
        let least_ip_header_len = if is_ipv4 { 20 } else { IPV6_HEADER_LEN };
        if transport_at < ip_at + least_ip_header_len
            || checksum_at != transport_at + transport.checksum_at()
        {
            return Err(wrong);
        }
        let header_len = match transport {
            Transport::Tcp => {
                let offset = *frame.get(transport_at + TCP_DATA_OFFSET_AT).ok_or(wrong)?;
                usize::from(offset >> 4) * 4
            }
            Transport::Udp => UDP_HEADER_LEN,
        };
        let payload_at = transport_at + header_len;
        let too_short = transport == Transport::Tcp && header_len < TCP_LEAST_HEADER_LEN;
        if too_short || payload_at >= frame.len() || offload.segment_len == 0 {
            return Err(wrong);
        }
        let whole_len = u16::try_from(frame.len() - transport_at).map_err(|_| wrong)?;
        let field = word(frame, checksum_at);
        Ok(Self {
            frame,
            transport,
            is_ipv4,
            ip_at,
            transport_at,
            payload_at,
            segment_len: usize::from(offload.segment_len),
            pseudo_header_sum: u32::from(field) + u32::from(!whole_len),
        })
    }

    fn cut(&self, mut each: impl FnMut(&mut [u8])) -> Result<(), Unsupported> {
        let (headers, payload) = self.frame.split_at(self.payload_at);
        let mut segment = Vec::with_capacity(self.payload_at + self.segment_len);
        let count = payload.len().div_ceil(self.segment_len);
        for (index, part) in payload.chunks(self.segment_len).enumerate() {
            segment.clear();
            segment.extend_from_slice(headers);
            segment.extend_from_slice(part);
            self.number(&mut segment, index, index + 1 == count)?;
            each(&mut segment);
        }
        Ok(())
    }

    /// Makes the headers of the `index`th segment its own.
    fn number(&self, segment: &mut [u8], index: usize, is_last: bool) -> Result<(), Unsupported> {
        let wrong = |_| Unsupported::Contradiction;
        let ip_len = u16::try_from(segment.len() - self.ip_at).map_err(wrong)?;
        let transport_len = u16::try_from(segment.len() - self.transport_at).map_err(wrong)?;
        let ip = self.ip_at;
        if self.is_ipv4 {
            let place = u16::try_from(index).map_err(wrong)?;
            let identification = word(segment, ip + IPV4_IDENTIFICATION_AT).wrapping_add(place);
            put_word(segment, ip + IPV4_TOTAL_LENGTH_AT, ip_len);
            put_word(segment, ip + IPV4_IDENTIFICATION_AT, identification);
            put_word(segment, ip + IPV4_CHECKSUM_AT, 0);
            let header_len = usize::from(segment[ip] & 0x0f) * 4;
            let header = segment
                .get(ip..ip + header_len)
                .ok_or(Unsupported::Contradiction)?;
            let sum = checksum::finish(checksum::add(0, header));
            put_word(segment, ip + IPV4_CHECKSUM_AT, sum);
        } else {
            #[expect(clippy::cast_possible_truncation, reason = "40")]
            let payload_len = ip_len - IPV6_HEADER_LEN as u16;
            put_word(segment, ip + IPV6_PAYLOAD_LENGTH_AT, payload_len);
        }
        let at = self.transport_at;
        match self.transport {
            Transport::Tcp => {
                let offset = u32::try_from(index * self.segment_len).map_err(wrong)?;
                let field = &mut segment[at + TCP_SEQUENCE_AT..at + TCP_SEQUENCE_AT + 4];
                let first = u32::from_be_bytes([field[0], field[1], field[2], field[3]]);
                field.copy_from_slice(&first.wrapping_add(offset).to_be_bytes());
                if index > 0 {
                    segment[at + TCP_FLAGS_AT] &= !TCP_FLAGS_OF_THE_FIRST;
                }
                if !is_last {
                    segment[at + TCP_FLAGS_AT] &= !TCP_FLAGS_OF_THE_LAST;
                }
            }
            Transport::Udp => put_word(segment, at + UDP_LENGTH_AT, transport_len),
        }
        let checksum_at = at + self.transport.checksum_at();
        put_word(segment, checksum_at, 0);
        let sum = self.pseudo_header_sum + u32::from(transport_len);
        let finished = match checksum::finish(checksum::add(sum, &segment[at..])) {
            0 => 0xffff,
            finished => finished,
        };
        put_word(segment, checksum_at, finished);
        Ok(())
    }
}

/// The ethertype behind the VLAN tags, and where what it names begins.
fn network_header(frame: &[u8]) -> Option<(u16, usize)> {
    let mut at = MACS_LEN;
    for _ in 0..=MAX_VLAN_TAGS {
        let ether_type = u16::from_be_bytes(*frame.get(at..)?.first_chunk()?);
        if !VLAN_ETHER_TYPES.contains(&ether_type) {
            return Some((ether_type, at + 2));
        }
        at += TAG_LEN;
    }
    None
}

fn word(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

fn put_word(bytes: &mut [u8], at: usize, value: u16) {
    bytes[at..at + 2].copy_from_slice(&value.to_be_bytes());
}

#[cfg(test)]
mod tests;
