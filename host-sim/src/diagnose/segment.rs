//! What of a packet counts: a TCP segment, an ICMP error that names a smaller MTU, a fragment.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use clamp_core::Layer;

use super::sequence::Sequence;
use crate::check::Packet;
use crate::check::anatomy::{Anatomy, IpHeader, ip, protocol, tcp, word};

/// Options of TCP (IANA, "TCP Option Kind Numbers").
const END_OF_OPTIONS: u8 = 0;
const NO_OPERATION: u8 = 1;
const MSS: u8 = 2;
const WINDOW_SCALE: u8 = 3;
const SACK: u8 = 5;
/// The most blocks that a SACK option has room for (RFC 2018, section 3).
const SACK_BLOCKS: usize = 4;
const FIN: u8 = 0x01;
const DONT_FRAGMENT: u8 = 0x40;
/// Destination Unreachable, Fragmentation Needed (RFC 792, RFC 1191).
const FRAGMENTATION_NEEDED: [u8; 2] = [3, 4];
/// Packet Too Big (RFC 4443, section 3.2).
const PACKET_TOO_BIG: u8 = 2;
/// Behind the header of an ICMP error: the packet that it is about.
const QUOTE_AT: usize = 8;

/// A place in the capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    /// The packet's number, from 1 on.
    pub(super) number: u64,
    pub(super) time_ns: Option<u64>,
}

impl Moment {
    /// How long after `earlier` this was; 0 where the capture doesn't say.
    pub(super) fn ns_after(self, earlier: Self) -> u64 {
        match (self.time_ns, earlier.time_ns) {
            (Some(now), Some(then)) => now.saturating_sub(then),
            _ => 0,
        }
    }
}

/// What a packet tells about a path.
#[derive(Clone, Debug)]
pub(super) enum Event {
    Segment(Segment),
    TooBig(TooBig),
    /// A fragment of IPv4 or IPv6.
    Fragment,
    /// Nothing.
    Other,
}

/// A TCP segment.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    pub(super) at: Moment,
    pub(super) from: SocketAddr,
    pub(super) to: SocketAddr,
    /// The IP packet's length in bytes, its header included.
    pub(super) packet_bytes: u32,
    pub(super) payload_bytes: u32,
    /// IP and TCP headers, their options included.
    pub(super) header_bytes: u32,
    /// The options of the TCP header alone.
    pub(super) option_bytes: u32,
    pub(super) sequence: Sequence,
    pub(super) acknowledgment: Option<Sequence>,
    pub(super) window: u16,
    pub(super) is_syn: bool,
    pub(super) is_fin: bool,
    pub(super) is_rst: bool,
    /// No router may fragment it: IPv6, or IPv4 with DF.
    pub(super) dont_fragment: bool,
    pub(super) mss: Option<u16>,
    pub(super) window_scale: Option<u8>,
    /// The capture has all of its options.
    pub(super) has_whole_options: bool,
    /// Left and right edges.
    pub(super) sack: [Option<(Sequence, Sequence)>; SACK_BLOCKS],
    /// It came in a PPPoE session.
    pub(super) in_pppoe: bool,
}

impl Segment {
    /// The sequence number behind the segment. SYN and FIN count as one each.
    pub(super) fn end(&self) -> Sequence {
        self.sequence + self.payload_bytes + u32::from(self.is_syn) + u32::from(self.is_fin)
    }
}

/// An ICMP error that says that a packet was too big.
#[derive(Clone, Debug)]
pub(super) struct TooBig {
    pub(super) at: Moment,
    /// The router that says so.
    pub(super) router: IpAddr,
    /// Next-hop MTU in bytes; 0 from routers older than RFC 1191.
    pub(super) mtu_bytes: u32,
    /// From where to where the packet went.
    pub(super) from: SocketAddr,
    pub(super) to: SocketAddr,
}

impl Event {
    /// Looks into a packet, and into tunnels when asked.
    pub(super) fn of(packet: &mut Packet, tunnels: bool) -> Self {
        let Some(anatomy) = Anatomy::of(packet) else {
            return Self::Other;
        };
        let (Some(outer), Some(inner)) = (anatomy.outer, anatomy.inner) else {
            return Self::Other;
        };
        if outer.at != inner.at && !tunnels {
            return Self::Other;
        }
        if inner.is_fragment {
            return Self::Fragment;
        }
        let in_pppoe = anatomy.passes(Layer::Pppoe);
        let read = match (inner.protocol, inner.is_v6) {
            (protocol::TCP, _) => segment(packet, &inner, in_pppoe).map(Self::Segment),
            (protocol::ICMP, false) | (protocol::ICMPV6, true) => {
                too_big(packet, &inner).map(Self::TooBig)
            }
            _ => None,
        };
        read.unwrap_or(Self::Other)
    }
}

