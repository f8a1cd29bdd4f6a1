//! LANs without a prefix of the owner's are numbered from the one that is delegated (RFC 7084, section 4.3).

use core::net::Ipv6Addr;

use super::Router;
use super::address::Address;
use super::advertise::Schedule;
use super::config::Ipv6Interface;
use super::counters::Event;
use super::time::Instant;
use super::uplink::Uplink;

impl<const SESSIONS: usize, U: Uplink> Router<SESSIONS, U> {
    /// Brings the LANs' prefixes in step with what is delegated at this moment. The sessions of a prefix that is over
    /// end with it, and hosts are told at once.
    pub(super) fn renumber_lans(&mut self, now: Instant) {
        let Some(prefixes) = self.uplink.prefixes_mut() else {
            return;
        };
        prefixes.forget_stale(now);
        for lan in 0..self.config.lans.len() {
            self.renumber(lan, now);
        }
    }

    fn renumber(&mut self, lan: usize, now: Instant) {
        let Some(prefixes) = self.uplink.prefixes_mut() else {
            return;
        };
        let had = prefixes.network(lan);
        let wanted = prefixes.wanted(lan).map(router_in);
        let lans = self.config.lans.iter().enumerate();
        let others = lans.filter(|(other, _)| *other != lan);
        // A server may delegate what the owner has already used.
        let is_taken = |wanted: Ipv6Interface| {
            others
                .clone()
                .any(|(_, other)| other.ipv6.is_some_and(|ipv6| ipv6.contains(wanted.address)))
        };
        let wanted = wanted.filter(|wanted| !is_taken(*wanted));
        let Some(here) = self.config.lans.get_mut(lan) else {
            return;
        };
        let is_owners = here.ipv6.is_some() && had.is_none();
        if is_owners || here.ipv6 == wanted {
            return;
        }
        let old = core::mem::replace(&mut here.ipv6, wanted);
        prefixes.give(lan, wanted.map(network_of), now);
        if let Some(schedule) = self.advertised.get_mut(lan) {
            *schedule = Schedule::beginning_at(now);
        }
        self.wake_at(Some(now));
        if let Some(old) = old {
            let is_under = |address| matches!(address, Address::V6(host) if old.contains(host));
            let ended = self.sessions.end_those(is_under);
            self.fragments.clear();
            self.counters.events.add(Event::SessionFlushed, ended);
        }
    }
}

/// The router's address in a network.
fn router_in(network: Ipv6Addr) -> Ipv6Interface {
    Ipv6Interface {
        address: Ipv6Addr::from_bits(network.to_bits() | 1),
        prefix_len: 64,
    }
}

fn network_of(interface: Ipv6Interface) -> Ipv6Addr {
    Ipv6Addr::from_bits(interface.address.to_bits() >> 64 << 64)
}
