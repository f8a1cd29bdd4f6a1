//! The conformance corpus: the contract of the clamp as inputs and expected outputs, in a plain format that
//! any other clamp can be run against. `tests/conformance/README.md` describes it.

mod case;
mod fare;
mod told;

pub use case::{Call, Case, ParseError, parse, policy_in_words};
pub use fare::{Fare, Verdict, judge, oracles, ours};
pub use told::{insertion_in_words, outcome_in_words};

/// The corpus itself.
pub const CORPUS: &str = include_str!("../../../conformance/corpus.txt");

/// Every case of the corpus.
///
/// # Panics
/// When the committed corpus can't be read, with the line.
#[must_use]
pub fn corpus() -> Vec<Case> {
    parse(CORPUS).unwrap_or_else(|error| panic!("the corpus, {error}"))
}