fn segment(packet: &Packet, header: &IpHeader, in_pppoe: bool) -> Option<Segment> {
    let bytes = &packet.bytes;
    let fixed = bytes
        .get(header.transport_at..)?
        .first_chunk::<{ tcp::FIXED_HEADER_LEN }>()?;
    let tcp_header_len = usize::from(fixed[tcp::DATA_OFFSET_AT] >> 4) * 4;
    if tcp_header_len < tcp::FIXED_HEADER_LEN {
        return None;
    }
    let payload_at = header.transport_at + tcp_header_len;
    let payload_bytes = u32::try_from(header.end.checked_sub(payload_at)?).ok()?;
    let packet_bytes = u32::try_from(header.end.checked_sub(header.at)?).ok()?;
    let flags = fixed[tcp::FLAGS_AT];
    let [from, to] = header.endpoints(bytes)?;
    let mut segment = Segment {
        at: moment(packet),
        from: SocketAddr::new(from, u16::from_be_bytes([fixed[0], fixed[1]])),
        to: SocketAddr::new(to, u16::from_be_bytes([fixed[2], fixed[3]])),
        packet_bytes,
        payload_bytes,
        header_bytes: packet_bytes.saturating_sub(payload_bytes),
        option_bytes: u32::try_from(tcp_header_len - tcp::FIXED_HEADER_LEN).ok()?,
        sequence: sequence(fixed, tcp::SEQUENCE_AT)?,
        acknowledgment: (flags & tcp::ACK != 0)
            .then(|| sequence(fixed, 8))
            .flatten(),
        window: u16::from_be_bytes([fixed[14], fixed[15]]),
        is_syn: flags & tcp::SYN != 0,
        is_fin: flags & FIN != 0,
        is_rst: flags & tcp::RST != 0,
        dont_fragment: header.is_v6
            || bytes
                .get(header.at + ip::V4_FRAGMENT_AT)
                .is_some_and(|byte| byte & DONT_FRAGMENT != 0),
        mss: None,
        window_scale: None,
        has_whole_options: payload_at <= bytes.len(),
        sack: [None; SACK_BLOCKS],
        in_pppoe,
    };
    let options = header.transport_at + tcp::FIXED_HEADER_LEN..payload_at.min(bytes.len());
    segment.read_options(bytes.get(options).unwrap_or_default());
    Some(segment)
}

impl Segment {
    /// Takes what is there of the options; those behind a malformed one are not looked at.
    fn read_options(&mut self, mut options: &[u8]) {
        while let [kind, rest @ ..] = options {
            if *kind == END_OF_OPTIONS {
                return;
            }
            if *kind == NO_OPERATION {
                options = rest;
                continue;
            }
            let Some(len) = rest.first().map(|&len| usize::from(len)) else {
                return;
            };
            let Some(value) = options.get(2..len) else {
                return;
            };
            match (*kind, value) {
                (MSS, &[high, low]) if self.is_syn => {
                    self.mss = Some(u16::from_be_bytes([high, low]));
                }
                // Larger shifts count as 14 (RFC 7323, section 2.3).
                (WINDOW_SCALE, &[shift]) if self.is_syn => self.window_scale = Some(shift.min(14)),
                (SACK, blocks) => {
                    for (slot, block) in self.sack.iter_mut().zip(blocks.chunks_exact(8)) {
                        *slot = sequence(block, 0).zip(sequence(block, 4));
                    }
                }
                _ => {}
            }
            options = options.get(len..).unwrap_or_default();
        }
    }
}

fn too_big(packet: &Packet, header: &IpHeader) -> Option<TooBig> {
    let icmp = packet.bytes.get(header.transport_at..)?;
    let start = icmp.first_chunk::<QUOTE_AT>()?;
    let quote = icmp.get(QUOTE_AT..)?;
    let (mtu_bytes, [from, to], ports) = if header.is_v6 {
        if start[0] != PACKET_TOO_BIG {
            return None;
        }
        let mtu_bytes = u32::from_be_bytes([start[4], start[5], start[6], start[7]]);
        let quoted = quote.first_chunk::<{ ip::V6_HEADER_LEN }>()?;
        if quoted[ip::V6_NEXT_HEADER_AT] != protocol::TCP {
            return None;
        }
        let address =
            |range| <[u8; 16]>::try_from(quoted.get::<std::ops::Range<usize>>(range)?).ok();
        let ends = [address(ip::V6_SOURCE)?, address(ip::V6_DESTINATION)?];
        let ends = ends.map(|address| IpAddr::V6(Ipv6Addr::from(address)));
        (mtu_bytes, ends, quote.get(ip::V6_HEADER_LEN..)?)
    } else {
        if start[..2] != FRAGMENTATION_NEEDED {
            return None;
        }
        let mtu_bytes = u32::from(u16::from_be_bytes([start[6], start[7]]));
        let quoted = quote.first_chunk::<{ ip::V4_HEADER_LEN }>()?;
        if quoted[ip::V4_PROTOCOL_AT] != protocol::TCP {
            return None;
        }
        let address =
            |range| <[u8; 4]>::try_from(quoted.get::<std::ops::Range<usize>>(range)?).ok();
        let ends = [address(ip::V4_SOURCE)?, address(ip::V4_DESTINATION)?];
        let ends = ends.map(|address| IpAddr::V4(Ipv4Addr::from(address)));
        let header_len = usize::from(quoted[0] & 0x0f) * 4;
        (mtu_bytes, ends, quote.get(header_len..)?)
    };
    Some(TooBig {
        at: moment(packet),
        router: header.endpoints(&packet.bytes)?[0],
        mtu_bytes,
        from: SocketAddr::new(from, word(ports, 0)?),
        to: SocketAddr::new(to, word(ports, 2)?),
    })
}

fn moment(packet: &Packet) -> Moment {
    Moment {
        number: packet.number,
        time_ns: packet.timestamp_ns,
    }
}

fn sequence(bytes: &[u8], at: usize) -> Option<Sequence> {
    let number = bytes.get(at..)?.first_chunk()?;
    Some(Sequence(u32::from_be_bytes(*number)))
}
