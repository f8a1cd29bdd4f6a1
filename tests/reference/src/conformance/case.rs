//! One case of the corpus, and how it is read.

use std::fmt;
use std::str::FromStr;

use crate::frames::hex;
use crate::oracle::Policy;

/// Which question a case asks of a clamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Clamp the SYN in an Ethernet frame.
    Frame,
    /// Clamp the SYN in a bare IP packet.
    Packet,
    /// Insert the missing option into the SYN of an Ethernet frame.
    InsertInFrame {
        /// How many bytes the buffer has behind the frame.
        room_bytes: usize,
    },
}

/// What goes in and what must come out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// What the case holds, in words; no two are the same.
    pub name: String,
    /// The part of the contract that it comes from.
    pub spec: String,
    /// Who gets this wrong, and how, where that is known.
    pub why: Option<String>,
    /// The policy under which the call is made.
    pub policy: Policy,
    /// The call.
    pub call: Call,
    /// The frame or packet before.
    pub input: Vec<u8>,
    /// The same after.
    pub output: Vec<u8>,
    /// What the call tells, as in [`outcome_in_words`](super::outcome_in_words).
    pub outcome: String,
}

/// What is wrong with a corpus, and in which line, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    line: usize,
    problem: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}

impl std::error::Error for ParseError {}

/// Reads a corpus: cases apart by empty lines, each field a line of its key and its value.
///
/// # Errors
/// The first line that can't be read, and why.
pub fn parse(text: &str) -> Result<Vec<Case>, ParseError> {
    let mut cases = Vec::new();
    let mut lines = text.lines().zip(1..).peekable();
    while let Some((line, number)) = lines.next() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let mut block = vec![(line, number)];
        while let Some(next) = lines.next_if(|(line, _)| !line.trim().is_empty()) {
            block.push(next);
        }
        cases.push(Case::read(&block)?);
    }
    Ok(cases)
}

impl Case {
    fn read(block: &[(&str, usize)]) -> Result<Self, ParseError> {
        let mut fields = Fields { rest: block };
        let name = fields.take("case")?;
        let spec = fields.take("spec")?;
        let why = fields.take_if_there("why");
        let policy = fields.parse_with("policy", policy)?;
        let call = fields.parse_with("call", str::parse)?;
        let input = fields.parse_with("in", bytes)?;
        let output = fields.parse_with("out", |text| match text {
            "as in" => Ok(input.clone()),
            text => bytes(text),
        })?;
        let outcome = fields.take("outcome")?;
        fields.end()?;
        Ok(Self {
            name,
            spec,
            why,
            policy,
            call,
            input,
            output,
            outcome,
        })
    }
}

/// The lines of a case that are still to be read, never none.
struct Fields<'a> {
    rest: &'a [(&'a str, usize)],
}

impl Fields<'_> {
    fn error<T>(&self, problem: String) -> Result<T, ParseError> {
        let line = self.rest.first().map_or(0, |(_, number)| *number);
        Err(ParseError { line, problem })
    }

    fn take_if_there(&mut self, key: &str) -> Option<String> {
        let ((line, _), rest) = self.rest.split_first()?;
        let value = line.strip_prefix(key)?.strip_prefix(' ')?;
        self.rest = rest;
        Some(value.trim().to_owned())
    }

    fn take(&mut self, key: &str) -> Result<String, ParseError> {
        match self.take_if_there(key) {
            Some(value) => Ok(value),
            None => self.error(format!("{key:?} and a value are expected here")),
        }
    }

    fn parse_with<T>(
        &mut self,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<T, ParseError> {
        let here = Fields { rest: self.rest };
        let value = self.take(key)?;
        parse(&value).or_else(|problem| here.error(problem))
    }

    fn end(&self) -> Result<(), ParseError> {
        match self.rest {
            [] => Ok(()),
            _ => self.error("an empty line is expected between cases".to_owned()),
        }
    }
}

