//! What holds the other rooms to an oracle, to real captures, to the Linux kernel and to their
//! budgets.
//!
//! The library half is what several integration tests share: a naive [`oracle`] that predicts every
//! outcome and every byte; [`frames`], random frames of every encapsulation that the clamp knows;
//! [`lab`], network namespaces around a real Linux router; and [`linux`], what that router's own
//! clamps do where ours differs on purpose; the [`conformance`] corpus, for any clamp; programs that are
//! [`linked`] to be looked at, what [`callgrind`] counts, and the [`budget`] that figures are held to.

pub mod black_holes;
pub mod budget;
pub mod callgrind;
pub mod conformance;
pub mod frames;
pub mod lab;
pub mod linked;
pub mod linux;
pub mod oracle;

/// The code in the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
