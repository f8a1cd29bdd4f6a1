//! The TCPMSS target of `iptables`.
//!
//! It stops at the first well-formed MSS option, updates the checksum as if the value stood at an even
//! offset, drops a segment whose header is not whole, and inserts the option where there is none and no
//! data behind the header: in first fragments, beside TCP-MD5 and TCP-AO, and with any value, too.
//!
//! Told to follow the route's MTU, it drops every SYN where that is not above the smallest headers.
//! Told a fixed MSS, it takes any; the commands stop at 65515 (`iptables`) and 65495 (`ip6tables`).

use super::checksum::{replace_in_header, replace_in_segment};
use super::{Action, IpVersion, LinuxRouter, Rule, matching, option_length, put_word, word};

const TCP_CHECKSUM: usize = 16;

/// Rewrites a packet that the rule matched; `None` when it is dropped instead.
pub(super) fn rewrite(
    router: &LinuxRouter,
    version: IpVersion,
    packet: &mut Vec<u8>,
) -> Option<Action> {
    let tcp = match version {
        IpVersion::V4 => usize::from(packet[0] & 0x0f) * 4,
        IpVersion::V6 => matching::skip_extension_headers_v6(packet)?,
    };
    let segment = packet.get(tcp..).filter(|segment| segment.len() >= 20)?;
    let header_len = usize::from(segment[12] >> 4) * 4;
    if header_len < 20 || header_len > segment.len() {
        return None;
    }
    let ceiling = ceiling(router, version)?;
    let has_data = segment.len() > header_len;
    if let Some(at) = first_mss(&segment[..header_len]) {
        return Some(lower(
            &mut packet[tcp..],
            at,
            ceiling,
            router.odd_offset_fixed,
        ));
    }
    if has_data || header_len >= 60 {
        return Some(Action::Untouched);
    }
    insert(version, packet, tcp, ceiling);
    Some(Action::Inserted)
}

/// `None` when the route's MTU leaves nothing for data.
fn ceiling(router: &LinuxRouter, version: IpVersion) -> Option<u16> {
    match router.rule {
        Rule::Fixed(mss) => Some(mss),
        Rule::RouteMtu => router
            .route_mtu_bytes()
            .checked_sub(version.smallest_headers_bytes())
            .filter(|ceiling| *ceiling > 0)
            .and_then(|ceiling| u16::try_from(ceiling).ok()),
    }
}

fn first_mss(header: &[u8]) -> Option<usize> {
    let mut at = 20;
    while at + 4 <= header.len() {
        if header[at] == 2 && header[at + 1] == 4 {
            return Some(at);
        }
        at += option_length(header, at)?;
    }
    None
}

/// Lowers the value of the option at `at` when it is above the ceiling.
pub(super) fn lower(segment: &mut [u8], at: usize, ceiling: u16, odd_offset_fixed: bool) -> Action {
    let old = word(segment, at + 2);
    if old <= ceiling {
        return Action::Untouched;
    }
    put_word(segment, at + 2, ceiling);
    let swap = odd_offset_fixed && at % 2 == 1;
    let aligned = |value: u16| u32::from(if swap { value.swap_bytes() } else { value });
    let checksum = word(segment, TCP_CHECKSUM);
    let checksum = replace_in_segment(checksum, aligned(old), aligned(ceiling));
    put_word(segment, TCP_CHECKSUM, checksum);
    Action::Lowered {
        at,
        option_length: segment[at + 1],
    }
}

fn insert(version: IpVersion, packet: &mut Vec<u8>, tcp: usize, ceiling: u16) {
    let default_mss = match version {
        IpVersion::V4 => 536,
        IpVersion::V6 => 1220,
    };
    let [high, low] = ceiling.min(default_mss).to_be_bytes();
    let option = [2, 4, high, low];
    let old_segment_len = packet.len() - tcp;
    packet.splice(tcp + 20..tcp + 20, option);

    let segment = &mut packet[tcp..];
    let old_offset_word = word(segment, 12);
    segment[12] += 0x10;
    let new_offset_word = word(segment, 12);
    let len = |bytes: usize| u32::try_from(bytes).unwrap_or_default();
    let mut checksum = word(segment, TCP_CHECKSUM);
    for (old, new) in [
        (len(old_segment_len), len(old_segment_len + 4)),
        (0, u32::from_be_bytes(option)),
        (old_offset_word.into(), new_offset_word.into()),
    ] {
        checksum = replace_in_segment(checksum, old, new);
    }
    put_word(segment, TCP_CHECKSUM, checksum);

    match version {
        IpVersion::V4 => {
            let old_len = word(packet, 2);
            let header_checksum = replace_in_header(word(packet, 10), old_len, old_len + 4);
            put_word(packet, 2, old_len + 4);
            put_word(packet, 10, header_checksum);
        }
        IpVersion::V6 => {
            let old_len = word(packet, 4);
            put_word(packet, 4, old_len + 4);
        }
    }
}
