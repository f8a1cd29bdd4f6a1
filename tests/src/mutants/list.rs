//! The lists in `tests/mutants`: which mutants are made, what judges them, and which of them no test can catch, each
//! with the reason. A line a fact, its first word says which; indented lines are reasons, `#` begins a comment.

use super::verdict::{Fate, Judged};

/// One list.
#[derive(Debug, Default)]
pub struct List {
    /// Whose code is changed.
    pub package: String,
    /// The file with cargo-mutants' own settings.
    pub config: Option<String>,
    /// A module of the crate for as long as its mutants are judged, and with it goes `no_std`: what mutants need to
    /// compile.
    pub defaults: Option<String>,
    /// Each judges what those before it did not catch.
    pub judges: Vec<Judge>,
    /// The mutants that no judge can catch, for a reason that stands in the list.
    pub known: Vec<Judged>,
}

/// Tests that tell a mutant from the code.
#[derive(Debug, PartialEq, Eq)]
pub struct Judge {
    /// Whose tests, with commas between.
    pub packages: String,
    /// Which of them, as `cargo test` says it.
    pub arguments: Vec<String>,
}

impl List {
    /// Reads a list.
    ///
    /// # Errors
    /// The first line that says nothing known, or a mutant without a reason.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut list = Self::default();
        let mut without_reason: Option<&str> = None;
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if line.starts_with(' ') || line.is_empty() {
                if !line.is_empty() {
                    without_reason = None;
                }
                continue;
            }
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            let rest = rest.trim();
            let fate = match word {
                "equivalent" => Fate::Missed,
                "uncompiled" => Fate::Uncompiled,
                _ => {
                    list.set(word, rest)?;
                    continue;
                }
            };
            without_reason = Some(line);
            list.known.push(Judged {
                name: rest.to_owned(),
                fate,
            });
        }
        if let Some(line) = without_reason {
            return Err(format!("no reason behind: {line}"));
        }
        if list.package.is_empty() || list.judges.is_empty() {
            return Err("a list needs a package and a judge".to_owned());
        }
        Ok(list)
    }

    fn set(&mut self, word: &str, rest: &str) -> Result<(), String> {
        match word {
            "package" => rest.clone_into(&mut self.package),
            "config" => self.config = Some(rest.to_owned()),
            "defaults" => self.defaults = Some(rest.to_owned()),
            "judge" => {
                let mut words = rest.split_whitespace().map(str::to_owned);
                self.judges.push(Judge {
                    packages: words.next().ok_or("a judge without a package")?,
                    arguments: words.collect(),
                });
            }
            _ => return Err(format!("no list says: {word} {rest}")),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::List;
    use crate::mutants::Fate;

    const HEAD: &str = "package a\njudge b,c --lib\n";

    #[test]
    fn several_mutants_may_share_a_reason_and_none_may_go_without() {
        let list = List::read(&format!(
            "{HEAD}# x\nequivalent f: one\nuncompiled f: two\n    Because.\n"
        ));
        let list = list.expect("two mutants and a reason");
        assert_eq!(list.judges[0].packages, "b,c");
        assert_eq!(list.judges[0].arguments, ["--lib"]);
        let [one, two] = &list.known[..] else {
            panic!("{list:?}");
        };
        assert_eq!((one.name.as_str(), one.fate), ("f: one", Fate::Missed));
        assert_eq!((two.name.as_str(), two.fate), ("f: two", Fate::Uncompiled));
        let error = List::read(&format!("{HEAD}equivalent f: one\n\n# Because.\n"));
        assert_eq!(
            error.expect_err("no reason"),
            "no reason behind: equivalent f: one"
        );
    }

    #[test]
    fn a_word_that_no_list_has_is_an_error() {
        assert!(List::read(&format!("{HEAD}equivalents f: one\n    Because.\n")).is_err());
        assert!(List::read("package a\n").is_err());
    }

    #[test]
    fn the_committed_list_can_be_read() {
        List::read(include_str!("../../mutants/core.txt")).expect("a list");
    }
}
