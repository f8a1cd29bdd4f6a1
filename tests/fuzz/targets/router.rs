//! The whole router between two ports and the box's own stack, on frames that are nearly right: its counters add up
//! after each, no slot is lost, and it still forwards afterwards. The world, the frames and what is asserted are those
//! of the router's own tests.

#![no_main]
#![allow(dead_code, reason = "taken from tests of which not all is used here")]

use fuzz::Share;
use libfuzzer_sys::fuzz_target;

#[path = "../../../firmware/tests/router/chaos.rs"]
mod chaos;
#[path = "../../../firmware/tests/router/packets.rs"]
mod packets;
#[path = "../src/bytes_as_random.rs"]
mod random;
#[path = "../../../firmware/tests/router/world.rs"]
mod world;

static AT_THE_TABLES: Share = Share::new();

/// About as many bytes of choices as a frame takes.
const BYTES_A_FRAME: usize = 12;

fuzz_target!(|data: &[u8]| {
    let frames = data.len().div_ceil(BYTES_A_FRAME);
    let counters = chaos::run(random::Random::from_bytes(data), frames, drop);
    AT_THE_TABLES.count(counters.past_the_headers() * 2 >= counters.received);
});
