//! The parts of a rule: prefixes, interfaces, ports and spans, each as what it asks and as the words for it.

use std::net::IpAddr;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use tests::lab::{LEFT_V4, LEFT_V6, RIGHT_V4, RIGHT_V6};
use tests::linux::IpVersion;
use tests::linux::selection::Asked;

use super::{Written, pick};

/// Where frames come from and where they go.
pub(super) fn sides(version: IpVersion) -> [IpAddr; 2] {
    match version {
        IpVersion::V4 => [LEFT_V4.into(), RIGHT_V4.into()],
        IpVersion::V6 => [LEFT_V6.into(), RIGHT_V6.into()],
    }
}

/// Mostly a prefix around `address`; else one of its first bits is another.
fn some_prefix(rng: &mut ChaCha8Rng, address: IpAddr) -> Option<Asked<(IpAddr, u8)>> {
    if rng.random_bool(0.8) {
        return None;
    }
    let bits: u8 = if address.is_ipv4() { 32 } else { 128 };
    let len = pick(rng, &[bits, bits - 1, bits / 2, bits / 4, 1]);
    let other_bit = rng.random_bool(0.25).then(|| rng.random_range(0..len));
    let flipped = |place: u8| 1_u128 << (bits - 1 - place);
    let address = match address {
        IpAddr::V4(address) => {
            let flip = other_bit.map_or(0, flipped);
            IpAddr::V4((address.to_bits() ^ u32::try_from(flip).unwrap_or_default()).into())
        }
        IpAddr::V6(address) => {
            IpAddr::V6((address.to_bits() ^ other_bit.map_or(0, flipped)).into())
        }
    };
    let negated = rng.random_bool(0.25);
    Some(Asked {
        value: (address, len),
        negated,
    })
}

pub(super) fn prefix(
    rng: &mut ChaCha8Rng,
    address: IpAddr,
    options: &[&str],
) -> Written<(IpAddr, u8)> {
    let asked = some_prefix(rng, address);
    let Some(Asked {
        value: (address, len),
        negated,
    }) = asked
    else {
        return (None, String::new());
    };
    let not = if negated { "! " } else { "" };
    let option = pick(rng, options);
    let value = match address {
        IpAddr::V4(address) if rng.random_bool(0.3) => {
            let mask = std::net::Ipv4Addr::from(u32::MAX << (32 - u32::from(len)).min(31));
            format!("{address}/{mask}")
        }
        address if len == 32 && address.is_ipv4() || len == 128 => address.to_string(),
        address => format!("{address}/{len}"),
    };
    (asked, format!("{not}{option}{value}"))
}

pub(super) fn nft_prefix(
    rng: &mut ChaCha8Rng,
    address: IpAddr,
    field: &str,
) -> Written<(IpAddr, u8)> {
    let asked = some_prefix(rng, address);
    let Some(Asked {
        value: (address, len),
        negated,
    }) = asked
    else {
        return (None, String::new());
    };
    let relation = if negated {
        "!= "
    } else {
        pick(rng, &["", "== "])
    };
    (asked, format!("{field}{relation}{address}/{len}"))
}

/// Whether the interface that packets really use is among those asked for, and the words.
pub(super) fn interface(
    rng: &mut ChaCha8Rng,
    real: &str,
    other: &str,
    option: &str,
    wildcard: char,
    is_known: bool,
) -> (bool, String) {
    if !is_known || rng.random_bool(0.8) {
        return (true, String::new());
    }
    let name = if rng.random_bool(0.8) { real } else { other };
    let name = if rng.random_bool(0.3) {
        let len = rng.random_range(1..=name.len());
        format!("{}{wildcard}", &name[..len])
    } else {
        name.to_owned()
    };
    let is_real = name.trim_end_matches(wildcard).starts_with(&real[..1]);
    let negated = rng.random_bool(0.2);
    let not = if negated { "! " } else { "" };
    (is_real != negated, format!("{not}{option}{name}"))
}

