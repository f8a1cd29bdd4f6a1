//! A PPPoE client without I/O: what comes off the wire and the time go in, what goes onto the wire,
//! the next deadline and the [`Line`] come out. It owns all it needs in a fixed size and never
//! allocates, waits, reads a clock or draws entropy: the same seed, bytes and times give the same
//! bytes.
//!
//! ```
//! use firmware::pppoe::{self, Client, Settings, Transmit};
//! use firmware::router::time::Instant;
//!
//! struct Wire;
//! impl Transmit for Wire {
//!     fn send(&mut self, to: pppoe::Mac, ethertype: u16, header: &[u8], rest: &[u8]) -> bool {
//!         assert_eq!((to, ethertype), ([0xff; 6], pppoe::DISCOVERY)); // a PADI
//!         assert_eq!(header[..2], [0x11, 0x09]);
//!         true
//!     }
//! }
//!
//! let settings = Settings {
//!     username: "customer@example.net",
//!     password: "a secret",
//!     ..Settings::default()
//! };
//! let mut client = Client::new(&settings, [7; 16])?;
//! client.link(true, Instant(0));
//! let next = client.poll(Instant(0), &mut Wire);
//! assert!(next.is_some() && client.line().is_none());
//! # Ok::<(), pppoe::SettingsError>(())
//! ```
//!
//! # Who does what
//! - [`Client`] takes frames and time, and starts again after whatever ends a session: after how long,
//!   `retry` says.
//! - `discovery` finds an access concentrator and a session (RFC 2516; its frames in `frame`, `tags`).
//! - `link` is PPP inside the session, phase by phase (RFC 1661, section 3.2).
//! - `layer` runs LCP and the network control protocols alike by the table of [`automaton`] (RFC 1661,
//!   section 4.1); `lcp`, `ipcp` and `ipv6cp` know the options of each (`negotiation`), `control` how
//!   packets and lists of options are written.
//! - `authentication` proves who we are, by `pap` or `chap`.
//! - `echo` asks whether the peer still lives, and `full_size` whether packets of more than 1492 bytes
//!   arrive (RFC 4638).
//!
//! # What a hostile peer can do
//! Whatever it sends, one frame in gives at most [`MAX_FRAMES_PER_FRAME`] frames out, a session that
//! doesn't come up ends after [`SETUP_LIMIT_MS`], and each end is followed by discovery.

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
mod authentication;
pub mod automaton;
mod chap;
mod client;
mod control;
mod discovery;
mod echo;
mod frame;
mod full_size;
mod io;
mod ipcp;
mod ipv6cp;
mod layer;
mod lcp;
mod line;
mod link;
mod negotiation;
mod pap;
mod retry;
mod settings;
mod status;
mod tags;

pub use client::{Client, Inbound, MAX_FRAMES_PER_FRAME};
pub use frame::{DISCOVERY, SESSION};
pub(crate) use io::about_ms;
pub use io::{MAX_HEADER_BYTES, Mac, Transmit};
pub use line::{Family, Line, LineIpv4, LineIpv6};
pub use link::SETUP_LIMIT_MS;
pub(crate) use retry::doubled;
pub use settings::{Settings, SettingsError, SettingsProblem};
pub use status::{Counters, Discard, Discards, Message, Phase, Reason, Status};
