//! `Clamp::packet` and `Clamp::captured` of every link type, on any bytes under any policy, beside the oracle.

#![no_main]

use clamp_core::{LinkType, Outcome, Reason};
use fuzz::{Choice, Input, Share, repair_packet};
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use tests::frames::{ALL_LINK_TYPES, Hex};
use tests::oracle;

static PAST_THE_IP_VERSION: Share = Share::new();

fuzz_target!(|data: &[u8]| {
    let Some(input) = Input::read(data) else {
        return;
    };
    let clamp = input.policy.clamp().expect("read only if sound");

    let expected = oracle::packet(&input.policy, input.frame);
    let mut ours = input.frame.to_vec();
    let outcome = clamp.packet(&mut ours);
    assert_eq!(outcome, expected.outcome);
    assert_eq!(Hex(ours.clone()), Hex(expected.bytes));
    assert_eq!(clamp.judge_packet(input.frame), outcome);
    let is_packet = !matches!(
        outcome,
        Outcome::LeftAlone(Reason::NotIp)
            | Outcome::Malformed(clamp_core::Malformed::WrongVersion { .. })
    );
    PAST_THE_IP_VERSION.count(is_packet);

    for link in ALL_LINK_TYPES {
        captured(&input, link, clamp);
    }
});

fn captured(input: &Input<'_>, link: LinkType, clamp: clamp_core::Clamp) {
    let wire_len = input.frame.len() + input.room_bytes;
    let expected = oracle::captured(&input.policy, link, input.frame, wire_len);
    let mut ours = input.frame.to_vec();
    assert_eq!(
        clamp.captured(link, &mut ours, wire_len, &mut ()),
        expected.outcome
    );
    assert_eq!(Hex(ours), Hex(expected.bytes));
}

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let size = fuzzer_mutate(data, size, max_size);
    let mut choice = Choice::new(seed);
    if !choice.one_in(8) {
        repair_packet(Input::frame_mut(&mut data[..size]), &mut choice);
    }
    size
});
