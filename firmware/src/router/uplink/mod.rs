//! How the WAN port reaches everybody else: bare IP packets under addresses that the owner chose ([`Fixed`]) or that a
//! DHCP server leases ([`Dhcp`]), a PPPoE session ([`Pppoe`]), or whichever of them is chosen when the box starts
//! ([`Chosen`]).
//!
//! An uplink is a type parameter of the [`Router`](super::Router): an image whose addresses are fixed holds nothing of
//! PPPoE and DHCP.

mod chosen;
mod dhcp;
mod on_link;
mod pppoe;
mod prefixes;

use core::net::{Ipv4Addr, Ipv6Addr};
use core::ops::Range;

pub use chosen::Chosen;
pub use dhcp::Dhcp;
pub use on_link::DefaultRouter;
pub use pppoe::Pppoe;
pub use prefixes::Prefixes;

use super::config::{Ipv4Interface, Ipv6Interface};
use super::time::Instant;
use crate::pppoe::{Family, Line, Mac, Transmit};

/// What is in a frame that came in on the WAN port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// What its ethertype says: the port carries bare packets.
    Bare,
    /// The uplink's own: it has been dealt with.
    Own,
    /// A packet, and where in the payload it lies.
    Packet(Family, Range<usize>),
    /// Nothing that this uplink carries.
    NotCarried,
}

/// What the WAN is at present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wan {
    /// What the configuration says, always.
    AsConfigured,
    /// There is no way to anybody.
    Down,
    /// Packets pass, under these addresses.
    Up(Addresses),
}

/// Addresses that an uplink was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// The largest IP packet in either direction, in bytes.
    pub mtu_bytes: u16,
    /// IPv4, if it passes.
    pub ipv4: Option<AddressesV4>,
    /// IPv6, if it passes.
    pub ipv6: Option<AddressesV6>,
}

/// IPv4 addresses that an uplink was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressesV4 {
    /// The router's own address, behind which the LANs are hidden, and the network on the link: of 32 bits where
    /// there is none.
    pub interface: Ipv4Interface,
    /// The next hop of everything else; perhaps outside that network.
    pub gateway: Ipv4Addr,
}

/// IPv6 addresses that an uplink was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressesV6 {
    /// The next hop of everything, by its link-local address.
    pub gateway: Ipv6Addr,
    /// The router's own address, and the network on the link, if it was given any.
    pub interface: Option<Ipv6Interface>,
}

/// The way to everybody else.
pub trait Uplink {
    /// Takes what follows the Ethernet header and tags of a frame to the WAN port's own address, and sends what
    /// follows from it.
    fn receive(
        &mut self,
        source: Mac,
        ethertype: u16,
        payload: &[u8],
        now: Instant,
        out: &mut dyn Transmit,
    ) -> Received;

    /// Does what is due by now, and returns when to call next if no frame comes before.
    fn poll(&mut self, now: Instant, out: &mut dyn Transmit) -> Option<Instant>;

    /// Tells whether the WAN port has a link.
    fn link(&mut self, is_up: bool, now: Instant);

    /// What the WAN is at present.
    fn wan(&self) -> Wan;

    /// The session in which packets leave, where they don't leave bare.
    fn line(&self) -> Option<&Line>;

    /// Whether packets of this IP version can leave at present.
    fn carries(&self, family: Family) -> bool;

    /// The LANs' prefixes that it has delegated, if it asks for any.
    #[inline(always)]
    fn prefixes(&self) -> Option<&Prefixes> {
        None
    }

    /// The same, to be kept in step with the LANs.
    #[inline(always)]
    fn prefixes_mut(&mut self) -> Option<&mut Prefixes> {
        None
    }
}

/// Addresses that the owner chose, on a port that carries bare packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fixed;

// Inlined, nothing is left of it.
impl Uplink for Fixed {
    #[inline(always)]
    fn receive(&mut self, _: Mac, _: u16, _: &[u8], _: Instant, _: &mut dyn Transmit) -> Received {
        Received::Bare
    }

    #[inline(always)]
    fn poll(&mut self, _: Instant, _: &mut dyn Transmit) -> Option<Instant> {
        None
    }

    #[inline(always)]
    fn link(&mut self, _: bool, _: Instant) {}

    #[inline(always)]
    fn wan(&self) -> Wan {
        Wan::AsConfigured
    }

    #[inline(always)]
    fn line(&self) -> Option<&Line> {
        None
    }

    #[inline(always)]
    fn carries(&self, _: Family) -> bool {
        true
    }
}
