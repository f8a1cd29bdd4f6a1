//! What the simulator's own nodes and its onlookers read from frames, and how they make them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::{
    EthernetAddress, EthernetFrame, EthernetProtocol, IpAddress, IpProtocol, Ipv4Packet, Ipv4Repr,
    Ipv6Packet, Ipv6Repr, TcpOption, TcpPacket,
};

pub(crate) const ETHERNET_HEADER_LEN: usize = 14;
/// What IP headers without options add to a segment with a TCP header without options.
pub(crate) fn headers_len(ip: u8) -> u16 {
    if ip == 4 { 40 } else { 60 }
}
/// RFC 2516, section 6.
const PPPOE_SESSION: u16 = 0x8864;
pub(crate) const HOP_LIMIT: u8 = 64;

pub(crate) const FIN: u8 = 0x01;
pub(crate) const SYN: u8 = 0x02;
pub(crate) const RST: u8 = 0x04;
pub(crate) const ACK: u8 = 0x10;

/// An IP packet that holds what its header says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ip<'a> {
    pub(crate) source: IpAddr,
    pub(crate) destination: IpAddr,
    pub(crate) protocol: IpProtocol,
    pub(crate) payload: &'a [u8],
    pub(crate) len: usize,
}

impl<'a> Ip<'a> {
    /// Reads a packet; `None` if it is not whole.
    pub(crate) fn read(packet: &'a [u8]) -> Option<Self> {
        Self::read_at_most(packet, false)
    }

    /// The same of a packet that an ICMP error quotes, of which only the beginning need be there.
    pub(crate) fn read_quoted(packet: &'a [u8]) -> Option<Self> {
        Self::read_at_most(packet, true)
    }

    fn read_at_most(packet: &'a [u8], may_be_cut: bool) -> Option<Self> {
        match packet.first()? >> 4 {
            4 => {
                let header = Ipv4Packet::new_unchecked(packet);
                let header_len = usize::from((packet.first()? & 0x0f) * 4);
                let fixed = packet.get(..20.max(header_len))?;
                let len = usize::from(Ipv4Packet::new_unchecked(fixed).total_len());
                let end = if may_be_cut {
                    len.min(packet.len())
                } else {
                    len
                };
                Some(Self {
                    source: header.src_addr().into(),
                    destination: header.dst_addr().into(),
                    protocol: header.next_header(),
                    payload: packet.get(header_len..end)?,
                    len,
                })
            }
            6 => {
                packet.get(..40)?;
                let header = Ipv6Packet::new_unchecked(packet);
                let len = header.total_len();
                let end = if may_be_cut {
                    len.min(packet.len())
                } else {
                    len
                };
                Some(Self {
                    source: header.src_addr().into(),
                    destination: header.dst_addr().into(),
                    protocol: header.next_header(),
                    payload: packet.get(40..end)?,
                    len,
                })
            }
            _ => None,
        }
    }
}

/// The IP packet in a frame.
pub(crate) fn packet_in(frame: &[u8]) -> Option<&[u8]> {
    match ethertype(frame)? {
        EthernetProtocol::Ipv4 | EthernetProtocol::Ipv6 => frame.get(ETHERNET_HEADER_LEN..),
        EthernetProtocol::Unknown(PPPOE_SESSION) => {
            let (header, packet) = frame.get(ETHERNET_HEADER_LEN..)?.split_at_checked(8)?;
            matches!(header[6..], [0x00, 0x21 | 0x57]).then_some(packet)
        }
        _ => None,
    }
}

pub(crate) fn ethertype(frame: &[u8]) -> Option<EthernetProtocol> {
    frame.get(..ETHERNET_HEADER_LEN)?;
    Some(EthernetFrame::new_unchecked(frame).ethertype())
}

/// A TCP segment, as an onlooker sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tcp {
    pub(crate) source: SocketAddr,
    pub(crate) destination: SocketAddr,
    pub(crate) sequence: u32,
    pub(crate) acknowledged: u32,
    pub(crate) flags: u8,
    pub(crate) window: u16,
    pub(crate) payload_len: usize,
    /// The last MSS option's, as receivers take it; only of SYNs.
    pub(crate) mss: Option<u16>,
}

impl Tcp {
    /// Reads the segment in an IP packet.
    pub(crate) fn read(ip: &Ip<'_>) -> Option<Self> {
        if ip.protocol != IpProtocol::Tcp {
            return None;
        }
        let segment = TcpPacket::new_checked(ip.payload).ok()?;
        let flags = ip.payload.get(13).copied()?;
        let mss = if flags & SYN == 0 {
            None
        } else {
            last_mss(segment.options())
        };
        Some(Self {
            source: SocketAddr::new(ip.source, segment.src_port()),
            destination: SocketAddr::new(ip.destination, segment.dst_port()),
            sequence: number(segment.seq_number().0),
            acknowledged: number(segment.ack_number().0),
            flags,
            window: segment.window_len(),
            payload_len: segment.payload().len(),
            mss,
        })
    }

