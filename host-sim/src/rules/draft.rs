//! A rule while it is being read: each thing is said once at most.

use std::ops::Range;

use clamp_core::{Clamp, PolicyError};
use firmware::router::clamp_rule::{
    Ceiling, ClampRule, FlagMatch, IpVersion, Match, Prefix, Span, Syn,
};

use super::error::RuleError;
use super::flags;
use super::numbers::version;
use super::rule::{Dialect, Hook, InterfaceMatch, Rule};

/// The longest name of an interface, in bytes (Linux, IFNAMSIZ without the end).
const MAX_INTERFACE_NAME_LEN: usize = 15;

type Said<T> = Option<(T, Range<usize>)>;

/// What was said up to now, and where.
pub(super) struct Draft<'a> {
    text: &'a str,
    dialect: Dialect,
    pub(super) version: Said<IpVersion>,
    source: Said<Match<Prefix>>,
    destination: Said<Match<Prefix>>,
    source_port: Said<Match<Span>>,
    destination_port: Said<Match<Span>>,
    pub(super) flags: Said<FlagMatch>,
    mss: Said<Match<Span>>,
    ceiling: Said<Ceiling>,
    ingress: Option<InterfaceMatch>,
    egress: Option<InterfaceMatch>,
    pub(super) hook: Said<Hook>,
    pub(super) zone: Option<String>,
}

/// Which end of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Source,
    Destination,
}

impl<'a> Draft<'a> {
    pub(super) fn new(text: &'a str, dialect: Dialect) -> Self {
        Self {
            text,
            dialect,
            version: None,
            source: None,
            destination: None,
            source_port: None,
            destination_port: None,
            flags: None,
            mss: None,
            ceiling: None,
            ingress: None,
            egress: None,
            hook: None,
            zone: None,
        }
    }

    pub(super) fn refuse<T>(
        &self,
        at: &Range<usize>,
        why: impl Into<String>,
    ) -> Result<T, RuleError> {
        Err(RuleError::new(self.text, at.clone(), why))
    }

    /// A word is missing at the end.
    pub(super) fn unfinished<T>(&self, why: impl Into<String>) -> Result<T, RuleError> {
        self.refuse(&(self.text.len()..self.text.len()), why)
    }

    /// Only this IP version. Said twice, it must be the same.
    pub(super) fn only(&mut self, asked: IpVersion, at: &Range<usize>) -> Result<(), RuleError> {
        match self.version {
            Some((said, _)) if said != asked => {
                self.refuse(at, "of the other IP version than what stands before")
            }
            _ => {
                self.version = Some((asked, at.clone()));
                Ok(())
            }
        }
    }

    pub(super) fn address(
        &mut self,
        end: End,
        asked: Match<Prefix>,
        at: &Range<usize>,
    ) -> Result<(), RuleError> {
        if let Some(prefix) = asked.value() {
            self.only(version(prefix.address), at)?;
        }
        let text = self.text;
        let place = match end {
            End::Source => &mut self.source,
            End::Destination => &mut self.destination,
        };
        say(text, place, asked, at)
    }

    pub(super) fn port(
        &mut self,
        end: End,
        asked: Match<Span>,
        at: &Range<usize>,
    ) -> Result<(), RuleError> {
        let text = self.text;
        let place = match end {
            End::Source => &mut self.source_port,
            End::Destination => &mut self.destination_port,
        };
        say(text, place, asked, at)
    }

    pub(super) fn mss(&mut self, asked: Match<Span>, at: &Range<usize>) -> Result<(), RuleError> {
        say(self.text, &mut self.mss, asked, at)
    }

    pub(super) fn flags(&mut self, asked: FlagMatch, at: &Range<usize>) -> Result<(), RuleError> {
        if let Some(why) = flags::refusal(asked) {
            return self.refuse(at, why);
        }
        say(self.text, &mut self.flags, asked, at)
    }

    pub(super) fn hook(&mut self, asked: Hook, at: &Range<usize>) -> Result<(), RuleError> {
        say(self.text, &mut self.hook, asked, at)
    }

