//! The lists in `tests/mutants`: which mutants are made, what judges them, and which of them no test catches, each
//! with the reason: because none can (`equivalent`), or why none does (`untested`), or because the
//! compiler refuses them (`uncompiled`). A name may stand for several mutants: in it, `…` is anything. A line a fact, its
//! first word says which; indented lines are reasons, `#` begins a comment.

use std::fmt;

use super::verdict::{Fate, Judged};

/// One list.
#[derive(Debug, Default)]
pub struct List {
    /// Whose code is changed.
    pub package: String,
    /// The folder of that code.
    pub sources: String,
    /// The file with cargo-mutants' own settings.
    pub config: Option<String>,
    /// A module of the crate for as long as its mutants are judged, and with it goes `no_std`: what mutants need to
    /// compile.
    pub defaults: Option<String>,
    /// Each judges what those before it did not catch.
    pub judges: Vec<Judge>,
    /// How many shares all mutants are divided into where time is short.
    pub shares: u64,
    /// The mutants that no judge catches, for a reason that stands in the list.
    pub known: Vec<Judged>,
}

/// Tests that tell a mutant from the code.
#[derive(Debug, PartialEq, Eq)]
pub struct Judge {
    /// Whose tests, with commas between.
    pub packages: String,
    /// Which of them, as `cargo test` says it.
    pub arguments: Vec<String>,
    /// The same behind a `--`, as the test programs say it.
    pub test_arguments: Vec<String>,
}

impl fmt::Display for Judge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            packages,
            arguments,
            test_arguments,
        } = self;
        write!(
            f,
            "{packages} {} -- {}",
            arguments.join(" "),
            test_arguments.join(" ")
        )
    }
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
                "equivalent" | "untested" => Fate::Missed,
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
        if list.package.is_empty() || list.sources.is_empty() {
            return Err("a list needs a package and its sources".to_owned());
        }
        if list.judges.is_empty() || list.shares == 0 {
            return Err("a list needs a judge and shares".to_owned());
        }
        Ok(list)
    }

    fn set(&mut self, word: &str, rest: &str) -> Result<(), String> {
        match word {
            "package" => rest.clone_into(&mut self.package),
            "sources" => rest.clone_into(&mut self.sources),
            "config" => self.config = Some(rest.to_owned()),
            "shares" => {
                let shares = rest.parse().map_err(|error| format!("{word}: {error}"));
                self.shares = shares?;
            }
            "defaults" => self.defaults = Some(rest.to_owned()),
            "judge" => {
                let mut words = rest.split_whitespace().map(str::to_owned);
                let packages = words.next().ok_or("a judge without a package")?;
                let arguments = words.by_ref().take_while(|word| word != "--").collect();
                self.judges.push(Judge {
                    packages,
                    arguments,
                    test_arguments: words.collect(),
                });
            }
            _ => return Err(format!("no list says: {word} {rest}")),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::List;
    use crate::mutants::Fate;

    const HEAD: &str = "package a\nsources d\njudge b,c --lib -- --skip slow\nshares 7\n";

    #[test]
    fn several_mutants_may_share_a_reason_and_none_may_go_without() {
        let list = List::read(&format!(
            "{HEAD}# x\nequivalent f: one\nuncompiled f: two\n    Because.\n"
        ));
        let list = list.expect("two mutants and a reason");
        assert_eq!(list.shares, 7);
        assert_eq!((&*list.package, &*list.sources), ("a", "d"));
        assert_eq!(list.judges[0].packages, "b,c");
        assert_eq!(list.judges[0].arguments, ["--lib"]);
        assert_eq!(list.judges[0].test_arguments, ["--skip", "slow"]);
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
        assert!(List::read(&format!("{HEAD}shares 0\n")).is_err());
        assert!(List::read(&format!("{HEAD}shares many\n")).is_err());
        let untested = List::read(&format!("{HEAD}untested f: one\n    Too slow.\n"));
        assert_eq!(untested.expect("a list").known[0].fate, Fate::Missed);
    }

    #[test]
    fn the_committed_lists_can_be_read() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("mutants");
        let mut lists = 0;
        for file in fs::read_dir(folder).expect("the lists") {
            let path = file.expect("a file").path();
            if path.extension().is_some_and(|extension| extension == "txt") {
                let text = fs::read_to_string(&path).expect("text");
                let read = List::read(&text);
                assert!(read.is_ok(), "{}: {read:?}", path.display());
                lists += 1;
            }
        }
        assert!(lists > 2, "{lists} lists");
    }
}
