//! What the tools and the kernel ask of a rule as a whole.

use firmware::router::clamp_rule::Syn;

use super::super::draft::End;
use super::super::error::RuleError;
use super::super::rule::Hook;
use super::Options;

const NO_TARGET: &str = "-j TCPMSS is missing";

/// Tables, and the chains they have.
pub(super) const TABLES: [(&str, &[Hook]); 4] = [
    ("filter", &[Hook::Input, Hook::Forward, Hook::Output]),
    (
        "mangle",
        &[
            Hook::Prerouting,
            Hook::Input,
            Hook::Forward,
            Hook::Output,
            Hook::Postrouting,
        ],
    ),
    ("raw", &[Hook::Prerouting, Hook::Output]),
    ("security", &[Hook::Input, Hook::Forward, Hook::Output]),
];

impl Options<'_, '_> {
    /// Refuses what no tool would load: chains that the table has not, interfaces that are not known in
    /// the chain, a target that may see more than SYNs.
    pub(super) fn check(&self) -> Result<(), RuleError> {
        let Some((hook, hook_at)) = &self.draft.hook else {
            return self
                .draft
                .unfinished("-A FORWARD is missing, or another chain");
        };
        let (table, table_at) = self
            .table
            .as_ref()
            .map_or((0, hook_at), |(table, at)| (*table, at));
        if let Some((name, hooks)) = TABLES.get(table)
            && !hooks.contains(hook)
        {
            let why = format!("the table {name} has no such chain (mangle has all)");
            let at = if self.table.is_some() {
                table_at
            } else {
                hook_at
            };
            return self.draft.refuse(at, why);
        }
        let unknown = match hook {
            Hook::Postrouting | Hook::Output => self.draft.interface_at(End::Source),
            Hook::Prerouting | Hook::Input => self.draft.interface_at(End::Destination),
            Hook::Forward => None,
        };
        if let Some(at) = unknown {
            return self
                .draft
                .refuse(at, "this interface is not known in this chain");
        }
        let Some(target_at) = &self.target_at else {
            return self.draft.unfinished(NO_TARGET);
        };
        if !self.is_tcp {
            return self.draft.refuse(target_at, "needs -p tcp");
        }
        match &self.draft.flags {
            None => self.draft.refuse(
                target_at,
                "needs --tcp-flags SYN,RST SYN: it takes SYNs only",
            ),
            Some((flags, at)) if flags.value & Syn::SYN == 0 => self
                .draft
                .refuse(at, "TCPMSS takes SYNs only, and this may be something else"),
            Some(_) => Ok(()),
        }
    }
}
