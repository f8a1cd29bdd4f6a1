//! The near end of a tunnel.

use std::net::{IpAddr, SocketAddr};

use smoltcp::wire::{IpProtocol, UdpPacket};

use super::super::packet::{Ip, packet, smol};
use super::super::scenario::TunnelKind;

/// WireGuard's usual port.
const UDP_PORT: u16 = 51_820;
const UDP_HEADER_LEN: usize = 8;
/// Type, receiver and counter; and the authentication tag behind the packet.
const WIREGUARD_HEADER_LEN: usize = 16;
const WIREGUARD_TAG_LEN: usize = 16;
/// A data message.
const WIREGUARD_DATA: u8 = 4;
const GRE_HEADER_LEN: usize = 4;

/// One end.
#[derive(Clone, Debug)]
pub(super) struct Tunnel {
    pub(super) kind: TunnelKind,
    pub(super) mtu_bytes: usize,
    /// Our outer address.
    pub(super) own: IpAddr,
    /// Where the other end was last heard from; at first, where the scenario puts it.
    pub(super) peer: SocketAddr,
    /// Only the end that is outside any masquerade can be spoken to first.
    pub(super) port: u16,
}

impl Tunnel {
    pub(super) fn new(kind: TunnelKind, mtu_bytes: u16, own: IpAddr, peer: IpAddr) -> Self {
        Self {
            kind,
            mtu_bytes: usize::from(mtu_bytes),
            own,
            peer: SocketAddr::new(peer, UDP_PORT),
            port: UDP_PORT,
        }
    }

    /// The outer packet around an inner one.
    pub(super) fn wrap(&self, inner: &[u8]) -> Vec<u8> {
        let outer = |protocol, header_len: usize, trailer_len: usize| {
            let len = header_len + inner.len() + trailer_len;
            packet(self.own, self.peer.ip(), protocol, len, |bytes| {
                bytes[header_len..header_len + inner.len()].copy_from_slice(inner);
                self.fill_header(bytes, inner);
            })
        };
        match self.kind {
            TunnelKind::Ip => outer(protocol_of(inner), 0, 0),
            TunnelKind::Gre => outer(IpProtocol::Unknown(47), GRE_HEADER_LEN, 0),
            TunnelKind::WireGuard => outer(
                IpProtocol::Udp,
                UDP_HEADER_LEN + WIREGUARD_HEADER_LEN,
                WIREGUARD_TAG_LEN,
            ),
        }
    }

    fn fill_header(&self, bytes: &mut [u8], inner: &[u8]) {
        match self.kind {
            TunnelKind::Ip => {}
            TunnelKind::Gre => {
                let ethertype: u16 = if is_v4(inner) { 0x0800 } else { 0x86dd };
                bytes[2..4].copy_from_slice(&ethertype.to_be_bytes());
            }
            TunnelKind::WireGuard => {
                let len = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
                bytes[UDP_HEADER_LEN] = WIREGUARD_DATA;
                let mut datagram = UdpPacket::new_unchecked(bytes);
                datagram.set_src_port(self.port);
                datagram.set_dst_port(self.peer.port());
                datagram.set_len(len);
                datagram.fill_checksum(&smol(self.own), &smol(self.peer.ip()));
            }
        }
    }

    /// The inner packet of an outer one to this end, if it is one of the tunnel's. A peer behind a
    /// masquerade is answered where it was heard from, as WireGuard does.
    pub(super) fn unwrap(&mut self, outer: &Ip<'_>) -> Option<Vec<u8>> {
        if outer.destination != self.own {
            return None;
        }
        match (self.kind, outer.protocol) {
            (TunnelKind::Ip, IpProtocol::Unknown(4) | IpProtocol::Unknown(41))
                if outer.source == self.peer.ip() =>
            {
                Some(outer.payload.to_vec())
            }
            (TunnelKind::Gre, IpProtocol::Unknown(47)) if outer.source == self.peer.ip() => {
                Some(outer.payload.get(GRE_HEADER_LEN..)?.to_vec())
            }
            (TunnelKind::WireGuard, IpProtocol::Udp) => {
                let datagram = UdpPacket::new_checked(outer.payload).ok()?;
                let is_right = datagram.dst_port() == self.port
                    && datagram.verify_checksum(&smol(outer.source), &smol(outer.destination));
                let message = datagram.payload();
                let end = message.len().checked_sub(WIREGUARD_TAG_LEN)?;
                let inner = message.get(WIREGUARD_HEADER_LEN..end)?;
                if !is_right || message.first() != Some(&WIREGUARD_DATA) {
                    return None;
                }
                self.peer = SocketAddr::new(outer.source, datagram.src_port());
                Some(inner.to_vec())
            }
            _ => None,
        }
    }
}

fn is_v4(packet: &[u8]) -> bool {
    packet.first().is_some_and(|first| first >> 4 == 4)
}

fn protocol_of(inner: &[u8]) -> IpProtocol {
    IpProtocol::Unknown(if is_v4(inner) { 4 } else { 41 })
}
