//! How nft asks for TCP flags.

use firmware::router::clamp_rule::FlagMatch;

use super::super::error::RuleError;
use super::super::flags::{NFT, of_name};
use super::Reader;

impl Reader<'_, '_> {
    /// `syn`, `== syn`, `& (syn | rst) == syn`, `& syn != 0` or `syn / syn,rst`
    pub(super) fn flags(&mut self) -> Result<(), RuleError> {
        let start = self.here();
        if self.peek_is("!=") || self.peek_is("!") {
            let why = "what a SYN is not can't be asked: the clamp takes SYNs only";
            return self.draft.refuse(&start, why);
        }
        let is_exact = self.pass("==");
        let flags = if self.pass("&") {
            let mask = self.mask()?;
            if self.pass("!=") {
                let zero = self.take("`0`")?;
                if !zero.is("0") || !mask.is_power_of_two() {
                    let why =
                        "of one flag `!= 0` can be asked, and of several what they are `==` to";
                    return self.draft.refuse(&zero.at, why);
                }
                FlagMatch { mask, value: mask }
            } else {
                self.expect("==")?;
                FlagMatch {
                    mask,
                    value: self.mask()?,
                }
            }
        } else {
            let value = self.flag_list()?;
            if self.pass("/") {
                FlagMatch {
                    mask: self.flag_list()?,
                    value,
                }
            } else if is_exact {
                let mask = u8::MAX;
                FlagMatch { mask, value }
            } else if value.is_power_of_two() {
                FlagMatch { mask: value, value }
            } else {
                let why =
                    "any one of several flags: `syn / syn,rst` says which are set and which not";
                return self.draft.refuse(&(start.start..self.end()), why);
            }
        };
        self.draft.flags(flags, &(start.start..self.end()))
    }

    /// One flag, or several in brackets.
    fn mask(&mut self) -> Result<u8, RuleError> {
        if !self.pass("(") {
            return self.flag();
        }
        let mut mask = self.flag()?;
        while self.pass("|") {
            mask |= self.flag()?;
        }
        self.expect(")")?;
        Ok(mask)
    }

    fn flag_list(&mut self) -> Result<u8, RuleError> {
        let mut flags = self.flag()?;
        while self.pass(",") {
            flags |= self.flag()?;
        }
        Ok(flags)
    }

    fn flag(&mut self) -> Result<u8, RuleError> {
        let name = self.take("a flag")?;
        match of_name(&NFT, &name.text) {
            Some(flag) => Ok(flag),
            None => {
                let why = "no flag: there are fin, syn, rst, psh, ack, urg, ecn and cwr";
                self.draft.refuse(&name.at, why)
            }
        }
    }
}
