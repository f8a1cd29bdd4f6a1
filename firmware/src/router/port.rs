//! Logical ports: which one a frame belongs to, and which one leads to an address.

use crate::router::address::{Address, is_same_v6};
use core::net::{Ipv4Addr, Ipv6Addr};

use super::config::{Config, EthernetPort, Ipv4Interface};
use super::ethernet::Mac;
use super::ipv6::link_local;

/// A logical port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PortId {
    /// The LAN of this number.
    Lan(usize),
    Wan,
    /// The box's own stack.
    Inner,
}

impl PortId {
    /// Whether the owner's hosts are behind it.
    pub(crate) fn is_inside(self) -> bool {
        self != Self::Wan
    }
}

/// Where a packet came from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    pub(crate) port: PortId,
    /// The station that sent the frame, to which answers and errors go back; zeros on the inner
    /// port, which has none.
    pub(crate) station: Mac,
    /// Whether the frame was to more than one station.
    pub(crate) to_many: bool,
}

/// The port and the neighbour that lead to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hop {
    pub(crate) port: PortId,
    pub(crate) neighbour: Address,
}

impl Config {
    /// Whether bare packets of the box's own stack come in on `wire`.
    pub(crate) fn is_inner_wire(&self, wire: usize) -> bool {
        self.inner().is_some_and(|inner| inner.wire == wire)
    }

    /// The port of frames with this tag on this wire.
    pub(crate) fn port_on(&self, wire: usize, vlan: Option<u16>) -> Option<PortId> {
        let is_it = |port: &EthernetPort| port.wire == wire && port.vlan == vlan;
        if is_it(&self.wan.port) {
            return Some(PortId::Wan);
        }
        self.lans
            .iter()
            .position(|lan| is_it(&lan.port))
            .map(PortId::Lan)
    }

    /// A port's Ethernet side; the inner port has none.
    pub(crate) fn ethernet(&self, port: PortId) -> Option<&EthernetPort> {
        match port {
            PortId::Lan(lan) => self.lans.get(lan).map(|lan| &lan.port),
            PortId::Wan => Some(&self.wan.port),
            PortId::Inner => None,
        }
    }

    /// The largest packet that a port carries, in bytes.
    pub(crate) fn mtu_bytes(&self, port: PortId) -> u16 {
        match port {
            PortId::Inner => self.inner().map_or(0, |inner| inner.mtu_bytes),
            port => self.ethernet(port).map_or(0, |port| port.mtu_bytes),
        }
    }

    /// The router's IPv4 address on a port; towards the box's own stack, that of the first LAN.
    pub(crate) fn ipv4_address(&self, port: PortId) -> Ipv4Addr {
        let lan = match port {
            PortId::Lan(lan) => self.lans.get(lan),
            PortId::Wan => return self.wan.ipv4.address,
            PortId::Inner => self.lans.first(),
        };
        lan.map_or(Ipv4Addr::UNSPECIFIED, |lan| lan.ipv4.address)
    }

    /// The router's global IPv6 address on a port; towards the box's own stack, any of the LANs'.
    pub(crate) fn ipv6_address(&self, port: PortId) -> Option<Ipv6Addr> {
        let interface = match port {
            PortId::Lan(lan) => self.lans.get(lan)?.ipv6,
            PortId::Wan => self.wan.ipv6.map(|ipv6| ipv6.interface),
            PortId::Inner => self.lans.iter().find_map(|lan| lan.ipv6),
        };
        interface.map(|interface| interface.address)
    }

    /// Whether an IPv4 address on this port's link is answered for by the router.
    pub(crate) fn answers_arp_for(&self, port: PortId, address: Ipv4Addr) -> bool {
        let is_inner = self.inner().is_some_and(|inner| inner.ipv4 == address);
        address == self.ipv4_address(port) || is_inner && port.is_inside()
    }

