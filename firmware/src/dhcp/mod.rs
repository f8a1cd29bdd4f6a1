//! A DHCPv4 client without I/O (RFC 2131, RFC 2132): what comes off the wire and the time go in, what goes onto the
//! wire, the next deadline and the [`Lease`] come out. It owns all it needs in a fixed size and never allocates, waits,
//! reads a clock or draws entropy: the same seed, bytes and times give the same bytes.
//!
//! ```
//! use firmware::dhcp::{Client, Settings};
//! use firmware::pppoe::{Mac, Transmit};
//! use firmware::router::time::Instant;
//!
//! struct Wire;
//! impl Transmit for Wire {
//!     fn send(&mut self, to: Mac, ethertype: u16, header: &[u8], rest: &[u8]) -> bool {
//!         assert_eq!((to, ethertype), ([0xff; 6], 0x0800)); // a DHCPDISCOVER, to everybody
//!         true
//!     }
//! }
//!
//! let settings = Settings { mac: [2, 0, 0, 0, 0, 1], port_mtu_bytes: 1500, lans: &[] };
//! let mut client = Client::new(&settings, [7; 16]);
//! client.link(true, Instant(0));
//! let next = client.poll(Instant(0), &mut Wire);
//! assert!(next.is_some() && client.lease().is_none());
//! ```
//!
//! # Who does what
//! - [`Client`] takes frames and time, and is in one of the states of RFC 2131, figure 5; its `conflict` asks whether
//!   another station has the address (RFC 5227).
//! - `exchange` says when a question is asked again.
//! - `message` and `options` know the format (RFC 2131, section 2; RFC 2132), `datagram` the UDP and IPv4 around it.
//! - `lease` says which offers and leases a router can live with.
//! - `status` is what the owner wants to know.
//!
//! # What a hostile server can do
//! Whatever it sends, one frame in gives at most [`MAX_FRAMES_PER_FRAME`] frames out, and each refusal is followed by a
//! longer wait.
//!
//! # Not here
//! DHCPINFORM, DHCPRELEASE (a lease outlives a box that is unplugged, and is asked for again), authentication
//! (RFC 3118), DHCPFORCERENEW (RFC 3203), options of more than 255 bytes (RFC 3396), static routes other than the
//! default one.

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
mod datagram;
mod exchange;
mod lease;
mod message;
mod options;
mod settings;
mod status;

pub use client::{Client, MAX_FRAMES_PER_FRAME};
pub use lease::Lease;
pub use settings::Settings;
pub use status::{Counters, Discard, Discards, Phase, Reason, Status};
