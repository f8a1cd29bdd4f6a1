//! What became of the mutants, held to a list.

use std::collections::BTreeMap;
use std::fmt;

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
    /// Its file and what was changed, without a line number: those move.
    pub name: String,
    /// What became of it.
    pub fate: Fate,
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

/// The name of all that have the same fate.
const EVERY: &str = "*";

/// What contradicts the list: mutants that were not caught and are not known. Where `all` mutants of the list were judged,
/// also what is known and did not happen.
#[must_use]
pub fn faults(known: &[Judged], judged: &[Judged], all: bool) -> Vec<String> {
    let is_argued = |name: &str| {
        let mut argued = known.iter().filter(|one| one.fate == Fate::Missed);
        argued.any(|one| one.name == name)
    };
    let is_in_every = |fate| {
        let mut alike = known.iter().filter(|one| one.fate == fate);
        alike.any(|one| one.name == EVERY)
    };
    let mut balance: BTreeMap<(Fate, &str), i32> = BTreeMap::new();
    for one in judged {
        let fate = match one.fate {
            Fate::Caught => continue,
            // Time says nothing against an argument.
            Fate::Endless if !is_argued(&one.name) => continue,
            Fate::Endless | Fate::Missed => Fate::Missed,
            Fate::Uncompiled => Fate::Uncompiled,
        };
        *balance.entry((fate, &one.name)).or_default() += 1;
    }
    for one in known {
        *balance.entry((one.fate, &one.name)).or_default() -= 1;
    }
    let fault = |((fate, name), balance): ((Fate, &str), i32)| match balance.signum() {
        _ if is_in_every(fate) => None,
        1 if fate == Fate::Missed => Some(format!("survived: {name}")),
        1 => Some(format!("did not compile: {name}")),
        -1 if all => Some(format!("in the list for nothing: {name}")),
        _ => None,
    };
    balance.into_iter().filter_map(fault).collect()
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
    fn all_of_a_fate_may_be_known_at_once() {
        let known = [one("*", Fate::Uncompiled)];
        let judged = [one("a", Fate::Uncompiled), one("b", Fate::Missed)];
        assert_eq!(faults(&known, &judged, true), ["survived: b"]);
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
    }
}
