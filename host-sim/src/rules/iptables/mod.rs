//! iptables and ip6tables (iptables(8), iptables-extensions(8)).
//!
//! As in the tools themselves, a match's options come behind what loads them: `--dport` behind `-p tcp`,
//! `--mss` behind `-m tcpmss`, `--set-mss` behind `-j TCPMSS`.

mod extensions;
mod whole;

use std::iter::Peekable;
use std::ops::Range;
use std::slice::Iter;

use firmware::router::clamp_rule::IpVersion;

use super::draft::{Draft, End, asked};
use super::error::RuleError;
use super::numbers::{self, Masks};
use super::rule::{Dialect, Hook, Rule, program};
use super::words::{Operators, Word, split};
use whole::TABLES;

const CHAIN: &str = "the chains that packets go through are FORWARD, POSTROUTING, PREROUTING, INPUT \
                     and OUTPUT; where another one is jumped to from is not known here";
const NO_CEILING: &str = "--clamp-mss-to-pmtu or --set-mss N is missing";

/// Reads a line with the command in front, or without as iptables-save writes it.
pub(super) fn parse(text: &str) -> Result<Rule, RuleError> {
    let words = split(text, Operators::Shell)?;
    let mut arguments = words.as_slice();
    if let [sudo, rest @ ..] = arguments
        && sudo.text() == "sudo"
    {
        arguments = rest;
    }
    let mut draft = Draft::new(text, Dialect::Iptables);
    if let [command, rest @ ..] = arguments
        && !command.text().starts_with('-')
    {
        let version = if program(&command.text()).starts_with("ip6") {
            IpVersion::V6
        } else {
            IpVersion::V4
        };
        draft.only(version, &command.at)?;
        arguments = rest;
    }
    Options::new(draft, arguments).read()
}

/// Reads what stands behind the command; `draft` may know already what firewalld says elsewhere.
pub(super) fn parse_arguments(draft: Draft<'_>, arguments: &[Word]) -> Result<Rule, RuleError> {
    Options::new(draft, arguments).read()
}

struct Options<'a, 'w> {
    draft: Draft<'a>,
    words: Peekable<Iter<'w, Word>>,
    table: Option<(usize, Range<usize>)>,
    /// `-p tcp` was said, so that TCP's own options are known.
    is_tcp: bool,
    has_tcpmss_match: bool,
    target_at: Option<Range<usize>>,
    /// Where the last `!` is that no option has taken up yet.
    negated: Option<Range<usize>>,
}

impl<'a, 'w> Options<'a, 'w> {
    fn new(draft: Draft<'a>, words: &'w [Word]) -> Self {
        Self {
            draft,
            words: words.iter().peekable(),
            table: None,
            is_tcp: false,
            has_tcpmss_match: false,
            target_at: None,
            negated: None,
        }
    }

    fn read(mut self) -> Result<Rule, RuleError> {
        while let Some(word) = self.words.next() {
            if word.text() == "!" {
                if self.negated.replace(word.at.clone()).is_some() {
                    return self.draft.refuse(&word.at, "negated twice");
                }
                continue;
            }
            self.option(word)?;
            if let Some(at) = &self.negated {
                return self.draft.refuse(at, "what follows can't be negated");
            }
        }
        if let Some(at) = &self.negated {
            return self.draft.refuse(at, "nothing follows to negate");
        }
        self.check()?;
        self.draft.finish(NO_CEILING)
    }

