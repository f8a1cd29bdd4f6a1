//! IP in IP and GRE: SPEC, "Where TCP is looked for", 3.

use clamp_core::{Layer, Outcome, Reason};

use super::internet;
use super::link::{self, Path};
use super::segment::Found;
use super::window::{Window, be16};

/// Goes into the tunnel that IP protocol 4, 41 or 47 announces.
pub(super) fn enter<'a>(
    protocol: u8,
    is_fragment: bool,
    payload: Window<'a>,
    mut path: Path,
) -> Result<Found<'a>, Outcome> {
    if !path.tunnels_wanted {
        return Err(Outcome::LeftAlone(Reason::Tunnel));
    }
    if is_fragment {
        return Err(Outcome::LeftAlone(Reason::Fragment));
    }
    path.tunnels += 1;
    if path.tunnels > 4 {
        return Err(Outcome::LeftAlone(Reason::TooManyTunnels));
    }
    match protocol {
        4 => internet::ipv4(payload, path),
        41 => internet::ipv6(payload, path),
        _ => gre(payload, path),
    }
}

/// RFC 2784 with the key and sequence number of RFC 2890.
fn gre<'a>(window: Window<'a>, mut path: Path) -> Result<Found<'a>, Outcome> {
    let header = window.need(Layer::Gre, 4)?;
    let flags = be16(header, 0);
    let version = flags & 0x0007;
    let refused_bits = flags & (0x4000 | 0x0800 | 0x0400);
    if version != 0 || refused_bits != 0 {
        return Err(Outcome::LeftAlone(Reason::UnsupportedGre));
    }
    let mut len = 4;
    for optional_field in [0x8000, 0x2000, 0x1000] {
        if flags & optional_field != 0 {
            len += 4;
        }
    }
    window.had(Layer::Gre, len)?;
    path.headers.push((Layer::Gre, window.at));
    path.overhead_bytes += len;
    let cargo = window.behind(len);
    match be16(header, 2) {
        0x0800 => internet::ipv4(cargo, path),
        0x86dd => internet::ipv6(cargo, path),
        0x6558 => {
            path.overhead_bytes += 14;
            link::ethernet(cargo, path)
        }
        _ => Err(Outcome::LeftAlone(Reason::NotIp)),
    }
}
