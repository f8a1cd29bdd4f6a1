//! A command line taken apart as a shell does it, every character with its place in the text.

use std::ops::Range;

use super::error::RuleError;

/// The longest rule that is looked at, in bytes.
pub(super) const MAX_RULE_LEN: usize = 4096;

/// A character and the byte of the rule where it begins.
pub(super) type Placed = (char, usize);

/// One word, without its quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    chars: Vec<Placed>,
    /// What it takes up in the rule, quotes included.
    pub(super) at: Range<usize>,
}

impl Word {
    /// A word that nobody wrote, at a place in the rule.
    pub(super) fn made_of(text: &str, at: usize) -> Self {
        Self {
            chars: text.chars().map(|char| (char, at)).collect(),
            at: at..at,
        }
    }

    pub(super) fn text(&self) -> String {
        self.chars.iter().map(|&(char, _)| char).collect()
    }

    pub(super) fn chars(&self) -> &[Placed] {
        &self.chars
    }

    /// The characters from number `from` to `to`, as a word of its own.
    pub(super) fn part(&self, from: usize, to: usize) -> Self {
        let chars = self.chars.get(from..to).unwrap_or_default().to_vec();
        let start = chars.first().map_or(self.at.end, |&(_, at)| at);
        let end = chars
            .last()
            .map_or(start, |&(char, at)| at + char.len_utf8());
        Self {
            chars,
            at: start..end,
        }
    }

    /// What stands in front of the first `separator`, and what behind it.
    pub(super) fn split_once(&self, separator: char) -> Option<(Self, Self)> {
        let place = self.chars.iter().position(|&(char, _)| char == separator)?;
        Some((self.part(0, place), self.part(place + 1, self.chars.len())))
    }

    /// The words in a word that was quoted as a whole, split at blanks; quotes inside it still count.
    pub(super) fn words(&self) -> Vec<Self> {
        let mut words = Vec::new();
        let (mut start, mut quoted) = (None, false);
        for (place, &(char, _)) in self.chars.iter().enumerate() {
            quoted ^= char == '"';
            if char.is_whitespace() && !quoted {
                words.extend(start.take().map(|start| self.part(start, place)));
            } else {
                start.get_or_insert(place);
            }
        }
        words.extend(start.map(|start| self.part(start, self.chars.len())));
        words
    }
}

/// Whose characters `;`, `&`, `|`, `(` and the like are where they are not quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operators {
    /// The shell's: one rule is one command, so they are refused.
    Shell,
    /// The rule's own, as nft's are, which are mostly seen in a file.
    Rule,
}

/// Splits a rule into words.
pub(super) fn split(text: &str, operators: Operators) -> Result<Vec<Word>, RuleError> {
    if text.len() > MAX_RULE_LEN {
        let why = format!("a rule of more than {MAX_RULE_LEN} bytes");
        return Err(RuleError::new(text, MAX_RULE_LEN..text.len(), why));
    }
    let mut splitter = Splitter {
        text,
        rest: text.char_indices().map(|(at, char)| (char, at)).collect(),
        next: 0,
        operators,
    };
    let mut words = Vec::new();
    while let Some(word) = splitter.word()? {
        words.push(word);
    }
    Ok(words)
}

struct Splitter<'a> {
    text: &'a str,
    rest: Vec<Placed>,
    next: usize,
    operators: Operators,
}

