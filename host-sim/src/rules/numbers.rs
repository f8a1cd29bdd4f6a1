//! Numbers, spans and prefixes, as all dialects write them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use firmware::router::clamp_rule::{IpVersion, Prefix, Span};

/// A number of 16 bits. Zeros in front are refused: some tools take them for octal.
pub(super) fn number(text: &str) -> Result<u16, String> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit())
        && (text.len() == 1 || !text.starts_with('0'));
    let number = text.parse().ok().filter(|_| is_plain);
    number.ok_or_else(|| format!("not a number from 0 to {}, in plain digits", u16::MAX))
}

/// One number, or two around `separator`; where `open`, one of the two may be missing.
pub(super) fn span(text: &str, separator: char, open: bool) -> Result<Span, String> {
    let Some((from, to)) = text.split_once(separator) else {
        let number = number(text)?;
        return Ok(Span {
            from: number,
            to: number,
        });
    };
    let end = |text: &str, missing| {
        if open && text.is_empty() {
            Ok(missing)
        } else {
            number(text)
        }
    };
    let span = Span {
        from: end(from, 0)?,
        to: end(to, u16::MAX)?,
    };
    if span.from > span.to {
        return Err("ends before it begins".into());
    }
    Ok(span)
}

/// How the length of a prefix may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Masks {
    /// As a number only.
    Length,
    /// Also as a mask, such as 255.255.255.0 or ffff::.
    LengthOrMask,
}

/// An address, or all that share its first bits.
pub(super) fn prefix(text: &str, masks: Masks) -> Result<Prefix, String> {
    let (address, len) = match text.split_once('/') {
        Some((address, len)) => (address, Some(len)),
        None => (text, None),
    };
    let address: IpAddr = address
        .parse()
        .map_err(|_| "not an IP address or prefix (names are not looked up)")?;
    let max_len = match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    };
    let len = match len {
        None => max_len,
        Some(len) => match (number(len), masks) {
            (Ok(len), _) => u8::try_from(len).ok().filter(|&len| len <= max_len),
            (Err(_), Masks::LengthOrMask) => mask_len(address, len),
            (Err(_), Masks::Length) => None,
        }
        .ok_or_else(|| format!("a prefix has 0 to {max_len} bits, the first ones"))?,
    };
    Ok(Prefix { address, len })
}

/// How many bits a mask leaves fixed, which must be the first ones.
fn mask_len(address: IpAddr, mask: &str) -> Option<u8> {
    let (ones, all) = match address {
        IpAddr::V4(_) => {
            let mask = mask.parse::<Ipv4Addr>().ok()?.to_bits();
            (mask.leading_ones(), mask.count_ones())
        }
        IpAddr::V6(_) => {
            let mask = mask.parse::<Ipv6Addr>().ok()?.to_bits();
            (mask.leading_ones(), mask.count_ones())
        }
    };
    u8::try_from(ones).ok().filter(|_| ones == all)
}

/// The version of an address.
pub(super) fn version(address: IpAddr) -> IpVersion {
    match address {
        IpAddr::V4(_) => IpVersion::V4,
        IpAddr::V6(_) => IpVersion::V6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_closed_open_or_one_number() {
        let span_of = |text| span(text, ':', true).map(|span| (span.from, span.to));
        assert_eq!(span_of("80"), Ok((80, 80)));
        assert_eq!(span_of("80:443"), Ok((80, 443)));
        assert_eq!(span_of("80:80"), Ok((80, 80)));
        assert_eq!(span_of(":443"), Ok((0, 443)));
        assert_eq!(span_of("1024:"), Ok((1024, 65535)));
        assert!(span("1024-", '-', false).is_err());
        for wrong in ["", "443:80", "http", "080", "0x50", "65536", "+80", "1:2:3"] {
            assert!(span_of(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn prefixes_have_lengths_or_masks() {
        let len = |text, masks| prefix(text, masks).map(|prefix| prefix.len);
        assert_eq!(len("10.0.0.1", Masks::Length), Ok(32));
        assert_eq!(len("10.0.0.1/8", Masks::Length), Ok(8));
        assert_eq!(len("2001:db8::/32", Masks::Length), Ok(32));
        assert_eq!(len("10.0.0.0/255.240.0.0", Masks::LengthOrMask), Ok(12));
        assert_eq!(len("2001:db8::/ffff:ff00::", Masks::LengthOrMask), Ok(24));
        for wrong in [
            "10.0.0.0/33",
            "10.0.0.0/255.0.255.0",
            "10/8",
            "::/129",
            "a.example",
            "1.2.3.4/",
        ] {
            assert!(len(wrong, Masks::LengthOrMask).is_err(), "{wrong}");
        }
        assert!(len("10.0.0.0/255.0.0.0", Masks::Length).is_err());
    }
}
