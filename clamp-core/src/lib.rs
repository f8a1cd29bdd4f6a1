//! Lowers the MSS option of passing TCP SYNs, so that connections over a path that carries less
//! than 1500 bytes do not go deaf.
//!
//! A router, which has bare IP packets in its hands:
//!
//! ```
//! use clamp_core::{Clamp, Outcome};
//!
//! # let mut packet = [
//! #     0x45, 0, 0, 44, 0, 0, 0x40, 0, 64, 6, 0, 0, 192, 0, 2, 1, 198, 51, 100, 1,
//! #     0x9c, 0x40, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x60, 0x02, 0xff, 0xff, 0x46, 0xf8, 0, 0,
//! #     0x02, 0x04, 0x05, 0xb4,
//! # ];
//! let clamp = Clamp::for_link_mtu(1492)?;
//! assert_eq!(clamp.packet(&mut packet), Outcome::Clamped { from: 1460, to: 1452 });
//! # Ok::<(), clamp_core::PolicyError>(())
//! ```
//!
//! A bump in the wire, which sees Ethernet frames and counts what happened to them:
//!
//! ```
//! use clamp_core::{Clamp, Outcome};
//!
//! # let mut frame = *b"\xff\xff\xff\xff\xff\xff\x02\0\0\0\0\x01\x08\x06\0\x01\x08\0\x06\x04\0\x01";
//! # let (mut clamped, mut passed, mut suspicious) = (0, 0, 0);
//! let clamp = Clamp::for_link_mtu(1500)?; // 1452 and 1432 inside PPPoE, 1460 and 1440 outside
//! match clamp.frame(&mut frame) {
//!     Outcome::Clamped { .. } => clamped += 1, // the only one that wrote
//!     Outcome::Fits { .. } | Outcome::LeftAlone(_) => passed += 1,
//!     Outcome::Malformed(_) => suspicious += 1,
//! }
//! # assert_eq!((clamped, passed, suspicious), (0, 1, 0));
//! # Ok::<(), clamp_core::PolicyError>(())
//! ```
//!
//! # What it does
//! In every SYN or SYN-ACK, every well-formed MSS option above the [ceiling](Clamp) is lowered to
//! it and the TCP checksum is updated (RFC 1624), at any alignment. Nothing else changes, ever; a
//! checksum that was wrong stays wrong by the same amount; clamping twice is clamping once.
//!
//! SYNs are found behind Ethernet with up to three VLAN tags, LLC/SNAP and PPPoE session headers,
//! in IPv4 and IPv6 with up to eight extension headers, in first fragments that hold the whole TCP
//! header, and, [when asked](Clamp::through_tunnels), in IPIP, 6in4, 4in6, 6in6 and GRE. Segments
//! under AH or signed with TCP-AO are left alone: a rewrite would break them. VXLAN, Geneve, GTP-U,
//! L2TP and MPLS are not looked into.
//!
//! # In which order
//! From the outside in, and the first [`Reason`] or [`Malformed`] that applies is the outcome, with
//! one exception for speed: a packet that is plainly not TCP, or TCP without SYN, is answered as
//! such before its IP lengths are judged.
//!
//! # What it can't do
//! Panic, allocate, loop without a bound, or read and write outside the slice: there is no unsafe
//! code, no indexing by a variable and no arithmetic that is checked.

#![no_std]
#![forbid(unsafe_code)]
// Tests may panic: it is how they fail.
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

mod bytes;
mod ceiling;
mod checksum;
mod clamp;
mod cursor;
mod ethernet;
mod gre;
mod insert;
mod ip;
mod ipv4;
mod ipv6;
mod length_fields;
mod link;
mod options;
mod outcome;
mod plain;
mod policy;
mod pppoe;
mod segment;
mod source;
mod stop;
mod tcp;
mod trail;

pub use insert::{Insertion, Refusal};
pub use link::LinkType;
pub use outcome::{Layer, Malformed, Outcome, Reason};
pub use policy::{Clamp, MIN_LINK_MTU_BYTES, MIN_MSS, PolicyError};
pub use trail::Trail;
