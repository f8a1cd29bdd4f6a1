//! IPv4 and IPv6: lengths, fragments, extension headers, and what they carry.

use clamp_core::{Layer, Malformed, Outcome, Reason};

use super::link::Path;
use super::segment::{Found, Version};
use super::tunnel;
use super::window::{Window, be16, too_short};

const TCP: u8 = 6;
const ENCRYPTED: u8 = 50;
const AUTHENTICATED: u8 = 51;
const EXTENSIONS: [u8; 4] = [0, 43, 44, 60];
const FRAGMENT: u8 = 44;
const TUNNELS: [u8; 3] = [4, 41, 47];

pub(super) fn ipv4<'a>(window: Window<'a>, mut path: Path) -> Result<Found<'a>, Outcome> {
    let header = window.need(Layer::Ipv4, 20)?;
    right_version(Layer::Ipv4, header[0], 4)?;
    let header_len = usize::from(header[0] & 0x0f) * 4;
    if header_len < 20 {
        return Err(too_short(Layer::Ipv4, 20, header_len));
    }
    path.headers.push((Layer::Ipv4, window.at));
    let total_length = be16(header, 2);
    let offset = be16(header, 6) & 0x1fff;
    let more_fragments = be16(header, 6) & 0x2000 != 0;
    let protocol = header[9];
    match protocol {
        TCP | AUTHENTICATED => {}
        tunnel if TUNNELS.contains(&tunnel) => {}
        ENCRYPTED => return Err(Outcome::LeftAlone(Reason::Encrypted)),
        _ => return Err(Outcome::LeftAlone(Reason::NotTcp)),
    }
    if protocol == TCP && offset == 0 {
        plainly_a_syn(&window, header_len)?;
    }
    if total_length < header_len {
        return Err(too_short(Layer::Ipv4, header_len, total_length));
    }
    if total_length > window.there() {
        return Err(too_short(Layer::Ipv4, total_length, window.there()));
    }
    if offset != 0 {
        return Err(Outcome::LeftAlone(Reason::Fragment));
    }
    let payload = window.bounded(total_length).behind(header_len);
    match protocol {
        AUTHENTICATED => Err(Outcome::LeftAlone(Reason::AuthenticationHeader)),
        TCP => Ok(Found {
            version: Version::V4,
            packet_at: window.at,
            length_at: window.at + 2,
            addresses: header[12..20].to_vec(),
            segment: payload,
            has_fragment_header: more_fragments,
            path,
        }),
        _ => {
            path.overhead_bytes += header_len;
            tunnel::enter(protocol, more_fragments, payload, path)
        }
    }
}

pub(super) fn ipv6<'a>(window: Window<'a>, mut path: Path) -> Result<Found<'a>, Outcome> {
    let header = window.need(Layer::Ipv6, 40)?;
    right_version(Layer::Ipv6, header[0], 6)?;
    path.headers.push((Layer::Ipv6, window.at));
    let payload_length = be16(header, 4);
    let mut next_header = header[6];
    match next_header {
        TCP => plainly_a_syn(&window, 40)?,
        AUTHENTICATED => {}
        known if EXTENSIONS.contains(&known) || TUNNELS.contains(&known) => {}
        ENCRYPTED => return Err(Outcome::LeftAlone(Reason::Encrypted)),
        _ => return Err(Outcome::LeftAlone(Reason::NotTcp)),
    }
    let mut payload = window.behind(40);
    if payload_length == 0 {
        return Err(too_short(Layer::Ipv6, 1, 0));
    }
    if payload_length > payload.there() {
        return Err(too_short(Layer::Ipv6, payload_length, payload.there()));
    }
    payload = payload.bounded(payload_length);

    let mut extensions = 0;
    let mut has_fragment_header = false;
    while EXTENSIONS.contains(&next_header) {
        if extensions == 8 {
            return Err(Outcome::LeftAlone(Reason::TooManyExtensionHeaders));
        }
        extensions += 1;
        let extension = payload.need(Layer::ExtensionHeader, 8)?;
        let len = if next_header == FRAGMENT {
            has_fragment_header = true;
            if be16(extension, 2) >> 3 != 0 {
                return Err(Outcome::LeftAlone(Reason::Fragment));
            }
            8
        } else {
            8 + 8 * usize::from(extension[1])
        };
        next_header = extension[0];
        payload.had(Layer::ExtensionHeader, len)?;
        path.headers.push((Layer::ExtensionHeader, payload.at));
        payload = payload.behind(len);
    }

    match next_header {
        TCP => Ok(Found {
            version: Version::V6,
            packet_at: window.at,
            length_at: window.at + 4,
            addresses: header[8..40].to_vec(),
            segment: payload,
            has_fragment_header,
            path,
        }),
        AUTHENTICATED => Err(Outcome::LeftAlone(Reason::AuthenticationHeader)),
        ENCRYPTED => Err(Outcome::LeftAlone(Reason::Encrypted)),
        tunnel if TUNNELS.contains(&tunnel) => {
            path.overhead_bytes += payload.at - window.at;
            tunnel::enter(tunnel, has_fragment_header, payload, path)
        }
        _ => Err(Outcome::LeftAlone(Reason::NotTcp)),
    }
}

/// SYN set and RST clear, as `--tcp-flags SYN,RST SYN` has it.
pub(super) fn is_syn(flags: u8) -> bool {
    flags & 0b0000_0010 != 0 && flags & 0b0000_0100 == 0
}

/// SPEC's one licence for speed: TCP without SYN is answered before any length is judged.
fn plainly_a_syn(packet: &Window<'_>, header_len: usize) -> Result<(), Outcome> {
    match packet.bytes().get(header_len + 13) {
        Some(&flags) if !is_syn(flags) => Err(Outcome::LeftAlone(Reason::NotSyn)),
        _ => Ok(()),
    }
}

fn right_version(layer: Layer, first: u8, expected: u8) -> Result<(), Outcome> {
    let version = first >> 4;
    if version == expected {
        return Ok(());
    }
    Err(Outcome::Malformed(Malformed::WrongVersion {
        layer,
        version,
    }))
}
