//! How many frames there were of each class, as a table.

use std::collections::BTreeMap;
use std::fmt;

/// What the comparison of one frame came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// Linux's bytes are ours.
    Identical(&'static str),
    /// Linux's bytes are not ours: they are the predicted ones, for a reason that is documented.
    DiffersOnPurpose(&'static str),
    /// Linux dropped the frame, as predicted.
    Dropped(&'static str),
    /// Both inserted a missing option, or we said why not.
    Insertion(&'static str),
}

/// Frames counted by class.
#[derive(Default)]
pub(crate) struct Tally {
    counts: BTreeMap<Class, u32>,
}

impl Tally {
    /// Counts one frame.
    pub(crate) fn count(&mut self, class: Class) {
        *self.counts.entry(class).or_default() += 1;
    }

    /// How many frames were compared; an insertion is a second look at a frame counted already.
    pub(crate) fn frames(&self) -> u32 {
        self.counts
            .iter()
            .filter(|(class, _)| !matches!(class, Class::Insertion(_)))
            .map(|(_, count)| count)
            .sum()
    }

    /// Which of these classes no frame fell into.
    pub(crate) fn missing<'a>(&self, wanted: &'a [Class]) -> Vec<&'a Class> {
        wanted
            .iter()
            .filter(|class| !self.counts.contains_key(class))
            .collect()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (class, count) in &self.counts {
            let (group, name) = match class {
                Class::Identical(name) => ("identical to ours", name),
                Class::DiffersOnPurpose(name) => ("differs on purpose", name),
                Class::Dropped(name) => ("dropped as predicted", name),
                Class::Insertion(name) => ("insertion", name),
            };
            writeln!(f, "{count:>7}  {group:<20}  {name}")?;
        }
        writeln!(f, "{:>7}  frames compared", self.frames())
    }
}
