//! The client of DHCPv6 prefix delegation under a fake clock, against messages written by hand and servers that don't
//! behave.

mod exchanges;
mod hostile;
mod lifetimes;
#[path = "../router/random.rs"]
mod random;
mod world;
