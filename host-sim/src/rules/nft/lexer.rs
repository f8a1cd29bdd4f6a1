//! nft's words: what it takes apart without blanks between.

use std::ops::Range;

use super::super::error::RuleError;
use super::super::words::{Placed, Word};

/// A word, a string without its quotes, or an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) text: String,
    pub(super) at: Range<usize>,
    pub(super) is_quoted: bool,
}

impl Token {
    /// Whether it is this word or operator.
    pub(super) fn is(&self, text: &str) -> bool {
        !self.is_quoted && self.text == text
    }
}

/// The characters of a rule that stands by itself.
pub(super) fn of_text(text: &str) -> Vec<Placed> {
    text.char_indices().map(|(at, char)| (char, at)).collect()
}

/// The characters of a command: nft joins its arguments by blanks.
pub(super) fn of_words(words: &[Word]) -> Vec<Placed> {
    let mut chars = Vec::new();
    for word in words {
        chars.extend_from_slice(word.chars());
        chars.push((' ', word.at.end));
    }
    chars
}

/// Takes `chars`, which are of `text`, apart.
pub(super) fn tokens(text: &str, chars: &[Placed]) -> Result<Vec<Token>, RuleError> {
    let mut tokens = Vec::new();
    let mut next = 0;
    while let Some(&(char, at)) = chars.get(next) {
        if char.is_whitespace() {
            next += 1;
            continue;
        }
        if char == '#' {
            let line = chars[next..].iter().take_while(|(char, _)| *char != '\n');
            next += line.count();
            continue;
        }
        let len = if char == '"' {
            let inside = chars[next + 1..].iter().position(|(char, _)| *char == '"');
            let Some(inside) = inside else {
                let why = "the quote is never closed";
                return Err(RuleError::new(text, at..at + 1, why));
            };
            inside + 2
        } else if is_word(char) {
            word_len(&chars[next..])
        } else {
            operator_len(&chars[next..])
        };
        let all = &chars[next..next + len];
        let is_quoted = char == '"';
        let shown = if is_quoted { &all[1..len - 1] } else { all };
        let end = all.last().map_or(at, |&(char, at)| at + char.len_utf8());
        tokens.push(Token {
            text: shown.iter().map(|&(char, _)| char).collect(),
            at: at..end,
            is_quoted,
        });
        next += len;
    }
    Ok(tokens)
}

fn is_word(char: char) -> bool {
    char.is_alphanumeric() || matches!(char, '_' | '-' | '.' | ':' | '*' | '+' | '@' | '\\')
}

/// A word goes on through a `/` when a digit follows it: that is a prefix, and not a mask of flags.
fn word_len(chars: &[Placed]) -> usize {
    let mut len = 1;
    while let Some(&(char, _)) = chars.get(len) {
        let digit_follows = matches!(chars.get(len + 1), Some((next, _)) if next.is_ascii_digit());
        if is_word(char) || char == '/' && digit_follows {
            len += 1;
        } else {
            break;
        }
    }
    len
}

fn operator_len(chars: &[Placed]) -> usize {
    match chars {
        [('!' | '=' | '<' | '>', _), ('=', _), ..] => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        let tokens = tokens(text, &of_text(text)).unwrap();
        tokens.into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn operators_need_no_blanks() {
        assert_eq!(
            texts("flags&(syn|rst)==syn"),
            ["flags", "&", "(", "syn", "|", "rst", ")", "==", "syn"]
        );
        assert_eq!(
            texts("flags syn/syn,rst"),
            ["flags", "syn", "/", "syn", ",", "rst"]
        );
        assert_eq!(texts("saddr!=10.0.0.0/8"), ["saddr", "!=", "10.0.0.0/8"]);
        assert_eq!(texts("2001:db8::/32"), ["2001:db8::/32"]);
        assert_eq!(texts("size 1400-1500"), ["size", "1400-1500"]);
        assert_eq!(texts("oifname \"ppp0\" # to the line"), ["oifname", "ppp0"]);
    }
}
