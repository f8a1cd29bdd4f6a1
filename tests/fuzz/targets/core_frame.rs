//! `Clamp::frame` and insertion, on any frame under any policy, beside the oracle.

#![no_main]

use clamp_core::{Insertion, Outcome, Reason};
use fuzz::{Choice, Input, Share, repair_frame};
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use tests::frames::Hex;
use tests::oracle;

static PAST_THE_ETHERTYPE: Share = Share::new();

fuzz_target!(|data: &[u8]| {
    let Some(input) = Input::read(data) else {
        return;
    };
    let clamp = input.policy.clamp().expect("read only if sound");
    let expected = oracle::frame(&input.policy, input.frame);
    let mut ours = input.frame.to_vec();

    let judged = clamp.judge_frame(&ours);
    let outcome = clamp.frame(&mut ours);
    assert_eq!(outcome, expected.outcome);
    assert_eq!(judged, outcome, "judging is clamping without writing");
    assert_eq!(Hex(ours.clone()), Hex(expected.bytes));

    let once = ours.clone();
    let again = clamp.frame(&mut ours);
    assert_eq!(ours, once, "clamping twice is clamping once");
    match outcome {
        Outcome::Clamped { from, to } => {
            assert!(from > to);
            assert!(matches!(again, Outcome::Fits { mss } if mss <= to));
        }
        other => {
            assert_eq!(once, input.frame, "nothing else writes");
            assert_eq!(again, other);
        }
    }

    insert(&input, clamp);
    PAST_THE_ETHERTYPE.count(outcome != Outcome::LeftAlone(Reason::NotIp));
});

fn insert(input: &Input<'_>, clamp: clamp_core::Clamp) {
    let frame_len = input.frame.len();
    let mut buffer = input.frame.to_vec();
    buffer.resize(frame_len + input.room_bytes, 0xee);
    let expected = oracle::insert_in_frame(&input.policy, &buffer, frame_len);
    let before = buffer.clone();
    let insertion = clamp.insert_in_frame(&mut buffer, frame_len);
    assert_eq!(insertion, expected.outcome);
    assert_eq!(Hex(buffer.clone()), Hex(expected.bytes));
    match insertion {
        Insertion::Inserted { len, .. } => {
            let grown = &buffer[..len];
            assert_eq!(
                clamp.insert_in_frame(&mut grown.to_vec(), len),
                Insertion::NotMissing
            );
        }
        Insertion::NotMissing | Insertion::Refused(_) => assert_eq!(buffer, before),
    }
}

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let size = fuzzer_mutate(data, size, max_size);
    let mut choice = Choice::new(seed);
    if !choice.one_in(8) {
        repair_frame(Input::frame_mut(&mut data[..size]), &mut choice);
    }
    size
});
