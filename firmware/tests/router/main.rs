//! The router under a fake clock, between hosts that are a few lines each.

mod fragments;
mod icmp;
mod ipv6;
mod limits;
mod nat;
mod packets;
mod path_mtu;
mod ports;
mod world;
