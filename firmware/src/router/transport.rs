//! What the transport header says about a packet's flow, and writing another port into it.

use super::bytes::{put, u8_at, u16_at, u32_at};
use super::checksum::Change;
use super::counters::Drop;
use super::ip::{ICMP, ICMPV6, TCP, UDP};

/// The flags of a segment, as in the header: one byte, where four `bool`s would make every copy of
/// a header four.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Flags(pub(crate) u8);

impl Flags {
    pub(crate) const FIN: u8 = 0x01;
    pub(crate) const SYN: u8 = 0x02;
    pub(crate) const RST: u8 = 0x04;
    pub(crate) const ACK: u8 = 0x10;

    /// Whether one of these flags is set.
    pub(crate) const fn has(self, flags: u8) -> bool {
        self.0 & flags != 0
    }

    /// Whether it is SYN and nothing that goes on or ends a connection.
    pub(crate) const fn opens(self) -> bool {
        self.has(Self::SYN) && !self.has(Self::ACK | Self::RST | Self::FIN)
    }
}

/// The fields of a TCP header that a session follows (RFC 9293, section 3.1).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment {
    pub(crate) sequence: u32,
    pub(crate) acknowledgment: u32,
    pub(crate) flags: Flags,
    /// How far the segment moves its sender's sequence numbers: payload, SYN and FIN.
    pub(crate) len: u32,
}

/// What kind of message it is.
#[derive(Clone, Copy, Debug)]
#[repr(u32)]
pub(crate) enum Message {
    Tcp(Segment),
    Udp,
    EchoRequest,
    EchoReply,
    /// An ICMP message that quotes the packet it is about.
    IcmpError,
    /// ICMP of another kind.
    OtherIcmp,
    /// A protocol without ports that the router knows.
    Other,
}

/// A transport header: the ports, or an echo's identifier on the side that asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Transport {
    pub(crate) message: Message,
    pub(crate) source_port: u16,
    pub(crate) destination_port: u16,
}

impl Transport {
    /// Reads the header at the start of `payload`.
    pub(crate) fn read(payload: &[u8], protocol: u8) -> Result<Self, Drop> {
        Self::fields(payload, protocol).ok_or(Drop::MalformedTransport)
    }

    /// Reads the header at the start of `payload`, if it is one with nothing to decide: UDP, or TCP without SYN.
    // Every packet comes here, once.
    #[inline(always)]
    pub(crate) fn read_plain(payload: &[u8], protocol: u8) -> Option<Self> {
        let [a, b, c, d] = *payload.first_chunk::<4>()?;
        let source_port = u16::from_be_bytes([a, b]);
        let destination_port = u16::from_be_bytes([c, d]);
        let message = match protocol {
            TCP => Message::Tcp(segment(payload).filter(|segment| !segment.flags.has(Flags::SYN))?),
            UDP if payload.len() >= 8 => Message::Udp,
            _ => return None,
        };
        (source_port != 0 && destination_port != 0).then_some(Self {
            message,
            source_port,
            destination_port,
        })
    }

    /// Whether it is a segment that asks for a new connection.
    pub(crate) fn opens_connection(&self) -> bool {
        matches!(self.message, Message::Tcp(segment)
            if segment.flags.opens())
    }

    /// Whether it is a segment with SYN, which says how large segments may be.
    pub(crate) fn is_syn(&self) -> bool {
        matches!(self.message, Message::Tcp(segment) if segment.flags.has(Flags::SYN))
    }

    /// Whether an ICMP error may be sent about it: never about an ICMP error, and to be safe not
    /// about ICMP that isn't known to be something else (RFC 1122, section 3.2.2).
    pub(crate) fn may_be_reported(&self) -> bool {
        !matches!(self.message, Message::IcmpError | Message::OtherIcmp)
    }

