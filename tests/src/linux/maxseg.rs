//! The `tcp option maxseg size set` statement of nf_tables.
//!
//! It takes the first option of kind 2, whatever follows: one that is shorter than 4 bytes or runs past
//! the header ends the rule, one that is longer is rewritten like an MSS. It never inserts and never drops;
//! a route MTU with nothing left for data stands for 536.

use super::matching::Transport;
use super::{Action, IpVersion, LinuxRouter, Rule, option_length, tcpmss, word};

/// What nf_tables takes for the MSS when the route's MTU cannot tell.
const DEFAULT_MSS: u16 = 536;

/// Rewrites a packet that the rule matched.
pub(super) fn rewrite(
    router: &LinuxRouter,
    version: IpVersion,
    packet: &mut [u8],
    transport: Transport,
) -> Action {
    let ceiling = ceiling(router, version);
    let segment = &mut packet[transport.offset..];
    match header(segment).and_then(first_kind_2) {
        Some(at) => tcpmss::lower(segment, at, ceiling, router.odd_offset_fixed),
        None => Action::Untouched,
    }
}

/// The value that `tcp option maxseg size` compares.
pub(super) fn first_value(segment: &[u8]) -> Option<u16> {
    let header = header(segment)?;
    first_kind_2(header).map(|at| word(header, at + 2))
}

/// The TCP header with its options, if all of it is there.
fn header(segment: &[u8]) -> Option<&[u8]> {
    let header_len = usize::from(segment.get(12)? >> 4) * 4;
    let header = segment.get(..header_len)?;
    (header_len >= 20).then_some(header)
}

fn ceiling(router: &LinuxRouter, version: IpVersion) -> u16 {
    match router.rule {
        Rule::Fixed(mss) => mss,
        Rule::RouteMtu => router
            .route_mtu_bytes()
            .checked_sub(version.smallest_headers_bytes())
            .filter(|ceiling| *ceiling > 0)
            .and_then(|ceiling| u16::try_from(ceiling).ok())
            .unwrap_or(DEFAULT_MSS),
    }
}

fn first_kind_2(header: &[u8]) -> Option<usize> {
    let mut at = 20;
    // The last byte of the header is not looked at: no length can follow it.
    while at + 1 < header.len() {
        let length = option_length(header, at)?;
        if header[at] == 2 {
            let whole = length >= 4 && at + length <= header.len();
            return whole.then_some(at);
        }
        at += length;
    }
    None
}
