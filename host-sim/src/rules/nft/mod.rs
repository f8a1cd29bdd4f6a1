//! nft: the statement `tcp option maxseg size set`, and what may stand before it (nft(8)).

mod flags;
mod lexer;

use std::ops::Range;

use firmware::router::clamp_rule::{Ceiling, IpVersion, Span};

use super::draft::{Draft, End, asked};
use super::error::RuleError;
use super::numbers::{self, Masks};
use super::rule::{Dialect, Rule, program};
use super::words::{Operators, split};
use lexer::Token;

const NO_CEILING: &str = "`tcp option maxseg size set rt mtu` is missing, or with a number";
const SETS: &str = "sets are not understood: one rule for each";

/// Whether a statement may begin with this word.
pub(super) fn begins_statement(word: &str) -> bool {
    matches!(
        word,
        "tcp" | "ip" | "ip6" | "meta" | "iifname" | "oifname" | "iif" | "oif" | "counter"
    )
}

/// Reads `nft add rule ...`, as it is typed or as it stands in a script.
pub(super) fn parse_command(text: &str) -> Result<Rule, RuleError> {
    let words = split(text, Operators::Rule)?;
    let mut arguments = words.as_slice();
    if let [sudo, rest @ ..] = arguments
        && sudo.text() == "sudo"
    {
        arguments = rest;
    }
    let tokens = match arguments {
        [command, rest @ ..] if program(&command.text()) == "nft" => {
            lexer::tokens(text, &lexer::of_words(rest))?
        }
        // In a file no shell takes the quotes away.
        _ => lexer::tokens(text, &lexer::of_text(text))?,
    };
    let mut reader = Reader::new(text, &tokens);
    reader.command()?;
    reader.statements()
}

/// Reads a rule without its command, as `nft list ruleset` shows it.
pub(super) fn parse_statement(text: &str) -> Result<Rule, RuleError> {
    let tokens = lexer::tokens(text, &lexer::of_text(text))?;
    Reader::new(text, &tokens).statements()
}

struct Reader<'a, 't> {
    draft: Draft<'a>,
    tokens: &'t [Token],
    next: usize,
}

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Equal,
    Unequal,
}

impl<'a, 't> Reader<'a, 't> {
    fn new(text: &'a str, tokens: &'t [Token]) -> Self {
        Self {
            draft: Draft::new(text, Dialect::Nft),
            tokens,
            next: 0,
        }
    }

    fn peek_is(&self, text: &str) -> bool {
        self.tokens
            .get(self.next)
            .is_some_and(|token| token.is(text))
    }

