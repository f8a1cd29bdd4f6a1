//! The options of LCP (RFC 1661, section 6; RFC 2516, section 7).

use crate::shared::bytes::{u16_at, u32_at};
use crate::shared::hash::Random;

use super::control::{ConfigOption, Judgement, OptionList, options};
use super::negotiation::Negotiation;

/// LCP's PPP protocol number.
pub(crate) const LCP: u16 = 0xc021;

const MRU: u8 = 1;
const AUTHENTICATION_PROTOCOL: u8 = 3;
const MAGIC_NUMBER: u8 = 5;

/// The MRU of who doesn't say another (section 6.1), in bytes.
const DEFAULT_MRU_BYTES: u16 = 1500;
/// The smallest MRU of a peer, in bytes: every IPv4 host takes packets of this size (RFC 791).
const MIN_MRU_BYTES: u16 = 576;
/// PAP (RFC 1334, section 2.1) and CHAP with MD5 (RFC 1994, section 3), as the option names them.
const PAP_OPTION: [u8; 2] = [0xc0, 0x23];
const CHAP_MD5_OPTION: [u8; 3] = [0xc2, 0x23, 5];
/// After so many requests in a row with our own magic number, the line is looped back.
const MAX_OWN_MAGIC: u8 = 4;

/// How a peer wants to be told who we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Pap,
    ChapMd5,
}

/// What a peer's request asks for.
#[derive(Clone, Copy)]
struct Wish {
    mru_bytes: u16,
    method: Option<Method>,
}

impl Wish {
    /// Of a peer that asks for nothing.
    const DEFAULT: Self = Self {
        mru_bytes: DEFAULT_MRU_BYTES,
        method: None,
    };
}

/// Both ends' options.
pub(crate) struct Lcp {
    refuses_pap: bool,
    /// What we ask for; `None` once the peer doesn't negotiate it.
    mru_bytes: Option<u16>,
    /// The most that we can ask for.
    max_mru_bytes: u16,
    /// Ours; 0 once the peer doesn't negotiate it.
    magic: u32,
    /// What the peer asked for last, and what we have agreed to.
    wish: Wish,
    peer: Wish,
    own_magic_seen: u8,
    refused_method: bool,
}

impl Lcp {
    pub(crate) fn new(mru_bytes: u16, refuses_pap: bool, random: &mut Random) -> Self {
        Self {
            refuses_pap,
            mru_bytes: Some(mru_bytes),
            max_mru_bytes: mru_bytes,
            magic: magic(random),
            wish: Wish::DEFAULT,
            peer: Wish::DEFAULT,
            own_magic_seen: 0,
            refused_method: false,
        }
    }

    /// What both ends receive, in bytes.
    pub(crate) fn mtu_bytes(&self) -> u16 {
        let own = self.mru_bytes.unwrap_or(self.max_mru_bytes);
        own.min(self.peer.mru_bytes)
    }

    /// Asks for no more than this from the next request on.
    pub(crate) fn limit_mru(&mut self, mru_bytes: u16) {
        self.max_mru_bytes = self.max_mru_bytes.min(mru_bytes);
        self.mru_bytes = self.mru_bytes.map(|own| own.min(mru_bytes));
    }

    pub(crate) fn method(&self) -> Option<Method> {
        self.peer.method
    }

    /// Whether the peer has wanted another authentication than we have, and no other since.
    pub(crate) fn has_refused_method(&self) -> bool {
        self.refused_method
    }

    pub(crate) fn is_looped_back(&self) -> bool {
        self.own_magic_seen >= MAX_OWN_MAGIC
    }

    /// The number that our echoes carry.
    pub(crate) fn magic(&self) -> [u8; 4] {
        self.magic.to_be_bytes()
    }

    fn judge_method(
        &mut self,
        option: &ConfigOption<'_>,
        judgement: &mut Judgement,
    ) -> Option<Method> {
        let method = match option.value {
            value if value == CHAP_MD5_OPTION => Some(Method::ChapMd5),
            value if value == PAP_OPTION && !self.refuses_pap => Some(Method::Pap),
            _ => {
                judgement.nak(option, &CHAP_MD5_OPTION);
                None
            }
        };
        self.refused_method = method.is_none();
        method
    }

    /// A peer's magic number is neither 0 nor ours (section 6.4).
    fn judge_magic(
        &mut self,
        option: &ConfigOption<'_>,
        judgement: &mut Judgement,
        random: &mut Random,
    ) {
        let theirs = u32_at(option.value, 0).filter(|_| option.value.len() == 4);
        let is_own = theirs == Some(self.magic) && self.magic != 0;
        if is_own {
            self.own_magic_seen = self.own_magic_seen.saturating_add(1);
        } else {
            self.own_magic_seen = 0;
        }
        if is_own || theirs.is_none_or(|magic| magic == 0) {
            judgement.nak(option, &magic(random).to_be_bytes());
        }
    }
}

impl Negotiation for Lcp {
    fn protocol(&self) -> u16 {
        LCP
    }

    fn request(&self, options: &mut OptionList) {
        if let Some(mru) = self.mru_bytes {
            options.push(MRU, &mru.to_be_bytes());
        }
        if self.magic != 0 {
            options.push(MAGIC_NUMBER, &self.magic());
        }
    }

    fn judge(&mut self, data: &[u8], judgement: &mut Judgement, random: &mut Random) {
        let mut wish = Wish::DEFAULT;
        for option in options(data).flatten() {
            match option.kind {
                MRU => match u16_at(option.value, 0).filter(|_| option.value.len() == 2) {
                    Some(mru) if mru >= MIN_MRU_BYTES => wish.mru_bytes = mru,
                    Some(_) => judgement.nak(&option, &MIN_MRU_BYTES.to_be_bytes()),
                    None => judgement.nak(&option, &self.max_mru_bytes.to_be_bytes()),
                },
                AUTHENTICATION_PROTOCOL => wish.method = self.judge_method(&option, judgement),
                MAGIC_NUMBER => self.judge_magic(&option, judgement, random),
                // Field compressions too: PPPoE wants none (RFC 2516, section 7).
                _ => judgement.reject(&option),
            }
        }
        self.wish = wish;
    }

    fn agree(&mut self) {
        self.peer = self.wish;
    }

    fn is_enough(&self) -> bool {
        true
    }

    fn nak(&mut self, data: &[u8], random: &mut Random) {
        for option in options(data).flatten() {
            match option.kind {
                MRU => {
                    let other = u16_at(option.value, 0).filter(|mru| {
                        option.value.len() == 2
                            && (MIN_MRU_BYTES..=self.max_mru_bytes).contains(mru)
                    });
                    self.mru_bytes = self.mru_bytes.map(|own| other.unwrap_or(own));
                }
                MAGIC_NUMBER if self.magic != 0 => self.magic = magic(random),
                // What we should ask for beside, we don't.
                _ => {}
            }
        }
    }

    fn reject(&mut self, kind: u8) -> bool {
        match kind {
            MRU => self.mru_bytes = None,
            MAGIC_NUMBER => self.magic = 0,
            _ => {}
        }
        true
    }
}

/// A magic number: anything but 0.
fn magic(random: &mut Random) -> u32 {
    random.next().max(1)
}
