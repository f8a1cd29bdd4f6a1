//! Mutants of the code, made by cargo-mutants one at a time: the tests must tell each from the code, or a committed
//! [`List`] says why they don't.

mod bench;
mod list;
mod pattern;
mod selection;
mod share;
mod verdict;

pub use bench::Bench;
pub use list::{Judge, List};
pub use selection::Selection;
pub use share::Share;
pub use verdict::{Fate, Judged, Tally, faults};
