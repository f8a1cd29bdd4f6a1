//! What may be said to an image when it starts, without building another.
//!
//! Under QEMU it comes by semihosting: `-append "seed=… clamp=off wan-mtu=1500"`.

use core::fmt;

/// What was said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BootArguments {
    /// `seed=` and 32 hexadecimal digits: what the router's ports, hashes and identifiers are drawn from.
    pub seed: Option<[u8; 16]>,
    /// `clamp=off`: a router that leaves SYNs as they are, to show what the clamp is for.
    pub clamp_off: bool,
    /// `wan-mtu=` and a number of bytes: the WAN's MTU instead of the board's own.
    pub wan_mtu_bytes: Option<u16>,
    /// `rehearse=panic` or `rehearse=hang`: fails so once, right after the start, to see the box
    /// come back.
    pub rehearse: Option<Failure>,
}

/// A failure that a box has to get over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A panic.
    Panic,
    /// An endless loop.
    Hang,
}

/// A word that means nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BootArgumentError<'a> {
    /// None of the known names.
    Unknown(&'a str),
    /// A value that isn't one of `seed`: 32 hexadecimal digits.
    Seed(&'a str),
    /// A value of `clamp` other than `on` and `off`.
    Clamp(&'a str),
    /// A value of `wan-mtu` that isn't a number of bytes up to 65,535.
    WanMtu(&'a str),
    /// A value of `rehearse` other than `panic` and `hang`.
    Rehearse(&'a str),
}

impl core::error::Error for BootArgumentError<'_> {}

impl fmt::Display for BootArgumentError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(word) => {
                write!(f, "{word}: not one of seed=, clamp=, wan-mtu=, rehearse=")
            }
            Self::Seed(value) => write!(f, "seed={value}: not 32 hexadecimal digits"),
            Self::Clamp(value) => write!(f, "clamp={value}: neither on nor off"),
            Self::Rehearse(value) => write!(f, "rehearse={value}: neither panic nor hang"),
            Self::WanMtu(value) => write!(f, "wan-mtu={value}: not a number of bytes to 65535"),
        }
    }
}

impl BootArguments {
    /// What the box's own stack draws its port and sequence numbers from: the seed, folded so that it says
    /// nothing of the router's.
    #[must_use]
    pub fn stack_seed(&self) -> u64 {
        let seed = u128::from_be_bytes(self.seed.unwrap_or_default());
        (seed >> 64) as u64 ^ seed as u64
    }

    /// Reads the words of the command line; of a name said twice, the last one counts.
    ///
    /// # Errors
    /// The first word that means nothing.
    pub fn parse<'a>(
        words: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, BootArgumentError<'a>> {
        let mut arguments = Self::default();
        for word in words {
            let (name, value) = word.split_once('=').unwrap_or((word, ""));
            match name {
                "seed" => {
                    arguments.seed = Some(seed(value).ok_or(BootArgumentError::Seed(value))?);
                }
                "clamp" => {
                    arguments.clamp_off = match value {
                        "on" => false,
                        "off" => true,
                        _ => return Err(BootArgumentError::Clamp(value)),
                    };
                }
                "wan-mtu" => {
                    let bytes = value.parse();
                    arguments.wan_mtu_bytes =
                        Some(bytes.map_err(|_| BootArgumentError::WanMtu(value))?);
                }
                "rehearse" => {
                    arguments.rehearse = match value {
                        "panic" => Some(Failure::Panic),
                        "hang" => Some(Failure::Hang),
                        _ => return Err(BootArgumentError::Rehearse(value)),
                    };
                }
                _ => return Err(BootArgumentError::Unknown(word)),
            }
        }
        Ok(arguments)
    }
}

fn seed(digits: &str) -> Option<[u8; 16]> {
    let all_digits = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = all_digits.then(|| u128::from_str_radix(digits, 16).ok())?;
    number.map(u128::to_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_argument_is_read() {
        let words = [
            "seed=000102030405060708090a0b0c0d0eff",
            "clamp=off",
            "wan-mtu=1500",
            "rehearse=hang",
        ];
        let arguments = BootArguments::parse(words).unwrap();
        let seed = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255];
        assert_eq!(arguments.seed, Some(seed));
        assert!(arguments.clamp_off);
        assert_eq!(arguments.wan_mtu_bytes, Some(1500));
        assert_eq!(arguments.rehearse, Some(Failure::Hang));
    }

    #[test]
    fn nothing_said_is_the_default() {
        let arguments = BootArguments::parse([]).unwrap();
        assert_eq!(arguments, BootArguments::default());
    }

    #[test]
    fn the_last_of_two_counts() {
        let arguments = BootArguments::parse(["clamp=off", "clamp=on"]).unwrap();
        assert!(!arguments.clamp_off);
    }

    #[test]
    fn a_word_that_means_nothing_is_named() {
        let refused = |word| BootArguments::parse([word]).unwrap_err();
        assert_eq!(refused("speed=9"), BootArgumentError::Unknown("speed=9"));
        assert_eq!(refused("clamp"), BootArgumentError::Clamp(""));
        assert_eq!(refused("clamp=no"), BootArgumentError::Clamp("no"));
        assert_eq!(refused("wan-mtu=70000"), BootArgumentError::WanMtu("70000"));
        assert_eq!(refused("wan-mtu=-1"), BootArgumentError::WanMtu("-1"));
        assert_eq!(refused("rehearse="), BootArgumentError::Rehearse(""));
        let signed = "+0102030405060708090a0b0c0d0e0f0";
        for short_or_signed in ["", "0011", signed] {
            assert_eq!(seed(short_or_signed), None, "{short_or_signed}");
        }
    }
}
