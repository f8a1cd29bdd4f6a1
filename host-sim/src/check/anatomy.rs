//! Where the headers of a packet are. `clamp-core` finds them; only what it passes by on its fast
//! path, the transport header of a packet that is no SYN, is read here.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use clamp_core::{Clamp, Layer, LinkType, Outcome, Reason, Trail};

use super::source::Packet;

/// IP protocol numbers (IANA, "Protocol Numbers").
pub(crate) mod protocol {
    pub(crate) const ICMP: u8 = 1;
    pub(crate) const TCP: u8 = 6;
    pub(crate) const UDP: u8 = 17;
    pub(crate) const FRAGMENT: u8 = 44;
    pub(crate) const ICMPV6: u8 = 58;
}

/// Offsets in an IPv4 header (RFC 791, section 3.1) and an IPv6 header (RFC 8200, section 3).
pub(crate) mod ip {
    use std::ops::Range;

    pub(crate) const V4_HEADER_LEN: usize = 20;
    pub(crate) const V4_LENGTH_AT: usize = 2;
    pub(crate) const V4_IDENTIFICATION: Range<usize> = 4..6;
    pub(crate) const V4_FRAGMENT_AT: usize = 6;
    pub(crate) const V4_RESERVED: u16 = 0x8000;
    pub(crate) const V4_DONT_FRAGMENT: u16 = 0x4000;
    pub(crate) const V4_TTL: Range<usize> = 8..9;
    pub(crate) const V4_PROTOCOL_AT: usize = 9;
    pub(crate) const V4_CHECKSUM_AT: usize = 10;
    pub(crate) const V4_SOURCE: Range<usize> = 12..16;
    pub(crate) const V4_DESTINATION: Range<usize> = 16..20;
    pub(crate) const V6_HEADER_LEN: usize = 40;
    pub(crate) const V6_LENGTH_AT: usize = 4;
    pub(crate) const V6_NEXT_HEADER_AT: usize = 6;
    pub(crate) const V6_HOP_LIMIT: Range<usize> = 7..8;
    pub(crate) const V6_SOURCE: Range<usize> = 8..24;
    pub(crate) const V6_DESTINATION: Range<usize> = 24..40;
}

/// Offsets in a TCP header (RFC 9293, section 3.1).
pub(crate) mod tcp {
    pub(crate) const SEQUENCE_AT: usize = 4;
    pub(crate) const DATA_OFFSET_AT: usize = 12;
    pub(crate) const FLAGS_AT: usize = 13;
    pub(crate) const CHECKSUM_AT: usize = 16;
    pub(crate) const FIXED_HEADER_LEN: usize = 20;
    pub(crate) const SYN: u8 = 0x02;
    pub(crate) const RST: u8 = 0x04;
    pub(crate) const ACK: u8 = 0x10;
}

/// One IP header and what it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct IpHeader {
    pub(crate) is_v6: bool,
    /// Where it begins in the frame.
    pub(crate) at: usize,
    /// Where its packet ends on the wire; past the captured bytes when the capture is cut.
    pub(crate) end: usize,
    pub(crate) protocol: u8,
    pub(crate) transport_at: usize,
    /// A fragment of any kind: its checksum covers more than itself.
    pub(crate) is_fragment: bool,
    /// A fragment that does not begin with the transport header.
    pub(crate) is_later_fragment: bool,
}

/// What a packet is made of.
#[derive(Clone, Debug)]
pub(crate) struct Anatomy {
    /// What a clamp that never lowers says of it: `Fits` for each SYN that a clamp may write to.
    pub(crate) outcome: Outcome,
    /// Every header on the way and where it begins, from the outside in.
    layers: Vec<(Layer, usize)>,
    /// The header that routers route by.
    pub(crate) outer: Option<IpHeader>,
    /// The header right around the segment: the outer one, where there is no tunnel.
    pub(crate) inner: Option<IpHeader>,
    /// Where the values of the MSS options are that a clamp may lower.
    pub(crate) mss_at: Vec<usize>,
    /// A SYN whose TCP header is not whole in the capture: an MSS may be in what is missing, and so
    /// the checksum may differ for a reason that can't be seen.
    pub(crate) is_cut_syn: bool,
}

#[derive(Default)]
struct Layers(Vec<(Layer, usize)>);

impl Trail for Layers {
    fn passed(&mut self, layer: Layer, at: usize) {
        self.0.push((layer, at));
    }
}

