//! Addresses that a DHCP server leases, on a port that carries bare packets.

use super::{Addresses, AddressesV4, Received, Uplink, Wan};
use crate::dhcp::{Client, Lease, Settings, Status};
use crate::pppoe::{Family, Line, Mac, Transmit};
use crate::router::config::Ipv4Interface;
use crate::router::ethernet;
use crate::shared::time::Instant;

/// A DHCP client on the WAN port. Without a lease nothing but its own messages counts there.
#[derive(Debug)]
pub struct Dhcp {
    client: Client,
}

impl Dhcp {
    /// A client on a port that has its link. The seed, which should be of entropy and not the router's, feeds
    /// transaction identifiers and jitter.
    #[must_use]
    pub fn new(settings: &Settings<'_>, seed: [u8; 16]) -> Self {
        let mut client = Client::new(settings, seed);
        client.link(true, Instant(0));
        Self { client }
    }

    /// Where the client is, and what was before.
    #[must_use]
    pub fn status(&self) -> &Status {
        self.client.status()
    }

    /// The address, while there is one.
    #[must_use]
    pub fn lease(&self) -> Option<&Lease> {
        self.client.lease()
    }
}

impl Uplink for Dhcp {
    fn receive(
        &mut self,
        source: Mac,
        ethertype: u16,
        payload: &[u8],
        now: Instant,
        out: &mut dyn Transmit,
    ) -> Received {
        if self.client.receive(source, ethertype, payload, now, out) {
            return Received::Own;
        }
        match ethertype {
            ethernet::ARP | ethernet::IPV4 if self.lease().is_none() => Received::NotCarried,
            _ => Received::Bare,
        }
    }

    fn poll(&mut self, now: Instant, out: &mut dyn Transmit) -> Option<Instant> {
        self.client.poll(now, out)
    }

    fn link(&mut self, is_up: bool, now: Instant) {
        self.client.link(is_up, now);
    }

    fn wan(&self) -> Wan {
        let Some(lease) = self.client.lease() else {
            return Wan::Down;
        };
        Wan::Up(Addresses {
            mtu_bytes: lease.mtu_bytes,
            ipv4: Some(AddressesV4 {
                interface: Ipv4Interface {
                    address: lease.address,
                    prefix_len: lease.prefix_len,
                },
                gateway: lease.router,
            }),
            ipv6: None,
        })
    }

    fn line(&self) -> Option<&Line> {
        None
    }

    fn carries(&self, family: Family) -> bool {
        match family {
            Family::Ipv4 => self.client.lease().is_some(),
            Family::Ipv6 => false,
        }
    }
}
