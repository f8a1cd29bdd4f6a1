//! CHAP with MD5: the password is proved and not said (RFC 1994).

use md5::{Digest, Md5};

use super::status::Discard;

/// CHAP's PPP protocol number.
pub(crate) const CHAP: u16 = 0xc223;

pub(crate) const CHALLENGE: u8 = 1;
pub(crate) const RESPONSE: u8 = 2;
pub(crate) const SUCCESS: u8 = 3;
pub(crate) const FAILURE: u8 = 4;

/// The length of a response's value, in bytes, which stands before it.
const VALUE_BYTES: u8 = 16;

/// The value of a Response, with its length before it, to a Challenge (section 4.1).
pub(crate) fn response(
    identifier: u8,
    challenge: &[u8],
    password: &[u8],
) -> Result<[u8; 17], Discard> {
    let malformed = Discard::MalformedPacket;
    let (len, rest) = challenge.split_first().ok_or(malformed)?;
    let value = rest.get(..usize::from(*len)).ok_or(malformed)?;
    if value.is_empty() {
        return Err(malformed);
    }
    let mut response = [VALUE_BYTES; 17];
    let [_, hash @ ..] = &mut response;
    *hash = Md5::new()
        .chain_update([identifier])
        .chain_update(password)
        .chain_update(value)
        .finalize()
        .into();
    Ok(response)
}
