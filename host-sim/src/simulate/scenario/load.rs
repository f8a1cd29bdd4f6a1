//! From a file to scenarios: the one it describes, and those without its cure or its fault.

use std::fmt;

use serde::Deserialize;
use toml::{Table, Value};

use super::{Scenario, check, suggest};

/// Where the patches stand.
const WITHOUT: &str = "without";

/// Which of a file's scenarios.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Variant {
    /// As it stands.
    Whole,
    /// With the patch `[without.cure]`.
    WithoutCure,
    /// With the patch `[without.fault]`.
    WithoutFault,
    /// With both patches: nothing is wrong, and nothing is done about it.
    WithoutBoth,
}

impl Variant {
    /// The name of its patch, as in the file.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Whole => "as it stands",
            Self::WithoutCure => "without.cure",
            Self::WithoutFault => "without.fault",
            Self::WithoutBoth => "without both",
        }
    }
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// All scenarios of a file.
#[derive(Clone, Debug)]
pub(crate) struct Variants {
    pub(crate) whole: Scenario,
    pub(crate) without_cure: Option<Scenario>,
    pub(crate) without_fault: Option<Scenario>,
    /// It expects nothing of its own.
    pub(crate) without_both: Option<Scenario>,
}

impl Variants {
    /// The scenario of this variant, if the file has it.
    pub(crate) fn of(&self, variant: Variant) -> Option<&Scenario> {
        match variant {
            Variant::Whole => Some(&self.whole),
            Variant::WithoutCure => self.without_cure.as_ref(),
            Variant::WithoutFault => self.without_fault.as_ref(),
            Variant::WithoutBoth => self.without_both.as_ref(),
        }
    }
}

/// Reads the text of a scenario file.
///
/// # Errors
/// What is wrong, with the line where that is known, and a suggestion.
pub(crate) fn load(text: &str) -> Result<Variants, String> {
    let mut whole: Scenario = toml::from_str(text).map_err(|error| complaint(text, &error))?;
    check::check(&whole)?;
    let (cure, fault) = patches(std::mem::take(&mut whole.without))?;
    let mut table: Table = text.parse().map_err(|error| complaint(text, &error))?;
    table.remove(WITHOUT);
    // What the whole expects does not hold without its parts.
    table.remove("expect");
    let patched = |patches: &[&Table], variant: Variant| {
        let mut table = table.clone();
        for patch in patches {
            merge(&mut table, patch);
        }
        let in_patch = |error: String| format!("[{variant}]: {error}");
        let scenario = Scenario::deserialize(Value::Table(table))
            .map_err(|error| in_patch(with_suggestion(error.message())))?;
        check::check(&scenario).map_err(in_patch)?;
        Ok::<_, String>(scenario)
    };
    let without_both = match (&cure, &fault) {
        (Some(cure), Some(fault)) => {
            let mut scenario = patched(&[cure, fault], Variant::WithoutBoth)?;
            scenario.expect = super::Expect::default();
            Some(scenario)
        }
        _ => None,
    };
    Ok(Variants {
        whole,
        without_cure: cure
            .map(|patch| patched(&[&patch], Variant::WithoutCure))
            .transpose()?,
        without_fault: fault
            .map(|patch| patched(&[&patch], Variant::WithoutFault))
            .transpose()?,
        without_both,
    })
}

fn patches(without: Table) -> Result<(Option<Table>, Option<Table>), String> {
    let mut patch = (None, None);
    for (name, value) in without {
        let place = match name.as_str() {
            "cure" => &mut patch.0,
            "fault" => &mut patch.1,
            _ => return Err(format!("[without.{name}]: there are only cure and fault")),
        };
        let Value::Table(table) = value else {
            return Err(format!("without.{name} is not a table"));
        };
        *place = Some(table);
    }
    Ok(patch)
}

/// Puts a patch over a table: tables are merged, all else is replaced. The empty string takes a key
/// out.
fn merge(table: &mut Table, patch: &Table) {
    for (key, value) in patch {
        match (table.get_mut(key), value) {
            (Some(Value::Table(inner)), Value::Table(patch)) => merge(inner, patch),
            (_, Value::String(text)) if text.is_empty() => {
                table.remove(key);
            }
            _ => {
                table.insert(key.clone(), value.clone());
            }
        }
    }
}

fn complaint(text: &str, error: &toml::de::Error) -> String {
    let message = with_suggestion(error.message());
    match error.span() {
        Some(span) => {
            let before = text.get(..span.start).unwrap_or_default();
            format!("line {}: {message}", before.matches('\n').count() + 1)
        }
        None => message,
    }
}

fn with_suggestion(message: &str) -> String {
    match suggest::for_complaint(message) {
        Some(word) => format!("{message}; did you mean `{word}`?"),
        None => message.to_owned(),
    }
}
