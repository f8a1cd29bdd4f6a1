//! IP packets around the segments.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use tests::lab::{LEFT_V4, LEFT_V6, RIGHT_V4, RIGHT_V6};
use tests::linux::checksum;

use super::{bytes, extension_headers, pick, segment};

const TCP: u8 = 6;
const AUTHENTICATION: u8 = 51;

/// An IPv4 packet that carries `id`.
pub(super) fn ipv4(rng: &mut ChaCha8Rng, id: u16, ceiling: u16) -> Vec<u8> {
    let pseudo_header =
        checksum::sum(&[&LEFT_V4.octets()[..], &RIGHT_V4.octets()[..], &[0, TCP]].concat());
    let protocol = protocol(rng);
    let mut payload = segment::segment(rng, ceiling, pseudo_header);
    if protocol == AUTHENTICATION {
        payload = [vec![TCP, 4], bytes(rng, 22), payload].concat();
    }
    let options = options_v4(rng);
    let header_len = 20 + options.len();
    let packet_len = header_len + payload.len();
    let mut header = vec![0x40 | word_count(header_len), rng.random()];
    header.extend(ip_length(rng, packet_len, header_len).to_be_bytes());
    header.extend(id.to_be_bytes());
    header.extend(fragment_word(rng).to_be_bytes());
    header.extend([ttl(rng), protocol, 0, 0]);
    header.extend(LEFT_V4.octets());
    header.extend(RIGHT_V4.octets());
    header.extend(options);
    match rng.random_range(0..300) {
        0 | 1 => header[0] = header[0] & 0x0f | pick(rng, &[0x00, 0x50, 0x60]),
        2 | 3 => header[0] = 0x40 | rng.random_range(0..5),
        _ => {}
    }
    let header_checksum = !checksum::sum(&header);
    let corruption = if rng.random_bool(0.01) { 0x0100 } else { 0 };
    header[10..12].copy_from_slice(&(header_checksum ^ corruption).to_be_bytes());
    [header, payload].concat()
}

/// An IPv6 packet that carries `id`.
pub(super) fn ipv6(rng: &mut ChaCha8Rng, id: u16, ceiling: u16) -> Vec<u8> {
    let pseudo_header =
        checksum::sum(&[&LEFT_V6.octets()[..], &RIGHT_V6.octets()[..], &[0, TCP]].concat());
    let protocol = protocol(rng);
    let segment = segment::segment(rng, ceiling, pseudo_header);
    let (next_header, chain) = extension_headers::chain(rng, protocol);
    let payload = [chain, segment].concat();
    let version_nibble = if rng.random_bool(0.007) {
        pick(rng, &[0x40, 0x00, 0x70])
    } else {
        0x60
    };
    let [id_high, id_low] = id.to_be_bytes();
    let mut packet = vec![
        version_nibble | rng.random_range(0..16),
        rng.random(),
        id_high,
        id_low,
    ];
    packet[1] &= 0xf0;
    // A length of 0 before hop-by-hop options is how jumbograms start.
    let zero_is_likely = if next_header == 0 { 0.15 } else { 0.01 };
    let payload_len = if rng.random_bool(zero_is_likely) {
        0
    } else {
        ip_length(rng, payload.len(), 0)
    };
    packet.extend(payload_len.to_be_bytes());
    packet.extend([next_header, ttl(rng)]);
    packet.extend(LEFT_V6.octets());
    packet.extend(RIGHT_V6.octets());
    packet.extend(payload);
    packet
}

/// A TCP segment with data and without SYN, right in everything.
pub(super) fn data_segment_v4(id: u16) -> Vec<u8> {
    let mut packet = vec![0x45, 0, 0, 44];
    packet.extend(id.to_be_bytes());
    packet.extend([0x40, 0, 64, TCP, 0, 0]);
    packet.extend(LEFT_V4.octets());
    packet.extend(RIGHT_V4.octets());
    let header_checksum = !checksum::sum(&packet);
    packet[10..12].copy_from_slice(&header_checksum.to_be_bytes());
    packet.extend([0; 12]);
    packet.extend([0x50, 0x18]);
    packet.extend([0; 10]);
    packet
}

fn protocol(rng: &mut ChaCha8Rng) -> u8 {
    if rng.random_bool(0.06) {
        // ICMP and ICMPv6, IPIP, 6in4, UDP, GRE, ESP, AH, SCTP.
        pick(rng, &[1, 4, 41, 17, 47, 50, AUTHENTICATION, 58, 132])
    } else {
        TCP
    }
}

/// Mostly the length there is; else one that reaches past the frame, stops short, or is less than `least`.
fn ip_length(rng: &mut ChaCha8Rng, right: usize, least: usize) -> u16 {
    let length = match rng.random_range(0..100) {
        0..3 => right + rng.random_range(1..=60),
        3 => right + rng.random_range(100..=60_000),
        4..11 => rng.random_range(least..=right),
        11 | 12 => rng.random_range(0..=least),
        _ => right,
    };
    u16::try_from(length).unwrap_or(u16::MAX)
}

/// One in a hundred may not be forwarded any more.
fn ttl(rng: &mut ChaCha8Rng) -> u8 {
    if rng.random_bool(0.01) {
        rng.random_range(0..=1)
    } else {
        rng.random_range(2..=255)
    }
}

/// The reserved bit, don't-fragment, more-fragments and the offset in units of 8 bytes.
fn fragment_word(rng: &mut ChaCha8Rng) -> u16 {
    const RESERVED: u16 = 0x8000;
    const DONT_FRAGMENT: u16 = 0x4000;
    const MORE_FRAGMENTS: u16 = 0x2000;
    let flags = pick(rng, &[0, DONT_FRAGMENT, DONT_FRAGMENT]);
    let rest = match rng.random_range(0..100) {
        0..5 => MORE_FRAGMENTS,
        5..7 => 1 | pick(rng, &[0, MORE_FRAGMENTS]),
        7..10 => rng.random_range(2..0x2000) | pick(rng, &[0, MORE_FRAGMENTS]),
        10 | 11 => RESERVED,
        _ => 0,
    };
    flags | rest
}

/// Options that a router passes on as they are: it would write into record route and timestamp.
fn options_v4(rng: &mut ChaCha8Rng) -> Vec<u8> {
    if rng.random_bool(0.8) {
        return Vec::new();
    }
    pick::<&[u8]>(
        rng,
        &[
            &[1, 1, 1, 1],
            &[0, 0, 0, 0],
            &[1, 1, 0, 0],
            &[148, 4, 0, 0],
            &[158, 4, 2, 4],
            &[94, 6, 1, 2, 3, 4, 1, 0],
            &[
                158, 40, 2, 4, 5, 180, 2, 4, 5, 180, 2, 4, 5, 180, 2, 4, 5, 180, 2, 4, 5, 180, 2,
                4, 5, 180, 2, 4, 5, 180, 2, 4, 5, 180, 2, 4, 5, 180, 2, 4,
            ],
            // Not let through: lengths of 1 and past the header, a cut router alert.
            &[158, 1, 1, 1],
            &[158, 5, 1, 1],
            &[148, 3, 0, 0],
        ],
    )
    .to_vec()
}

fn word_count(bytes: usize) -> u8 {
    u8::try_from(bytes / 4).unwrap_or(15)
}
