//! A PPPoE session as the WAN.

use core::net::Ipv6Addr;

use super::{Addresses, AddressesV4, AddressesV6, Prefixes, Received, Uplink, Wan};
use crate::pppoe::{
    Client, DISCOVERY, Family, Line, Mac, SESSION, Settings, SettingsError, Status, Transmit,
};
use crate::router::config::{Ipv4Interface, MIN_MTU_V6_BYTES};
use crate::router::time::Instant;

/// A PPPoE client on the WAN port. Nothing else than its frames counts there: neither ARP nor bare packets.
#[derive(Debug)]
pub struct Pppoe {
    client: Client,
    prefixes: Option<Prefixes>,
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
        Ok(Self {
            client,
            prefixes: None,
        })
    }

    /// The same, numbering the LANs that have no prefix of the owner's from one that is delegated in the session
    /// (RFC 8415). The provider knows the box again by `mac`, the WAN port's address.
    #[must_use]
    pub fn with_prefix_delegation(mut self, mac: Mac, seed: [u8; 16]) -> Self {
        self.prefixes = Some(Prefixes::new(mac, seed));
        self
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
            Some(inbound) => {
                let packet = payload.get(inbound.range.clone()).unwrap_or_default();
                let is_own = inbound.family == Family::Ipv6
                    && self
                        .prefixes
                        .as_mut()
                        .is_some_and(|prefixes| prefixes.receive(packet, now));
                if is_own {
                    Received::Own
                } else {
                    Received::Packet(inbound.family, inbound.range)
                }
            }
            None => Received::Own,
        }
    }

    fn poll(&mut self, now: Instant, out: &mut dyn Transmit) -> Option<Instant> {
        let session_due = self.client.poll(now, out);
        let Some(prefixes) = &mut self.prefixes else {
            return session_due;
        };
        let line = self.client.line().filter(|line| carries_ipv6(line));
        let ipv6 = line.and_then(|line| line.ipv6);
        prefixes.link(ipv6.map(|ipv6| link_local(ipv6.local_interface_id)), now);
        let prefixes_due = prefixes.poll(now, &mut |packet| {
            line.is_some_and(|line| {
                let header = line.header(Family::Ipv6, packet.len());
                out.send(line.access_concentrator, SESSION, &header, packet)
            })
        });
        [session_due, prefixes_due].into_iter().flatten().min()
    }

    fn link(&mut self, is_up: bool, now: Instant) {
        self.client.link(is_up, now);
    }

    fn wan(&self) -> Wan {
        let Some(line) = self.client.line() else {
            return Wan::Down;
        };
        let ipv6 = line.ipv6.filter(|_| carries_ipv6(line));
        Wan::Up(Addresses {
            mtu_bytes: line.mtu_bytes,
            ipv4: line.ipv4.map(|ipv4| AddressesV4 {
                interface: Ipv4Interface {
                    address: ipv4.local,
                    prefix_len: 32,
                },
                gateway: ipv4.peer,
            }),
            ipv6: ipv6.map(|ipv6| AddressesV6 {
                gateway: link_local(ipv6.peer_interface_id),
                interface: None,
            }),
        })
    }

    fn line(&self) -> Option<&Line> {
        self.client.line()
    }

    fn carries(&self, family: Family) -> bool {
        self.client.line().is_some_and(|line| match family {
            Family::Ipv4 => line.ipv4.is_some(),
            Family::Ipv6 => carries_ipv6(line),
        })
    }

    fn prefixes(&self) -> Option<&Prefixes> {
        self.prefixes.as_ref()
    }

    fn prefixes_mut(&mut self) -> Option<&mut Prefixes> {
        self.prefixes.as_mut()
    }
}

/// A link that carries less than IPv6's smallest MTU carries no IPv6 (RFC 8200, section 5).
fn carries_ipv6(line: &Line) -> bool {
    line.ipv6.is_some() && line.mtu_bytes >= MIN_MTU_V6_BYTES
}

/// The address under fe80::/64 that an interface identifier makes (RFC 5072, section 5).
fn link_local(interface_id: [u8; 8]) -> Ipv6Addr {
    let network = 0xfe80_u128 << 112;
    Ipv6Addr::from_bits(network | u128::from(u64::from_be_bytes(interface_id)))
}