    fn take(&mut self, expected: &str) -> Result<&'t Token, RuleError> {
        let Some(token) = self.tokens.get(self.next) else {
            return self.draft.unfinished(format!("{expected} is missing"));
        };
        self.next += 1;
        if token.is("{") || token.text.starts_with('@') {
            return self.draft.refuse(&token.at, SETS);
        }
        Ok(token)
    }

    /// Takes the next token if it is this one.
    fn pass(&mut self, text: &str) -> bool {
        let is_it = self.peek_is(text);
        self.next += usize::from(is_it);
        is_it
    }

    fn expect(&mut self, text: &str) -> Result<(), RuleError> {
        let token = self.take(&format!("`{text}`"))?;
        if token.is(text) {
            Ok(())
        } else {
            self.draft
                .refuse(&token.at, format!("`{text}` would be understood here"))
        }
    }

    /// `add rule [FAMILY] TABLE CHAIN [position N]`
    fn command(&mut self) -> Result<(), RuleError> {
        let verb = self.take("`add rule`")?;
        if !verb.is("add") && !verb.is("insert") {
            let why = "adds no rule: only `add rule` and `insert rule` are understood";
            return self.draft.refuse(&verb.at, why);
        }
        self.expect("rule")?;
        let family = self.take("the table")?;
        match family.text.as_str() {
            "inet" => {}
            "ip" => self.draft.only(IpVersion::V4, &family.at)?,
            "ip6" => self.draft.only(IpVersion::V6, &family.at)?,
            "bridge" | "netdev" | "arp" => {
                let why = "of the families, ip, ip6 and inet route packets";
                return self.draft.refuse(&family.at, why);
            }
            // Without a family it is ip, and this is the table already.
            _ => {
                self.draft.only(IpVersion::V4, &family.at)?;
                self.next -= 1;
            }
        }
        self.take("the table")?;
        self.take("the chain")?;
        if self.pass("position") || self.pass("handle") || self.pass("index") {
            self.number("its number")?;
        }
        Ok(())
    }

    fn statements(mut self) -> Result<Rule, RuleError> {
        while let Some(token) = self.tokens.get(self.next) {
            self.next += 1;
            let had_ceiling = self.draft.has_ceiling();
            match token.text.as_str() {
                _ if token.is_quoted => return self.draft.refuse(&token.at, UNKNOWN),
                "counter" => self.counter()?,
                "comment" => {
                    self.take("the comment")?;
                }
                "accept" | "return" | "continue" | ";" if had_ceiling => {}
                "accept" | "return" | "continue" => {
                    let why = "ends the rule before it clamps";
                    return self.draft.refuse(&token.at, why);
                }
                _ if had_ceiling => {
                    let why = "stands behind the `set`, where it limits nothing";
                    return self.draft.refuse(&token.at, why);
                }
                "tcp" => self.tcp()?,
                "ip" => self.ip(IpVersion::V4)?,
                "ip6" => self.ip(IpVersion::V6)?,
                "meta" => self.meta()?,
                "iifname" | "iif" => self.interface(End::Source)?,
                "oifname" | "oif" => self.interface(End::Destination)?,
                _ => return self.draft.refuse(&token.at, UNKNOWN),
            }
        }
        self.draft.finish(NO_CEILING)
    }

    fn counter(&mut self) -> Result<(), RuleError> {
        for unit in ["packets", "bytes"] {
            if self.pass(unit) {
                let count = self.take("the count")?;
                if count.text.parse::<u64>().is_err() {
                    return self.draft.refuse(&count.at, "not a count");
                }
            }
        }
        Ok(())
    }

    fn tcp(&mut self) -> Result<(), RuleError> {
        let field = self.take("`flags`, `sport`, `dport` or `option`")?;
        match field.text.as_str() {
            "flags" => self.flags(),
            "sport" => self.port(End::Source),
            "dport" => self.port(End::Destination),
            "option" => self.maxseg(),
            _ => {
                let why = "of TCP, only flags, sport, dport and `option maxseg size`";
                self.draft.refuse(&field.at, why)
            }
        }
    }

    fn relation(&mut self) -> Relation {
        if self.pass("!=") {
            Relation::Unequal
        } else {
            self.pass("==");
            Relation::Equal
        }
    }

    fn port(&mut self, end: End) -> Result<(), RuleError> {
        let relation = self.relation();
        let value = self.take("the port")?;
        match numbers::span(&value.text, '-', false) {
            Ok(ports) => {
                let ports = asked(ports, relation == Relation::Unequal);
                self.draft.port(end, ports, &value.at)
            }
            Err(why) => self.draft.refuse(&value.at, why),
        }
    }

    fn ip(&mut self, version: IpVersion) -> Result<(), RuleError> {
        let field = self.take("`saddr` or `daddr`")?;
        self.draft.only(version, &field.at)?;
        let end = match (field.text.as_str(), version) {
            ("saddr", _) => End::Source,
            ("daddr", _) => End::Destination,
            ("protocol", IpVersion::V4) | ("nexthdr", IpVersion::V6) => return self.protocol(),
            _ => {
                let why = "of IP, only saddr, daddr and the protocol";
                return self.draft.refuse(&field.at, why);
            }
        };
        let relation = self.relation();
        let value = self.take("the address")?;
        match numbers::prefix(&value.text, Masks::Length) {
            Ok(prefix) if numbers::version(prefix.address) != version => self
                .draft
                .refuse(&value.at, "an address of the other IP version"),
            Ok(prefix) => {
                let prefix = asked(prefix, relation == Relation::Unequal);
                self.draft.address(end, prefix, &value.at)
            }
            Err(why) => self.draft.refuse(&value.at, why),
        }
    }

    fn protocol(&mut self) -> Result<(), RuleError> {
        self.pass("==");
        let value = self.take("`tcp`")?;
        match value.text.as_str() {
            "tcp" | "6" => Ok(()),
            _ => self.draft.refuse(&value.at, "only TCP has an MSS"),
        }
    }

    fn meta(&mut self) -> Result<(), RuleError> {
        let key = self.take("what `meta` is to look at")?;
        match key.text.as_str() {
            "l4proto" => self.protocol(),
            "iifname" | "iif" => self.interface(End::Source),
            "oifname" | "oif" => self.interface(End::Destination),
            "nfproto" => {
                self.pass("==");
                let value = self.take("`ipv4` or `ipv6`")?;
                match value.text.as_str() {
                    "ipv4" => self.draft.only(IpVersion::V4, &value.at),
                    "ipv6" => self.draft.only(IpVersion::V6, &value.at),
                    _ => self.draft.refuse(&value.at, "ipv4 or ipv6"),
                }
            }
            _ => {
                let why = "of the packet's meta data, only l4proto, nfproto and the interfaces";
                self.draft.refuse(&key.at, why)
            }
        }
    }

    fn interface(&mut self, end: End) -> Result<(), RuleError> {
        let relation = self.relation();
        let name = self.take("the interface")?;
        let is_negated = relation == Relation::Unequal;
        self.draft
            .interface(end, &name.text, '*', is_negated, &name.at)
    }

    /// `maxseg size set rt mtu`, or a comparison of the size
    fn maxseg(&mut self) -> Result<(), RuleError> {
        self.expect("maxseg")?;
        self.expect("size")?;
        if self.pass("set") {
            return self.set();
        }
        let start = self.here();
        let span = if self.pass(">") {
            let least = self.number("the size")?.checked_add(1);
            least.map(|from| Span { from, to: u16::MAX })
        } else if self.pass("<") {
            let most = self.number("the size")?.checked_sub(1);
            most.map(|to| Span { from: 0, to })
        } else if self.pass(">=") {
            let from = self.number("the size")?;
            Some(Span { from, to: u16::MAX })
        } else if self.pass("<=") {
            let to = self.number("the size")?;
            Some(Span { from: 0, to })
        } else {
            self.pass("==");
            let value = self.take("the size")?;
            match numbers::span(&value.text, '-', false) {
                Ok(span) => Some(span),
                Err(why) => return self.draft.refuse(&value.at, why),
            }
        };
        let at = start.start..self.end();
        match span {
            Some(span) => self.draft.mss(asked(span, false), &at),
            None => self.draft.refuse(&at, "no MSS is like this"),
        }
    }

    fn set(&mut self) -> Result<(), RuleError> {
        if self.peek_is("rt") {
            let start = self.here();
            self.expect("rt")?;
            self.expect("mtu")?;
            return self
                .draft
                .ceiling(Ceiling::LinkMtu, &(start.start..self.end()));
        }
        let start = self.here();
        let mss = self.number("the size")?;
        self.draft.ceiling(Ceiling::MaxMss(mss), &start)
    }

    fn number(&mut self, expected: &str) -> Result<u16, RuleError> {
        let value = self.take(expected)?;
        match numbers::number(&value.text) {
            Ok(number) => Ok(number),
            Err(why) => self.draft.refuse(&value.at, why),
        }
    }

    /// Where the next token is.
    fn here(&self) -> Range<usize> {
        match self.tokens.get(self.next) {
            Some(token) => token.at.clone(),
            None => self.end()..self.end(),
        }
    }

    /// Where the last token ends.
    fn end(&self) -> usize {
        let last = self.tokens.get(..self.next).and_then(<[Token]>::last);
        last.map_or(0, |token| token.at.end)
    }
}

const UNKNOWN: &str = "nothing that is known here, or that a clamp can honour";
