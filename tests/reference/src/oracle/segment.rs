//! The TCP segment: SPEC, "What a segment gets".

use clamp_core::{Layer, Outcome, Reason};

use super::internet::is_syn;
use super::link::{self, Path, Start};
use super::window::{Window, too_short};
use super::{Policy, Prediction, sum};

const CHECKSUM_AT: usize = 16;

/// The IP version of the innermost packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    V4,
    V6,
}

/// Where the segment is, and what was passed on the way to it.
#[derive(Clone, Debug)]
pub(super) struct Found<'a> {
    pub(super) version: Version,
    /// Where the innermost packet begins.
    pub(super) packet_at: usize,
    /// Where its total length or payload length is.
    pub(super) length_at: usize,
    /// Its source and destination.
    pub(super) addresses: Vec<u8>,
    /// The IP payload behind every extension header.
    pub(super) segment: Window<'a>,
    /// More fragments follow, or there is an IPv6 fragment header of any kind.
    pub(super) has_fragment_header: bool,
    pub(super) path: Path,
}

/// One option as the walk sees it: its place in the segment and its bytes.
#[derive(Clone, Debug)]
pub(super) struct TcpOption {
    pub(super) at: usize,
    pub(super) bytes: Vec<u8>,
}

impl TcpOption {
    pub(super) fn kind(&self) -> u8 {
        self.bytes[0]
    }

    fn mss(&self) -> Option<u16> {
        match *self.bytes.as_slice() {
            [2, 4, high, low] => Some(u16::from_be_bytes([high, low])),
            _ => None,
        }
    }

    fn is_tcp_ao(&self) -> bool {
        self.kind() == 29 && self.bytes.len() >= 4
    }
}

/// The options of a whole TCP header, walked as Linux's TCPMSS walks them.
pub(super) fn options(header: &[u8]) -> Vec<TcpOption> {
    let mut options = Vec::new();
    let mut at = 20;
    while at < header.len() {
        let kind = header[at];
        if kind <= 1 {
            at += 1;
            continue;
        }
        let Some(&len) = header.get(at + 1) else {
            break;
        };
        if len <= 1 {
            at += 1;
            continue;
        }
        let end = at + usize::from(len);
        if end > header.len() {
            break;
        }
        options.push(TcpOption {
            at,
            bytes: header[at..end].to_vec(),
        });
        at = end;
    }
    options
}

/// The whole TCP header of a SYN, or what the segment is instead.
pub(super) fn syn_header<'a>(found: &Found<'a>) -> Result<&'a [u8], Outcome> {
    let segment = &found.segment;
    let lacking = |needed| {
        if found.has_fragment_header {
            Outcome::LeftAlone(Reason::Fragment)
        } else {
            too_short(Layer::Tcp, needed, segment.there())
        }
    };
    if segment.there() < 20 {
        return Err(lacking(20));
    }
    let fixed = segment.need(Layer::Tcp, 20)?;
    let header_len = usize::from(fixed[12] >> 4) * 4;
    if header_len < 20 {
        return Err(too_short(Layer::Tcp, 20, header_len));
    }
    if segment.there() < header_len {
        return Err(lacking(header_len));
    }
    if !is_syn(fixed[13]) {
        return Err(Outcome::LeftAlone(Reason::NotSyn));
    }
    segment.need(Layer::Tcp, header_len)
}

/// The highest MSS this policy lets the segment keep.
pub(super) fn ceiling(policy: &Policy, found: &Found<'_>) -> Option<u16> {
    let (fixed, headers) = match found.version {
        Version::V4 => (policy.max_mss_v4, 40),
        Version::V6 => (policy.max_mss_v6, 60),
    };
    let overhead = i64::try_from(found.path.overhead_bytes).expect("bounded by the frame");
    let by_mtu = policy
        .link_mtu_bytes
        .map(|mtu| i64::from(mtu) - overhead - headers);
    let ceiling = [fixed.map(i64::from), by_mtu].into_iter().flatten().min()?;
    Some(u16::try_from(ceiling.clamp(0, 65535)).expect("clamped to 16 bits"))
}

