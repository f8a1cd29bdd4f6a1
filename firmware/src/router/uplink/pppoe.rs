//! A PPPoE session as the WAN.

use core::net::Ipv6Addr;

use super::{Addresses, AddressesV4, Received, Uplink, Wan};
use crate::pppoe::{
    Client, DISCOVERY, Family, Line, Mac, SESSION, Settings, SettingsError, Status, Transmit,
};
use crate::router::config::{Ipv4Interface, MIN_MTU_V6_BYTES};
use crate::router::time::Instant;

/// A PPPoE client on the WAN port. Nothing else than its frames counts there: neither ARP nor bare packets.
#[derive(Debug)]
pub struct Pppoe {
    client: Client,
}

impl Pppoe {
    /// A client on a port that has its link. The seed, which should be of entropy and not the router's, feeds
    /// Host-Uniq, magic numbers and jitter.
    ///
    /// # Errors
    /// The first field that can't be, and why.
    pub fn new(settings: &Settings<'_>, seed: [u8; 16]) -> Result<Self, SettingsError> {
        let mut client = Client::new(settings, seed)?;
        client.link(true, Instant(0));
        Ok(Self { client })
    }

    /// Where the client is, and what was before.
    #[must_use]
    pub fn status(&self) -> &Status {
        self.client.status()
    }

    /// The session, while packets pass.
    #[must_use]
    pub fn session(&self) -> Option<&Line> {
        self.client.line()
    }
}

impl Uplink for Pppoe {
    fn receive(
        &mut self,
        source: Mac,
        ethertype: u16,
        payload: &[u8],
        now: Instant,
        out: &mut dyn Transmit,
    ) -> Received {
        if !matches!(ethertype, DISCOVERY | SESSION) {
            return Received::NotCarried;
        }
        match self.client.receive(source, ethertype, payload, now, out) {
            Some(inbound) => Received::Packet(inbound.family, inbound.range),
            None => Received::Own,
        }
    }

    fn poll(&mut self, now: Instant, out: &mut dyn Transmit) -> Option<Instant> {
        self.client.poll(now, out)
    }

    fn link(&mut self, is_up: bool, now: Instant) {
        self.client.link(is_up, now);
    }

    fn wan(&self) -> Wan {
        let Some(line) = self.client.line() else {
            return Wan::Down;
        };
        // A link that carries less carries no IPv6 (RFC 8200, section 5).
        let ipv6 = line.ipv6.filter(|_| line.mtu_bytes >= MIN_MTU_V6_BYTES);
        Wan::Up(Addresses {
            mtu_bytes: line.mtu_bytes,
            ipv4: line.ipv4.map(|ipv4| AddressesV4 {
                interface: Ipv4Interface {
                    address: ipv4.local,
                    prefix_len: 32,
                },
                gateway: ipv4.peer,
            }),
            ipv6: ipv6.map(|ipv6| link_local(ipv6.peer_interface_id)),
        })
    }

    fn line(&self) -> Option<&Line> {
        self.client.line()
    }

    fn carries(&self, family: Family) -> bool {
        self.client.line().is_some_and(|line| match family {
            Family::Ipv4 => line.ipv4.is_some(),
            Family::Ipv6 => line.ipv6.is_some() && line.mtu_bytes >= MIN_MTU_V6_BYTES,
        })
    }
}

/// The address under fe80::/64 that an interface identifier makes (RFC 5072, section 5).
fn link_local(interface_id: [u8; 8]) -> Ipv6Addr {
    let network = 0xfe80_u128 << 112;
    Ipv6Addr::from_bits(network | u128::from(u64::from_be_bytes(interface_id)))
}
