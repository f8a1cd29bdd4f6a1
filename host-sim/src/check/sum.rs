//! Internet checksums, judged rather than updated: how far a field is from what it should be.

use super::anatomy::{IpHeader, ip, protocol, tcp, word};
use super::source::Packet;

/// Which checksum it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChecksumField {
    /// Of an IPv4 header (RFC 791, section 3.1).
    Ipv4Header,
    /// Of a TCP segment (RFC 9293, section 3.1).
    Tcp,
    /// Of a UDP datagram (RFC 768).
    Udp,
    /// Of an ICMP or ICMPv6 message (RFC 792, RFC 4443).
    Icmp,
}

/// A checksum field, and what the captured bytes say of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) which: ChecksumField,
    /// Where the field is in the frame.
    pub(super) at: usize,
    /// What it holds.
    pub(super) value: u16,
    /// By how much the sum over all that it covers misses zero, modulo 65535; over what was
    /// captured of that, when `is_whole` is not set.
    pub(super) error: u16,
    /// All that it covers was captured.
    pub(super) is_whole: bool,
}

impl Seen {
    /// Right for a receiver that adds everything up.
    pub(super) fn is_right(&self) -> bool {
        self.is_whole && self.error == 0
    }

    /// What the field would hold if it were wrong by `error`: the right value for an error of 0.
    pub(super) fn value_for(&self, error: u16) -> u16 {
        let others = u32::from(self.error) + MODULUS - u32::from(self.value) % MODULUS;
        let value = (u32::from(error) + 2 * MODULUS - others % MODULUS) % MODULUS;
        u16::try_from(value).unwrap_or(0)
    }
}

/// Ones' complement addition is addition modulo this.
const MODULUS: u32 = 0xffff;

/// The sum of 16-bit words, the last one filled up with a zero byte (RFC 1071, section 1).
fn sum(bytes: &[u8]) -> u64 {
    let (words, last) = bytes.as_chunks::<2>();
    let words: u64 = words
        .iter()
        .map(|&word| u64::from(u16::from_be_bytes(word)))
        .sum();
    words + last.first().map_or(0, |&byte| u64::from(byte) << 8)
}

fn reduced(sum: u64) -> u16 {
    u16::try_from(sum % u64::from(MODULUS)).unwrap_or(0)
}

/// The checksum of an IPv4 header.
pub(super) fn of_ipv4_header(packet: &Packet, header: &IpHeader) -> Option<Seen> {
    if header.is_v6 {
        return None;
    }
    let there = packet
        .bytes
        .get(header.at..header.transport_at.min(packet.bytes.len()))?;
    Some(Seen {
        which: ChecksumField::Ipv4Header,
        at: header.at + ip::V4_CHECKSUM_AT,
        value: word(there, ip::V4_CHECKSUM_AT)?,
        error: reduced(sum(there)),
        is_whole: header.at + there.len() == header.transport_at,
    })
}

/// The checksum of what an IP packet carries, over no more than the first `limit` bytes of that, so
/// that two captures cut at different lengths can be compared. None where there is no checksum.
pub(super) fn of_transport(packet: &Packet, header: &IpHeader, limit: usize) -> Option<Seen> {
    if header.is_later_fragment {
        return None;
    }
    let (which, field_at, has_pseudo_header) = match (header.protocol, header.is_v6) {
        (protocol::TCP, _) => (ChecksumField::Tcp, tcp::CHECKSUM_AT, true),
        (protocol::UDP, _) => (ChecksumField::Udp, 6, true),
        (protocol::ICMP, false) => (ChecksumField::Icmp, 2, false),
        (protocol::ICMPV6, true) => (ChecksumField::Icmp, 2, true),
        _ => return None,
    };
    let len = header.end.checked_sub(header.transport_at)?;
    let there_len = len
        .min(packet.bytes.len().checked_sub(header.transport_at)?)
        .min(limit);
    let there = &packet.bytes[header.transport_at..header.transport_at + there_len];
    let value = word(there, field_at)?;
    let mut total = sum(there);
    if has_pseudo_header {
        // RFC 9293, section 3.1, and RFC 8200, section 8.1. The IPv6 length has 32 bits.
        let [source, destination] = header.addresses();
        total += sum(packet.bytes.get(source)?) + sum(packet.bytes.get(destination)?);
        total += u64::from(header.protocol) + len as u64;
    }
    Some(Seen {
        which,
        at: header.transport_at + field_at,
        value,
        error: reduced(total),
        is_whole: there_len == len && !header.is_fragment,
    })
}
