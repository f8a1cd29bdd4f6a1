//! Why a rule was refused, and at which word.

use std::ops::Range;
use std::{error, fmt};

/// A rule that can't be honoured: the word, its position, and why.
///
/// It is shown with a caret under the word:
///
/// ```
/// use host_sim::rules::Rule;
///
/// let refused = Rule::parse("iptables -A FORWARD -j ACCEPT").unwrap_err();
/// assert_eq!(refused.word(), "ACCEPT");
/// assert_eq!(refused.at(), 23..29);
/// assert_eq!(
///     refused.to_string(),
///     "`ACCEPT` at column 24: the only target here is TCPMSS\n  \
///      iptables -A FORWARD -j ACCEPT\n                         ^^^^^^"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleError {
    text: String,
    at: Range<usize>,
    why: String,
}

impl RuleError {
    /// Refuses the word at `at`, which is cut to what `text` has.
    pub(super) fn new(text: &str, at: Range<usize>, why: impl Into<String>) -> Self {
        let start = boundary(text, at.start);
        let end = boundary(text, at.end.max(start));
        Self {
            text: text.to_owned(),
            at: start..end,
            why: why.into(),
        }
    }

    /// The rule as it was given.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where in it the refused word is, in bytes: inside the text, empty at its end where a word is
    /// missing.
    #[must_use]
    pub fn at(&self) -> Range<usize> {
        self.at.clone()
    }

    /// The refused word; empty where one is missing.
    #[must_use]
    pub fn word(&self) -> &str {
        self.text.get(self.at.clone()).unwrap_or_default()
    }

    /// Why it was refused, without word and position.
    #[must_use]
    pub fn why(&self) -> &str {
        &self.why
    }

    /// The column of the word, counted from 1 in characters.
    #[must_use]
    pub fn column(&self) -> usize {
        self.text
            .get(..self.at.start)
            .map_or(0, |before| before.chars().count())
            + 1
    }
}

/// The next character boundary from `at` on.
fn boundary(text: &str, at: usize) -> usize {
    (at..text.len())
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(text.len())
}

/// How much of a long rule is shown on each side of the word.
const SHOWN_CHARS: usize = 60;

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let visible = |text: &str| -> Vec<char> {
            let shown = text.chars();
            shown
                .map(|shown| if shown.is_control() { ' ' } else { shown })
                .collect()
        };
        let before = visible(self.text.get(..self.at.start).unwrap_or_default());
        let word = visible(self.word());
        let behind = visible(self.text.get(self.at.end..).unwrap_or_default());
        let word = &word[..word.len().min(SHOWN_CHARS)];
        let text: String = word.iter().collect();
        if word.is_empty() {
            write!(f, "at column {}: ", self.column())?;
        } else {
            write!(f, "`{text}` at column {}: ", self.column())?;
        }
        let cut = before.len().saturating_sub(SHOWN_CHARS);
        let ellipsis = if cut == 0 { "" } else { "..." };
        let before: String = before[cut..].iter().collect();
        let behind: String = behind[..behind.len().min(SHOWN_CHARS)].iter().collect();
        let line = format!("{ellipsis}{before}{text}{behind}");
        let indent = ellipsis.len() + before.chars().count();
        let carets = "^".repeat(word.len().max(1));
        write!(
            f,
            "{}\n  {}\n  {:indent$}{carets}",
            self.why,
            line.trim_end(),
            ""
        )
    }
}

impl error::Error for RuleError {}
