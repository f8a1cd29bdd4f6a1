//! What the access concentrator wants of each layer, and what it grants.

use std::net::Ipv4Addr;

use super::control::Choice;
use super::frame::protocol;
use super::negotiation::{Layer, Verdict};

/// What PPPoE carries without anybody asking for more (RFC 2516, section 7).
pub(super) const USUAL_MRU: u16 = 1492;
/// What PPP carries when nobody says anything (RFC 1661, section 6.1).
const DEFAULT_MRU: u16 = 1500;

/// Puts the options that a layer does not know apart: they are rejected before any other is looked at
/// (RFC 1661, section 5.4).
fn unknown(options: &[Choice], is_known: impl Fn(&Choice) -> bool) -> Option<Verdict> {
    let strange: Vec<Choice> = options
        .iter()
        .filter(|option| !is_known(option))
        .cloned()
        .collect();
    (!strange.is_empty()).then_some(Verdict::Reject(strange))
}

fn nak_or_ack(hints: Vec<Choice>) -> Verdict {
    if hints.is_empty() {
        Verdict::Ack
    } else {
        Verdict::Nak(hints)
    }
}

/// LCP (RFC 1661, section 6).
#[derive(Debug)]
pub(super) struct Lcp {
    pub(super) magic: [u8; 4],
    pub(super) mru: u16,
    /// The peer's MRU.
    pub(super) peer_mru: u16,
    /// The longest payload that both ends know the wire to carry.
    pub(super) max_payload: u16,
    /// The authentication asked for: PAP, or CHAP with MD5.
    pub(super) authentication: Vec<u8>,
    /// The peer will have none of it.
    pub(super) refused: bool,
}

impl Lcp {
    const MRU: u8 = 1;
    const AUTHENTICATION: u8 = 3;
    const MAGIC: u8 = 5;
    /// What the other one may be told when both have the same magic number.
    const FLIP: u8 = 0x5a;
}

impl Layer for Lcp {
    const PROTOCOL: u16 = protocol::LCP;

    fn wishes(&self) -> Vec<Choice> {
        let mut wishes = Vec::new();
        // As pppd does: the default needs no saying.
        if self.mru != DEFAULT_MRU {
            wishes.push(Choice::new(Self::MRU, &self.mru.to_be_bytes()));
        }
        wishes.push(Choice::new(Self::AUTHENTICATION, &self.authentication));
        wishes.push(Choice::new(Self::MAGIC, &self.magic));
        wishes
    }

    fn judge(&mut self, options: &[Choice]) -> Verdict {
        let is_known = |option: &Choice| {
            matches!(
                (option.kind, option.value.len()),
                (Self::MRU, 2) | (Self::MAGIC, 4)
            )
        };
        if let Some(rejection) = unknown(options, is_known) {
            return rejection;
        }
        let mut hints = Vec::new();
        let mut mru = DEFAULT_MRU;
        for option in options {
            match (option.kind, &option.value[..]) {
                (Self::MRU, &[high, low]) => {
                    mru = u16::from_be_bytes([high, low]);
                    if mru > self.max_payload {
                        hints.push(Choice::new(option.kind, &self.max_payload.to_be_bytes()));
                    }
                }
                (Self::MAGIC, magic) if magic == self.magic => {
                    let other = self.magic.map(|byte| byte ^ Self::FLIP);
                    hints.push(Choice::new(option.kind, &other));
                }
                _ => {}
            }
        }
        self.peer_mru = mru;
        nak_or_ack(hints)
    }

    fn take_hint(&mut self, options: &[Choice]) {
        for option in options {
            match (option.kind, &option.value[..]) {
                (Self::MRU, &[high, low]) => {
                    // Receiving more than was asked for would need a wire that carries it.
                    self.mru = u16::from_be_bytes([high, low]).min(self.mru);
                }
                (Self::MAGIC, _) => self.magic = self.magic.map(|byte| byte.wrapping_add(1)),
                // There is one kind of authentication, and no bargaining about it.
                (Self::AUTHENTICATION, _) => self.refused = true,
                _ => {}
            }
        }
    }

