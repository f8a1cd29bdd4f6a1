//! What became of the mutants, held to a list.

use std::collections::BTreeMap;
use std::fmt;

use super::pattern::{is_like, is_pattern};

/// What became of a mutant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// A test failed.
    Caught,
    /// The tests had not ended when their time was over: caught, unless the machine was busy.
    Endless,
    /// Every test passed.
    Missed,
    /// The compiler refused it.
    Uncompiled,
}

/// A mutant that was judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// Its file and what was changed, without a line number: those move. In a list, `…` stands for anything.
    pub name: String,
    /// What became of it.
    pub fate: Fate,
}

impl Judged {
    /// Whether this, in a list, says that `name` has this fate.
    pub(super) fn says(&self, fate: Fate, name: &str) -> bool {
        self.fate == fate && is_like(name, &self.name)
    }
}

/// How many mutants had which fate, in words.
pub struct Tally<'a>(pub &'a [Judged]);

impl fmt::Display for Tally<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |fate| self.0.iter().filter(|judged| judged.fate == fate).count();
        write!(
            f,
            "{} mutants, {} caught by a test and {} by time, {} survived with or without an argument, {} did not compile",
            self.0.len(),
            of(Fate::Caught),
            of(Fate::Endless),
            of(Fate::Missed),
            of(Fate::Uncompiled)
        )
    }
}

/// What contradicts the list: mutants that were not caught and are not known. Where `all` mutants of the list were judged,
/// also what is known and did not happen.
#[must_use]
pub fn faults(known: &[Judged], judged: &[Judged], all: bool) -> Vec<String> {
    let not_caught: Vec<(Fate, &str)> = judged
        .iter()
        .filter_map(|one| not_caught(one, known))
        .collect();
    let (patterns, names): (Vec<&Judged>, Vec<&Judged>) =
        known.iter().partition(|one| is_pattern(&one.name));
    let mut balance: BTreeMap<(Fate, &str), i32> = BTreeMap::new();
    for &one in &not_caught {
        *balance.entry(one).or_default() += 1;
    }
    for one in names {
        *balance.entry((one.fate, &one.name)).or_default() -= 1;
    }
    let is_in_pattern = |fate, name: &str| patterns.iter().any(|pattern| pattern.says(fate, name));
    let fault = |((fate, name), balance): ((Fate, &str), i32)| match balance.signum() {
        1 if is_in_pattern(fate, name) => None,
        1 if fate == Fate::Missed => Some(format!("survived: {name}")),
        1 => Some(format!("did not compile: {name}")),
        -1 if all => Some(for_nothing(name)),
        _ => None,
    };
    let idle = patterns.iter().filter(|pattern| {
        let mut alike = not_caught.iter();
        all && !alike.any(|&(fate, name)| pattern.says(fate, name))
    });
    let idle = idle.map(|pattern| for_nothing(&pattern.name));
    balance.into_iter().filter_map(fault).chain(idle).collect()
}

fn for_nothing(name: &str) -> String {
    format!("in the list for nothing: {name}")
}

/// The fate and the name of a mutant that no test caught. Time says nothing against an argument.
fn not_caught<'a>(judged: &'a Judged, known: &[Judged]) -> Option<(Fate, &'a str)> {
    let name = judged.name.as_str();
    let is_argued = || known.iter().any(|one| one.says(Fate::Missed, name));
    match judged.fate {
        Fate::Endless if is_argued() => Some((Fate::Missed, name)),
        Fate::Caught | Fate::Endless => None,
        fate @ (Fate::Missed | Fate::Uncompiled) => Some((fate, name)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Fate, Judged, Tally, faults};

    fn one(name: &str, fate: Fate) -> Judged {
        Judged {
            name: name.to_owned(),
            fate,
        }
    }

    #[test]
    fn what_is_not_caught_is_known_as_often_as_it_happens() {
        let known = [one("a", Fate::Missed)];
        let judged = [one("a", Fate::Missed), one("b", Fate::Caught)];
        assert_eq!(faults(&known, &judged, true), [""; 0]);
        let twice = [one("a", Fate::Missed), one("a", Fate::Missed)];
        assert_eq!(faults(&known, &twice, true), ["survived: a"]);
        let otherwise = [one("a", Fate::Uncompiled)];
        assert_eq!(
            faults(&known, &otherwise, false),
            ["did not compile: a"],
            "known to survive is not known not to compile"
        );
    }

    #[test]
    fn several_may_be_known_at_once() {
        let known = [
            one("…", Fate::Uncompiled),
            one("a: … in b", Fate::Missed),
            one("a: x in b", Fate::Missed),
        ];
        let judged = [
            one("c", Fate::Uncompiled),
            one("a: x in b", Fate::Missed),
            one("a: x in b", Fate::Missed),
            one("a: y in b", Fate::Missed),
            one("a: y in c", Fate::Missed),
        ];
        assert_eq!(faults(&known, &judged, true), ["survived: a: y in c"]);
        let caught = [
            one("a: x in b", Fate::Missed),
            one("a: y in b", Fate::Caught),
        ];
        assert_eq!(
            faults(&known, &caught, true),
            ["in the list for nothing: …"],
            "of those that a pattern names, some may be caught"
        );
        assert_eq!(faults(&known, &caught, false), [""; 0]);
    }

    #[test]
    fn what_is_known_for_nothing_shows_when_all_are_judged() {
        let known = [one("a", Fate::Missed)];
        let judged = [one("a", Fate::Caught)];
        assert_eq!(faults(&known, &judged, false), [""; 0]);
        assert_eq!(
            faults(&known, &judged, true),
            ["in the list for nothing: a"]
        );
        assert_eq!(
            Tally(&judged).to_string(),
            "1 mutants, 1 caught by a test and 0 by time, 0 survived with or without an argument, 0 did not compile"
        );
    }

    #[test]
    fn running_out_of_time_catches_a_mutant_and_refutes_no_argument() {
        let known = [one("a", Fate::Missed)];
        let judged = [one("a", Fate::Endless), one("b", Fate::Endless)];
        assert_eq!(faults(&known, &judged, true), [""; 0]);
        let pattern = [one("a…", Fate::Missed)];
        assert_eq!(faults(&pattern, &judged, true), [""; 0]);
    }
}