pub(super) fn nft_interface(
    rng: &mut ChaCha8Rng,
    real: &str,
    other: &str,
    fields: &[&str],
) -> (bool, String) {
    if rng.random_bool(0.8) {
        return (true, String::new());
    }
    let field = pick(rng, fields);
    let name = if rng.random_bool(0.8) { real } else { other };
    // An interface's number knows no wildcard.
    let wildcard = if field.contains("name") {
        pick(rng, &["", "*"])
    } else {
        ""
    };
    let negated = rng.random_bool(0.2);
    let not = if negated { "!= " } else { "" };
    (
        (name == real) != negated,
        format!("{field}{not}{name}{wildcard}"),
    )
}

fn some_ports(rng: &mut ChaCha8Rng) -> Option<Asked<(u16, u16)>> {
    if rng.random_bool(0.8) {
        return None;
    }
    let ends: [u16; 2] = [rng.random(), rng.random()];
    let value = (ends[0].min(ends[1]), ends[0].max(ends[1]));
    let negated = rng.random_bool(0.25);
    Some(Asked { value, negated })
}

pub(super) fn ports(
    rng: &mut ChaCha8Rng,
    separator: char,
    options: &[&str],
) -> Written<(u16, u16)> {
    let Some(mut asked) = some_ports(rng) else {
        return (None, String::new());
    };
    let words = span(rng, separator, &mut asked.value);
    let not = if asked.negated { "! " } else { "" };
    let option = pick(rng, options);
    (Some(asked), format!("{not}{option}{words}"))
}

pub(super) fn nft_ports(rng: &mut ChaCha8Rng, field: &str) -> Written<(u16, u16)> {
    let asked = some_ports(rng);
    let Some(Asked {
        value: (from, to),
        negated,
    }) = asked
    else {
        return (None, String::new());
    };
    let relation = if negated { "!= " } else { "" };
    (asked, format!("{field}{relation}{from}-{to}"))
}

/// Both ends, or one where the other is the last there is.
fn span(rng: &mut ChaCha8Rng, separator: char, span: &mut (u16, u16)) -> String {
    match rng.random_range(0..4) {
        0 => {
            span.0 = 0;
            format!("{separator}{}", span.1)
        }
        1 => {
            span.1 = u16::MAX;
            format!("{}{separator}", span.0)
        }
        _ => format!("{}{separator}{}", span.0, span.1),
    }
}

/// Ends between which many an MSS lies, or few.
fn mss_ends(rng: &mut ChaCha8Rng) -> (u16, u16) {
    let from = pick(rng, &[0, 1, 536, 1241, 1400, 1453]);
    let to = pick(rng, &[1453, 1460, 1500, 9000, u16::MAX]);
    (from, to)
}

pub(super) fn mss_span(rng: &mut ChaCha8Rng, separator: char) -> ((u16, u16), String) {
    let (from, to) = mss_ends(rng);
    if rng.random_bool(0.2) {
        return ((1460, 1460), "1460".to_owned());
    }
    ((from, to), format!("{from}{separator}{to}"))
}

pub(super) fn nft_mss(rng: &mut ChaCha8Rng) -> ((u16, u16), String) {
    let (from, to) = mss_ends(rng);
    match rng.random_range(0..6) {
        0 => ((from + 1, u16::MAX), format!("> {from}")),
        1 => ((0, to - 1), format!("< {to}")),
        2 => ((from, u16::MAX), format!(">= {from}")),
        3 => ((0, to), format!("<= {to}")),
        4 => ((1460, 1460), "1460".to_owned()),
        _ => ((from, to), format!("{from}-{to}")),
    }
}

pub(super) fn fixed(rng: &mut ChaCha8Rng) -> u16 {
    match rng.random_range(0..4) {
        0 => rng.random_range(48..=9000),
        _ => pick(rng, &[48, 536, 1220, 1300, 1400, 1440, 1452, 1460]),
    }
}
