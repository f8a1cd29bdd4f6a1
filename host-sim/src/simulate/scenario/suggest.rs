//! What the writer of a misspelt key may have meant.

use strsim::damerau_levenshtein;

/// How many letters may differ.
const FURTHEST: usize = 4;

/// The nearest of `known`, if one is near.
pub(crate) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|known| (damerau_levenshtein(word, known), known))
        .filter(|(distance, known)| *distance <= FURTHEST.min(known.len() / 2))
        .min()
        .map(|(_, known)| known)
}

/// A suggestion for the complaint of the TOML reader, which names the unknown word and the known
/// ones between back ticks, in this order.
pub(super) fn for_complaint(message: &str) -> Option<String> {
    if !message.starts_with("unknown") {
        return None;
    }
    let mut quoted = message.split('`').skip(1).step_by(2);
    let word = quoted.next()?;
    nearest(word, quoted).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_word_is_found_and_a_far_one_is_not() {
        let known = ["mtu_bytes", "delay_ms"];
        assert_eq!(nearest("mtu_byte", known.into_iter()), Some("mtu_bytes"));
        assert_eq!(nearest("colour", known.into_iter()), None);
    }
}