/// A clamp that finds every segment and lowers none.
const WITNESS: Clamp = match Clamp::for_max_mss(Some(u16::MAX), Some(u16::MAX)) {
    Ok(clamp) => clamp.through_tunnels(),
    Err(_) => panic!("the largest ceiling there is"),
};

impl Anatomy {
    /// Looks into a packet, or returns none where the clamp can't look behind its link type.
    pub(crate) fn of(packet: &mut Packet) -> Option<Self> {
        let link_type = LinkType::from_pcap(packet.link_type)?;
        let mut layers = Layers::default();
        let outcome = WITNESS.captured(link_type, &mut packet.bytes, packet.wire_len, &mut layers);
        let Layers(layers) = layers;
        let is_ip = |&&(layer, _): &&(Layer, usize)| matches!(layer, Layer::Ipv4 | Layer::Ipv6);
        let outer = layers.iter().find(is_ip).copied();
        let inner = layers.iter().rfind(is_ip).copied();
        let header = |found: Option<(Layer, usize)>| {
            let (layer, at) = found?;
            ip_header(packet, layer, at, &layers)
        };
        let mut anatomy = Self {
            outcome,
            outer: header(outer),
            inner: header(inner),
            mss_at: Vec::new(),
            is_cut_syn: false,
            layers,
        };
        let Some(tcp_at) = anatomy.tcp_at() else {
            return Some(anatomy);
        };
        anatomy.is_cut_syn = outcome == Outcome::LeftAlone(Reason::Cut)
            && packet
                .bytes
                .get(tcp_at + tcp::FLAGS_AT)
                .is_some_and(|flags| flags & (tcp::SYN | tcp::RST) == tcp::SYN);
        if matches!(outcome, Outcome::Fits { .. }) || anatomy.is_cut_syn {
            anatomy.mss_at = mss_values(&packet.bytes, tcp_at);
        }
        Some(anatomy)
    }

    /// Where the innermost segment's TCP header begins.
    pub(crate) fn tcp_at(&self) -> Option<usize> {
        let inner = self.inner?;
        (inner.protocol == protocol::TCP && !inner.is_later_fragment).then_some(inner.transport_at)
    }

    /// The bytes that a clamp may write to: MSS values and the TCP checksum of a SYN.
    pub(crate) fn clampable(&self) -> Vec<Range<usize>> {
        let mut ranges: Vec<_> = self.mss_at.iter().map(|&at| at..at + 2).collect();
        let is_clampable = self.is_cut_syn || !ranges.is_empty();
        if let (true, Some(tcp_at)) = (is_clampable, self.tcp_at()) {
            ranges.push(tcp_at + tcp::CHECKSUM_AT..tcp_at + tcp::CHECKSUM_AT + 2);
        }
        ranges
    }

    /// Whether a header of `layer` is on the way.
    pub(crate) fn passes(&self, layer: Layer) -> bool {
        self.layers.iter().any(|&(passed, _)| passed == layer)
    }

    /// The last ethertype or 802.3 length on the way.
    pub(crate) fn ethertype(&self, bytes: &[u8]) -> Option<u16> {
        self.layers
            .iter()
            .rev()
            .find_map(|&(layer, at)| match layer {
                Layer::Ethernet => word(bytes, at + 12),
                Layer::Vlan => word(bytes, at + 2),
                _ => None,
            })
    }

    /// The header in which a byte of the frame lies, and how far in.
    pub(crate) fn layer_of(&self, at: usize) -> Option<(Layer, usize)> {
        let tcp = self.tcp_at().map(|tcp_at| (Layer::Tcp, tcp_at));
        self.layers
            .iter()
            .copied()
            .chain(tcp)
            .filter(|&(_, begins)| begins <= at)
            .max_by_key(|&(_, begins)| begins)
            .map(|(layer, begins)| (layer, at - begins))
    }
}

impl IpHeader {
    /// Where the addresses are in the frame.
    pub(crate) fn addresses(&self) -> [Range<usize>; 2] {
        let [source, destination] = if self.is_v6 {
            [ip::V6_SOURCE, ip::V6_DESTINATION]
        } else {
            [ip::V4_SOURCE, ip::V4_DESTINATION]
        };
        [source, destination].map(|range| self.at + range.start..self.at + range.end)
    }

