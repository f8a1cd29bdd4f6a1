//! Every row and every sentence of the clamp's contract, one test each, on hand-made bytes.
//!
//! In the bytes, `|` stands where a header begins.

mod ceiling;
mod checksum;
mod extension_headers;
mod fragments;
mod gre;
mod inserting;
mod inserting_lengths;
mod link_layers;
mod malformed;
mod options_walk;
mod order;
mod segments;
mod tunnels;

use clamp_core::{Layer, Malformed, Outcome};
use tests::oracle::Policy;

/// What most rows are held under: plain IPv4 comes to 1452, plain IPv6 to 1432.
fn link_mtu_1492() -> Policy {
    Policy::link_mtu(1492)
}

fn too_short(layer: Layer, needed: u16, there: u16) -> Outcome {
    Outcome::Malformed(Malformed::TooShort {
        layer,
        needed,
        there,
    })
}

fn wrong_version(layer: Layer, version: u8) -> Outcome {
    Outcome::Malformed(Malformed::WrongVersion { layer, version })
}
