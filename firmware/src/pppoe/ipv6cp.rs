//! The option of IPV6CP: the interface identifier (RFC 5072, section 4.1).

use crate::shared::bytes::array_at;
use crate::shared::hash::Random;

use super::control::{Judgement, OptionList, options};
use super::layer::Negotiation;
use super::line::LineIpv6;
use super::status::Discard;

/// IPV6CP's PPP protocol number.
pub(crate) const IPV6CP: u16 = 0x8057;

const INTERFACE_IDENTIFIER: u8 = 1;
const NO_IDENTIFIER: [u8; 8] = [0; 8];

/// Both ends' identifiers.
pub(crate) struct Ipv6cp {
    local: [u8; 8],
    peer: [u8; 8],
}

impl Ipv6cp {
    pub(crate) fn new(local: [u8; 8]) -> Self {
        Self {
            local,
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
    const PROTOCOL: u16 = IPV6CP;
    /// The peer's identifier.
    type Wish = [u8; 8];

    fn request(&self, options: &mut OptionList) {
        options.push(INTERFACE_IDENTIFIER, &self.local);
    }

    fn judge(
        &mut self,
        data: &[u8],
        judgement: &mut Judgement,
        random: &mut Random,
    ) -> Result<[u8; 8], Discard> {
        let mut peer = NO_IDENTIFIER;
        for option in options(data) {
            let option = option?;
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
        Ok(peer)
    }

    fn agree(&mut self, peer: [u8; 8]) {
        self.peer = peer;
    }

    fn is_enough(&self) -> bool {
        self.local != self.peer
    }

    fn nak(&mut self, data: &[u8], random: &mut Random) -> Result<(), Discard> {
        for option in options(data) {
            let option = option?;
            if option.kind == INTERFACE_IDENTIFIER {
                let other = array_at(option.value, 0)
                    .filter(|id| *id != NO_IDENTIFIER && *id != self.peer && *id != self.local);
                self.local = other.unwrap_or_else(|| interface_id(random));
            }
        }
        Ok(())
    }

    fn reject(&mut self, data: &[u8]) -> Result<bool, Discard> {
        for option in options(data) {
            if option?.kind != INTERFACE_IDENTIFIER {
                return Err(Discard::WrongOptions);
            }
        }
        Ok(data.is_empty())
    }
}

/// A random identifier that claims to be nobody's hardware address (universal/local bit 0), and
/// isn't 0.
pub(crate) fn interface_id(random: &mut Random) -> [u8; 8] {
    let [a, b, c, d] = random.next().to_be_bytes();
    let [e, f, g, h] = random.next().to_be_bytes();
    [a & !2, b, c, d, e, f, g, h.max(1)]
}