    /// An interface; `wildcard` ends a name that longer ones may begin with.
    pub(super) fn interface(
        &mut self,
        end: End,
        name: &str,
        wildcard: char,
        is_negated: bool,
        at: &Range<usize>,
    ) -> Result<(), RuleError> {
        let is_name = |char: char| char.is_ascii_graphic() && char != '/';
        if name.is_empty() || name.len() > MAX_INTERFACE_NAME_LEN || !name.chars().all(is_name) {
            return self.refuse(at, "no interface can be called so");
        }
        let (name, is_prefix) = match name.strip_suffix(wildcard) {
            Some(prefix) => (prefix, true),
            None => (name, false),
        };
        if is_prefix && name.is_empty() && is_negated {
            return self.refuse(at, "no interface is left: the rule would do nothing");
        }
        let text = self.text;
        let place = match end {
            End::Source => &mut self.ingress,
            End::Destination => &mut self.egress,
        };
        if place.is_some() {
            return Err(RuleError::new(text, at.clone(), SAID_BEFORE));
        }
        *place = Some(InterfaceMatch {
            name: name.to_owned(),
            is_prefix,
            is_negated,
            at: at.clone(),
        });
        Ok(())
    }

    pub(super) fn ceiling(&mut self, asked: Ceiling, at: &Range<usize>) -> Result<(), RuleError> {
        if let Ceiling::MaxMss(mss) = asked
            && let Err(error @ PolicyError::MaxMssTooSmall { .. }) =
                Clamp::for_max_mss(Some(mss), None)
        {
            return self.refuse(at, error.to_string());
        }
        say(self.text, &mut self.ceiling, asked, at)
    }

    pub(super) fn has_ceiling(&self) -> bool {
        self.ceiling.is_some()
    }

    /// The interface that the rule asked for on this side, and where.
    pub(super) fn interface_at(&self, end: End) -> Option<&Range<usize>> {
        let asked = match end {
            End::Source => self.ingress.as_ref(),
            End::Destination => self.egress.as_ref(),
        };
        asked.map(|asked| &asked.at)
    }

    /// The rule, if all is said that must be.
    pub(super) fn finish(self, no_ceiling: &str) -> Result<Rule, RuleError> {
        let Some((ceiling, ceiling_at)) = self.ceiling.clone() else {
            return self.unfinished(no_ceiling);
        };
        let flags = match self.flags {
            Some((flags, _)) => flags,
            // nft and firewalld need not say it: only SYNs have an MSS.
            None => FlagMatch { mask: 0, value: 0 },
        };
        let takes_resets = flags.mask & Syn::RST == 0;
        let asked = |said: Said<Match<Prefix>>| said.map_or(Match::Any, |(asked, _)| asked);
        let span = |said: Said<Match<Span>>| said.map_or(Match::Any, |(asked, _)| asked);
        Ok(Rule {
            text: self.text.to_owned(),
            dialect: self.dialect,
            selection: ClampRule {
                version: self.version.map(|(version, _)| version),
                source: asked(self.source),
                destination: asked(self.destination),
                source_port: span(self.source_port),
                destination_port: span(self.destination_port),
                flags,
                mss: span(self.mss),
                ..ClampRule::every_syn(ceiling)
            },
            ingress: self.ingress,
            egress: self.egress,
            hook: self.hook.as_ref().map(|&(hook, _)| hook),
            hook_at: self.hook.map(|(_, at)| at).unwrap_or_default(),
            zone: self.zone,
            takes_resets,
            ceiling_at,
        })
    }
}

const SAID_BEFORE: &str = "was said before: one of each a rule";

fn say<T>(text: &str, place: &mut Said<T>, value: T, at: &Range<usize>) -> Result<(), RuleError> {
    if place.is_some() {
        return Err(RuleError::new(text, at.clone(), SAID_BEFORE));
    }
    *place = Some((value, at.clone()));
    Ok(())
}

/// The value as asked for, or all but it.
pub(super) fn asked<T>(value: T, is_negated: bool) -> Match<T> {
    if is_negated {
        Match::NotIn(value)
    } else {
        Match::In(value)
    }
}
