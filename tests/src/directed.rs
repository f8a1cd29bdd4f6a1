//! Hand-made bytes: what goes in, what must come out.
//!
//! Every function here holds both the clamp and the oracle to the bytes, so that the oracle is itself
//! tested by hand-made rows.

use clamp_core::{Insertion, Outcome};

use crate::frames::Hex;
use crate::oracle::{self, Policy};

/// Bytes from hex digits; whatever else stands between them only shows the reader where layers begin.
///
/// # Panics
/// On an odd number of digits.
#[must_use]
pub fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text
        .chars()
        .filter_map(|digit| digit.to_digit(16))
        .collect();
    assert!(digits.len().is_multiple_of(2), "half a byte in {text}");
    let byte = |pair: &[u32]| u8::try_from(pair[0] * 16 + pair[1]).expect("two digits");
    digits.chunks(2).map(byte).collect()
}

/// The frame is clamped from one MSS to another, and comes out as `after`.
///
/// # Panics
/// When the clamp or the oracle does something else.
pub fn frame_clamped(policy: Policy, before: &str, after: &str, (from, to): (u16, u16)) {
    hold_frame(policy, before, after, Outcome::Clamped { from, to });
}

/// The frame gets this outcome, and comes out as it came.
///
/// # Panics
/// When the clamp or the oracle does something else.
pub fn frame_untouched(policy: Policy, frame: &str, outcome: Outcome) {
    hold_frame(policy, frame, frame, outcome);
}

/// The bare packet is clamped from one MSS to another, and comes out as `after`.
///
/// # Panics
/// When the clamp or the oracle does something else.
pub fn packet_clamped(policy: Policy, before: &str, after: &str, (from, to): (u16, u16)) {
    hold_packet(policy, before, after, Outcome::Clamped { from, to });
}

/// The bare packet gets this outcome, and comes out as it came.
///
/// # Panics
/// When the clamp or the oracle does something else.
pub fn packet_untouched(policy: Policy, packet: &str, outcome: Outcome) {
    hold_packet(policy, packet, packet, outcome);
}

fn hold_frame(policy: Policy, before: &str, after: &str, outcome: Outcome) {
    let (bytes, after) = (hex(before), Hex(hex(after)));
    let clamp = policy.clamp().expect("a sound policy");
    let mut ours = bytes.clone();
    assert_eq!(clamp.frame(&mut ours), outcome, "the clamp");
    assert_eq!(Hex(ours), after, "the clamp");
    let oracle = oracle::frame(&policy, &bytes);
    assert_eq!(
        (oracle.outcome, Hex(oracle.bytes)),
        (outcome, after),
        "the oracle"
    );
}

fn hold_packet(policy: Policy, before: &str, after: &str, outcome: Outcome) {
    let (bytes, after) = (hex(before), Hex(hex(after)));
    let clamp = policy.clamp().expect("a sound policy");
    let mut ours = bytes.clone();
    assert_eq!(clamp.packet(&mut ours), outcome, "the clamp");
    assert_eq!(Hex(ours), after, "the clamp");
    let oracle = oracle::packet(&policy, &bytes);
    assert_eq!(
        (oracle.outcome, Hex(oracle.bytes)),
        (outcome, after),
        "the oracle"
    );
}

/// The frame gets an option with this MSS and becomes `after`, in a buffer with four bytes of room.
///
/// # Panics
/// When the clamp or the oracle does something else.
pub fn frame_inserted(policy: Policy, before: &str, after: &str, mss: u16) {
    let (before, after) = (hex(before), hex(after));
    let mut buffer = before.clone();
    buffer.resize(before.len() + 4, 0);
    let expected = Insertion::Inserted {
        mss,
        len: after.len(),
    };
    let oracle = oracle::insert_in_frame(&policy, &buffer, before.len());
    let clamp = policy.clamp().expect("a sound policy");
    assert_eq!(
        clamp.insert_in_frame(&mut buffer, before.len()),
        expected,
        "the clamp"
    );
    assert_eq!(
        Hex(buffer[..after.len()].to_vec()),
        Hex(after.clone()),
        "the clamp"
    );
    assert_eq!(oracle.outcome, expected, "the oracle");
    assert_eq!(
        Hex(oracle.bytes[..after.len()].to_vec()),
        Hex(after),
        "the oracle"
    );
}

/// Nothing is inserted into the frame, for this reason, with `room` bytes behind it; it stays as it was.
///
/// # Panics
/// When the clamp or the oracle does something else.
pub fn frame_not_inserted(policy: Policy, frame: &str, room: usize, expected: Insertion) {
    let frame = hex(frame);
    let mut buffer = frame.clone();
    buffer.resize(frame.len() + room, 0xee);
    let before = buffer.clone();
    let oracle = oracle::insert_in_frame(&policy, &buffer, frame.len());
    let clamp = policy.clamp().expect("a sound policy");
    assert_eq!(
        clamp.insert_in_frame(&mut buffer, frame.len()),
        expected,
        "the clamp"
    );
    assert_eq!(Hex(buffer), Hex(before.clone()), "the clamp");
    assert_eq!(
        (oracle.outcome, Hex(oracle.bytes)),
        (expected, Hex(before)),
        "the oracle"
    );
}
