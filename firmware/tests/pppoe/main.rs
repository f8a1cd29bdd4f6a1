//! The PPPoE client under a fake clock: against bytes written by hand, against a peer that behaves,
//! and against peers that don't.

#![allow(dead_code, reason = "the tests of every rule follow")]

mod peer;
#[path = "../router/random.rs"]
mod random;
mod session;
mod table;
mod world;
