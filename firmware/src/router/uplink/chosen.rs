//! An uplink that is chosen when the box starts.

use super::{Dhcp, Fixed, Pppoe, Prefixes, Received, Uplink, Wan};
use crate::pppoe::{Family, Line, Mac, Transmit};
use crate::router::time::Instant;

/// One of the uplinks.
#[expect(
    clippy::large_enum_variant,
    reason = "a box has one, and nothing to allocate it with"
)]
#[derive(Debug)]
// A tag of its own: the first of them is all zeros.
#[repr(u32)]
pub enum Chosen {
    /// Addresses that the owner chose.
    Fixed(Fixed),
    /// A PPPoE session.
    Pppoe(Pppoe),
    /// Addresses that a DHCP server leases.
    Dhcp(Dhcp),
}

impl Chosen {
    /// The PPPoE client, if it is one.
    #[must_use]
    pub fn pppoe(&self) -> Option<&Pppoe> {
        match self {
            Self::Pppoe(pppoe) => Some(pppoe),
            Self::Fixed(_) | Self::Dhcp(_) => None,
        }
    }

    /// The DHCP client, if it is one.
    #[must_use]
    pub fn dhcp(&self) -> Option<&Dhcp> {
        match self {
            Self::Dhcp(dhcp) => Some(dhcp),
            Self::Fixed(_) | Self::Pppoe(_) => None,
        }
    }
}

impl Uplink for Chosen {
    fn receive(
        &mut self,
        source: Mac,
        ethertype: u16,
        payload: &[u8],
        now: Instant,
        out: &mut dyn Transmit,
    ) -> Received {
        match self {
            Self::Fixed(fixed) => fixed.receive(source, ethertype, payload, now, out),
            Self::Pppoe(pppoe) => pppoe.receive(source, ethertype, payload, now, out),
            Self::Dhcp(dhcp) => dhcp.receive(source, ethertype, payload, now, out),
        }
    }

    fn poll(&mut self, now: Instant, out: &mut dyn Transmit) -> Option<Instant> {
        match self {
            Self::Fixed(fixed) => fixed.poll(now, out),
            Self::Pppoe(pppoe) => pppoe.poll(now, out),
            Self::Dhcp(dhcp) => dhcp.poll(now, out),
        }
    }

    fn link(&mut self, is_up: bool, now: Instant) {
        match self {
            Self::Fixed(fixed) => fixed.link(is_up, now),
            Self::Pppoe(pppoe) => pppoe.link(is_up, now),
            Self::Dhcp(dhcp) => dhcp.link(is_up, now),
        }
    }

    fn wan(&self) -> Wan {
        match self {
            Self::Fixed(fixed) => fixed.wan(),
            Self::Pppoe(pppoe) => pppoe.wan(),
            Self::Dhcp(dhcp) => dhcp.wan(),
        }
    }

    fn line(&self) -> Option<&Line> {
        match self {
            Self::Fixed(fixed) => fixed.line(),
            Self::Pppoe(pppoe) => pppoe.line(),
            Self::Dhcp(dhcp) => dhcp.line(),
        }
    }

    fn carries(&self, family: Family) -> bool {
        match self {
            Self::Fixed(fixed) => fixed.carries(family),
            Self::Pppoe(pppoe) => pppoe.carries(family),
            Self::Dhcp(dhcp) => dhcp.carries(family),
        }
    }

    fn prefixes(&self) -> Option<&Prefixes> {
        match self {
            Self::Pppoe(pppoe) => pppoe.prefixes(),
            Self::Dhcp(dhcp) => dhcp.prefixes(),
            Self::Fixed(_) => None,
        }
    }

    fn prefixes_mut(&mut self) -> Option<&mut Prefixes> {
        match self {
            Self::Pppoe(pppoe) => pppoe.prefixes_mut(),
            Self::Dhcp(dhcp) => dhcp.prefixes_mut(),
            Self::Fixed(_) => None,
        }
    }
}
