//! The router under a fake clock, between hosts that are a few lines each.

mod chaos;
mod clamp;
mod config;
mod express;
mod fragments;
mod icmp;
mod identification;
mod ipv6;
mod limits;
mod masquerade_model;
mod nat;
mod ndp;
mod packets;
mod path_mtu;
mod ports;
mod random;
mod world;
