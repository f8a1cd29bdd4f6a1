//! What holds the other rooms to an oracle, to real captures and to the Linux kernel.
//!
//! The library half is what several integration tests share: a naive [`oracle`] that predicts every
//! outcome and every byte, and [`frames`], random frames of every encapsulation the clamp knows.

pub mod directed;
pub mod frames;
pub mod oracle;
