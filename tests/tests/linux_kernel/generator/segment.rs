//! TCP segments, most of them SYNs.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use tests::linux::checksum;

use super::{bytes, options, pick};

const SYN: u8 = 0x02;
const RST: u8 = 0x04;
const ACK: u8 = 0x10;
const ALL_FLAGS: u8 = 0xff;

/// A segment; `pseudo_header` is the one's complement sum that its checksum starts from, without the
/// segment's length.
pub(super) fn segment(rng: &mut ChaCha8Rng, ceiling: u16, pseudo_header: u16) -> Vec<u8> {
    let options = options::soup(rng, ceiling);
    let header_words = u8::try_from(5 + options.len() / 4).unwrap_or(15);
    let data_offset = if rng.random_bool(0.07) {
        rng.random_range(0..16)
    } else {
        header_words
    };
    let mut segment = bytes(rng, 20);
    segment[12] = data_offset << 4 | rng.random_range(0..16);
    segment[13] = flags(rng);
    segment.extend(options);
    if rng.random_bool(0.2) {
        let count = pick(rng, &[1, 2, 3, 4, 40, 127, 500]);
        segment.extend(bytes(rng, count));
    }
    fill_checksum(rng, &mut segment, pseudo_header);
    segment
}

fn flags(rng: &mut ChaCha8Rng) -> u8 {
    match rng.random_range(0..100) {
        0..55 => SYN,
        55..75 => SYN | ACK,
        75..87 => SYN | (rng.random::<u8>() & !RST),
        87..92 => SYN | RST | pick(rng, &[0, ACK]),
        _ => rng.random_range(0..=ALL_FLAGS),
    }
}

fn fill_checksum(rng: &mut ChaCha8Rng, segment: &mut [u8], pseudo_header: u16) {
    const CHECKSUM: usize = 16;
    const URGENT_POINTER: usize = 18;
    let right = |segment: &mut [u8]| {
        segment[CHECKSUM..CHECKSUM + 2].fill(0);
        let len = u16::try_from(segment.len()).unwrap_or_default();
        !checksum::sum(
            &[
                &pseudo_header.to_be_bytes()[..],
                &len.to_be_bytes()[..],
                segment,
            ]
            .concat(),
        )
    };
    let value = match rng.random_range(0..10) {
        0..6 => right(segment),
        6 | 7 => rng.random(),
        8 => pick(rng, &[0x0000, 0xffff, 0xfffe, 0xfff7, 0x0001, 0x0008]),
        _ => {
            // Right, and at the edge where one's complement has two zeros: the urgent pointer makes
            // up the difference.
            let wanted: u16 = pick(rng, &[0x0000, 0xfffe, 0xfff7, 0xffef, 0x0008]);
            segment[URGENT_POINTER..URGENT_POINTER + 2].fill(0);
            let without = right(segment);
            let makes_up =
                checksum::sum(&[without.to_be_bytes(), (!wanted).to_be_bytes()].concat());
            segment[URGENT_POINTER..URGENT_POINTER + 2].copy_from_slice(&makes_up.to_be_bytes());
            right(segment)
        }
    };
    segment[CHECKSUM..CHECKSUM + 2].copy_from_slice(&value.to_be_bytes());
}
