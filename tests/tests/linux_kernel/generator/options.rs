//! TCP option soup.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{bytes, pick};

/// The most that a TCP header has room for, in bytes.
const MAX_OPTIONS_LEN: usize = 40;

/// Options that fill a whole number of 32-bit words, well-formed or not.
pub(super) fn soup(rng: &mut ChaCha8Rng, ceiling: u16) -> Vec<u8> {
    let mut options = Vec::new();
    if rng.random_bool(0.1) {
        let count = rng.random_range(0..=MAX_OPTIONS_LEN);
        options = bytes(rng, count);
    } else {
        let pieces = rng.random_range(0..=6);
        for _ in 0..pieces {
            let piece = option(rng, ceiling);
            if options.len() + piece.len() <= MAX_OPTIONS_LEN {
                options.extend(piece);
            }
        }
    }
    let filler = pick(rng, &[0, 0, 1, 1, 2, 8]);
    options.resize(options.len().next_multiple_of(4), filler);
    options
}

fn option(rng: &mut ChaCha8Rng, ceiling: u16) -> Vec<u8> {
    match rng.random_range(0..100) {
        0..40 => mss(rng, ceiling),
        40..57 => vec![1],
        57..60 => vec![0],
        60..67 => vec![3, 3, rng.random_range(0..=14)],
        67..74 => vec![4, 2],
        74..81 => [vec![8, 10], bytes(rng, 8)].concat(),
        81..86 => kind_2_of_another_length(rng, ceiling),
        86..89 => of_kind(rng, 29, &[2, 3, 4, 8, 16, 20, 60]),
        89..92 => of_kind(rng, 19, &[18, 18, 4, 2, 1]),
        92..94 => of_kind(rng, 34, &[2, 10, 18]),
        _ => {
            let kind = rng.random();
            of_kind(rng, kind, &[0, 1, 2, 3, 4, 5, 6, 7, 40, 255])
        }
    }
}

fn mss(rng: &mut ChaCha8Rng, ceiling: u16) -> Vec<u8> {
    let [high, low] = mss_value(rng, ceiling).to_be_bytes();
    vec![2, 4, high, low]
}

fn mss_value(rng: &mut ChaCha8Rng, ceiling: u16) -> u16 {
    match rng.random_range(0..6) {
        0 | 1 => pick(rng, &[1460, 1440, 1452, 8960]),
        2 => pick(rng, &[0, 1, 47, 48, 536, 1220, 65535, 0xff00, 0x00ff]),
        3 => ceiling
            .saturating_sub(1)
            .saturating_add(rng.random_range(0..3)),
        _ => rng.random(),
    }
}

fn kind_2_of_another_length(rng: &mut ChaCha8Rng, ceiling: u16) -> Vec<u8> {
    let [high, low] = mss_value(rng, ceiling).to_be_bytes();
    let length = pick(rng, &[0, 1, 2, 3, 5, 6, 6, 7, 8, 60]);
    let data = [high, low, 2, 4, high, low];
    let there = usize::from(length).clamp(2, 8) - 2;
    [vec![2, length], data[..there].to_vec()].concat()
}

/// An option of this kind that claims one of `lengths`, and has those bytes where there is room.
fn of_kind(rng: &mut ChaCha8Rng, kind: u8, lengths: &[u8]) -> Vec<u8> {
    let length = pick(rng, lengths);
    let data_len = usize::from(length).clamp(2, 20) - 2;
    [vec![kind, length], bytes(rng, data_len)].concat()
}
