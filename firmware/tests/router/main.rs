//! The router under a fake clock, between hosts that are a few lines each.

mod ipv6;
mod nat;
mod packets;
mod world;
