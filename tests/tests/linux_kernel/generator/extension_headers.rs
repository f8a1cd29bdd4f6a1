//! Chains of IPv6 extension headers.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{bytes, pick};

const HOP_BY_HOP: u8 = 0;
const ROUTING: u8 = 43;
const FRAGMENT: u8 = 44;
const AUTHENTICATION: u8 = 51;
const NO_NEXT_HEADER: u8 = 59;
const DESTINATION_OPTIONS: u8 = 60;

/// The number of the first header and the headers' bytes, in front of `transport`.
pub(super) fn chain(rng: &mut ChaCha8Rng, transport: u8) -> (u8, Vec<u8>) {
    let count = match rng.random_range(0..100) {
        0..60 => 0,
        60..90 => rng.random_range(1..=3),
        _ => rng.random_range(7..=10),
    };
    let mut next = if rng.random_bool(0.005) {
        NO_NEXT_HEADER
    } else {
        transport
    };
    let mut chain = Vec::new();
    // Built from the inside out, as each header names the one that follows it.
    for place in (0..count).rev() {
        let number = match rng.random_range(0..100) {
            0..20 => HOP_BY_HOP,
            20..45 => ROUTING,
            45..60 => FRAGMENT,
            60..65 => AUTHENTICATION,
            _ => DESTINATION_OPTIONS,
        };
        let mut header = match number {
            HOP_BY_HOP if place == 0 => hop_by_hop(rng),
            FRAGMENT => fragment(rng),
            AUTHENTICATION => authentication(rng),
            _ => of_any_content(rng),
        };
        header[0] = next;
        header.extend(chain);
        chain = header;
        next = number;
    }
    (next, chain)
}

/// What a router looks into, when it is the first header. One in eight is not let through.
fn hop_by_hop(rng: &mut ChaCha8Rng) -> Vec<u8> {
    // Numbers starting with the bits 00 are skipped by who does not know them.
    let options: &[u8] = match rng.random_range(0..16) {
        0..5 => &[1, 4, 0, 0, 0, 0],
        5..8 => &[0, 0, 0, 0, 0, 0],
        8..11 => &[0x1e, 4, 1, 2, 3, 4],
        11..14 => &[0x1e, 1, 7, 1, 1, 0, 0x1e, 5, 1, 2, 3, 4, 5, 0],
        14 => &[0x5e, 4, 0, 0, 0, 0],
        _ => &[1, 4, 0, 9, 0, 0],
    };
    let length_field = u8::try_from((options.len() + 2) / 8 - 1).unwrap_or_default();
    [&[0, length_field], options].concat()
}

fn fragment(rng: &mut ChaCha8Rng) -> Vec<u8> {
    let offset_and_more: u16 = match rng.random_range(0..10) {
        0..4 => 0,
        4..7 => 1,
        7 => 8,
        _ => rng.random::<u16>() & !0x6,
    };
    let mut header = vec![0, rng.random()];
    header.extend(offset_and_more.to_be_bytes());
    header.extend(bytes(rng, 4));
    header
}

fn authentication(rng: &mut ChaCha8Rng) -> Vec<u8> {
    let length_field = pick(rng, &[4, 4, 1, 2]);
    let mut header = bytes(rng, (usize::from(length_field) + 2) * 4);
    header[1] = length_field;
    header
}

fn of_any_content(rng: &mut ChaCha8Rng) -> Vec<u8> {
    let length_field = pick(rng, &[0, 0, 1, 2]);
    let mut header = bytes(rng, (usize::from(length_field) + 1) * 8);
    header[1] = length_field;
    header
}
