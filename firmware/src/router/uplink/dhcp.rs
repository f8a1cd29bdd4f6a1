//! Addresses that a DHCP server leases, on a port that carries bare packets.

use super::on_link::{DefaultRouter, OnLink};
use super::{Addresses, AddressesV4, AddressesV6, Prefixes, Received, Uplink, Wan};
use crate::dhcp::{Client, Lease, Settings, Status};
use crate::dhcpv6::SERVERS;
use crate::pppoe::{Family, Line, Mac, Transmit};
use crate::router::config::{Ipv4Interface, MIN_MTU_V6_BYTES};
use crate::router::ethernet::{self, multicast_mac};
use crate::router::ipv6::link_local;
use crate::shared::time::Instant;

/// A DHCP client on the WAN port. Without a lease nothing but its own messages counts there.
#[derive(Debug)]
pub struct Dhcp {
    client: Client,
    ipv6: Option<Ipv6>,
}

/// The IPv6 side of the link.
#[derive(Debug)]
struct Ipv6 {
    on_link: OnLink,
    prefixes: Prefixes,
}

impl Dhcp {
    /// A client on a port that has its link. The seed, which should be of entropy and not the router's, feeds
    /// transaction identifiers and jitter.
    #[must_use]
    pub fn new(settings: &Settings<'_>, seed: [u8; 16]) -> Self {
        let mut client = Client::new(settings, seed);
        client.link(true, Instant(0));
        Self { client, ipv6: None }
    }

    /// The same with IPv6: by the router that advertises itself on the link, and with prefixes for the LANs that have
    /// none of the owner's, delegated by DHCPv6 (RFC 8415).
    #[must_use]
    pub fn with_ipv6(mut self, seed: [u8; 16]) -> Self {
        let mac = self.client.settings().mac;
        let mut on_link = OnLink::new(mac, seed);
        let mut prefixes = Prefixes::new(mac, seed.map(|byte| !byte));
        on_link.link(true, Instant(0));
        prefixes.link(Some(link_local(mac)), Instant(0));
        self.ipv6 = Some(Ipv6 { on_link, prefixes });
        self
    }

    /// The router of IPv6, while there is one that the link carries IPv6 to.
    #[must_use]
    pub fn default_router(&self) -> Option<&DefaultRouter> {
        let carries = self.mtu_bytes() >= MIN_MTU_V6_BYTES;
        self.ipv6.as_ref()?.on_link.router().filter(|_| carries)
    }

    /// The smaller of what the DHCP server and the IPv6 router say, which the port carries.
    fn mtu_bytes(&self) -> u16 {
        let router = self.ipv6.as_ref().and_then(|ipv6| ipv6.on_link.router());
        let said = [
            self.lease().map(|lease| lease.mtu_bytes),
            router.and_then(|router| router.mtu_bytes),
        ];
        let port = self.client.settings().port_mtu_bytes;
        said.into_iter().flatten().fold(port, u16::min)
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
        if let (ethernet::IPV6, Some(ipv6)) = (ethertype, &mut self.ipv6)
            && (ipv6.on_link.receive(source, payload, now, out)
                || ipv6.prefixes.receive(payload, now))
        {
            return Received::Own;
        }
        match ethertype {
            ethernet::ARP | ethernet::IPV4 if self.lease().is_none() => Received::NotCarried,
            _ => Received::Bare,
        }
    }

    fn poll(&mut self, now: Instant, out: &mut dyn Transmit) -> Option<Instant> {
        let lease_due = self.client.poll(now, out);
        let Some(Ipv6 { on_link, prefixes }) = &mut self.ipv6 else {
            return lease_due;
        };
        let router_due = on_link.poll(now, out);
        let to = multicast_mac(SERVERS);
        let prefixes_due =
            prefixes.poll(now, &mut |packet| out.send(to, ethernet::IPV6, &[], packet));
        let due = [lease_due, router_due, prefixes_due];
        due.into_iter().flatten().min()
    }

    fn link(&mut self, is_up: bool, now: Instant) {
        self.client.link(is_up, now);
        let own = link_local(self.client.settings().mac);
        if let Some(Ipv6 { on_link, prefixes }) = &mut self.ipv6 {
            on_link.link(is_up, now);
            prefixes.link(is_up.then_some(own), now);
        }
    }

    fn wan(&self) -> Wan {
        let ipv4 = self.lease().map(|lease| AddressesV4 {
            interface: Ipv4Interface {
                address: lease.address,
                prefix_len: lease.prefix_len,
            },
            gateway: lease.router,
        });
        let ipv6 = self.default_router().map(|router| AddressesV6 {
            gateway: router.address,
            interface: router.own.map(|(interface, _)| interface),
        });
        if ipv4.is_none() && ipv6.is_none() {
            return Wan::Down;
        }
        Wan::Up(Addresses {
            mtu_bytes: self.mtu_bytes(),
            ipv4,
            ipv6,
        })
    }

    fn line(&self) -> Option<&Line> {
        None
    }

    fn carries(&self, family: Family) -> bool {
        match family {
            Family::Ipv4 => self.client.lease().is_some(),
            Family::Ipv6 => self.default_router().is_some(),
        }
    }

    fn prefixes(&self) -> Option<&Prefixes> {
        Some(&self.ipv6.as_ref()?.prefixes)
    }

    fn prefixes_mut(&mut self) -> Option<&mut Prefixes> {
        Some(&mut self.ipv6.as_mut()?.prefixes)
    }
}
