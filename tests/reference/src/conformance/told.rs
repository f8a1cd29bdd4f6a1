//! Outcomes in the corpus' words.

use clamp_core::{Insertion, Malformed, Outcome};

/// The name of a variant, `NotTcp` as `not-tcp`.
fn kebab(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !words.is_empty() {
            words.push('-');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

/// An outcome as the corpus writes it.
#[must_use]
pub fn outcome_in_words(outcome: Outcome) -> String {
    match outcome {
        Outcome::Clamped { from, to } => format!("clamped {from} {to}"),
        Outcome::Fits { mss } => format!("fits {mss}"),
        Outcome::LeftAlone(reason) => format!("left-alone {}", kebab(&format!("{reason:?}"))),
        Outcome::Malformed(Malformed::TooShort {
            layer,
            needed,
            there,
        }) => {
            let layer = kebab(&format!("{layer:?}"));
            format!("malformed {layer} needed {needed} there {there}")
        }
        Outcome::Malformed(Malformed::WrongVersion { layer, version }) => {
            format!(
                "malformed {} version {version}",
                kebab(&format!("{layer:?}"))
            )
        }
    }
}

/// An insertion as the corpus writes it.
#[must_use]
pub fn insertion_in_words(insertion: Insertion) -> String {
    match insertion {
        Insertion::Inserted { mss, .. } => format!("inserted {mss}"),
        Insertion::NotMissing => "not-missing".to_owned(),
        Insertion::Refused(refusal) => format!("refused {}", kebab(&format!("{refusal:?}"))),
    }
}
