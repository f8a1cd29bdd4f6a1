//! Budgets, committed as numbers in `tests/budgets.tsv`: a figure that grows by more than 2 % or by
//! more than one fails, and raising its budget takes a commit of its own that says why.

use std::process::ExitCode;

const BUDGETS: &str = include_str!("../budgets.tsv");
const COMMENT: char = '#';

/// Measured figures, held to their budgets one by one.
#[derive(Default)]
pub struct Budgets {
    broken: Vec<String>,
}

impl Budgets {
    /// Holds a figure to the budget of that name. One without a budget breaks it, and so does one that
    /// came down by so much that the budget says nothing any more.
    pub fn hold(&mut self, name: &str, measured: u64) {
        let Some(budget) = budget(name) else {
            self.broken.push(format!(
                "{name}\t{measured}\tis in no line of tests/budgets.tsv"
            ));
            return;
        };
        let tolerance = (budget / 50).max(1);
        if measured > budget + tolerance {
            self.broken
                .push(format!("{name}: {measured}, and its budget is {budget}"));
        } else if measured + tolerance < budget {
            println!("{name}: {measured}. Its budget of {budget} can come down.");
        }
    }

    /// Names every broken budget.
    #[must_use]
    pub fn verdict(self) -> ExitCode {
        for broken in &self.broken {
            eprintln!("over budget: {broken}");
        }
        if self.broken.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

fn budget(name: &str) -> Option<u64> {
    lines().find_map(|(of, budget)| (of == name).then_some(budget))
}

fn lines() -> impl Iterator<Item = (&'static str, u64)> {
    BUDGETS
        .lines()
        .filter(|line| !line.starts_with(COMMENT) && !line.is_empty())
        .map(|line| {
            let number = line.rsplit_once('\t');
            number
                .and_then(|(name, number)| Some((name, number.parse().ok()?)))
                .unwrap_or_else(|| {
                    panic!("tests/budgets.tsv: not a name, a tab and a number: {line}")
                })
        })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Budgets, lines};

    #[test]
    fn every_line_is_read_and_no_name_is_there_twice() {
        let mut names = HashSet::new();
        for (name, _) in lines() {
            assert!(names.insert(name), "{name} is there twice");
        }
        assert!(!names.is_empty());
    }

    #[test]
    fn a_figure_may_grow_by_2_percent_or_by_1_and_no_more() {
        let (name, budget) = lines().next().expect("a budget");
        let tolerance = (budget / 50).max(1);
        let mut budgets = Budgets::default();
        budgets.hold(name, budget + tolerance);
        assert_eq!(budgets.broken, [""; 0]);
        budgets.hold(name, budget + tolerance + 1);
        budgets.hold("nobody's", 0);
        assert_eq!(budgets.broken.len(), 2);
    }
}
