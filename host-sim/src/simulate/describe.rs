//! A frame in a few words.

use smoltcp::wire::{EthernetProtocol, IpProtocol};

use super::packet::{
    ACK, ETHERNET_HEADER_LEN, FIN, Ip, RST, SYN, Tcp, ethertype, packet_in, too_big,
};

/// What kind of thing passes, as a picture colours it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// SYN or SYN-ACK.
    Syn,
    /// A segment with payload.
    Data,
    /// One without.
    Acknowledgement,
    /// FIN or RST.
    End,
    /// An ICMP error.
    Error,
    /// A tunnel's outer packet.
    Tunnel,
    /// ARP, neighbour discovery, and what PPPoE is made of.
    Neighbour,
}

impl Kind {
    /// Its name, as a class of a picture.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Syn => "syn",
            Self::Data => "data",
            Self::Acknowledgement => "ack",
            Self::End => "end",
            Self::Error => "icmp",
            Self::Tunnel => "tunnel",
            Self::Neighbour => "neighbour",
        }
    }
}

/// A frame, described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Described {
    pub(crate) kind: Kind,
    /// A word or two: `SYN mss 1460`.
    pub(crate) label: String,
    /// Everything worth knowing.
    pub(crate) detail: String,
}

/// Describes a frame.
pub(crate) fn frame(frame: &[u8]) -> Described {
    if ethertype(frame) == Some(EthernetProtocol::Arp) {
        return neighbour("ARP");
    }
    match packet_in(frame) {
        Some(bytes) => packet(bytes),
        None if is_pppoe(frame) => neighbour("PPPoE"),
        None => neighbour("not IP"),
    }
}

/// Discovery, or what a session's ends say to each other (RFC 2516).
fn is_pppoe(frame: &[u8]) -> bool {
    matches!(
        ethertype(frame),
        Some(EthernetProtocol::Unknown(0x8863 | 0x8864))
    )
}

/// Describes an IP packet.
pub(crate) fn packet(bytes: &[u8]) -> Described {
    let Some(ip) = Ip::read(bytes) else {
        return neighbour("malformed");
    };
    let ends = format!("{} > {}", ip.source, ip.destination);
    let len = ip.len;
    if let Some(tcp) = Tcp::read(&ip) {
        return segment(&tcp, len);
    }
    match ip.protocol {
        IpProtocol::Icmp | IpProtocol::Icmpv6 => match too_big(&ip) {
            Some((mtu_bytes, _)) => Described {
                kind: Kind::Error,
                label: format!("too big, MTU {mtu_bytes}"),
                detail: format!("ICMP: too big, the next link carries {mtu_bytes} bytes; {ends}"),
            },
            None if is_ndp(&ip) => neighbour("NDP"),
            None => neighbour("ICMP"),
        },
        protocol => Described {
            kind: Kind::Tunnel,
            label: format!("{} in {len}", tunnel_name(protocol)),
            detail: format!("{}, {len} bytes, {ends}", tunnel_name(protocol)),
        },
    }
}

/// Neighbour discovery (RFC 4861): router solicitation to redirect.
fn is_ndp(ip: &Ip<'_>) -> bool {
    ip.protocol == IpProtocol::Icmpv6 && matches!(ip.payload.first(), Some(133..=137))
}

fn tunnel_name(protocol: IpProtocol) -> &'static str {
    match u8::from(protocol) {
        4 => "IPIP",
        17 => "WireGuard",
        41 => "6in4",
        47 => "GRE",
        _ => "other",
    }
}

fn neighbour(what: &str) -> Described {
    Described {
        kind: Kind::Neighbour,
        label: what.to_owned(),
        detail: what.to_owned(),
    }
}

fn segment(tcp: &Tcp, packet_len: usize) -> Described {
    let mut words = Vec::new();
    for (flag, word) in [(SYN, "SYN"), (FIN, "FIN"), (RST, "RST"), (ACK, "ACK")] {
        if tcp.flags & flag != 0 {
            words.push(word);
        }
    }
    let flags = words.join("-");
    let (kind, label) = if tcp.flags & SYN != 0 {
        let mss = match tcp.mss {
            Some(mss) => format!("mss {mss}"),
            None => "no mss".to_owned(),
        };
        let data = if tcp.payload_len == 0 {
            String::new()
        } else {
            format!(", {} bytes", tcp.payload_len)
        };
        (Kind::Syn, format!("{flags} {mss}{data}"))
    } else if tcp.flags & (FIN | RST) != 0 {
        (Kind::End, flags.clone())
    } else if tcp.payload_len != 0 {
        (Kind::Data, format!("{} bytes", tcp.payload_len))
    } else {
        (Kind::Acknowledgement, "ACK".to_owned())
    };
    let detail = format!(
        "TCP {flags}, seq {}, ack {}, window {}, {} bytes in a packet of {packet_len}; {} > {}",
        tcp.sequence, tcp.acknowledged, tcp.window, tcp.payload_len, tcp.source, tcp.destination
    );
    Described {
        kind,
        label,
        detail,
    }
}

/// The length of the packet in a frame.
pub(crate) fn packet_len(frame: &[u8]) -> usize {
    frame.len().saturating_sub(ETHERNET_HEADER_LEN)
}
