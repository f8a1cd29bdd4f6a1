//! What an interface is called on a command line.

use std::fmt;
use std::str::FromStr;

/// Before the name of a TAP that this program is to be plugged into.
const TAP_PREFIX: &str = "tap:";

/// Where frames are taken in and put out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum InterfaceName {
    /// Beside this machine's own stack, at an interface that is there: `eth0`.
    Device(String),
    /// At the other end of a TAP, which is there or is made: `tap:lan`.
    Tap(String),
}

impl InterfaceName {
    /// What the kernel calls it.
    pub(crate) fn device(&self) -> &str {
        match self {
            Self::Device(name) | Self::Tap(name) => name,
        }
    }
}

impl FromStr for InterfaceName {
    type Err = String;

    fn from_str(words: &str) -> Result<Self, String> {
        match words.strip_prefix(TAP_PREFIX) {
            // The kernel would make one up.
            Some("") => Err("the TAP's name is missing, as in tap:lan".into()),
            Some(name) => Ok(Self::Tap(name.to_owned())),
            None => Ok(Self::Device(words.to_owned())),
        }
    }
}

impl fmt::Display for InterfaceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Device(name) => f.write_str(name),
            Self::Tap(name) => write!(f, "{TAP_PREFIX}{name}"),
        }
    }
}
