//! Neighbour discovery messages (RFC 4861): what they look like.

use core::net::Ipv6Addr;

use heapless::Vec;

use super::bytes::{array_at, ipv6_at, put, u8_at, u16_at, u32_at};
use super::checksum::Sum;
use super::ethernet::Mac;
use super::ipv6::{self, link_local, solicited_node};
use super::martian::can_be_a_host_v6;

pub(crate) const ROUTER_SOLICITATION: u8 = 133;
const ROUTER_ADVERTISEMENT: u8 = 134;
pub(crate) const NEIGHBOUR_SOLICITATION: u8 = 135;
pub(crate) const NEIGHBOUR_ADVERTISEMENT: u8 = 136;
const SOURCE_LINK_LAYER: u8 = 1;
const PREFIX_INFORMATION: u8 = 3;
const MTU: u8 = 5;
const TARGET_LINK_LAYER: u8 = 2;
/// What neighbour discovery is sent with, so that nobody farther away can have (section 11.2).
pub(crate) const HOP_LIMIT: u8 = 255;
pub(crate) const ALL_NODES: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);
pub(crate) const ALL_ROUTERS: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 2);

/// An ICMPv6 message of the router's own, with its checksum.
pub(crate) struct OwnMessage<const N: usize> {
    pub(crate) source: Ipv6Addr,
    pub(crate) destination: Ipv6Addr,
    pub(crate) message: [u8; N],
}

impl<const N: usize> OwnMessage<N> {
    fn new(source: Ipv6Addr, destination: Ipv6Addr, mut message: [u8; N]) -> Self {
        let sum = Sum::icmpv6(source, destination, N).bytes(&message);
        put(&mut message, 2, sum.checksum().to_be_bytes());
        Self {
            source,
            destination,
            message,
        }
    }

    pub(crate) fn ip_header(&self) -> [u8; ipv6::HEADER_LEN] {
        ipv6::new_header(self.source, self.destination, HOP_LIMIT, N)
    }

    /// The whole packet, of a message of at most 32 bytes.
    pub(crate) fn packet(&self) -> Vec<u8, { ipv6::HEADER_LEN + 32 }> {
        let mut packet = Vec::new();
        packet.extend_from_slice(&self.ip_header()).ok();
        packet.extend_from_slice(&self.message).ok();
        packet
    }
}

/// Whether the checksum of a message is right.
pub(crate) fn is_right(message: &[u8], source: Ipv6Addr, destination: Ipv6Addr) -> bool {
    Sum::icmpv6(source, destination, message.len())
        .bytes(message)
        .is_right()
}

/// Asks who is a router (section 4.1).
pub(crate) fn router_solicitation(mac: Mac) -> OwnMessage<16> {
    let mut message = [0; 16];
    message[0] = ROUTER_SOLICITATION;
    put(&mut message, 8, [SOURCE_LINK_LAYER, 1]);
    put(&mut message, 10, mac);
    OwnMessage::new(link_local(mac), ALL_ROUTERS, message)
}

/// A prefix of 64 bits under which hosts form their addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OtherPrefix {
    pub(crate) network: Ipv6Addr,
    /// Whether others under it are on the link.
    pub(crate) is_on_link: bool,
    pub(crate) valid_s: u32,
}

/// What another router says of itself and the link (section 4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OtherRouter {
    /// How long it is a default router; 0 if it isn't.
    pub(crate) lifetime_s: u16,
    pub(crate) mtu_bytes: Option<u32>,
    /// The first prefix that is usable.
    pub(crate) prefix: Option<OtherPrefix>,
}

impl OtherRouter {
    /// Reads a message; `None` when it is another one, or breaks a rule of section 6.1.2. Its checksum and hop limit have
    /// been looked at.
    pub(crate) fn read(message: &[u8], source: Ipv6Addr) -> Option<Self> {
        let is_it = u8_at(message, 0)? == ROUTER_ADVERTISEMENT
            && u8_at(message, 1)? == 0
            && source.is_unicast_link_local();
        let mut rest = message.get(16..).filter(|_| is_it)?;
        let mut router = Self {
            lifetime_s: u16_at(message, 6)?,
            mtu_bytes: None,
            prefix: None,
        };
        while let [kind, units, ..] = *rest {
            let len = usize::from(units).wrapping_mul(8);
            let option = rest.get(..len).filter(|option| !option.is_empty())?;
            match (kind, units) {
                (MTU, 1) => router.mtu_bytes = u32_at(option, 4),
                (PREFIX_INFORMATION, 4) => {
                    router.prefix = router.prefix.or_else(|| prefix(option));
                }
                _ => {}
            }
            rest = rest.get(len..)?;
        }
        rest.is_empty().then_some(router)
    }
}

/// The prefix in an option, where hosts may form an address under it (RFC 4862, section 5.5.3).
fn prefix(option: &[u8]) -> Option<OtherPrefix> {
    const ON_LINK: u8 = 0x80;
    const AUTONOMOUS: u8 = 0x40;
    let flags = u8_at(option, 3)?;
    let [valid_s, preferred_s] = [u32_at(option, 4)?, u32_at(option, 8)?];
    let network = Ipv6Addr::from_bits(ipv6_at(option, 16)?.to_bits() >> 64 << 64);
    let is_usable = u8_at(option, 2)? == 64
        && flags & AUTONOMOUS != 0
        && valid_s > 0
        && preferred_s <= valid_s
        && !network.is_unicast_link_local()
        && can_be_a_host_v6(network);
    is_usable.then_some(OtherPrefix {
        network,
        is_on_link: flags & ON_LINK != 0,
        valid_s,
    })
}

