//! How a customer gets IPv6 over the session: a router advertisement that says that there is a router
//! and that DHCPv6 knows more (RFC 4861), and a prefix for the LAN by DHCPv6 (RFC 8415, section 6.3).

use std::net::Ipv6Addr;

use smoltcp::phy::ChecksumCapabilities;
use smoltcp::time::Duration;
use smoltcp::wire::{
    Icmpv6Packet, Icmpv6Repr, IpProtocol, Ipv6Packet, Ipv6Repr, NdiscRepr, NdiscRouterFlags,
    UdpPacket, UdpRepr,
};

use super::frame::word;
use super::settings::Ipv6Settings;

const ALL_NODES: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);
const IPV6_HEADER_LEN: usize = 40;
const UDP_HEADER_LEN: usize = 8;
const NEIGHBOUR_HOP_LIMIT: u8 = 255;
const ROUTER_LIFETIME: Duration = Duration::from_secs(1800);
const CLIENT_PORT: u16 = 546;
const SERVER_PORT: u16 = 547;

/// Message types (RFC 8415, section 7.3).
const SOLICIT: u8 = 1;
const ADVERTISE: u8 = 2;
const REQUEST: u8 = 3;
const RENEW: u8 = 5;
const REBIND: u8 = 6;
const REPLY: u8 = 7;
const RELEASE: u8 = 8;
/// Options (RFC 8415, section 21; RFC 3646).
const CLIENT_IDENTIFIER: u16 = 1;
const SERVER_IDENTIFIER: u16 = 2;
const RAPID_COMMIT: u16 = 14;
const DNS_SERVERS: u16 = 23;
const PREFIX_ASSOCIATION: u16 = 25;
const PREFIX: u16 = 26;
/// A DUID by link-layer address, and Ethernet's number (RFC 8415, section 11.4).
const DUID_BY_ADDRESS: [u8; 4] = [0, 3, 0, 1];
const RENEW_AFTER_S: u32 = 1800;
const REBIND_AFTER_S: u32 = 2880;
const PREFERRED_S: u32 = 3600;
const VALID_S: u32 = 7200;

/// One customer's IPv6.
#[derive(Clone, Debug)]
pub(super) struct Access {
    settings: Ipv6Settings,
    mac: [u8; 6],
    own: Ipv6Addr,
    /// What the customer is given.
    pub(super) prefix: Ipv6Addr,
    pub(super) is_delegated: bool,
}

impl Access {
    /// The access of customer number `index`, to whom we are `identifier`.
    pub(super) fn new(
        settings: Ipv6Settings,
        index: u16,
        mac: [u8; 6],
        identifier: [u8; 8],
    ) -> Self {
        let first = u128::from(settings.first_prefix);
        let host_bits = 128 - u32::from(settings.prefix_len.clamp(48, 64));
        Self {
            settings,
            mac,
            own: link_local(identifier),
            prefix: Ipv6Addr::from(first.wrapping_add(u128::from(index) << host_bits)),
            is_delegated: false,
        }
    }

    /// Whether `address` belongs to the customer.
    pub(super) fn covers(&self, address: Ipv6Addr) -> bool {
        let shift = 128 - u32::from(self.settings.prefix_len.clamp(48, 64));
        self.is_delegated && (u128::from(address) ^ u128::from(self.prefix)) >> shift == 0
    }

    /// The advertisement to everybody, that is to the one at the other end.
    pub(super) fn advertisement(&self, mtu_bytes: u16) -> Vec<u8> {
        let advertisement = Icmpv6Repr::Ndisc(NdiscRepr::RouterAdvert {
            hop_limit: 64,
            flags: NdiscRouterFlags::MANAGED | NdiscRouterFlags::OTHER,
            router_lifetime: ROUTER_LIFETIME,
            reachable_time: Duration::ZERO,
            retrans_time: Duration::ZERO,
            lladdr: None,
            mtu: Some(u32::from(mtu_bytes)),
            prefix_info: None,
        });
        let length = advertisement.buffer_len();
        let mut packet = self.packet(ALL_NODES, IpProtocol::Icmpv6, NEIGHBOUR_HOP_LIMIT, length);
        advertisement.emit(
            &self.own,
            &ALL_NODES,
            &mut Icmpv6Packet::new_unchecked(&mut packet[IPV6_HEADER_LEN..]),
            &ChecksumCapabilities::default(),
        );
        packet
    }

