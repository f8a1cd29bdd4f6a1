//! The options of IPCP (RFC 1332, section 3; name servers: RFC 1877, section 1).

use core::net::Ipv4Addr;

use crate::shared::bytes::ipv4_at;
use crate::shared::hash::Random;

use super::control::{ConfigOption, Judgement, OptionList, options};
use super::line::LineIpv4;
use super::negotiation::Negotiation;

/// IPCP's PPP protocol number.
pub(crate) const IPCP: u16 = 0x8021;

const IP_ADDRESS: u8 = 3;
const PRIMARY_DNS: u8 = 129;
const SECONDARY_DNS: u8 = 131;

/// Both ends' options.
pub(crate) struct Ipcp {
    local: Ipv4Addr,
    /// What we ask for; `None` when the peer has none, or doesn't negotiate it.
    dns: [Option<Ipv4Addr>; 2],
    /// The peer's address: the one it asked for last, and the one that we have agreed to.
    wish: Ipv4Addr,
    peer: Ipv4Addr,
}

impl Ipcp {
    /// Asks for `local`; unspecified for any.
    pub(crate) fn new(local: Ipv4Addr) -> Self {
        Self {
            local,
            dns: [Some(Ipv4Addr::UNSPECIFIED); 2],
            wish: Ipv4Addr::UNSPECIFIED,
            peer: Ipv4Addr::UNSPECIFIED,
        }
    }

    pub(crate) fn line(&self) -> LineIpv4 {
        LineIpv4 {
            local: self.local,
            peer: self.peer,
            dns: self.dns.map(|dns| dns.filter(|dns| is_host(*dns))),
        }
    }
}

impl Negotiation for Ipcp {
    fn protocol(&self) -> u16 {
        IPCP
    }

    fn request(&self, options: &mut OptionList) {
        options.push(IP_ADDRESS, &self.local.octets());
        for (kind, dns) in [PRIMARY_DNS, SECONDARY_DNS].into_iter().zip(self.dns) {
            if let Some(dns) = dns {
                options.push(kind, &dns.octets());
            }
        }
    }

    fn judge(&mut self, data: &[u8], judgement: &mut Judgement, _: &mut Random) {
        let mut peer = Ipv4Addr::UNSPECIFIED;
        for option in options(data).flatten() {
            match (option.kind, address(&option)) {
                (IP_ADDRESS, Some(address)) if is_host(address) => peer = address,
                // Compression (VJ), addresses that we should assign, and the rest.
                _ => judgement.reject(&option),
            }
        }
        self.wish = peer;
    }

    fn agree(&mut self) {
        self.peer = self.wish;
    }

    fn is_enough(&self) -> bool {
        is_host(self.local)
    }

    fn nak(&mut self, data: &[u8], _: &mut Random) {
        let [primary, secondary] = &mut self.dns;
        for option in options(data).flatten() {
            let address = address(&option);
            let dns = match option.kind {
                IP_ADDRESS => {
                    if let Some(address) = address.filter(|address| is_host(*address)) {
                        self.local = address;
                    }
                    continue;
                }
                PRIMARY_DNS => &mut *primary,
                SECONDARY_DNS => &mut *secondary,
                _ => continue,
            };
            // 0.0.0.0 is no better than what was asked for: there is none.
            *dns = dns.and(address.filter(|address| is_host(*address)));
        }
    }

    fn reject(&mut self, kind: u8) -> bool {
        let [primary, secondary] = &mut self.dns;
        match kind {
            PRIMARY_DNS => *primary = None,
            SECONDARY_DNS => *secondary = None,
            _ => {}
        }
        kind != IP_ADDRESS
    }
}

fn address(option: &ConfigOption<'_>) -> Option<Ipv4Addr> {
    ipv4_at(option.value, 0).filter(|_| option.value.len() == 4)
}

/// Whether one host can have this address.
fn is_host(address: Ipv4Addr) -> bool {
    let [first, ..] = address.octets();
    // 0 is this network, 127 this host, and from 224 on there are groups and nobody (RFC 6890).
    first != 0 && first != 127 && first < 224
}
