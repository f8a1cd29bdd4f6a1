//! What must hold for any frame, packet or capture: the clamp against the oracle, and against itself.
//!
//! `PROPTEST_CASES` scales every property (256 unless told), `SEED` brings a printed run back.

mod against_itself;
mod against_the_oracle;
mod insertion;

use clamp_core::Clamp;
use reference::oracle::Policy;

fn clamp_of(policy: Policy) -> Clamp {
    policy.clamp().expect("drawn from what is accepted")
}
