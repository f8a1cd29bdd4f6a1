//! The option of IPV6CP: the interface identifier (RFC 5072, section 4.1).

use crate::shared::bytes::array_at;
use crate::shared::hash::Random;

use super::control::{Judgement, OptionList, options};
use super::line::LineIpv6;
use super::negotiation::Negotiation;

/// IPV6CP's PPP protocol number.
pub(crate) const IPV6CP: u16 = 0x8057;

const INTERFACE_IDENTIFIER: u8 = 1;
const NO_IDENTIFIER: [u8; 8] = [0; 8];

/// Both ends' identifiers.
pub(crate) struct Ipv6cp {
    local: [u8; 8],
    /// The peer's: the one it asked for last, and the one that we have agreed to.
    wish: [u8; 8],
    peer: [u8; 8],
}

impl Ipv6cp {
    pub(crate) fn new(local: [u8; 8]) -> Self {
        Self {
            local,
            wish: NO_IDENTIFIER,
            peer: NO_IDENTIFIER,
        }
    }

    pub(crate) fn line(&self) -> LineIpv6 {
        LineIpv6 {
            local_interface_id: self.local,
            peer_interface_id: self.peer,
        }
    }
}

impl Negotiation for Ipv6cp {
    fn protocol(&self) -> u16 {
        IPV6CP
    }

    fn request(&self, options: &mut OptionList) {
        options.push(INTERFACE_IDENTIFIER, &self.local);
    }

    fn judge(&mut self, data: &[u8], judgement: &mut Judgement, random: &mut Random) {
        let mut peer = NO_IDENTIFIER;
        for option in options(data).flatten() {
            match (option.kind, array_at(option.value, 0)) {
                (INTERFACE_IDENTIFIER, Some(theirs)) if option.value.len() == 8 => {
                    if theirs == NO_IDENTIFIER || theirs == self.local {
                        judgement.nak(&option, &interface_id(random));
                    }
                    peer = theirs;
                }
                _ => judgement.reject(&option),
            }
        }
        self.wish = peer;
    }

    fn agree(&mut self) {
        self.peer = self.wish;
    }

    fn is_enough(&self) -> bool {
        self.local != self.peer
    }

    fn nak(&mut self, data: &[u8], random: &mut Random) {
        for option in options(data).flatten() {
            if option.kind == INTERFACE_IDENTIFIER {
                let other = array_at(option.value, 0)
                    .filter(|id| *id != NO_IDENTIFIER && *id != self.peer && *id != self.local);
                self.local = other.unwrap_or_else(|| interface_id(random));
            }
        }
    }

    fn reject(&mut self, _: u8) -> bool {
        false
    }
}

/// A random identifier that claims to be nobody's hardware address (universal/local bit 0), and
/// isn't 0.
pub(crate) fn interface_id(random: &mut Random) -> [u8; 8] {
    let [a, b, c, d] = random.next().to_be_bytes();
    let [e, f, g, h] = random.next().to_be_bytes();
    [a & !2, b, c, d, e, f, g, h.max(1)]
}