    /// Whether an IPv6 address on this port's link is answered for by the router.
    pub(crate) fn answers_ndp_for(&self, port: PortId, address: Ipv6Addr) -> bool {
        let is_link_local = self
            .ethernet(port)
            .is_some_and(|port| address == link_local(port.mac));
        let is_inner = self
            .inner()
            .is_some_and(|inner| inner.ipv6.is_some_and(|own| is_same_v6(own, address)));
        is_link_local || self.ipv6_address(port) == Some(address) || is_inner && port.is_inside()
    }

    /// Whether an address is that of one of the owner's hosts, or of the box's own stack.
    pub(crate) fn is_inside_v4(&self, address: Ipv4Addr) -> bool {
        self.is_inner(Address::V4(address))
            || self.lans.iter().any(|lan| lan.ipv4.contains(address))
    }

    /// Whether an address is the broadcast address of a network, or that of the network itself.
    pub(crate) fn is_reserved_v4(&self, address: Ipv4Addr) -> bool {
        let is_reserved = |network: &Ipv4Interface| {
            network.contains(address)
                && (address == network.broadcast() || address == network.network())
        };
        is_reserved(&self.wan.ipv4) || self.lans.iter().any(|lan| is_reserved(&lan.ipv4))
    }

    /// Whether one of the LANs' routers has this address.
    pub(crate) fn is_lan_router_v4(&self, address: Ipv4Addr) -> bool {
        self.lans.iter().any(|lan| lan.ipv4.address == address)
    }

    /// Whether the router itself has this global address, on any port.
    pub(crate) fn is_router_v6(&self, address: Ipv6Addr) -> bool {
        let mut lans = self.lans.iter().filter_map(|lan| lan.ipv6);
        let wan = self.wan.ipv6.map(|ipv6| ipv6.interface.address);
        lans.any(|ipv6| is_same_v6(ipv6.address, address))
            || wan.is_some_and(|own| is_same_v6(own, address))
    }

    /// Whether `address` is the box's own stack's.
    #[inline(always)]
    pub(crate) fn is_inner(&self, address: Address) -> bool {
        self.inner().is_some_and(|inner| match address {
            Address::V4(address) => inner.ipv4 == address,
            Address::V6(address) => inner.ipv6.is_some_and(|own| is_same_v6(own, address)),
        })
    }

    /// The way to an IPv4 address: the box's own stack, a LAN, the WAN's link, the gateway.
    pub(crate) fn route_v4(&self, destination: Ipv4Addr) -> Hop {
        let on = |port, neighbour| Hop {
            port,
            neighbour: Address::V4(neighbour),
        };
        if self.is_inner(Address::V4(destination)) {
            return on(PortId::Inner, destination);
        }
        let lan = self
            .lans
            .iter()
            .position(|lan| lan.ipv4.contains(destination));
        match lan {
            Some(lan) => on(PortId::Lan(lan), destination),
            None if self.wan.ipv4.contains(destination) => on(PortId::Wan, destination),
            None => on(PortId::Wan, self.wan.gateway),
        }
    }

    /// The way to an IPv6 address; `None` when IPv6 isn't routed there.
    pub(crate) fn route_v6(&self, destination: Ipv6Addr) -> Option<Hop> {
        let on = |port, neighbour| {
            Some(Hop {
                port,
                neighbour: Address::v6(neighbour),
            })
        };
        if self.is_inner(Address::v6(destination)) {
            return on(PortId::Inner, destination);
        }
        let is_there = |ipv6: super::config::Ipv6Interface| ipv6.contains(destination);
        let lan = self
            .lans
            .iter()
            .position(|lan| lan.ipv6.is_some_and(is_there));
        match (lan, self.wan.ipv6) {
            (Some(lan), _) => on(PortId::Lan(lan), destination),
            (None, Some(ipv6)) if ipv6.interface.contains(destination) => {
                on(PortId::Wan, destination)
            }
            (None, Some(ipv6)) => on(PortId::Wan, ipv6.gateway),
            (None, None) => None,
        }
    }
}