    fn fields(payload: &[u8], protocol: u8) -> Option<Self> {
        let ports = |message| {
            let source_port = u16_at(payload, 0).filter(|port| *port != 0)?;
            let destination_port = u16_at(payload, 2).filter(|port| *port != 0)?;
            Some(Self {
                message,
                source_port,
                destination_port,
            })
        };
        let without_ports = |message| Self {
            message,
            source_port: 0,
            destination_port: 0,
        };
        match protocol {
            TCP => ports(Message::Tcp(segment(payload)?)),
            UDP if payload.len() >= 8 => ports(Message::Udp),
            UDP => None,
            ICMP | ICMPV6 => {
                let kind = u8_at(payload, 0)?;
                let identifier = u16_at(payload, 4)?;
                u16_at(payload, 6)?;
                Some(match (protocol, kind) {
                    (ICMP, 8) | (ICMPV6, 128) => Self {
                        source_port: identifier,
                        ..without_ports(Message::EchoRequest)
                    },
                    (ICMP, 0) | (ICMPV6, 129) => Self {
                        destination_port: identifier,
                        ..without_ports(Message::EchoReply)
                    },
                    (ICMP, 3 | 11 | 12) | (ICMPV6, 1..=4) => without_ports(Message::IcmpError),
                    _ => without_ports(Message::OtherIcmp),
                })
            }
            _ => Some(without_ports(Message::Other)),
        }
    }

    /// Reads what an ICMP error quotes: at least eight bytes, so the ports, the identifier, and
    /// TCP's sequence number (RFC 792). An error about an error has no place in a quote.
    pub(crate) fn read_quoted(quote: &[u8], protocol: u8) -> Option<Self> {
        match protocol {
            TCP | UDP => {
                let message = match (protocol, u32_at(quote, 4)?) {
                    (TCP, sequence) => Message::Tcp(Segment {
                        sequence,
                        acknowledgment: 0,
                        flags: Flags(0),
                        len: 0,
                    }),
                    _ => Message::Udp,
                };
                Some(Self {
                    message,
                    source_port: u16_at(quote, 0)?,
                    destination_port: u16_at(quote, 2)?,
                })
            }
            _ => {
                let transport = Self::fields(quote, protocol)?;
                match transport.message {
                    Message::IcmpError | Message::OtherIcmp => None,
                    _ => Some(transport),
                }
            }
        }
    }
}

#[inline(always)]
fn segment(payload: &[u8]) -> Option<Segment> {
    let header: &[u8; 20] = payload.first_chunk()?;
    let header_len = usize::from(header[12] >> 4).wrapping_mul(4);
    if header_len < 20 {
        return None;
    }
    let data_len = payload.len().checked_sub(header_len)?;
    let flags = Flags(header[13]);
    Some(Segment {
        sequence: u32::from_be_bytes([header[4], header[5], header[6], header[7]]),
        acknowledgment: u32::from_be_bytes([header[8], header[9], header[10], header[11]]),
        flags,
        len: u32::try_from(data_len)
            .unwrap_or(0)
            .wrapping_add(u32::from(flags.has(Flags::SYN)))
            .wrapping_add(u32::from(flags.has(Flags::FIN))),
    })
}

/// Where a transport header has its checksum.
fn checksum_at(protocol: u8) -> Option<usize> {
    match protocol {
        TCP => Some(16),
        UDP => Some(6),
        ICMP => Some(2),
        _ => None,
    }
}

/// Writes `new` over the 16-bit number at `at` and returns how the sum of the bytes changed.
pub(crate) fn replace_word(bytes: &mut [u8], at: usize, new: u16, change: Change) -> Change {
    match u16_at(bytes, at) {
        Some(old) if old != new => {
            put(bytes, at, new.to_be_bytes());
            change.word(old, new)
        }
        _ => change,
    }
}

/// Brings the checksum of an IPv4 transport header up to date: after its own words `change`d, and
/// after the `addresses` of the pseudo-header did, which ICMP doesn't cover. Returns how the
/// checksum field itself changed; a quote may end before it.
pub(crate) fn update_checksum(
    transport: &mut [u8],
    protocol: u8,
    addresses: Change,
    words: Change,
) -> Change {
    let unchanged = Change::default();
    let Some(at) = checksum_at(protocol) else {
        return unchanged;
    };
    let Some(old) = u16_at(transport, at) else {
        return unchanged;
    };
    let change = match protocol {
        ICMP => words,
        _ => addresses.and(words),
    };
    let new = match (protocol, change.applied_to(old)) {
        // UDP without a checksum stays without one, and one that comes out as 0 is sent as ffff
        // (RFC 768).
        (UDP, _) if old == 0 => return unchanged,
        (UDP, 0) => 0xffff,
        (_, new) => new,
    };
    put(transport, at, new.to_be_bytes());
    unchanged.word(old, new)
}
