//! The options of a SYN.

use super::super::scenario::SynShape;

const NOP: u8 = 1;
const MSS: [u8; 2] = [2, 4];
/// RFC 7413, section 4.1.1: a cookie of 8 bytes.
const FAST_OPEN: [u8; 2] = [34, 10];
const COOKIE: [u8; 8] = *b"a cookie";

/// The bytes of a SYN's options; their number divides by 4.
pub(super) fn of_syn(shape: SynShape, mss: u16, fast_open: bool) -> Vec<u8> {
    let value = mss.to_be_bytes();
    let mut bytes = Vec::new();
    let mut mss_option = || bytes.extend([MSS, value].concat());
    match shape {
        SynShape::Usual => mss_option(),
        SynShape::WithoutMss => {}
        SynShape::MssTwice => {
            mss_option();
            mss_option();
        }
        SynShape::MssAtOddOffset => {
            bytes.push(NOP);
            bytes.extend([MSS, value].concat());
        }
    }
    if fast_open {
        bytes.extend(FAST_OPEN);
        bytes.extend(COOKIE);
    }
    while !bytes.len().is_multiple_of(4) {
        bytes.push(NOP);
    }
    bytes
}
