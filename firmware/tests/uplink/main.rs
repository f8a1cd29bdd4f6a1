//! The router over a PPPoE session, under a fake clock: the access concentrator is the one that the client's own tests
//! have, the hosts are a few lines.
#![allow(
    dead_code,
    reason = "packets and peer are taken from tests that use more of them"
)]

mod house;
#[path = "../router/packets.rs"]
mod packets;
#[path = "../pppoe/peer.rs"]
mod peer;
mod session;
#[path = "../pppoe/world.rs"]
mod world;