/// Asks where `target` is.
pub(crate) fn solicitation(mac: Mac, target: Ipv6Addr) -> OwnMessage<32> {
    let mut message = [0; 32];
    message[0] = NEIGHBOUR_SOLICITATION;
    put(&mut message, 8, target.octets());
    put(&mut message, 24, [SOURCE_LINK_LAYER, 1]);
    put(&mut message, 26, mac);
    OwnMessage::new(link_local(mac), solicited_node(target), message)
}

/// Says that `target` is here; to all nodes when who asked has no address yet (section 7.2.4).
pub(crate) fn advertisement(mac: Mac, target: Ipv6Addr, asked_by: Ipv6Addr) -> OwnMessage<32> {
    const ROUTER: u8 = 0x80;
    const SOLICITED: u8 = 0x40;
    const OVERRIDE: u8 = 0x20;
    let mut message = [0; 32];
    message[0] = NEIGHBOUR_ADVERTISEMENT;
    let (destination, solicited) = if asked_by.is_unspecified() {
        (ALL_NODES, 0)
    } else {
        (asked_by, SOLICITED)
    };
    message[4] = ROUTER | OVERRIDE | solicited;
    put(&mut message, 8, target.octets());
    put(&mut message, 24, [TARGET_LINK_LAYER, 1]);
    put(&mut message, 26, mac);
    OwnMessage::new(target, destination, message)
}

/// What hosts are told of the router and a prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Advertised {
    /// An address under the prefix.
    pub(crate) prefix: Ipv6Addr,
    /// For how long new connections may use the prefix, and for how long any.
    pub(crate) preferred_s: u32,
    pub(crate) valid_s: u32,
    pub(crate) mtu_bytes: u16,
    pub(crate) router_lifetime_s: u16,
}

/// Says that the router is here, and what the link's prefix and MTU are (section 4.2).
pub(crate) fn router_advertisement(
    mac: Mac,
    destination: Ipv6Addr,
    advertised: &Advertised,
) -> OwnMessage<64> {
    /// The hosts' hop limit.
    const CURRENT_HOP_LIMIT: u8 = 64;
    /// On the link, and good for addresses that hosts form themselves.
    const ON_LINK_AND_AUTONOMOUS: u8 = 0xc0;
    let mut message = [0; 64];
    message[0] = ROUTER_ADVERTISEMENT;
    message[4] = CURRENT_HOP_LIMIT;
    put(&mut message, 6, advertised.router_lifetime_s.to_be_bytes());
    put(&mut message, 16, [SOURCE_LINK_LAYER, 1]);
    put(&mut message, 18, mac);
    put(&mut message, 24, [5, 1]);
    put(
        &mut message,
        28,
        u32::from(advertised.mtu_bytes).to_be_bytes(),
    );
    put(&mut message, 32, [3, 4, 64, ON_LINK_AND_AUTONOMOUS]);
    put(&mut message, 36, advertised.valid_s.to_be_bytes());
    put(&mut message, 40, advertised.preferred_s.to_be_bytes());
    let network = Ipv6Addr::from_bits(advertised.prefix.to_bits() >> 64 << 64);
    put(&mut message, 48, network.octets());
    OwnMessage::new(link_local(mac), destination, message)
}

/// A message that somebody else sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Discovery {
    RouterSolicitation {
        station: Option<Mac>,
    },
    NeighbourSolicitation {
        target: Ipv6Addr,
        station: Option<Mac>,
    },
    NeighbourAdvertisement {
        target: Ipv6Addr,
        station: Option<Mac>,
    },
}

impl Discovery {
    /// Reads a message from `source` to `destination`; `None` when it breaks a rule of sections
    /// 6.1.1, 7.1.1 or 7.1.2. Its checksum and hop limit have been looked at.
    pub(crate) fn read(message: &[u8], source: Ipv6Addr, destination: Ipv6Addr) -> Option<Self> {
        if u8_at(message, 1)? != 0 {
            return None;
        }
        let target = || ipv6_at(message, 8).filter(|target| !target.is_multicast());
        match u8_at(message, 0)? {
            ROUTER_SOLICITATION => {
                let station = link_layer(message.get(8..)?, SOURCE_LINK_LAYER)?;
                if source.is_unspecified() && station.is_some() {
                    return None;
                }
                Some(Self::RouterSolicitation { station })
            }
            NEIGHBOUR_SOLICITATION => {
                let target = target()?;
                let station = link_layer(message.get(24..)?, SOURCE_LINK_LAYER)?;
                let is_probe = source.is_unspecified();
                if is_probe && (station.is_some() || destination != solicited_node(target)) {
                    return None;
                }
                Some(Self::NeighbourSolicitation { target, station })
            }
            NEIGHBOUR_ADVERTISEMENT => {
                let target = target()?;
                let station = link_layer(message.get(24..)?, TARGET_LINK_LAYER)?;
                let is_solicited = u8_at(message, 4)? & 0x40 != 0;
                if source.is_unspecified() || destination.is_multicast() && is_solicited {
                    return None;
                }
                Some(Self::NeighbourAdvertisement { target, station })
            }
            _ => None,
        }
    }
}

/// The station in an option of this kind, if there is one; `None` when an option has no length or
/// runs past the message.
fn link_layer(options: &[u8], wanted: u8) -> Option<Option<Mac>> {
    let mut rest = options;
    let mut station = None;
    while let [kind, units, ..] = *rest {
        let len = usize::from(units).wrapping_mul(8);
        let option = rest.get(..len).filter(|option| !option.is_empty())?;
        if kind == wanted && units == 1 {
            station = array_at(option, 2);
        }
        rest = rest.get(len..)?;
    }
    rest.is_empty().then_some(station)
}
