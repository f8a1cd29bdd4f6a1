//! Inserting a missing MSS option: the last paragraph of SPEC's "What a segment gets".

use clamp_core::{Insertion, Outcome, Reason, Refusal};

use super::link::Start;
use super::segment::{self, Found, Version};
use super::window::be16;
use super::{Policy, Prediction, sum};

/// RFC 9293 section 3.7.1: what a peer assumes when no MSS option came.
const DEFAULT_MSS_V4: u16 = 536;
const DEFAULT_MSS_V6: u16 = 1220;
const OPTION_LEN: usize = 4;

/// What becomes of the first `captured_len` bytes of `buffer`.
pub(super) fn insert(
    policy: &Policy,
    start: Start,
    buffer: &[u8],
    captured_len: usize,
    wire_len: usize,
) -> Prediction<Insertion> {
    let captured = &buffer[..captured_len];
    let untouched = |outcome| Prediction {
        outcome,
        bytes: buffer.to_vec(),
    };
    let as_clamped = segment::clamp(policy, start, captured, wire_len).outcome;
    if as_clamped != Outcome::LeftAlone(Reason::NoMss) {
        return untouched(Insertion::NotMissing);
    }
    let found = segment::find(policy, start, captured, wire_len).expect("a SYN without MSS");
    let mss = match allowed_mss(policy, &found, wire_len > captured_len) {
        Ok(mss) => mss,
        Err(refusal) => return untouched(Insertion::Refused(refusal)),
    };
    let Some(grown) = grown(&found, captured, mss) else {
        return untouched(Insertion::Refused(Refusal::NoRoom));
    };
    if grown.len() > buffer.len() {
        return untouched(Insertion::Refused(Refusal::NoRoom));
    }
    let mut bytes = buffer.to_vec();
    bytes[..grown.len()].copy_from_slice(&grown);
    Prediction {
        outcome: Insertion::Inserted {
            mss,
            len: grown.len(),
        },
        bytes,
    }
}

/// The MSS to write, or the first reason against it from the outside in.
fn allowed_mss(policy: &Policy, found: &Found<'_>, is_cut: bool) -> Result<u16, Refusal> {
    let header = segment::syn_header(found).expect("a whole SYN was found");
    let default = match found.version {
        Version::V4 => DEFAULT_MSS_V4,
        Version::V6 => DEFAULT_MSS_V6,
    };
    if is_cut {
        return Err(Refusal::Cut);
    }
    if found.path.tunnels > 0 {
        return Err(Refusal::Tunnel);
    }
    if found.has_fragment_header {
        return Err(Refusal::Fragment);
    }
    // A well-formed kind 29 (TCP-AO) is no missing MSS but an outcome of its own.
    if segment::options(header)
        .iter()
        .any(|option| option.kind() == 19)
    {
        return Err(Refusal::TcpMd5);
    }
    if header.len() == 60 {
        return Err(Refusal::HeaderFull);
    }
    if found.segment.there() > header.len() {
        return Err(Refusal::Payload);
    }
    let mss = segment::ceiling(policy, found)
        .ok_or(Refusal::NoCeiling)?
        .min(default);
    if mss < 48 {
        return Err(Refusal::CeilingTooLow);
    }
    Ok(mss)
}

/// The frame with the option in it and everything that counts it; `None` where a length cannot count that far.
fn grown(found: &Found<'_>, captured: &[u8], mss: u16) -> Option<Vec<u8>> {
    let segment_at = found.segment.at;
    let segment_end = found.segment.end;
    let padding = captured.len() - segment_end;

    let before = &captured[segment_at..segment_end];
    let [high, low] = mss.to_be_bytes();
    let mut after = before[..20].to_vec();
    after[12] += 0x10;
    after.extend([2, 4, high, low]);
    after.extend(&before[20..]);
    // The pseudo-header counts the segment, so that it changes too.
    let pseudo_before = sum::pseudo_header(&found.addresses, before.len());
    let pseudo_after = sum::pseudo_header(&found.addresses, after.len());
    let checksum = sum::carried_over(
        &[pseudo_before.as_slice(), before].concat(),
        &[pseudo_after.as_slice(), after.as_slice()].concat(),
        pseudo_before.len() + 16,
    );
    after[16..18].copy_from_slice(&checksum.to_be_bytes());

    let mut frame = captured[..segment_at].to_vec();
    frame.extend(&after);
    frame.extend(&captured[segment_end + padding.min(OPTION_LEN)..]);

    let ip_length = be16(captured, found.length_at) + OPTION_LEN;
    write_be16(&mut frame, found.length_at, ip_length)?;
    if found.version == Version::V4 {
        let header =
            found.packet_at..found.packet_at + usize::from(captured[found.packet_at] & 0x0f) * 4;
        let checksum = sum::carried_over(&captured[header.clone()], &frame[header], 10);
        frame[found.packet_at + 10..found.packet_at + 12].copy_from_slice(&checksum.to_be_bytes());
    }
    for field in &found.path.lengths {
        let needed = segment_end + OPTION_LEN - field.counts_from;
        let length = be16(captured, field.at);
        if needed > length && needed > field.largest {
            return None;
        }
        write_be16(&mut frame, field.at, length.max(needed))?;
    }
    Some(frame)
}

fn write_be16(bytes: &mut [u8], at: usize, value: usize) -> Option<()> {
    let value = u16::try_from(value).ok()?;
    bytes[at..at + 2].copy_from_slice(&value.to_be_bytes());
    Some(())
}