    /// One option with its values. Short ones may have them attached, long ones behind a `=`.
    fn option(&mut self, word: &Word) -> Result<(), RuleError> {
        let text = word.text();
        let (name, attached) = if text.starts_with("--") {
            match word.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (word.clone(), None),
            }
        } else if text.starts_with('-') && text.chars().count() > 2 {
            let end = word.chars().len();
            (word.part(0, 2), Some(word.part(2, end)))
        } else {
            (word.clone(), None)
        };
        let at = name.at.clone();
        match name.text().as_str() {
            "-A" | "--append" | "-I" | "--insert" => self.chain(&name, attached),
            "-t" | "--table" => self.table(attached, &at),
            "-p" | "--protocol" | "--proto" => self.protocol(attached, &at),
            "-s" | "--source" | "--src" => self.address(End::Source, attached, &at),
            "-d" | "--destination" | "--dst" => self.address(End::Destination, attached, &at),
            "-i" | "--in-interface" => self.interface(End::Source, attached, &at),
            "-o" | "--out-interface" => self.interface(End::Destination, attached, &at),
            "-m" | "--match" => self.load_match(attached, &at),
            "-j" | "--jump" => self.target(attached, &at),
            "--sport" | "--source-port" => self.port(End::Source, attached, &at),
            "--dport" | "--destination-port" => self.port(End::Destination, attached, &at),
            "--tcp-flags" => self.tcp_flags(attached, &at),
            "--syn" => self.syn(attached.as_ref(), &at),
            "--mss" => self.mss(attached, &at),
            "--comment" => self.value(attached, &at).map(drop),
            "--set-mss" => self.set_mss(attached, &at),
            "--clamp-mss-to-pmtu" => self.clamp_to_pmtu(attached.as_ref(), &at),
            "-4" | "--ipv4" => self.family(IpVersion::V4, attached.as_ref(), &at),
            "-6" | "--ipv6" => self.family(IpVersion::V6, attached.as_ref(), &at),
            "-w" | "--wait" => self.wait(attached),
            "-v" | "--verbose" | "-n" | "--numeric" => self.bare(attached.as_ref()),
            "-D" | "--delete" | "-R" | "--replace" | "-C" | "--check" | "-F" | "--flush" => self
                .draft
                .refuse(&at, "adds no rule: only -A and -I are understood"),
            _ => self.draft.refuse(
                &word.at,
                "nothing that is known here, or that a clamp can honour",
            ),
        }
    }

    /// The value of an option, in the same word or the next one.
    fn value(&mut self, attached: Option<Word>, at: &Range<usize>) -> Result<Word, RuleError> {
        match attached.or_else(|| self.words.next().cloned()) {
            Some(value) => Ok(value),
            None => self.draft.refuse(at, "its value is missing"),
        }
    }

    /// An option without a value.
    fn bare(&self, attached: Option<&Word>) -> Result<(), RuleError> {
        match attached {
            Some(value) => self.draft.refuse(&value.at, "takes no value"),
            None => Ok(()),
        }
    }

    fn is_negated(&mut self) -> bool {
        self.negated.take().is_some()
    }

    fn chain(&mut self, option: &Word, attached: Option<Word>) -> Result<(), RuleError> {
        let chain = self.value(attached, &option.at)?;
        let Some(hook) = Hook::of_chain(&chain.text()) else {
            return self.draft.refuse(&chain.at, CHAIN);
        };
        self.draft.hook(hook, &chain.at)?;
        // Where it is inserted: the rules here stand in the order in which they are given.
        if option.text().contains(['I', 'i'])
            && let Some(number) = self.words.peek()
            && numbers::number(&number.text()).is_ok_and(|number| number > 0)
        {
            self.words.next();
        }
        Ok(())
    }

    fn table(&mut self, attached: Option<Word>, at: &Range<usize>) -> Result<(), RuleError> {
        let name = self.value(attached, at)?;
        let text = name.text();
        let Some(table) = TABLES.iter().position(|(known, _)| *known == text) else {
            let why = "the tables that clamp are filter, mangle, raw and security";
            return self.draft.refuse(&name.at, why);
        };
        match self.table.replace((table, name.at.clone())) {
            Some(_) => self
                .draft
                .refuse(&name.at, "was said before: one table a rule"),
            None => Ok(()),
        }
    }

    fn protocol(&mut self, attached: Option<Word>, at: &Range<usize>) -> Result<(), RuleError> {
        let name = self.value(attached, at)?;
        if self.is_tcp {
            return self
                .draft
                .refuse(at, "was said before: one protocol a rule");
        }
        self.is_tcp = true;
        match name.text().to_ascii_lowercase().as_str() {
            "tcp" | "6" => Ok(()),
            _ => self.draft.refuse(&name.at, "only TCP has an MSS"),
        }
    }

    fn address(
        &mut self,
        end: End,
        attached: Option<Word>,
        at: &Range<usize>,
    ) -> Result<(), RuleError> {
        let value = self.value(attached, at)?;
        let is_negated = self.is_negated();
        match numbers::prefix(&value.text(), Masks::LengthOrMask) {
            Ok(prefix) => self
                .draft
                .address(end, asked(prefix, is_negated), &value.at),
            Err(why) => self.draft.refuse(&value.at, why),
        }
    }

    fn interface(
        &mut self,
        end: End,
        attached: Option<Word>,
        at: &Range<usize>,
    ) -> Result<(), RuleError> {
        let name = self.value(attached, at)?;
        let is_negated = self.is_negated();
        self.draft
            .interface(end, &name.text(), '+', is_negated, &name.at)
    }

    fn load_match(&mut self, attached: Option<Word>, at: &Range<usize>) -> Result<(), RuleError> {
        let name = self.value(attached, at)?;
        match name.text().as_str() {
            "tcp" if self.is_tcp => Ok(()),
            "tcp" => self.draft.refuse(&name.at, "-p tcp is missing before it"),
            "tcpmss" => {
                self.has_tcpmss_match = true;
                Ok(())
            }
            "comment" => Ok(()),
            _ => self.draft.refuse(
                &name.at,
                "the matches that can be honoured are tcp, tcpmss and comment",
            ),
        }
    }

    fn target(&mut self, attached: Option<Word>, at: &Range<usize>) -> Result<(), RuleError> {
        let name = self.value(attached, at)?;
        if name.text() != "TCPMSS" {
            return self
                .draft
                .refuse(&name.at, "the only target here is TCPMSS");
        }
        match self.target_at.replace(name.at.clone()) {
            Some(_) => self
                .draft
                .refuse(&name.at, "was said before: one target a rule"),
            None => Ok(()),
        }
    }

    fn family(
        &mut self,
        version: IpVersion,
        attached: Option<&Word>,
        at: &Range<usize>,
    ) -> Result<(), RuleError> {
        self.bare(attached)?;
        self.draft.only(version, at)
    }

    /// How long to wait for the lock of the tables: there is none here.
    fn wait(&mut self, attached: Option<Word>) -> Result<(), RuleError> {
        let is_seconds = |word: &Word| numbers::number(&word.text()).is_ok();
        match attached {
            Some(seconds) if !is_seconds(&seconds) => {
                self.draft.refuse(&seconds.at, "not a number of seconds")
            }
            Some(_) => Ok(()),
            None => {
                self.words.next_if(|word| is_seconds(word));
                Ok(())
            }
        }
    }
}
