//! What a server grants, and whether a router can live with it.

use core::net::Ipv4Addr;

use crate::pppoe::Mac;
use crate::router::config::{Ipv4Interface, MIN_MTU_V4_BYTES};
use crate::router::martian::can_be_a_host_v4;
use crate::shared::time::Instant;

use super::message::Reply;
use super::options::{
    DOMAIN_NAME_SERVER, INTERFACE_MTU, LEASE_TIME, REBINDING_TIME, RENEWAL_TIME, SERVER_IDENTIFIER,
};
use super::settings::Owned;
use super::status::Discard;

/// A lease time that never ends (RFC 2131, section 3.3).
const INFINITE_S: u32 = u32::MAX;

/// An address for a time, and what goes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The client's address.
    pub address: Ipv4Addr,
    /// How many leading bits name the network on the link: 1 to 30, or 32 where there is nobody but the router.
    pub prefix_len: u8,
    /// The next hop of everything else; perhaps outside the network.
    pub router: Ipv4Addr,
    /// Name servers: the first two.
    pub dns: [Option<Ipv4Addr>; 2],
    /// The largest packet, in bytes: what the server says, within 576 and what the port carries.
    pub mtu_bytes: u16,
    /// The server.
    pub server: Ipv4Addr,
    /// When the server is asked to prolong it (T1); never, if it doesn't end.
    pub renew_at: Option<Instant>,
    /// When every server is asked (T2).
    pub rebind_at: Option<Instant>,
    /// When it ends.
    pub expires_at: Option<Instant>,
    /// From where the server's answer came: the server, or the relay on the link that leads to it.
    pub(crate) station: Mac,
}

impl Lease {
    /// Reads an offer or a grant that was asked for at `asked`, from which on its times count (RFC 2131,
    /// section 4.4.5).
    pub(crate) fn read(
        reply: &Reply<'_>,
        station: Mac,
        asked: Instant,
        settings: &Owned,
    ) -> Result<Self, Discard> {
        let options = &reply.options;
        let server = options
            .address(SERVER_IDENTIFIER)
            .ok_or(Discard::Incomplete)?;
        let lease_s = options.seconds(LEASE_TIME).filter(|&seconds| seconds > 0);
        let lease_s = lease_s.ok_or(Discard::Incomplete)?;
        let router = options.default_router().ok_or(Discard::NoRouter)?;
        let interface = Ipv4Interface {
            address: reply.address,
            // Of two there is nobody on the link but the router; without a mask nothing is known of anybody else.
            prefix_len: options.prefix_len().filter(|&len| len < 31).unwrap_or(32),
        };
        let is_host = |address: Ipv4Addr| {
            let is_reserved = interface.prefix_len < 31
                && (address == interface.network() || address == interface.broadcast());
            can_be_a_host_v4(address) && !is_reserved
        };
        if !is_host(reply.address) || !is_host(router) || router == reply.address {
            return Err(Discard::NotHost);
        }
        let mut lans = settings.lans.iter();
        if lans.any(|lan| lan.contains(reply.address) || lan.contains(router)) {
            return Err(Discard::InsideLan);
        }
        let [renew_s, rebind_s] = times(
            lease_s,
            options.seconds(RENEWAL_TIME),
            options.seconds(REBINDING_TIME),
        );
        let at = |seconds: u32| {
            (lease_s != INFINITE_S)
                .then(|| asked.after_ms(u64::from(seconds).saturating_mul(1_000)))
        };
        let mtu_bytes = options.find(INTERFACE_MTU).and_then(|value| match *value {
            [high, low] => Some(u16::from_be_bytes([high, low])),
            _ => None,
        });
        let mtu_bytes = mtu_bytes.filter(|&mtu| mtu >= MIN_MTU_V4_BYTES);
        Ok(Self {
            address: reply.address,
            prefix_len: interface.prefix_len,
            router,
            dns: options.two_addresses(DOMAIN_NAME_SERVER),
            mtu_bytes: mtu_bytes.unwrap_or(u16::MAX).min(settings.port_mtu_bytes),
            server,
            renew_at: at(renew_s),
            rebind_at: at(rebind_s),
            expires_at: at(lease_s),
            station,
        })
    }

    /// Whether it has ended.
    pub(crate) fn is_over(&self, now: Instant) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }
}

/// T1 and T2: what the server says, where they come in this order and before the end; otherwise half and seven eighths
/// of the lease (RFC 2131, section 4.4.5).
fn times(lease_s: u32, renew_s: Option<u32>, rebind_s: Option<u32>) -> [u32; 2] {
    let eighth = lease_s >> 3;
    let rebind = rebind_s.filter(|&rebind| rebind < lease_s && rebind > 0);
    let rebind = rebind.unwrap_or(lease_s.saturating_sub(eighth));
    let renew = renew_s.filter(|&renew| renew <= rebind && renew > 0);
    let renew = renew.unwrap_or((lease_s >> 1).min(rebind));
    [renew, rebind]
}
