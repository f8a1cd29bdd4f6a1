//! A share of a list's mutants, for several machines, or for one that has little time.

use std::fmt;
use std::str::FromStr;

/// One of so many shares, as cargo-mutants says it: `0/20` is the first of twenty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    number: u64,
    shares: u64,
}

impl Share {
    /// The share that a number falls to, however large it is.
    ///
    /// # Errors
    /// When there are no shares.
    pub fn of(number: u64, shares: u64) -> Result<Self, String> {
        number
            .checked_rem(shares)
            .map(|number| Self { number, shares })
            .ok_or_else(|| "there is nothing in 0 shares".to_owned())
    }
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text
            .split_once('/')
            .and_then(|(number, shares)| Some((number.parse().ok()?, shares.parse().ok()?)));
        let Some((number, shares)) = numbers else {
            return Err("a share is two numbers: 0/2 is the first of two".to_owned());
        };
        let share = Self::of(number, shares)?;
        if share.number == number {
            Ok(share)
        } else {
            Err(format!(
                "of {shares} shares the last is {}/{shares}",
                shares - 1
            ))
        }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.shares)
    }
}

#[cfg(test)]
mod tests {
    use super::Share;

    #[test]
    fn a_share_is_told_as_it_is_read() {
        for text in ["0/1", "0/2", "1/2", "299/300"] {
            assert_eq!(
                text.parse::<Share>().map(|share| share.to_string()),
                Ok(text.to_owned())
            );
        }
    }

    #[test]
    fn any_number_falls_to_a_share() {
        assert_eq!(Share::of(605, 300), "5/300".parse());
    }

    #[test]
    fn what_is_no_share_is_told_so() {
        for (text, problem) in [
            ("", "a share is two numbers: 0/2 is the first of two"),
            ("1", "a share is two numbers: 0/2 is the first of two"),
            ("1/", "a share is two numbers: 0/2 is the first of two"),
            ("-1/2", "a share is two numbers: 0/2 is the first of two"),
            ("1/2/3", "a share is two numbers: 0/2 is the first of two"),
            ("0/0", "there is nothing in 0 shares"),
            ("2/2", "of 2 shares the last is 1/2"),
        ] {
            assert_eq!(text.parse::<Share>(), Err(problem.to_owned()), "{text}");
        }
    }
}
