//! What `-p tcp`, `-m tcpmss` and `-j TCPMSS` load: the options of iptables-extensions(8).

use std::ops::Range;

use firmware::router::clamp_rule::{Ceiling, FlagMatch, IpVersion, Syn};

use super::Options;
use crate::rules::draft::{End, asked};
use crate::rules::error::RuleError;
use crate::rules::flags;
use crate::rules::numbers;
use crate::rules::words::Word;

impl Options<'_, '_> {
    fn needs_tcp(&self, at: &Range<usize>) -> Result<(), RuleError> {
        if self.is_tcp {
            Ok(())
        } else {
            self.draft.refuse(at, "-p tcp is missing before it")
        }
    }

    pub(super) fn port(
        &mut self,
        end: End,
        attached: Option<Word>,
        at: &Range<usize>,
    ) -> Result<(), RuleError> {
        self.needs_tcp(at)?;
        let value = self.value(attached, at)?;
        let is_negated = self.is_negated();
        match numbers::span(&value.text(), ':', true) {
            Ok(ports) => self.draft.port(end, asked(ports, is_negated), &value.at),
            Err(why) => self.draft.refuse(&value.at, why),
        }
    }

    pub(super) fn tcp_flags(
        &mut self,
        attached: Option<Word>,
        at: &Range<usize>,
    ) -> Result<(), RuleError> {
        self.needs_tcp(at)?;
        let mask = self.value(attached, at)?;
        let value = self.value(None, at)?;
        let whole = mask.at.start..value.at.end;
        let flags = FlagMatch {
            mask: self.flag_list(&mask)?,
            value: self.flag_list(&value)?,
        };
        self.draft.flags(flags, &whole)
    }

    fn flag_list(&self, list: &Word) -> Result<u8, RuleError> {
        let mut flags = 0;
        let mut rest = Some(list.clone());
        while let Some(names) = rest {
            let (name, behind) = match names.split_once(',') {
                Some((name, behind)) => (name, Some(behind)),
                None => (names, None),
            };
            rest = behind;
            flags |= match name.text().to_ascii_uppercase().as_str() {
                "ALL" => flags::IPTABLES.iter().fold(0, |all, (_, flag)| all | flag),
                "NONE" => 0,
                text => match flags::of_name(&flags::IPTABLES, text) {
                    Some(flag) => flag,
                    None => {
                        let why = "no flag: there are FIN, SYN, RST, PSH, ACK, URG, ALL and NONE";
                        return self.draft.refuse(&name.at, why);
                    }
                },
            };
        }
        Ok(flags)
    }

    /// `--syn`: SYN without FIN, RST and ACK, so no SYN-ACK.
    pub(super) fn syn(
        &mut self,
        attached: Option<&Word>,
        at: &Range<usize>,
    ) -> Result<(), RuleError> {
        self.bare(attached)?;
        self.needs_tcp(at)?;
        let fin = 0x01;
        let flags = FlagMatch {
            mask: fin | Syn::SYN | Syn::RST | Syn::ACK,
            value: Syn::SYN,
        };
        self.draft.flags(flags, at)
    }

    pub(super) fn mss(
        &mut self,
        attached: Option<Word>,
        at: &Range<usize>,
    ) -> Result<(), RuleError> {
        if !self.has_tcpmss_match {
            return self.draft.refuse(at, "-m tcpmss is missing before it");
        }
        let value = self.value(attached, at)?;
        let is_negated = self.is_negated();
        match numbers::span(&value.text(), ':', true) {
            Ok(span) => self.draft.mss(asked(span, is_negated), &value.at),
            Err(why) => self.draft.refuse(&value.at, why),
        }
    }

    fn needs_target(&self, at: &Range<usize>) -> Result<(), RuleError> {
        if self.target_at.is_some() {
            Ok(())
        } else {
            self.draft.refuse(at, "-j TCPMSS is missing before it")
        }
    }

    pub(super) fn set_mss(
        &mut self,
        attached: Option<Word>,
        at: &Range<usize>,
    ) -> Result<(), RuleError> {
        self.needs_target(at)?;
        let value = self.value(attached, at)?;
        // What is left of the largest packet behind an IP header of each version.
        let most = match self.draft.version {
            Some((IpVersion::V6, _)) => u16::MAX - 40,
            _ => u16::MAX - 20,
        };
        match numbers::number(&value.text()) {
            Ok(mss) if mss > most => {
                let why = format!("no packet carries more than {most}");
                self.draft.refuse(&value.at, why)
            }
            Ok(mss) => self.draft.ceiling(Ceiling::MaxMss(mss), &value.at),
            Err(why) => self.draft.refuse(&value.at, why),
        }
    }

    pub(super) fn clamp_to_pmtu(
        &mut self,
        attached: Option<&Word>,
        at: &Range<usize>,
    ) -> Result<(), RuleError> {
        self.bare(attached)?;
        self.needs_target(at)?;
        self.draft.ceiling(Ceiling::LinkMtu, at)
    }
}
