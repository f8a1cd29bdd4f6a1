//! Names of several mutants at once, in which `…` stands for anything.

const ANYTHING: char = '…';

/// Whether it names more than one mutant.
pub(super) fn is_pattern(name: &str) -> bool {
    name.contains(ANYTHING)
}

/// Whether `name` is the pattern with something, or nothing, in the place of each `…`.
pub(super) fn is_like(name: &str, pattern: &str) -> bool {
    let Some((first, rest)) = pattern.split_once(ANYTHING) else {
        return name == pattern;
    };
    name.strip_prefix(first).is_some_and(|name| {
        let mut ends = name.char_indices().map(|(at, _)| at).chain([name.len()]);
        ends.any(|at| is_like(&name[at..], rest))
    })
}

#[cfg(test)]
mod tests {
    use super::{is_like, is_pattern};

    #[test]
    fn what_has_no_pattern_is_only_itself() {
        assert!(!is_pattern("a.rs: replace + with * in b"));
        assert!(is_like(
            "a.rs: replace + with * in b",
            "a.rs: replace + with * in b"
        ));
        assert!(!is_like(
            "a.rs: replace + with - in b",
            "a.rs: replace + with * in b"
        ));
    }

    #[test]
    fn an_ellipsis_is_anything_even_nothing() {
        assert!(is_pattern("a.rs: … in b"));
        for name in ["a.rs: replace + with * in b", "a.rs:  in b"] {
            assert!(is_like(name, "a.rs: … in b"), "{name}");
        }
        for name in ["a.rs: delete ! in bc", "b.rs: delete ! in b", "a.rs: "] {
            assert!(!is_like(name, "a.rs: … in b"), "{name}");
        }
        assert!(is_like("a.rs: x in b in b", "a.rs: … in b"));
        assert!(is_like(
            "a.rs: replace + with - in b",
            "…: replace + with … in b"
        ));
        assert!(is_like("é", "…é"));
        assert!(is_like("", "…"));
    }
}