    fn do_without(&mut self, options: &[Choice]) {
        for option in options {
            match option.kind {
                Self::MRU => self.mru = DEFAULT_MRU,
                Self::AUTHENTICATION => self.refused = true,
                _ => {}
            }
        }
    }
}

/// IPCP (RFC 1332), with the addresses of DNS servers (RFC 1877).
#[derive(Debug)]
pub(super) struct Ipcp {
    pub(super) own: Ipv4Addr,
    pub(super) peers: Ipv4Addr,
    pub(super) dns: [Ipv4Addr; 2],
    /// Offers Van Jacobson's compression, which a router refuses.
    pub(super) offers_compression: bool,
}

impl Ipcp {
    const COMPRESSION: u8 = 2;
    const ADDRESS: u8 = 3;
    const PRIMARY_DNS: u8 = 129;
    const SECONDARY_DNS: u8 = 131;
    /// RFC 1144's, 16 slots, the connection's number too (RFC 1332, section 4).
    const VAN_JACOBSON: [u8; 4] = [0x00, 0x2d, 0x0f, 0x01];

    fn right_value(&self, kind: u8) -> Option<Ipv4Addr> {
        match kind {
            Self::ADDRESS => Some(self.peers),
            Self::PRIMARY_DNS => Some(self.dns[0]),
            Self::SECONDARY_DNS => Some(self.dns[1]),
            _ => None,
        }
    }
}

impl Layer for Ipcp {
    const PROTOCOL: u16 = protocol::IPCP;

    fn wishes(&self) -> Vec<Choice> {
        let mut wishes = Vec::new();
        if self.offers_compression {
            wishes.push(Choice::new(Self::COMPRESSION, &Self::VAN_JACOBSON));
        }
        wishes.push(Choice::new(Self::ADDRESS, &self.own.octets()));
        wishes
    }

    fn judge(&mut self, options: &[Choice]) -> Verdict {
        let is_known =
            |option: &Choice| self.right_value(option.kind).is_some() && option.value.len() == 4;
        if let Some(rejection) = unknown(options, is_known) {
            return rejection;
        }
        let mut hints: Vec<Choice> = options
            .iter()
            .filter_map(|option| {
                let right = self.right_value(option.kind)?.octets();
                (option.value != right).then(|| Choice::new(option.kind, &right))
            })
            .collect();
        // Who asks for no address gets one all the same.
        if !options.iter().any(|option| option.kind == Self::ADDRESS) {
            hints.push(Choice::new(Self::ADDRESS, &self.peers.octets()));
        }
        nak_or_ack(hints)
    }

    fn take_hint(&mut self, _: &[Choice]) {}

    fn do_without(&mut self, options: &[Choice]) {
        if options
            .iter()
            .any(|option| option.kind == Self::COMPRESSION)
        {
            self.offers_compression = false;
        }
    }
}

/// IPV6CP (RFC 5072).
#[derive(Debug)]
pub(super) struct Ipv6cp {
    pub(super) own: [u8; 8],
    /// The peer's interface identifier, once it has named a good one.
    pub(super) peers: [u8; 8],
    /// What it gets when it has none.
    pub(super) hint: [u8; 8],
}

impl Ipv6cp {
    const INTERFACE_IDENTIFIER: u8 = 1;
}

impl Layer for Ipv6cp {
    const PROTOCOL: u16 = protocol::IPV6CP;

    fn wishes(&self) -> Vec<Choice> {
        vec![Choice::new(Self::INTERFACE_IDENTIFIER, &self.own)]
    }

    fn judge(&mut self, options: &[Choice]) -> Verdict {
        let is_known =
            |option: &Choice| option.kind == Self::INTERFACE_IDENTIFIER && option.value.len() == 8;
        if let Some(rejection) = unknown(options, is_known) {
            return rejection;
        }
        let named = options
            .first()
            .and_then(|option| option.value.first_chunk::<8>());
        match named {
            Some(&identifier) if identifier != [0; 8] && identifier != self.own => {
                self.peers = identifier;
                Verdict::Ack
            }
            _ => Verdict::Nak(vec![Choice::new(Self::INTERFACE_IDENTIFIER, &self.hint)]),
        }
    }

    fn take_hint(&mut self, _: &[Choice]) {}

    fn do_without(&mut self, _: &[Choice]) {}
}
