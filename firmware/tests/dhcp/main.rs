//! The DHCP client under a fake clock: against a server that behaves, servers that don't, and hostile bytes.
#![allow(
    dead_code,
    reason = "packets and random are taken from tests that use more of them"
)]

mod hostile;
mod leases;
mod obtaining;
#[path = "../router/packets.rs"]
mod packets;
mod prolonging;
#[path = "../router/random.rs"]
mod random;
mod server;
mod world;
