//! The instructions of rp-pppoe's clamp, of which a program without symbols tells only the sum: trains of frames of two
//! lengths, with the clamp and without.

use std::process::Command;

use tests::callgrind::collected;
use tests::rp_pppoe::{RpPppoe, ppp_frame, program};

/// Two lengths of a train: what is the same for both is what the program takes to begin and to end.
const SHORT_TRAIN: u64 = 10;
const LONG_TRAIN: u64 = 110;
const FRAMES: u64 = LONG_TRAIN - SHORT_TRAIN;

/// What `-m` adds to the instructions of a frame: the clamp, and the look whether to clamp.
/// `expected` is the PPP frame that must come out.
pub(crate) fn instructions_a_frame(
    frame: &[u8],
    ceiling: u16,
    expected: &[u8],
) -> Result<u64, String> {
    let slope = |ceiling| -> Result<(u64, Vec<u8>), String> {
        let (short, _) = train(ceiling, SHORT_TRAIN, frame)?;
        let (long, line) = train(ceiling, LONG_TRAIN, frame)?;
        Ok((long - short, line))
    };
    let (without, unclamped_line) = slope(None)?;
    let (with, line) = slope(Some(ceiling))?;
    if ppp_frame(&line).as_deref() != Some(expected) {
        return Err(format!("pppoe made {line:02x?} of it"));
    }
    // Each escaped byte costs the framing more, clamp or not.
    if line.len() != unclamped_line.len() {
        return Err("the clamped frame has more bytes to escape than the other".to_owned());
    }
    with.checked_sub(without)
        .map(|added| (added + FRAMES / 2) / FRAMES)
        .ok_or_else(|| "with its clamp it takes less than without".to_owned())
}

/// Sends it a frame so many times; returns the instructions of its whole life, and its last line.
fn train(ceiling: Option<u16>, frames: u64, frame: &[u8]) -> Result<(u64, Vec<u8>), String> {
    let mut callgrind = Command::new("valgrind");
    callgrind
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program()?);
    let mut rp_pppoe = RpPppoe::start(callgrind, ceiling)?;
    let mut line = Vec::new();
    for _ in 0..frames {
        rp_pppoe.send(frame);
        line = rp_pppoe.next_line()?;
    }
    let log = rp_pppoe.end()?;
    let instructions = collected(&log).ok_or(log)?;
    Ok((instructions, line))
}
