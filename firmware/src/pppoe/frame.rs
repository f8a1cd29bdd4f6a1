//! The PPPoE header (RFC 2516, section 4), and PPP's protocol field behind it (RFC 1661, section 2).

use crate::shared::bytes::{length_field, u8_at, u16_at};

use super::io::{Io, Mac};
use super::status::Discard;

/// The ethertype of discovery frames.
pub const DISCOVERY: u16 = 0x8863;
/// The ethertype of session frames.
pub const SESSION: u16 = 0x8864;

/// Version 1, type 1.
const VERSION_AND_TYPE: u8 = 0x11;
/// How long PPPoE's header is, in bytes.
pub(crate) const HEADER_BYTES: usize = 6;
/// What PPPoE's header and PPP's protocol field take off the Ethernet MTU, in bytes.
pub(crate) const OVERHEAD_BYTES: u16 = 8;
/// The most that a PPP packet carries in a plain Ethernet frame (RFC 2516, section 7), in bytes.
pub(crate) const PLAIN_PAYLOAD_BYTES: u16 = 1492;

/// The codes (RFC 2516, section 5; 0 in section 6).
pub(crate) const SESSION_DATA: u8 = 0x00;
pub(crate) const PADO: u8 = 0x07;
pub(crate) const PADI: u8 = 0x09;
pub(crate) const PADR: u8 = 0x19;
pub(crate) const PADS: u8 = 0x65;
pub(crate) const PADT: u8 = 0xa7;

/// A frame whose lengths hold.
pub(crate) struct Frame<'a> {
    pub(crate) code: u8,
    pub(crate) session_id: u16,
    /// What the length field covers, without Ethernet's padding.
    pub(crate) payload: &'a [u8],
}

impl<'a> Frame<'a> {
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, Discard> {
        let (header, rest) = bytes.split_first_chunk().ok_or(Discard::Truncated)?;
        let [version_and_type, code, id_high, id_low, len_high, len_low] = *header;
        if version_and_type != VERSION_AND_TYPE {
            return Err(Discard::UnknownVersion);
        }
        let len = usize::from(u16::from_be_bytes([len_high, len_low]));
        Ok(Self {
            code,
            session_id: u16::from_be_bytes([id_high, id_low]),
            payload: rest.get(..len).ok_or(Discard::Truncated)?,
        })
    }
}

/// The header of a frame with `len` bytes behind it.
pub(crate) fn header(code: u8, session_id: u16, len: usize) -> [u8; 6] {
    let [id_high, id_low] = session_id.to_be_bytes();
    let [len_high, len_low] = length_field(len).to_be_bytes();
    [VERSION_AND_TYPE, code, id_high, id_low, len_high, len_low]
}

/// The protocol of a PPP packet and how many bytes say it: also one, as Protocol-Field-Compression
/// has it, which costs nothing to understand (RFC 1661, section 6.5).
pub(crate) fn ppp_protocol(payload: &[u8]) -> Option<(u16, usize)> {
    let first = u8_at(payload, 0)?;
    if first & 1 == 1 {
        return Some((u16::from(first), 1));
    }
    let protocol = u16_at(payload, 0)?;
    (protocol & 1 == 1).then_some((protocol, 2))
}

/// One PPPoE session: only both together name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) access_concentrator: Mac,
    pub(crate) id: u16,
}

impl Session {
    /// Says that the session is over (RFC 2516, section 5.5).
    pub(crate) fn terminate(self, io: &mut Io<'_>) {
        let header = header(PADT, self.id, 0);
        io.send(self.access_concentrator, DISCOVERY, &header, &[]);
    }
}
