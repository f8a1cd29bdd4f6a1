//! What the owner decides, and the client's own copy of it.

use heapless::Vec;

use crate::pppoe::Mac;
use crate::router::config::{Ipv4Interface, MAX_LANS};

/// What the owner decides.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'a> {
    /// The port's own address.
    pub mac: Mac,
    /// The largest packet that the port carries, in bytes.
    pub port_mtu_bytes: u16,
    /// The LANs' networks, in which the WAN can't be; those above [`MAX_LANS`] don't count.
    pub lans: &'a [Ipv4Interface],
}

/// The same, for good.
#[derive(Clone, Debug)]
pub(crate) struct Owned {
    pub(crate) mac: Mac,
    pub(crate) port_mtu_bytes: u16,
    pub(crate) lans: Vec<Ipv4Interface, MAX_LANS>,
}

impl Owned {
    pub(crate) fn new(settings: &Settings<'_>) -> Self {
        Self {
            mac: settings.mac,
            port_mtu_bytes: settings.port_mtu_bytes,
            lans: settings.lans.iter().copied().take(MAX_LANS).collect(),
        }
    }
}