impl Splitter<'_> {
    fn peek(&self) -> Option<Placed> {
        self.rest.get(self.next).copied()
    }

    fn take(&mut self) -> Option<Placed> {
        let placed = self.peek()?;
        self.next += 1;
        Some(placed)
    }

    fn refuse<T>(&self, at: usize, why: &str) -> Result<T, RuleError> {
        let end = self.text[at..].chars().next().map_or(0, char::len_utf8);
        Err(RuleError::new(self.text, at..at + end, why))
    }

    /// Passes blanks, joined lines and a comment.
    fn pass_blanks(&mut self) {
        while let Some((char, _)) = self.peek() {
            let next_is_newline = matches!(self.rest.get(self.next + 1), Some(('\n', _)));
            if char.is_whitespace() {
                self.next += 1;
            } else if char == '\\' && next_is_newline {
                self.next += 2;
            } else if char == '#' {
                while self.take().is_some_and(|(char, _)| char != '\n') {}
            } else {
                return;
            }
        }
    }

    fn word(&mut self) -> Result<Option<Word>, RuleError> {
        self.pass_blanks();
        let Some((_, start)) = self.peek() else {
            return Ok(None);
        };
        let mut chars = Vec::new();
        while let Some((char, at)) = self.peek() {
            if char.is_whitespace() {
                break;
            }
            self.next += 1;
            match char {
                '\'' => self.single_quoted(at, &mut chars)?,
                '"' => self.double_quoted(at, &mut chars)?,
                '\\' => match self.take() {
                    Some(('\n', _)) => {}
                    Some(escaped) => chars.push(escaped),
                    None => return self.refuse(at, "nothing follows to escape"),
                },
                '$' | '`' => return self.refuse(at, VARIABLE),
                ';' | '&' | '|' | '<' | '>' | '(' | ')' if self.operators == Operators::Shell => {
                    return self.refuse(at, "one command a rule: this is the shell's");
                }
                char => chars.push((char, at)),
            }
        }
        let end = self.peek().map_or(self.text.len(), |(_, at)| at);
        Ok(Some(Word {
            chars,
            at: start..end,
        }))
    }

    fn single_quoted(&mut self, open: usize, chars: &mut Vec<Placed>) -> Result<(), RuleError> {
        loop {
            match self.take() {
                Some(('\'', _)) => return Ok(()),
                Some(placed) => chars.push(placed),
                None => return self.refuse(open, "the quote is never closed"),
            }
        }
    }

    fn double_quoted(&mut self, open: usize, chars: &mut Vec<Placed>) -> Result<(), RuleError> {
        loop {
            match self.take() {
                Some(('"', _)) => return Ok(()),
                Some(('$' | '`', at)) => return self.refuse(at, VARIABLE),
                Some(backslash @ ('\\', _)) => match self.peek() {
                    Some(('\n', _)) => self.next += 1,
                    Some(escaped @ ('\\' | '"' | '$' | '`', _)) => {
                        self.next += 1;
                        chars.push(escaped);
                    }
                    _ => chars.push(backslash),
                },
                Some(placed) => chars.push(placed),
                None => return self.refuse(open, "the quote is never closed"),
            }
        }
    }
}

const VARIABLE: &str = "the shell's variables are not known here: put the value in its place";

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(rule: &str) -> Vec<String> {
        let words = split(rule, Operators::Shell).unwrap();
        words.iter().map(Word::text).collect()
    }

    #[test]
    fn words_are_quoted_and_joined_as_a_shell_does_it() {
        for (rule, words) in [
            ("a  b\tc ", &["a", "b", "c"][..]),
            ("'a b' \"c 'd\" e\\ f", &["a b", "c 'd", "e f"]),
            ("a'b'\"c\"d", &["abcd"]),
            ("'' \"\"", &["", ""]),
            ("a \\\n b # and so on", &["a", "b"]),
            (r#""a\"b\c""#, &[r#"a"b\c"#]),
            ("a#b", &["a#b"]),
            ("\"a \\\n b\" c", &["a  b", "c"]),
        ] {
            assert_eq!(texts(rule), words, "{rule}");
        }
    }

    #[test]
    fn what_only_a_shell_can_do_is_refused_where_it_stands() {
        for (rule, at) in [
            ("-o $WAN", 3..4),
            ("-o \"$WAN\"", 4..5),
            ("a; b", 1..2),
            ("a && b", 2..3),
            ("é 'b", 3..4),
            ("a \\", 2..3),
        ] {
            assert_eq!(
                split(rule, Operators::Shell).unwrap_err().at(),
                at,
                "{rule}"
            );
        }
    }

    #[test]
    fn a_quoted_word_keeps_the_places_of_the_words_in_it() {
        let words = split("x 'rule a=\"b c\"'", Operators::Shell).unwrap();
        let inner = words[1].words();
        assert_eq!(inner[1].text(), "a=\"b c\"");
        assert_eq!(inner[1].at, 8..15);
    }
}
