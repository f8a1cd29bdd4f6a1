//! Which of a list's mutants are judged.

use std::fmt;
use std::path::PathBuf;
use std::process::Command;

use super::share::Share;

/// Which of a list's mutants are judged.
#[derive(Debug)]
pub enum Selection {
    /// All of them.
    All,
    /// One share of them.
    Share(Share),
    /// Those on the lines that a diff adds.
    Diff(PathBuf),
    /// Those with these names, line numbers included.
    Names(Vec<String>),
}

impl Selection {
    pub(super) fn add_to(&self, command: &mut Command) {
        match self {
            Self::All => {}
            Self::Share(share) => {
                command.args(["--sharding", "round-robin", "--shard", &share.to_string()]);
            }
            Self::Diff(diff) => {
                command.arg("--in-diff").arg(diff);
            }
            Self::Names(names) => {
                for name in names {
                    command.args(["--re", &format!("^{}$", literally(name))]);
                }
            }
        }
    }
}

impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all mutants"),
            Self::Share(share) => write!(f, "share {share} of the mutants"),
            Self::Diff(_) => f.write_str("the mutants of the lines that changed"),
            Self::Names(names) => write!(f, "{} mutants", names.len()),
        }
    }
}

/// A regular expression that only the text itself is.
fn literally(text: &str) -> String {
    let mut expression = String::new();
    for letter in text.chars() {
        if r"\.+*?()|[]{}^$#&-~".contains(letter) {
            expression.push('\\');
        }
        expression.push(letter);
    }
    expression
}

#[cfg(test)]
mod tests {
    use super::literally;

    #[test]
    fn a_name_is_taken_literally() {
        assert_eq!(
            literally("a.rs:1:2: replace + with * in <b>"),
            r"a\.rs:1:2: replace \+ with \* in <b>"
        );
    }
}
