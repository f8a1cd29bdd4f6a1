//! What holds the other rooms to an oracle, to real captures, to the Linux kernel and to their
//! budgets.
//!
//! The library half is what several integration tests share: the [`oracle`], the random [`frames`] and the
//! [`conformance`] corpus of the package `reference`; [`lab`], network namespaces around a real Linux router;
//! and [`linux`], what that router's own clamps do where ours differs on purpose; how others' clamps fare on the
//! corpus ([`fares`]); [`rp_pppoe`], a clamp in C among them; programs that are [`linked`] to be looked at, what [`callgrind`] counts, and the [`budget`] that figures are held to; and
//! [`mutants`] of the code, which the tests must tell from it, in a [`workspace_copy`].

pub mod black_holes;
pub mod budget;
pub mod callgrind;
pub mod fares;
pub mod lab;
pub mod linked;
pub mod linux;
pub mod mutants;
pub mod rp_pppoe;
pub mod workspace_copy;

pub use reference::{conformance, frames, oracle};

/// The code in the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
