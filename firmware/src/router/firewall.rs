//! The firewall for IPv6 (RFC 6092): what a host inside has asked for comes in, nothing else.
//!
//! Stricter than that RFC's default, by the owner's wish: unsolicited IPsec, IKE and Mobile IPv6
//! (REC-21 to REC-28) stay outside, too.

use crate::router::address::Address;

use super::Router;
use super::bytes::{u8_at, u32_at};
use super::counters::Drop;
use super::fragments::{FragmentKey, Inherited};
use super::ip::Piece;
use super::ipv6::Ipv6Header;
use super::nat::{Passage, PathClaim};
use super::port::{Hop, Origin};
use super::session::{Asked, Flow, Sessions, Side};
use super::time::Instant;
use super::transport::{Message, Transport};
use super::uplink::Uplink;

const PACKET_TOO_BIG: u8 = 2;
/// Where an ICMPv6 error's quoted packet begins, behind the error's own header.
const QUOTE_AT: usize = 8;

/// What a packet passes if it goes on.
#[derive(Clone, Copy, Debug)]
#[repr(u32)]
pub(super) enum Pass {
    /// Nothing: it stays inside, or its first fragment has passed.
    Free,
    /// A session, as a packet from this side.
    Session(Passage, Side),
    /// An ICMPv6 error about a packet of a session.
    Error(Option<PathClaim>),
    /// A later fragment waits for its first one.
    AwaitFirst(FragmentKey),
}

impl<const SESSIONS: usize, U: Uplink> Router<SESSIONS, U> {
    /// Whether a packet may go on to `hop`.
    pub(super) fn pass_v6(
        &mut self,
        origin: &Origin,
        header: &Ipv6Header,
        transport: Option<&Transport>,
        hop: Hop,
        packet: &[u8],
        now: Instant,
    ) -> Result<Pass, Drop> {
        let from = match (origin.port.is_inside(), hop.port.is_inside()) {
            (true, true) => return Ok(Pass::Free),
            (true, false) => Side::Inside,
            (false, true) => Side::Outside,
            (false, false) => return Err(Drop::Unsolicited),
        };
        let Some(transport) = transport else {
            let key = fragment_key(header);
            return Ok(match self.fragments.find(key, now) {
                Some(_) => Pass::Free,
                None => Pass::AwaitFirst(key),
            });
        };
        if matches!(transport.message, Message::IcmpError) {
            return self
                .pass_error_v6(from, header, packet, now)
                .map(Pass::Error);
        }
        let source = (Address::V6(header.source), transport.source_port);
        let destination = (Address::V6(header.destination), transport.destination_port);
        let events = &mut self.counters.events;
        let protocol = header.protocol;
        let passage = match from {
            Side::Inside => {
                let flow = Flow {
                    protocol,
                    inside: source,
                    remote: destination,
                };
                let found = self.sessions.find_from_inside(flow, now, events);
                if found.is_none() && !Sessions::<SESSIONS>::may_open(transport) {
                    return Err(Drop::NoSession);
                }
                Passage::new(flow, found)
            }
            Side::Outside => {
                let asked = Asked {
                    protocol,
                    outside: destination,
                    remote: source,
                };
                let slot = self.sessions.find_from_outside(asked, now, events);
                let slot = slot.ok_or(Drop::Unsolicited)?;
                let is_over = self.sessions.is_closing(slot);
                if is_over && transport.opens_connection() {
                    return Err(Drop::Unsolicited);
                }
                let (flow, _) = self.sessions.ends(slot).ok_or(Drop::Unsolicited)?;
                Passage::new(flow, Some(slot))
            }
        };
        Ok(Pass::Session(passage, from))
    }

    /// An ICMPv6 error passes when the packet it quotes is of a session (RFC 6092, REC-10).
    fn pass_error_v6(
        &mut self,
        from: Side,
        header: &Ipv6Header,
        packet: &[u8],
        now: Instant,
    ) -> Result<Option<PathClaim>, Drop> {
        let message = packet.get(header.header_len..).unwrap_or_default();
        let quote = message.get(QUOTE_AT..).unwrap_or_default();
        let (quoted, transport) = read_quote(quote).ok_or(Drop::MalformedTransport)?;
        let sender = (Address::V6(quoted.source), transport.source_port);
        let receiver = (Address::V6(quoted.destination), transport.destination_port);
        let events = &mut self.counters.events;
        let protocol = quoted.protocol;
        let (found, quoted_sender, refusal) = match from {
            Side::Inside => {
                let flow = Flow {
                    protocol,
                    inside: receiver,
                    remote: sender,
                };
                let found = self.sessions.find_from_inside(flow, now, events);
                (found, Side::Outside, Drop::NoSession)
            }
            Side::Outside => {
                let asked = Asked {
                    protocol,
                    outside: sender,
                    remote: receiver,
                };
                let found = self.sessions.find_from_outside(asked, now, events);
                (found, Side::Inside, Drop::Unsolicited)
            }
        };
        let slot = found.ok_or(refusal)?;
        // An error goes to the sender of the packet that it is about, and to nobody else.
        if Address::V6(header.destination) != sender.0 {
            return Err(refusal);
        }
        Ok(claimed_mtu(message).map(|mtu_bytes| PathClaim {
            slot,
            sender: quoted_sender,
            sequence: match transport.message {
                Message::Tcp(segment) => Some(segment.sequence),
                _ => None,
            },
            address: receiver.0,
            mtu_bytes,
        }))
    }

    /// Remembers by a first fragment that the later ones may pass. The caller has made room.
    pub(super) fn remember_fragments_v6(&mut self, header: &Ipv6Header, now: Instant) {
        if header.piece == Piece::First {
            let key = fragment_key(header);
            self.fragments.insert(key, Inherited::default(), now);
            self.waiting
                .release(super::waiting::Awaited::FirstFragment(key));
        }
    }
}

pub(super) fn fragment_key(header: &Ipv6Header) -> FragmentKey {
    FragmentKey {
        source: Address::V6(header.source),
        destination: Address::V6(header.destination),
        // Not part of what a datagram's IPv6 fragments have in common.
        protocol: 0,
        identification: header.identification,
    }
}

fn read_quote(quote: &[u8]) -> Option<(Ipv6Header, Transport)> {
    let quoted = Ipv6Header::read_quoted(quote)?;
    if quoted.piece == Piece::Later {
        return None;
    }
    let payload = quote.get(quoted.header_len..)?;
    Some((quoted, Transport::read_quoted(payload, quoted.protocol)?))
}

/// The MTU of a Packet Too Big message (RFC 4443, section 3.2).
fn claimed_mtu(message: &[u8]) -> Option<u16> {
    if u8_at(message, 0)? != PACKET_TOO_BIG {
        return None;
    }
    Some(u16::try_from(u32_at(message, 4)?).unwrap_or(u16::MAX))
}
