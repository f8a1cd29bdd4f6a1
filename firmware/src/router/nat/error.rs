//! ICMP errors through the masquerade: translated together with the packet they quote (RFC 5508,
//! section 4.2), and asked what they say about the path.

use crate::router::address::Address;

use super::rewrite::{ErrorRewrite, QUOTE_AT, Rewrite};
use super::{Plan, endpoint, v4};
use crate::router::Router;
use crate::router::bytes::{u8_at, u16_at};
use crate::router::counters::{Drop, Event};
use crate::router::ip::Piece;
use crate::router::ipv4::Ipv4Header;
use crate::router::port::{Hop, Origin};
use crate::router::session::{Asked, Flow, Side, Slot};
use crate::router::time::Instant;
use crate::router::transport::{Message, Transport};
use crate::router::uplink::Uplink;

const DESTINATION_UNREACHABLE: u8 = 3;
const FRAGMENTATION_NEEDED: u8 = 4;

/// How an error is translated, and what it says about the path of the packet it quotes.
#[derive(Clone, Copy, Debug)]
pub(in crate::router) struct ErrorPlan {
    pub(in crate::router) rewrite: ErrorRewrite,
    pub(in crate::router) quoted: Ipv4Header,
    pub(in crate::router) claim: Option<PathClaim>,
}

/// What an ICMP error claims about a path.
#[derive(Clone, Copy, Debug)]
pub(in crate::router) struct PathClaim {
    pub(in crate::router) slot: Slot,
    /// Who sent the quoted packet, and with which sequence number; without one nothing is believed.
    pub(in crate::router) sender: Side,
    pub(in crate::router) sequence: Option<u32>,
    /// Where the quoted packet was going.
    pub(in crate::router) address: Address,
    pub(in crate::router) mtu_bytes: u16,
}

impl<const SESSIONS: usize, U: Uplink> Router<SESSIONS, U> {
    pub(super) fn plan_error(
        &mut self,
        origin: &Origin,
        header: &Ipv4Header,
        packet: &[u8],
        now: Instant,
    ) -> Result<(Hop, Plan), Drop> {
        let message = packet.get(header.header_len..).unwrap_or_default();
        let quote = message.get(QUOTE_AT..).unwrap_or_default();
        let (quoted, transport) = read_quote(quote).ok_or(Drop::MalformedTransport)?;
        let wan_address = self.config.wan.ipv4.address;
        let mtu_bytes = claimed_mtu(message);
        let sequence = match transport.message {
            Message::Tcp(segment) => Some(segment.sequence),
            _ => None,
        };
        let events = &mut self.counters.events;
        let mut rewrite = ErrorRewrite::default();
        let mut claim = None;
        let mut sender = (Address::V4(quoted.source), transport.source_port);
        let mut receiver = (Address::V4(quoted.destination), transport.destination_port);
        if origin.port.is_inside() {
            // About a packet on its way in: its receiver is a host inside.
            let flow = Flow {
                protocol: quoted.protocol,
                inside: receiver,
                remote: sender,
            };
            let slot = self.sessions.find_from_inside(flow, now, events);
            let slot = slot.ok_or(Drop::NoSession)?;
            let (_, outside_port) = self.sessions.ends(slot).ok_or(Drop::NoSession)?;
            claim = mtu_bytes.map(|mtu_bytes| PathClaim {
                slot,
                sender: Side::Outside,
                sequence,
                address: receiver.0,
                mtu_bytes,
            });
            receiver = (Address::V4(wan_address), outside_port);
            rewrite.addresses.source = Some(wan_address);
            rewrite.quoted.destination = Some((wan_address, outside_port));
            if header.destination != wan_address {
                let plan = ErrorPlan {
                    rewrite,
                    quoted,
                    claim,
                };
                return Ok((self.config.route_v4(header.destination), Plan::Error(plan)));
            }
        }
        // About a packet on its way out: its sender is a host inside, behind the WAN's address.
        if sender.0 != Address::V4(wan_address) {
            return Err(Drop::Unsolicited);
        }
        let asked = Asked {
            protocol: quoted.protocol,
            outside: sender,
            remote: receiver,
        };
        let slot = self.sessions.find_from_outside(asked, now, events);
        let slot = slot.ok_or(Drop::Unsolicited)?;
        let (flow, _) = self.sessions.ends(slot).ok_or(Drop::Unsolicited)?;
        sender = flow.inside;
        rewrite.addresses.destination = Some(v4(sender.0));
        rewrite.quoted = Rewrite {
            source: Some(endpoint(sender)),
            ..rewrite.quoted
        };
        claim = claim.or(mtu_bytes.map(|mtu_bytes| PathClaim {
            slot,
            sender: Side::Inside,
            sequence,
            address: receiver.0,
            mtu_bytes,
        }));
        let plan = ErrorPlan {
            rewrite,
            quoted,
            claim,
        };
        Ok((self.config.route_v4(v4(sender.0)), Plan::Error(plan)))
    }

    /// Believes a claim about a path if whoever makes it has seen a segment that is on the way (RFC
    /// 5927, section 4.1), and if it is news: less than the WAN carries anyway.
    pub(in crate::router) fn learn_path_mtu(&mut self, claim: Option<PathClaim>, now: Instant) {
        let Some(claim) = claim else {
            return;
        };
        let is_witness = claim.sequence.is_some_and(|sequence| {
            self.sessions
                .has_in_flight(claim.slot, claim.sender, sequence)
        });
        let learned = is_witness
            && claim.mtu_bytes < self.config.wan.port.mtu_bytes
            && self.path_mtus.learn(claim.address, claim.mtu_bytes, now);
        self.counters.events.count(if learned {
            Event::PathMtuLearned
        } else {
            Event::PathMtuRefused
        });
    }
}

/// The quoted packet, as far as it goes. A later fragment names no flow.
fn read_quote(quote: &[u8]) -> Option<(Ipv4Header, Transport)> {
    let quoted = Ipv4Header::read_quoted(quote)?;
    let payload = quote.get(quoted.header_len..)?;
    if quoted.piece() == Piece::Later {
        return None;
    }
    Some((quoted, Transport::read_quoted(payload, quoted.protocol)?))
}

/// The next-hop MTU of a Fragmentation Needed message (RFC 1191, section 4).
fn claimed_mtu(message: &[u8]) -> Option<u16> {
    let is_it =
        u8_at(message, 0)? == DESTINATION_UNREACHABLE && u8_at(message, 1)? == FRAGMENTATION_NEEDED;
    if is_it { u16_at(message, 6) } else { None }
}
