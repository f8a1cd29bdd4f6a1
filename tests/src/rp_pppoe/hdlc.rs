//! Asynchronous HDLC framing (RFC 1662, section 4), as PPP has it over a serial line.

pub(super) const FLAG: u8 = 0x7e;
const ESCAPE: u8 = 0x7d;
const ESCAPED: u8 = 0x20;
const ADDRESS_AND_CONTROL: [u8; 2] = [0xff, 0x03];
const CHECK_SEQUENCE_LEN: usize = 2;

/// The PPP frame in a line: without flags, escapes, address, control and check sequence.
#[must_use]
pub fn ppp_frame(line: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = line.strip_prefix(&[FLAG])?.strip_suffix(&[FLAG])?.iter();
    let mut frame = Vec::new();
    while let Some(&byte) = bytes.next() {
        frame.push(match byte {
            ESCAPE => bytes.next()? ^ ESCAPED,
            byte => byte,
        });
    }
    frame.truncate(frame.len().checked_sub(CHECK_SEQUENCE_LEN)?);
    frame.strip_prefix(&ADDRESS_AND_CONTROL).map(<[u8]>::to_vec)
}
