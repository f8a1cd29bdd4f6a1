//! The clamp on the way through, with the smallest of three MTUs: that of the port in, that of the
//! port out, and what is known of the path, so that both directions are lowered by the SYN of each.
//! Where there are rules, the first that matches a SYN says whether it is that, or a fixed ceiling.

use core::net::IpAddr;

use clamp_core::{Clamp, Outcome, Reason};

use super::Router;
use super::address::Address;
use super::bytes::{u8_at, u16_at};
use super::clamp_rule::{Ceiling, ClampRules, Syn};
use super::counters::LeftAlone;
use super::port::PortId;
use super::time::Instant;
use super::transport::{Message, Transport};
use super::uplink::Uplink;

/// Finds the MSS of a SYN and what else there is to say about it: nothing is above this ceiling.
const LOWERS_NOTHING: Clamp = match Clamp::for_max_mss(Some(u16::MAX), Some(u16::MAX)) {
    Ok(clamp) => clamp,
    Err(_) => panic!("the largest ceiling is one"),
};

/// The addresses between which a connection is: the source, the destination, and the destination behind
/// the translation, if it is translated.
pub(super) type Ends = [Option<Address>; 3];

type Ask = fn(&ClampRules, PortId, PortId, &Transport, Ends, &[u8]) -> Option<Ceiling>;

/// Rules, and what asks them: by a pointer, so that an image that is built without rules has no code
/// for them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ruled {
    rules: &'static ClampRules,
    ask: Ask,
}

impl Ruled {
    pub(crate) fn by(rules: &'static ClampRules) -> Self {
        Self {
            rules,
            ask: by_rules,
        }
    }
}

impl PartialEq for Ruled {
    fn eq(&self, other: &Self) -> bool {
        self.rules == other.rules
    }
}

impl Eq for Ruled {}

impl<const SESSIONS: usize, U: Uplink> Router<SESSIONS, U> {
    /// Clamps a packet that goes from one port to another. `transport` and `ends` are from before the
    /// translation; only a SYN needs them.
    pub(super) fn clamp(
        &mut self,
        from: PortId,
        to: PortId,
        transport: Option<&Transport>,
        ends: Ends,
        packet: &mut [u8],
        now: Instant,
    ) {
        if !self.config.clamp {
            return;
        }
        let mut mtu_bytes = self.config.mtu_bytes(from).min(self.config.mtu_bytes(to));
        let syn = transport.filter(|transport| transport.is_syn());
        if syn.is_some() {
            let learned = ends.into_iter().flatten();
            let learned = learned
                .filter_map(|end| self.path_mtus.find(end, now))
                .min();
            mtu_bytes = learned.map_or(mtu_bytes, |learned| learned.min(mtu_bytes));
        }
        // Ports and paths carry 576 bytes or more, which is more than any clamp refuses.
        let Ok(mut clamp) = Clamp::for_link_mtu(u32::from(mtu_bytes)) else {
            return;
        };
        if self.config.clamp_through_tunnels {
            clamp = clamp.through_tunnels();
        }
        if let (Some(Ruled { rules, ask }), Some(syn)) = (self.config.clamp_rules, syn) {
            match ask(rules, from, to, syn, ends, packet) {
                Some(Ceiling::LinkMtu) => {}
                // The rules were validated: no clamp refuses their ceilings.
                Some(Ceiling::MaxMss(mss)) => {
                    clamp = Clamp::for_max_mss(Some(mss), Some(mss)).unwrap_or(clamp);
                }
                None => return self.counters.left_alone.count(LeftAlone::NoRule),
            }
        }
        let outcome = clamp.packet(packet);
        self.counters.clamp(outcome);
    }
}

/// What the rules say about a SYN; what the clamp won't touch anyway is its own to say.
fn by_rules(
    rules: &ClampRules,
    from: PortId,
    to: PortId,
    transport: &Transport,
    [source, destination, translated]: Ends,
    packet: &[u8],
) -> Option<Ceiling> {
    let mss = match LOWERS_NOTHING.judge_packet(packet) {
        Outcome::Fits { mss } => Some(mss),
        Outcome::LeftAlone(Reason::NoMss) => None,
        Outcome::Clamped { .. } | Outcome::LeftAlone(_) | Outcome::Malformed(_) => {
            return Some(Ceiling::LinkMtu);
        }
    };
    let Message::Tcp(segment) = transport.message else {
        return Some(Ceiling::LinkMtu);
    };
    rules.ceiling(&Syn {
        source: ip_address(source?),
        destination: ip_address(translated.or(destination)?),
        source_port: transport.source_port,
        destination_port: destination_port(transport, packet)?,
        flags: segment.flags.0,
        mss,
        ingress: from.into(),
        egress: to.into(),
    })
}

/// The port that the packet goes to behind the translation, which is IPv4's.
fn destination_port(transport: &Transport, packet: &[u8]) -> Option<u16> {
    let first = u8_at(packet, 0)?;
    if first >> 4 != 4 {
        return Some(transport.destination_port);
    }
    let header_len = usize::from(first & 0x0f) << 2;
    u16_at(packet, header_len.saturating_add(2))
}

fn ip_address(address: Address) -> IpAddr {
    match address {
        Address::V4(address) => address.into(),
        Address::V6(address) => address.into(),
    }
}