/// What becomes of the first `wire_len` bytes of which `captured` are here.
pub(super) fn clamp(
    policy: &Policy,
    start: Start,
    captured: &[u8],
    wire_len: usize,
) -> Prediction<Outcome> {
    let mut bytes = captured.to_vec();
    let outcome = match judge(policy, start, captured, wire_len) {
        Err(outcome) => outcome,
        Ok((found, ceiling)) => rewrite(&found, ceiling, &mut bytes),
    };
    Prediction { outcome, bytes }
}

/// Every header down to that of a whole SYN.
pub(super) fn headers(
    policy: &Policy,
    start: Start,
    captured: &[u8],
    wire_len: usize,
) -> Option<Vec<(Layer, usize)>> {
    let mut found = find(policy, start, captured, wire_len).ok()?;
    syn_header(&found).ok()?;
    found.path.headers.push((Layer::Tcp, found.segment.at));
    Some(found.path.headers)
}

/// Walks down to the segment.
pub(super) fn find<'a>(
    policy: &Policy,
    start: Start,
    captured: &'a [u8],
    wire_len: usize,
) -> Result<Found<'a>, Outcome> {
    let window = Window {
        captured,
        at: 0,
        end: wire_len.max(captured.len()),
    };
    let path = Path {
        tunnels_wanted: policy.tunnels,
        ..Path::default()
    };
    link::walk(start, window, path)
}

/// Finds the segment that must be lowered, and what to.
fn judge<'a>(
    policy: &Policy,
    start: Start,
    captured: &'a [u8],
    wire_len: usize,
) -> Result<(Found<'a>, u16), Outcome> {
    let found = find(policy, start, captured, wire_len)?;
    let options = options(syn_header(&found)?);
    if options.iter().any(TcpOption::is_tcp_ao) {
        return Err(Outcome::LeftAlone(Reason::TcpAo));
    }
    let Some(largest) = options.iter().filter_map(TcpOption::mss).max() else {
        return Err(Outcome::LeftAlone(Reason::NoMss));
    };
    let Some(ceiling) = ceiling(policy, &found) else {
        return Err(Outcome::LeftAlone(Reason::NoCeiling));
    };
    if largest <= ceiling {
        return Err(Outcome::Fits { mss: largest });
    }
    if ceiling < 48 {
        return Err(Outcome::LeftAlone(Reason::CeilingTooLow));
    }
    Ok((found, ceiling))
}

/// Puts the header together again with every MSS lowered, and the checksum with it.
fn rewrite(found: &Found<'_>, ceiling: u16, bytes: &mut [u8]) -> Outcome {
    let before = found.segment.bytes();
    let header_len = usize::from(before[12] >> 4) * 4;
    let mut after = before.to_vec();
    let mut largest = 0;
    for option in options(&before[..header_len]) {
        let Some(mss) = option.mss() else { continue };
        largest = largest.max(mss);
        let lowered = mss.min(ceiling);
        after[option.at + 2..option.at + 4].copy_from_slice(&lowered.to_be_bytes());
    }
    // Of a fragment or a cut capture only the front is here. What is missing is in both sums alike.
    let pseudo = sum::pseudo_header(&found.addresses, found.segment.there());
    let checksum = sum::carried_over(
        &[pseudo.as_slice(), before].concat(),
        &[pseudo.as_slice(), after.as_slice()].concat(),
        pseudo.len() + CHECKSUM_AT,
    );
    after[CHECKSUM_AT..CHECKSUM_AT + 2].copy_from_slice(&checksum.to_be_bytes());
    bytes[found.segment.at..found.segment.at + after.len()].copy_from_slice(&after);
    Outcome::Clamped {
        from: largest,
        to: ceiling,
    }
}
