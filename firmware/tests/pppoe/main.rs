//! The PPPoE client under a fake clock: against bytes written by hand, against a peer that behaves,
//! and against peers that don't.

mod authentication;
mod discovery;
mod full_size;
mod hostile;
mod hostile_peer;
mod lcp;
mod lcp_codes;
mod live;
mod network;
mod peer;
#[path = "../router/random.rs"]
mod random;
mod reconnect;
mod session;
mod settings;
mod table;
mod world;
