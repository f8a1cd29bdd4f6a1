//! The tags of discovery frames (RFC 2516, appendix A; RFC 4638, section 4).

use heapless::Vec;

use crate::shared::bytes::length_field;

use super::status::Discard;

pub(crate) const END_OF_LIST: u16 = 0x0000;
pub(crate) const SERVICE_NAME: u16 = 0x0101;
pub(crate) const AC_NAME: u16 = 0x0102;
pub(crate) const HOST_UNIQ: u16 = 0x0103;
pub(crate) const AC_COOKIE: u16 = 0x0104;
pub(crate) const RELAY_SESSION_ID: u16 = 0x0110;
pub(crate) const PPP_MAX_PAYLOAD: u16 = 0x0120;
pub(crate) const SERVICE_NAME_ERROR: u16 = 0x0201;
pub(crate) const AC_SYSTEM_ERROR: u16 = 0x0202;
pub(crate) const GENERIC_ERROR: u16 = 0x0203;

/// Calls `each` with every tag's type and value, in order.
pub(crate) fn for_each<'a>(
    mut payload: &'a [u8],
    mut each: impl FnMut(u16, &'a [u8]),
) -> Result<(), Discard> {
    while let Some((header, rest)) = payload.split_first_chunk() {
        let [type_high, type_low, len_high, len_low] = *header;
        let kind = u16::from_be_bytes([type_high, type_low]);
        if kind == END_OF_LIST {
            return Ok(());
        }
        let len = usize::from(u16::from_be_bytes([len_high, len_low]));
        let (value, rest) = rest.split_at_checked(len).ok_or(Discard::MalformedTag)?;
        each(kind, value);
        payload = rest;
    }
    if payload.is_empty() {
        Ok(())
    } else {
        Err(Discard::MalformedTag)
    }
}

/// The longest list of tags that we send, in bytes.
const MAX_TAGS_BYTES: usize = 320;

/// A list of tags to send. One that doesn't fit is left out: the limits of `settings` and of an
/// offer see to it that all do.
#[derive(Default)]
pub(crate) struct TagList(Vec<u8, MAX_TAGS_BYTES>);

impl TagList {
    pub(crate) fn push(&mut self, kind: u16, value: &[u8]) {
        let [type_high, type_low] = kind.to_be_bytes();
        let [len_high, len_low] = length_field(value.len()).to_be_bytes();
        let needed = value.len().saturating_add(4);
        if self.0.capacity().saturating_sub(self.0.len()) < needed {
            return;
        }
        let header = [type_high, type_low, len_high, len_low];
        for part in [&header[..], value] {
            // There is room, as was just seen.
            let _ = self.0.extend_from_slice(part);
        }
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        &self.0
    }
}
