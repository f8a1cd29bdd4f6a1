//! The masquerade beside a model that remembers every flow: nothing unsolicited comes in, no two flows share a tuple,
//! what comes back goes where it came from. The model is that of the router's own tests.

#![no_main]
#![allow(dead_code, reason = "taken from tests of which not all is used here")]

use fuzz::Share;
use libfuzzer_sys::fuzz_target;

#[path = "../../../firmware/tests/router/masquerade_model.rs"]
mod masquerade_model;
#[path = "../../../firmware/tests/router/packets.rs"]
mod packets;
#[path = "../src/bytes_as_random.rs"]
mod random;
#[path = "../../../firmware/tests/router/world.rs"]
mod world;

static WITH_A_SESSION: Share = Share::new();

/// About as many bytes of choices as a packet takes.
const BYTES_A_PACKET: usize = 7;

fuzz_target!(|data: &[u8]| {
    let packets = data.len().div_ceil(BYTES_A_PACKET);
    let mut random = random::Random::from_bytes(data);
    // As many slots as the longest input has packets, so that none is given up early.
    let exchanged = masquerade_model::exchange::<512>(&mut random, packets, false);
    WITH_A_SESSION.count(exchanged.went_out > 0);
    let mut random = random::Random::from_bytes(data);
    masquerade_model::exchange::<4>(&mut random, packets, true);
});
