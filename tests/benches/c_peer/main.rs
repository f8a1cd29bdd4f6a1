//! What a clamp in C costs beside ours: that of rp-pppoe (`pppoe -m`), the client in user space that many
//! routers dialled with, as Debian ships it. `cargo bench -p tests --bench c_peer` prints the table; it
//! needs root, or `unshare -rn`, and `bash host-sim/guests/fetch.sh`.
//!
//! Both get the same frames, and what they make of them must be the same. Instructions are counted by
//! callgrind: ours around the call; rp-pppoe's, which has no symbols, as the difference between two lengths
//! of a train of frames and between the program with and without its clamp.

use std::env;
use std::hint::black_box;
use std::process::ExitCode;

use clamp_core::{Clamp, Outcome};
use tests::callgrind::{MEASURE, instructions_a_call};
use tests::rp_pppoe::{self, PPP_AT, session_frame};

mod train;

/// Calls of the measured function in one run.
const CALLS: u64 = 10;
const CEILING: u16 = 1452;
const DSL: Clamp = match Clamp::for_max_mss(Some(CEILING), None) {
    Ok(clamp) => clamp,
    Err(_) => panic!("a ceiling under 48"),
};

/// A SYN with Linux's layout of options, its sums right.
const SYN: &[u8] = b"\x45\0\0\x3c\x12\x34\x40\0\x40\x06\x3c\x52\xc0\0\x02\x01\xc6\x33\x64\x01\
    \x9c\x40\0\x50\0\0\0\x01\0\0\0\0\xa0\x02\xfa\xf0\xc4\x46\0\0\
    \x02\x04\x05\xb4\x04\x02\x08\x0a\0\0\0\x01\0\0\0\0\x01\x03\x03\x07";
const FLAGS_AT: usize = 33;
const FLAG_ACK: u8 = 0x10;
const PPP_IPV4: [u8; 2] = [0x00, 0x21];

fn frames() -> [(&'static str, Vec<u8>); 2] {
    let mut data = SYN.to_vec();
    data[FLAGS_AT] = FLAG_ACK;
    [
        ("PPPoE + SYN clamped", session_frame(PPP_IPV4, SYN)),
        ("PPPoE + data segment", session_frame(PPP_IPV4, &data)),
    ]
}

#[inline(never)]
fn measured_call(frame: &mut [u8]) -> Outcome {
    DSL.frame(frame)
}

fn measure(name: &str) {
    let frames = frames().into_iter().find(|(of, _)| *of == name);
    let (_, frame) = frames.expect("one of that name");
    for _ in 0..CALLS {
        let mut frame = black_box(frame.clone());
        let _ = black_box(measured_call(&mut frame));
        black_box(frame);
    }
}

/// Both on one frame; what they made of it must be the same.
fn compare(name: &str, frame: &[u8]) -> Result<(u64, u64), String> {
    let ours = instructions_a_call(&[name], CALLS)?;
    let mut clamped = frame.to_vec();
    let _ = measured_call(&mut clamped);
    let theirs = train::instructions_a_frame(frame, CEILING, &clamped[PPP_AT..])?;
    Ok((ours, theirs))
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().collect();
    if let [_, flag, name] = arguments.as_slice()
        && flag == MEASURE
    {
        measure(name);
        return ExitCode::SUCCESS;
    }
    let name = match rp_pppoe::name() {
        Ok(name) => name,
        Err(why) => {
            eprintln!("{why}");
            return ExitCode::FAILURE;
        }
    };
    println!("| instructions | `Clamp::frame` | {name} |");
    println!("|---|---|---|");
    for (name, frame) in frames() {
        match compare(name, &frame) {
            Ok((ours, theirs)) => println!("| {name} | {ours} | {theirs} |"),
            Err(why) => {
                eprintln!("{name}: {why}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}
