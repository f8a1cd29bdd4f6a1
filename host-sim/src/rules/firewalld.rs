//! firewalld: rules that are passed through to iptables, and its own `tcp-mss-clamp`
//! (firewall-cmd(1), firewalld.direct(5), firewalld.richlanguage(5)).

use std::iter::Peekable;
use std::ops::Range;
use std::slice::Iter;

use firmware::router::clamp_rule::{Ceiling, FlagMatch, IpVersion, Syn};

use super::draft::{Draft, End, asked};
use super::error::RuleError;
use super::iptables;
use super::numbers::{self, Masks};
use super::rule::{Dialect, Hook, Rule, program};
use super::words::{Operators, Word, split};

/// firewalld's own floor: what every IPv4 host takes, in bytes of payload.
const LEAST_MSS: u16 = 536;
const NO_CLAMP: &str = "tcp-mss-clamp is missing";

/// Reads a `firewall-cmd` line, or a rich rule as it stands in one.
pub(super) fn parse(text: &str) -> Result<Rule, RuleError> {
    let words = split(text, Operators::Shell)?;
    let is = |word: Option<&Word>, name: &str| word.is_some_and(|word| word.text() == name);
    let mut words = words.iter().peekable();
    words.next_if(|word| word.text() == "sudo");
    if is(words.peek().copied(), "rule") {
        // Unquoted, so that blanks in it are the shell's, and its own quotes are gone.
        let draft = Draft::new(text, Dialect::Firewalld);
        return rich_rule(draft, &words.cloned().collect::<Vec<_>>());
    }
    words.next_if(|word| program(&word.text()).starts_with("firewall-"));
    Command {
        text,
        words,
        zone: None,
    }
    .read()
}

struct Command<'a, 'w> {
    text: &'a str,
    words: Peekable<Iter<'w, Word>>,
    zone: Option<String>,
}

impl Command<'_, '_> {
    fn read(mut self) -> Result<Rule, RuleError> {
        let mut direct = None;
        while let Some(word) = self.words.next() {
            let (name, attached) = match word.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (word.clone(), None),
            };
            match name.text().as_str() {
                "--permanent" | "-q" | "--quiet" if attached.is_none() => {}
                "--direct" if attached.is_none() => direct = Some(name.at),
                "--policy" | "--zone" => {
                    let value = self.value(attached, &name.at)?;
                    let kind = name.text().trim_start_matches('-').to_owned();
                    if self
                        .zone
                        .replace(format!("{kind} {}", value.text()))
                        .is_some()
                    {
                        return self.refuse(&name.at, "was said before: one policy or zone a rule");
                    }
                }
                "--add-rich-rule" => {
                    let rule = self.value(attached, &name.at)?;
                    if let Some(at) = direct {
                        return self.refuse(&at, "a rich rule is not a direct one");
                    }
                    self.nothing_follows()?;
                    let mut draft = Draft::new(self.text, Dialect::Firewalld);
                    draft.zone = self.zone;
                    return rich_rule(draft, &rule.words());
                }
                option @ ("--add-passthrough" | "--passthrough" | "--add-rule")
                    if attached.is_none() =>
                {
                    if direct.is_none() {
                        return self.refuse(&name.at, "--direct is missing before it");
                    }
                    let is_rule = option == "--add-rule";
                    return self.direct(is_rule, &name.at);
                }
                _ => {
                    let why = "the ways to clamp are --direct --add-passthrough, --direct --add-rule \
                               and --add-rich-rule, for a --policy or --zone";
                    return self.refuse(&word.at, why);
                }
            }
        }
        self.refuse(&(self.text.len()..self.text.len()), "adds no rule")
    }

    fn refuse<T>(&self, at: &Range<usize>, why: &str) -> Result<T, RuleError> {
        Err(RuleError::new(self.text, at.clone(), why))
    }

    fn value(&mut self, attached: Option<Word>, at: &Range<usize>) -> Result<Word, RuleError> {
        match attached.or_else(|| self.words.next().cloned()) {
            Some(value) => Ok(value),
            None => self.refuse(at, "its value is missing"),
        }
    }

    fn nothing_follows(&mut self) -> Result<(), RuleError> {
        match self.words.next() {
            Some(word) => self.refuse(&word.at, "stands behind the rule"),
            None => Ok(()),
        }
    }

    /// `ipv4 ARGUMENTS`, or for a rule `ipv4 TABLE CHAIN PRIORITY ARGUMENTS`.
    fn direct(mut self, is_rule: bool, at: &Range<usize>) -> Result<Rule, RuleError> {
        let family = self.value(None, at)?;
        let version = match family.text().as_str() {
            "ipv4" => IpVersion::V4,
            "ipv6" => IpVersion::V6,
            _ => return self.refuse(&family.at, "ipv4 or ipv6 is clamped"),
        };
        let mut draft = Draft::new(self.text, Dialect::Iptables);
        draft.zone = self.zone.take();
        draft.only(version, &family.at)?;
        let mut arguments = Vec::new();
        if is_rule {
            let table = self.value(None, at)?;
            let chain = self.value(None, at)?;
            let priority = self.value(None, at)?;
            if priority.text().parse::<i32>().is_err() {
                return self.refuse(&priority.at, "not a priority, which is a number");
            }
            // Options of no width, so that whatever is refused is a word of the rule.
            arguments.extend([option("-t", &table), table, option("-A", &chain), chain]);
        }
        arguments.extend(self.words.cloned());
        iptables::parse_arguments(draft, &arguments)
    }
}