    /// Answers what is meant for this end: a router solicitation, or DHCPv6. `None` when the packet
    /// is to be forwarded, or forgotten.
    pub(super) fn answer(&mut self, packet: &[u8], mtu_bytes: u16) -> Option<Vec<u8>> {
        let packet = Ipv6Packet::new_checked(packet).ok()?;
        let (from, to) = (packet.src_addr(), packet.dst_addr());
        if !is_for_this_link(to) {
            return None;
        }
        match packet.next_header() {
            IpProtocol::Icmpv6 => {
                let message = Icmpv6Packet::new_checked(packet.payload()).ok()?;
                let repr = Icmpv6Repr::parse(&from, &to, &message, &Default::default()).ok()?;
                let is_solicitation =
                    matches!(repr, Icmpv6Repr::Ndisc(NdiscRepr::RouterSolicit { .. }));
                is_solicitation.then(|| self.advertisement(mtu_bytes))
            }
            IpProtocol::Udp => {
                let datagram = UdpPacket::new_checked(packet.payload()).ok()?;
                let is_good = datagram.verify_checksum(&from.into(), &to.into());
                if !is_good || datagram.dst_port() != SERVER_PORT {
                    return None;
                }
                let answer = self.dhcp(datagram.payload())?;
                Some(self.datagram(from, &answer))
            }
            _ => None,
        }
    }

    /// DHCPv6's answer to a message.
    fn dhcp(&mut self, message: &[u8]) -> Option<Vec<u8>> {
        let (&[kind, a, b, c], options) = message.split_first_chunk::<4>()?;
        let options = dhcp_options(options);
        let find = |kind| options.iter().find(|(of, _)| *of == kind).map(|(_, v)| *v);
        let own = [&DUID_BY_ADDRESS[..], &self.mac].concat();
        // Messages for another server are not ours (section 16).
        if find(SERVER_IDENTIFIER).is_some_and(|server| server != own) {
            return None;
        }
        let client = find(CLIENT_IDENTIFIER)?;
        let is_rapid = kind == SOLICIT && find(RAPID_COMMIT).is_some();
        let answer_kind = match kind {
            SOLICIT if !is_rapid => ADVERTISE,
            SOLICIT | REQUEST | RENEW | REBIND | RELEASE => REPLY,
            _ => return None,
        };
        let mut answer = vec![answer_kind, a, b, c];
        put(&mut answer, CLIENT_IDENTIFIER, client);
        put(&mut answer, SERVER_IDENTIFIER, &own);
        if is_rapid {
            put(&mut answer, RAPID_COMMIT, &[]);
        }
        put(&mut answer, DNS_SERVERS, &self.settings.dns.octets());
        if kind == RELEASE {
            self.is_delegated = false;
        } else if let Some(association) = find(PREFIX_ASSOCIATION) {
            self.is_delegated |= answer_kind == REPLY;
            let (identifier, _) = association.split_first_chunk::<4>()?;
            let mut granted = identifier.to_vec();
            granted.extend(
                [RENEW_AFTER_S, REBIND_AFTER_S]
                    .map(u32::to_be_bytes)
                    .concat(),
            );
            let mut prefix = [PREFERRED_S, VALID_S].map(u32::to_be_bytes).concat();
            prefix.push(self.settings.prefix_len);
            prefix.extend(self.prefix.octets());
            put(&mut granted, PREFIX, &prefix);
            put(&mut answer, PREFIX_ASSOCIATION, &granted);
        }
        Some(answer)
    }

    fn datagram(&self, to: Ipv6Addr, payload: &[u8]) -> Vec<u8> {
        let length = UDP_HEADER_LEN + payload.len();
        let mut packet = self.packet(to, IpProtocol::Udp, 64, length);
        let ports = UdpRepr {
            src_port: SERVER_PORT,
            dst_port: CLIENT_PORT,
        };
        ports.emit(
            &mut UdpPacket::new_unchecked(&mut packet[IPV6_HEADER_LEN..]),
            &self.own.into(),
            &to.into(),
            payload.len(),
            |bytes| bytes.copy_from_slice(payload),
            &ChecksumCapabilities::default(),
        );
        packet
    }

    fn packet(
        &self,
        to: Ipv6Addr,
        protocol: IpProtocol,
        hop_limit: u8,
        payload_len: usize,
    ) -> Vec<u8> {
        let mut packet = vec![0; IPV6_HEADER_LEN + payload_len];
        Ipv6Repr {
            src_addr: self.own,
            dst_addr: to,
            next_header: protocol,
            payload_len,
            hop_limit,
        }
        .emit(&mut Ipv6Packet::new_unchecked(&mut packet));
        packet
    }
}

/// The address of an interface on its own link (RFC 5072, section 5).
pub(super) fn link_local(identifier: [u8; 8]) -> Ipv6Addr {
    Ipv6Addr::from((0xfe80 << 112) | u128::from(u64::from_be_bytes(identifier)))
}

/// Whether packets to `address` stay on the session.
pub(super) fn is_for_this_link(address: Ipv6Addr) -> bool {
    address.is_unicast_link_local() || address.is_multicast()
}

fn dhcp_options(mut bytes: &[u8]) -> Vec<(u16, &[u8])> {
    let mut options = Vec::new();
    while let Some((kind, rest)) = word(bytes)
        && let Some((length, rest)) = word(rest)
        && let Some((value, rest)) = rest.split_at_checked(usize::from(length))
    {
        options.push((kind, value));
        bytes = rest;
    }
    options
}

fn put(message: &mut Vec<u8>, kind: u16, value: &[u8]) {
    let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
    message.extend([kind.to_be_bytes(), length.to_be_bytes()].concat());
    message.extend(value);
}
