//! DHCPv6 prefix delegation for the box as the customer's end (RFC 8415, section 6.3), without I/O: the payloads of
//! UDP datagrams and the time go in; payloads, the next deadline and the [`Delegation`] come out. It owns all it needs
//! in a fixed size and never allocates, waits, reads a clock or draws entropy.
//!
//! What comes out goes from port 546 of the box's link-local address to port 547 of [`SERVERS`]; what came to port
//! 546 of that address goes in.
//!
//! ```
//! use firmware::dhcpv6::Client;
//! use firmware::router::time::Instant;
//!
//! let mut client = Client::new([2, 0, 0, 0, 0, 1], [7; 16]);
//! client.link(true, Instant(0));
//! let mut kinds = Vec::new();
//! let due = client.poll(Instant(0), &mut |payload| kinds.push(payload[0])).unwrap();
//! client.poll(due, &mut |payload| kinds.push(payload[0]));
//! assert_eq!(kinds, [1]); // Solicit
//! assert!(client.delegation().is_none());
//! ```
//!
//! # Who does what
//! - [`Client`] is in one of the [`Phase`]s, each an exchange of section 18.2.
//! - `exchange` says when a message is sent again (section 15).
//! - `message` knows the format (section 21), `delegation` what of it can be lived with.
//!
//! # What a hostile server can do
//! A message in gives at most one out, a delegation is renewed no sooner than after [`MIN_RENEWAL_MS`], and each
//! refusal is followed by a longer wait, up to two minutes.
//!
//! # Not here
//! Addresses (IA_NA, IA_TA), rapid commit, Reconfigure, authentication, relays; Release and Decline, for a box that is
//! unplugged wants its prefix again (RFC 9096, section 3.1). One prefix is asked for and used.

#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

mod client;
mod delegation;
mod exchange;
mod message;

use core::net::Ipv6Addr;

pub use client::{Client, Counters, MIN_RENEWAL_MS, Phase};
pub use delegation::Delegation;
pub(crate) use message::MAX_MESSAGE_BYTES;

/// The port that a client listens to (section 7.2).
pub const CLIENT_PORT: u16 = 546;
/// The port that servers listen to.
pub const SERVER_PORT: u16 = 547;
/// All_DHCP_Relay_Agents_and_Servers (section 7.1).
pub const SERVERS: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 1, 2);