impl FromStr for Call {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "frame" => Ok(Self::Frame),
            "packet" => Ok(Self::Packet),
            _ => text
                .strip_prefix("insert-in-frame, room ")
                .and_then(|room| room.parse().ok())
                .map(|room_bytes| Self::InsertInFrame { room_bytes })
                .ok_or_else(|| format!("{text:?} is no call")),
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Frame => write!(f, "frame"),
            Self::Packet => write!(f, "packet"),
            Self::InsertInFrame { room_bytes } => write!(f, "insert-in-frame, room {room_bytes}"),
        }
    }
}

/// Hex digits, with spaces and `|` between bytes as the writer likes.
fn bytes(text: &str) -> Result<Vec<u8>, String> {
    let is_known = |letter: char| letter.is_ascii_hexdigit() || matches!(letter, ' ' | '|');
    if let Some(letter) = text.chars().find(|letter| !is_known(*letter)) {
        return Err(format!("{letter:?} is no hex digit"));
    }
    if !text
        .chars()
        .filter(char::is_ascii_hexdigit)
        .count()
        .is_multiple_of(2)
    {
        return Err("half a byte".to_owned());
    }
    Ok(hex(text))
}

/// `link-mtu N`, `max-mss-v4 N`, `max-mss-v6 N` and `tunnels`, in any order.
fn policy(text: &str) -> Result<Policy, String> {
    let mut policy = Policy::default();
    let mut words = text.split(' ');
    while let Some(word) = words.next() {
        let number = |text: Option<&str>| {
            text.and_then(|text| text.parse::<u32>().ok())
                .ok_or_else(|| format!("{word:?} wants a number"))
        };
        let mss = |text| {
            let number = number(text)?;
            u16::try_from(number).map_err(|_| format!("{number} is no MSS"))
        };
        match word {
            "link-mtu" => policy.link_mtu_bytes = Some(number(words.next())?),
            "max-mss-v4" => policy.max_mss_v4 = Some(mss(words.next())?),
            "max-mss-v6" => policy.max_mss_v6 = Some(mss(words.next())?),
            "tunnels" => policy.tunnels = true,
            _ => return Err(format!("{word:?} is no part of a policy")),
        }
    }
    Ok(policy)
}

/// A policy as the corpus writes it.
#[must_use]
pub fn policy_in_words(policy: &Policy) -> String {
    let numbers = [
        ("link-mtu", policy.link_mtu_bytes),
        ("max-mss-v4", policy.max_mss_v4.map(u32::from)),
        ("max-mss-v6", policy.max_mss_v6.map(u32::from)),
    ];
    let mut words: Vec<String> = numbers
        .into_iter()
        .filter_map(|(key, number)| Some(format!("{key} {}", number?)))
        .collect();
    words.extend(policy.tunnels.then(|| "tunnels".to_owned()));
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: &str = "case a name\nspec a section\npolicy link-mtu 1492\ncall packet\nin 45\nout as in\noutcome fits 1\n";

    #[test]
    fn a_sound_case_is_read() {
        let cases = parse(SOUND).expect("sound");
        assert_eq!(cases.len(), 1);
        assert_eq!(
            (cases[0].call, &cases[0].output[..]),
            (Call::Packet, &[0x45][..])
        );
    }

    #[test]
    fn what_cannot_be_read_is_named_with_its_line() {
        let said = |from: &str, to: &str| {
            parse(&SOUND.replace(from, to))
                .expect_err("unsound")
                .to_string()
        };
        assert_eq!(
            said("call packet", "call parcel"),
            "line 4: \"parcel\" is no call"
        );
        assert_eq!(said("1492", "many"), "line 3: \"link-mtu\" wants a number");
        assert_eq!(
            said("spec", "speck"),
            "line 2: \"spec\" and a value are expected here"
        );
        assert_eq!(
            said("fits 1\n", "fits 1\nmore\n"),
            "line 8: an empty line is expected between cases"
        );
    }

    #[test]
    fn a_policy_is_written_as_it_is_read() {
        for case in crate::conformance::corpus() {
            assert_eq!(policy(&policy_in_words(&case.policy)), Ok(case.policy));
        }
    }
}
