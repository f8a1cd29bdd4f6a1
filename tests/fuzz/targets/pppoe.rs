//! The PPPoE client among hostile peers: it answers within bounds, keeps its password, and has a session with the next
//! peer that behaves. The peers and what is asserted are those of the client's own tests.

#![no_main]
#![allow(
    dead_code,
    unused_imports,
    reason = "taken from tests of which not all is used here"
)]

use fuzz::Share;
use libfuzzer_sys::fuzz_target;

#[path = "../../../firmware/tests/pppoe/hostile.rs"]
mod hostile;
#[path = "../../../firmware/tests/pppoe/hostile_peer.rs"]
mod hostile_peer;
#[path = "../../../firmware/tests/pppoe/peer/mod.rs"]
mod peer;
#[path = "../src/bytes_as_random.rs"]
mod random;
#[path = "../../../firmware/tests/pppoe/world.rs"]
mod world;

static IN_A_SESSION: Share = Share::new();

fuzz_target!(|data: &[u8]| {
    let mut reached = hostile::Reached::default();
    hostile::history(&mut random::Random::from_bytes(data), &mut reached);
    IN_A_SESSION.count(reached.share_in_a_session() >= 50);
});