    /// Reads the segment in a frame.
    pub(crate) fn in_frame(frame: &[u8]) -> Option<Self> {
        Self::read(&Ip::read(packet_in(frame)?)?)
    }
}

/// smoltcp keeps the 32 bits as they are.
#[expect(clippy::cast_sign_loss, reason = "a sequence number has no sign")]
fn number(bits: i32) -> u32 {
    bits as u32
}

fn last_mss(mut options: &[u8]) -> Option<u16> {
    let mut mss = None;
    while !options.is_empty() {
        let Ok((rest, option)) = TcpOption::parse(options) else {
            break;
        };
        match option {
            TcpOption::EndOfList => break,
            TcpOption::MaxSegmentSize(value) => mss = Some(value),
            _ => {}
        }
        options = rest;
    }
    mss
}

/// Whether a packet is an ICMP error, in either IP version.
pub(crate) fn is_icmp_error(ip: &Ip<'_>) -> bool {
    let kind = ip.payload.first().copied();
    match ip.protocol {
        IpProtocol::Icmp => matches!(kind, Some(3 | 4 | 5 | 11 | 12)),
        IpProtocol::Icmpv6 => matches!(kind, Some(..128)),
        _ => false,
    }
}

/// The MTU in a Fragmentation Needed or Packet Too Big, and the packet that it is about.
pub(crate) fn too_big<'a>(ip: &Ip<'a>) -> Option<(u32, &'a [u8])> {
    let (head, quoted) = ip.payload.split_at_checked(8)?;
    match ip.protocol {
        IpProtocol::Icmp if head[..2] == [3, 4] => {
            Some((u32::from(u16::from_be_bytes([head[6], head[7]])), quoted))
        }
        IpProtocol::Icmpv6 if head[0] == 2 => {
            let mtu_bytes = u32::from_be_bytes([head[4], head[5], head[6], head[7]]);
            Some((mtu_bytes, quoted))
        }
        _ => None,
    }
}

/// A frame with this packet in it.
pub(crate) fn frame(source: [u8; 6], destination: [u8; 6], packet: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(ETHERNET_HEADER_LEN + packet.len());
    bytes.extend_from_slice(&destination);
    bytes.extend_from_slice(&source);
    let is_v4 = packet.first().is_some_and(|first| first >> 4 == 4);
    let ethertype: u16 = if is_v4 { 0x0800 } else { 0x86dd };
    bytes.extend_from_slice(&ethertype.to_be_bytes());
    bytes.extend_from_slice(packet);
    bytes
}

/// An IP packet that may not be fragmented, `payload` written by `write`.
pub(crate) fn packet(
    source: IpAddr,
    destination: IpAddr,
    protocol: IpProtocol,
    payload_len: usize,
    write: impl FnOnce(&mut [u8]),
) -> Vec<u8> {
    match (source, destination) {
        (IpAddr::V4(source), IpAddr::V4(destination)) => {
            ipv4(source, destination, protocol, payload_len, write)
        }
        (IpAddr::V6(source), IpAddr::V6(destination)) => {
            ipv6(source, destination, protocol, payload_len, write)
        }
        // No node has an address of one version and a peer of the other.
        _ => Vec::new(),
    }
}

fn ipv4(
    src_addr: Ipv4Addr,
    dst_addr: Ipv4Addr,
    next_header: IpProtocol,
    payload_len: usize,
    write: impl FnOnce(&mut [u8]),
) -> Vec<u8> {
    let repr = Ipv4Repr {
        src_addr,
        dst_addr,
        next_header,
        payload_len,
        hop_limit: HOP_LIMIT,
    };
    let mut bytes = vec![0; repr.buffer_len() + payload_len];
    let mut packet = Ipv4Packet::new_unchecked(&mut bytes);
    // smoltcp sets DF by itself.
    repr.emit(&mut packet, &ChecksumCapabilities::default());
    write(packet.payload_mut());
    bytes
}

fn ipv6(
    src_addr: Ipv6Addr,
    dst_addr: Ipv6Addr,
    next_header: IpProtocol,
    payload_len: usize,
    write: impl FnOnce(&mut [u8]),
) -> Vec<u8> {
    let repr = Ipv6Repr {
        src_addr,
        dst_addr,
        next_header,
        payload_len,
        hop_limit: HOP_LIMIT,
    };
    let mut bytes = vec![0; repr.buffer_len() + payload_len];
    let mut packet = Ipv6Packet::new_unchecked(&mut bytes);
    repr.emit(&mut packet);
    write(packet.payload_mut());
    bytes
}

/// An address as smoltcp has it.
pub(crate) fn smol(address: IpAddr) -> IpAddress {
    address.into()
}

/// A MAC address as smoltcp has it.
pub(crate) fn smol_mac(mac: [u8; 6]) -> EthernetAddress {
    EthernetAddress(mac)
}
