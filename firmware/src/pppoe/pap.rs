//! PAP: name and password in the clear (RFC 1334, section 2).

use heapless::Vec;

use super::settings::{Credentials, MAX_CREDENTIAL_BYTES};

/// PAP's PPP protocol number.
pub(crate) const PAP: u16 = 0xc023;

pub(crate) const AUTHENTICATE_REQUEST: u8 = 1;
pub(crate) const AUTHENTICATE_ACK: u8 = 2;
pub(crate) const AUTHENTICATE_NAK: u8 = 3;

/// The data of an Authenticate-Request: both with their lengths before them.
pub(crate) fn request(credentials: &Credentials) -> Vec<u8, { 2 * MAX_CREDENTIAL_BYTES + 2 }> {
    let mut data = Vec::new();
    for text in [&credentials.username, &credentials.password] {
        let len = u8::try_from(text.len()).unwrap_or(u8::MAX);
        // There is room for two of the longest.
        let _ = data.push(len);
        let _ = data.extend_from_slice(text);
    }
    data
}

/// What an answer says to human eyes: a length and as many bytes, or, from some peers, nothing.
pub(crate) fn message(data: &[u8]) -> &[u8] {
    let Some((len, text)) = data.split_first() else {
        return &[];
    };
    text.get(..usize::from(*len)).unwrap_or(text)
}
