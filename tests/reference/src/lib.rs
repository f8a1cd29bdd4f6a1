//! The contract of `clamp-core` a second time, and what the core is held to it with: a naive [`oracle`] that
//! predicts every outcome and every byte; [`frames`], random frames of every encapsulation that the clamp
//! knows; the [`conformance`] corpus, for any clamp.
//!
//! A package of its own, so that a change of the core is judged in seconds, without the router and the
//! simulator.

pub mod conformance;
pub mod frames;
pub mod oracle;