/// An option in front of its value where firewalld needs none.
fn option(name: &str, value: &Word) -> Word {
    Word::made_of(name, value.at.start)
}

/// `rule [family="ipv4"] [source address="..."] [destination address="..."] tcp-mss-clamp
/// [value="pmtu"]`
fn rich_rule(mut draft: Draft<'_>, words: &[Word]) -> Result<Rule, RuleError> {
    draft.hook(Hook::Forward, &(0..0))?;
    let mut words = words.iter();
    match words.next() {
        Some(word) if word.text() == "rule" => {}
        Some(word) => return draft.refuse(&word.at, "a rich rule begins with `rule`"),
        None => return draft.unfinished("a rich rule begins with `rule`"),
    }
    let mut element = Element::Rule;
    let mut is_negated = false;
    let mut clamp_at = None;
    for word in words {
        let Some((name, value)) = word.split_once('=') else {
            element = match word.text().as_str() {
                "source" => Element::Address(End::Source),
                "destination" => Element::Address(End::Destination),
                "tcp-mss-clamp" => {
                    clamp_at = Some(word.at.clone());
                    Element::Clamp
                }
                "not" | "NOT" if matches!(element, Element::Address(_)) => {
                    is_negated = true;
                    continue;
                }
                _ => {
                    let why = "besides source and destination, only tcp-mss-clamp is understood";
                    return draft.refuse(&word.at, why);
                }
            };
            is_negated = false;
            continue;
        };
        let text = unquoted(&value);
        match (element, name.text().as_str()) {
            (Element::Rule, "family") => match text.as_str() {
                "ipv4" => draft.only(IpVersion::V4, &value.at)?,
                "ipv6" => draft.only(IpVersion::V6, &value.at)?,
                _ => return draft.refuse(&value.at, "ipv4 or ipv6"),
            },
            // Its place among others: here they stand in the order in which they are given.
            (Element::Rule, "priority") if text.parse::<i32>().is_ok() => {}
            (Element::Address(_), "invert") if matches!(text.as_str(), "true" | "True" | "yes") => {
                return draft.refuse(&word.at, "write it as NOT in front of the address");
            }
            (Element::Address(end), "address") => {
                match numbers::prefix(&text, Masks::LengthOrMask) {
                    Ok(prefix) => draft.address(end, asked(prefix, is_negated), &value.at)?,
                    Err(why) => return draft.refuse(&value.at, why),
                }
                is_negated = false;
            }
            (Element::Clamp, "value") => {
                draft.ceiling(clamp_value(&draft, &text, &value)?, &value.at)?;
            }
            _ => return draft.refuse(&word.at, "nothing that can be honoured here"),
        }
    }
    let Some(clamp_at) = clamp_at else {
        return draft.unfinished(NO_CLAMP);
    };
    if !draft.has_ceiling() {
        draft.ceiling(Ceiling::LinkMtu, &clamp_at)?;
    }
    // What firewalld's own backend makes of it: `tcp flags syn`.
    let syn = FlagMatch {
        mask: Syn::SYN,
        value: Syn::SYN,
    };
    draft.flags(syn, &clamp_at)?;
    draft.finish(NO_CLAMP)
}

/// What an attribute of a rich rule belongs to.
#[derive(Clone, Copy)]
enum Element {
    Rule,
    Address(End),
    Clamp,
}

fn clamp_value(draft: &Draft<'_>, text: &str, value: &Word) -> Result<Ceiling, RuleError> {
    if text == "pmtu" {
        return Ok(Ceiling::LinkMtu);
    }
    match numbers::number(text) {
        Ok(mss) if mss >= LEAST_MSS => Ok(Ceiling::MaxMss(mss)),
        Ok(_) => draft.refuse(&value.at, "firewalld takes pmtu, or 536 and more"),
        Err(why) => draft.refuse(&value.at, format!("pmtu, or a value: {why}")),
    }
}

/// The value without the quotes of the rich language.
fn unquoted(value: &Word) -> String {
    let text = value.text();
    let inner = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    inner.unwrap_or(&text).to_owned()
}
