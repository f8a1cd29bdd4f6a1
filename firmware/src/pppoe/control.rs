//! The packets that all control protocols have in common, and the lists of options in them
//! (RFC 1661, sections 5 and 6).

use heapless::Vec;

use crate::shared::bytes::length_field;

use super::frame::{self, SESSION, SESSION_DATA};
use super::io::{Io, MAX_HEADER_BYTES};
use super::status::Discard;

/// The codes (RFC 1661, section 5; 12 and 13 in RFC 1570, sections 2.1 and 2.2).
pub(crate) const CONFIGURE_REQUEST: u8 = 1;
pub(crate) const CONFIGURE_ACK: u8 = 2;
pub(crate) const CONFIGURE_NAK: u8 = 3;
pub(crate) const CONFIGURE_REJECT: u8 = 4;
pub(crate) const TERMINATE_REQUEST: u8 = 5;
pub(crate) const TERMINATE_ACK: u8 = 6;
pub(crate) const CODE_REJECT: u8 = 7;
pub(crate) const PROTOCOL_REJECT: u8 = 8;
pub(crate) const ECHO_REQUEST: u8 = 9;
pub(crate) const ECHO_REPLY: u8 = 10;
pub(crate) const DISCARD_REQUEST: u8 = 11;
pub(crate) const IDENTIFICATION: u8 = 12;
pub(crate) const TIME_REMAINING: u8 = 13;

/// Code, identifier and length.
const HEADER_BYTES: usize = 4;

/// A packet whose length holds.
pub(crate) struct Packet<'a> {
    pub(crate) code: u8,
    pub(crate) identifier: u8,
    pub(crate) data: &'a [u8],
    /// With its header.
    pub(crate) whole: &'a [u8],
}

impl<'a> Packet<'a> {
    /// Reads a packet; what follows its end is padding.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, Discard> {
        let malformed = Discard::MalformedPacket;
        let [code, identifier, high, low] = *bytes.first_chunk().ok_or(malformed)?;
        let len = usize::from(u16::from_be_bytes([high, low]));
        let whole = bytes.get(..len).ok_or(malformed)?;
        Ok(Self {
            code,
            identifier,
            data: whole.get(HEADER_BYTES..).ok_or(malformed)?,
            whole,
        })
    }
}

/// Sends a packet of `protocol`: `front`, of at most 4 bytes, and `data` behind its header.
pub(crate) fn send(
    protocol: u16,
    code: u8,
    identifier: u8,
    front: &[u8],
    data: &[u8],
    io: &mut Io<'_>,
) {
    let Some(session) = io.session else { return };
    let len = HEADER_BYTES
        .saturating_add(front.len())
        .saturating_add(data.len());
    let pppoe = frame::header(SESSION_DATA, session.id, len.saturating_add(2));
    let [len_high, len_low] = length_field(len).to_be_bytes();
    let control = [code, identifier, len_high, len_low];
    let mut header = Vec::<u8, MAX_HEADER_BYTES>::new();
    for part in [&pppoe[..], &protocol.to_be_bytes(), &control, front] {
        // 6, 2, 4 and at most 4 bytes: there is room.
        let _ = header.extend_from_slice(part);
    }
    io.send(session.access_concentrator, SESSION, &header, data);
}

/// One option of a Configure packet.
#[derive(Clone, Copy)]
pub(crate) struct ConfigOption<'a> {
    pub(crate) kind: u8,
    pub(crate) value: &'a [u8],
    /// With its kind and length.
    pub(crate) whole: &'a [u8],
}

/// The options of `data` in order. An option whose length can't be is the last, as an error.
pub(crate) fn options(mut data: &[u8]) -> impl Iterator<Item = Result<ConfigOption<'_>, Discard>> {
    core::iter::from_fn(move || {
        let [kind, len] = match *data {
            [] => return None,
            [kind, len, ..] => [kind, len],
            [_] => [0, 0],
        };
        let split = data.split_at_checked(usize::from(len));
        let option = split.and_then(|(whole, rest)| Some((whole, whole.get(2..)?, rest)));
        let Some((whole, value, rest)) = option else {
            data = &[];
            return Some(Err(Discard::MalformedPacket));
        };
        data = rest;
        Some(Ok(ConfigOption { kind, value, whole }))
    })
}

/// Whether all of `data` is options: a list that breaks off changes nothing.
pub(crate) fn check_options(data: &[u8]) -> Result<(), Discard> {
    options(data).try_for_each(|option| option.map(drop))
}

/// The most bytes of options that we send: ours, or those of the peer's that are refused at once. Any
/// one option fits; what doesn't fit beside others has its turn with the peer's next request.
const MAX_OPTIONS_BYTES: usize = 255;

/// A list of options to send.
#[derive(Default)]
pub(crate) struct OptionList(Vec<u8, MAX_OPTIONS_BYTES>);

impl OptionList {
    pub(crate) fn push(&mut self, kind: u8, value: &[u8]) {
        let Ok(len) = u8::try_from(value.len().saturating_add(2)) else {
            return;
        };
        if self.has_room(usize::from(len)) {
            // There is room, as was just seen.
            let _ = self.0.extend_from_slice(&[kind, len]);
            let _ = self.0.extend_from_slice(value);
        }
    }

    fn copy(&mut self, option: &ConfigOption<'_>) {
        if self.has_room(option.whole.len()) {
            let _ = self.0.extend_from_slice(option.whole);
        }
    }

    fn has_room(&self, len: usize) -> bool {
        self.0.capacity().saturating_sub(self.0.len()) >= len
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        &self.0
    }
}

/// What is wrong with a peer's Configure-Request.
pub(crate) struct Judgement {
    may_nak: bool,
    naks: OptionList,
    rejects: OptionList,
    is_good: bool,
}

impl Judgement {
    /// Without `may_nak`, what would be asked for otherwise is refused (RFC 1661, section 4.6,
    /// Max-Failure).
    pub(crate) fn new(may_nak: bool) -> Self {
        Self {
            may_nak,
            naks: OptionList::default(),
            rejects: OptionList::default(),
            is_good: true,
        }
    }

    /// The option can't be negotiated.
    pub(crate) fn reject(&mut self, option: &ConfigOption<'_>) {
        self.is_good = false;
        self.rejects.copy(option);
    }

    /// The option should have this value.
    pub(crate) fn nak(&mut self, option: &ConfigOption<'_>, value: &[u8]) {
        if self.may_nak {
            self.is_good = false;
            self.naks.push(option.kind, value);
        } else {
            self.reject(option);
        }
    }

    pub(crate) fn is_good(&self) -> bool {
        self.is_good
    }

    /// The answer to a request that isn't good: what can't be negotiated goes first.
    pub(crate) fn answer(&self) -> (u8, &[u8]) {
        if self.rejects.as_slice().is_empty() {
            (CONFIGURE_NAK, self.naks.as_slice())
        } else {
            (CONFIGURE_REJECT, self.rejects.as_slice())
        }
    }
}
