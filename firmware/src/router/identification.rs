//! Identifications of IPv4 datagrams that leave under the router's address: several hosts may draw the same one
//! for the same server, and the server would put pieces of two datagrams together (RFC 6864, section 5.3.1).

use super::Router;
use super::fragments::{Inherited, NewAddresses};
use super::ipv4::Ipv4Header;
use super::uplink::Uplink;

/// One identification after the other: none comes again before all others have.
pub(crate) struct Identifications {
    next: u16,
}

impl Identifications {
    pub(crate) const fn new() -> Self {
        Self { next: 0 }
    }

    pub(crate) fn draw(&mut self) -> u16 {
        let drawn = self.next;
        self.next = self.next.wrapping_add(1);
        drawn
    }
}

impl<const SESSIONS: usize, U: Uplink> Router<SESSIONS, U> {
    /// What a packet and the later fragments of its datagram get: an identification of the router's where it leaves
    /// under the router's address and may be in pieces, or be cut into some. A first fragment that comes twice
    /// gets what it got before.
    pub(super) fn inherited(
        &mut self,
        header: &Ipv4Header,
        addresses: NewAddresses,
        before: Option<Inherited>,
    ) -> Inherited {
        let is_to_be_drawn = addresses.source.is_some() && !header.is_atomic();
        let identification = is_to_be_drawn.then(|| {
            before
                .and_then(|before| before.identification)
                .unwrap_or_else(|| self.identifications.draw())
        });
        Inherited {
            addresses,
            identification,
        }
    }
}