    /// Source and destination, where they were captured.
    pub(crate) fn endpoints(&self, bytes: &[u8]) -> Option<[IpAddr; 2]> {
        let [source, destination] = self.addresses();
        Some([
            address(bytes.get(source)?)?,
            address(bytes.get(destination)?)?,
        ])
    }

    /// Time to live, or hop limit.
    pub(crate) fn ttl(&self, bytes: &[u8]) -> Option<u8> {
        let at = if self.is_v6 {
            ip::V6_HOP_LIMIT
        } else {
            ip::V4_TTL
        };
        bytes.get(self.at + at.start).copied()
    }
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    if let Ok(v4) = <[u8; 4]>::try_from(bytes) {
        return Some(IpAddr::V4(Ipv4Addr::from(v4)));
    }
    let v6 = <[u8; 16]>::try_from(bytes).ok()?;
    Some(IpAddr::V6(Ipv6Addr::from(v6)))
}

/// The 16-bit number at `at`, in network byte order.
pub(crate) fn word(bytes: &[u8], at: usize) -> Option<u16> {
    bytes
        .get(at..)
        .and_then(<[u8]>::first_chunk)
        .map(|&word| u16::from_be_bytes(word))
}

fn ip_header(
    packet: &Packet,
    layer: Layer,
    at: usize,
    layers: &[(Layer, usize)],
) -> Option<IpHeader> {
    let bytes = &packet.bytes;
    let header = bytes.get(at..)?;
    if layer == Layer::Ipv4 {
        let header = header.first_chunk::<{ ip::V4_HEADER_LEN }>()?;
        let header_len = usize::from(header[0] & 0x0f) * 4;
        let total_len = usize::from(word(header, ip::V4_LENGTH_AT)?);
        if header[0] >> 4 != 4 || header_len < ip::V4_HEADER_LEN || total_len < header_len {
            return None;
        }
        let fragment = word(header, ip::V4_FRAGMENT_AT)?;
        return Some(IpHeader {
            is_v6: false,
            at,
            end: (at + total_len).min(packet.wire_len),
            protocol: header[ip::V4_PROTOCOL_AT],
            transport_at: at + header_len,
            is_fragment: fragment & 0x3fff != 0,
            is_later_fragment: fragment & 0x1fff != 0,
        });
    }
    let header = header.first_chunk::<{ ip::V6_HEADER_LEN }>()?;
    if header[0] >> 4 != 6 {
        return None;
    }
    let mut found = IpHeader {
        is_v6: true,
        at,
        end: (at + ip::V6_HEADER_LEN + usize::from(word(header, ip::V6_LENGTH_AT)?))
            .min(packet.wire_len),
        protocol: header[ip::V6_NEXT_HEADER_AT],
        transport_at: at + ip::V6_HEADER_LEN,
        is_fragment: false,
        is_later_fragment: false,
    };
    let extensions = layers
        .iter()
        .skip_while(|&&found| found != (layer, at))
        .skip(1)
        .take_while(|&&(layer, _)| layer == Layer::ExtensionHeader);
    for &(_, extension_at) in extensions {
        let extension = bytes.get(extension_at..)?.first_chunk::<8>()?;
        let len = if found.protocol == protocol::FRAGMENT {
            found.is_fragment = true;
            found.is_later_fragment = word(extension, 2)? & 0xfff8 != 0;
            8
        } else {
            usize::from(extension[1]) * 8 + 8
        };
        found.protocol = extension[0];
        found.transport_at = extension_at + len;
    }
    Some(found)
}

/// Where the values of all well-formed MSS options are, walked as Linux does (the core tells the
/// largest value only): past an end of list, over lengths of 0 and 1 byte by byte, up to an option
/// that runs past the header. The last of them may run past the captured bytes.
fn mss_values(bytes: &[u8], tcp_at: usize) -> Vec<usize> {
    let mut found = Vec::new();
    let Some(offset) = bytes.get(tcp_at + tcp::DATA_OFFSET_AT) else {
        return found;
    };
    let end = tcp_at + usize::from(offset >> 4) * 4;
    let mut at = tcp_at + tcp::FIXED_HEADER_LEN;
    while at < end {
        let Some(&kind) = bytes.get(at) else {
            break;
        };
        if kind < 2 {
            at += 1;
            continue;
        }
        let Some(&len) = bytes.get(at + 1) else {
            break;
        };
        let len = usize::from(len).max(1);
        if at + len > end {
            break;
        }
        if kind == 2 && len == 4 {
            found.push(at + 2);
        }
        at += len;
    }
    found
}
