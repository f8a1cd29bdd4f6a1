//! Why a configuration was refused, with the field's name.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A field that can't be as asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The field as written in `Settings`: `wan.port.mtu_bytes`, `forwards[].inside`.
    pub field: &'static str,
    /// Which element, counted from 0, where the field belongs to a list.
    pub index: Option<usize>,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// A number outside what is possible.
    OutOfRange {
        /// What was asked for.
        value: u32,
        /// The smallest possible value.
        min: u32,
        /// The largest possible value.
        max: u32,
    },
    /// A list without an element, where one is needed.
    Empty,
    /// A list with more elements than there is room for.
    TooMany,
    /// A MAC that is a group address or all zeros.
    NotUnicastMac,
    /// An IPv4 address that no host can have there.
    NotHostV4(Ipv4Addr),
    /// An IPv6 address that no host can have there.
    NotHostV6(Ipv6Addr),
    /// An IPv4 address outside the network where it has to be.
    OutsideV4(Ipv4Addr),
    /// An IPv6 address outside the prefix where it has to be.
    OutsideV6(Ipv6Addr),
    /// An address of the IP version that isn't asked for.
    OtherIpVersion(IpAddr),
    /// Together with this, which it excludes.
    Excludes(&'static str),
    /// The same as an earlier one, or overlapping it: a wire with its VLAN, a network, a forward.
    Taken,
}

impl ConfigError {
    pub(crate) const fn new(field: &'static str, problem: Problem) -> Self {
        Self {
            field,
            index: None,
            problem,
        }
    }

    pub(crate) const fn too_many(field: &'static str) -> Self {
        Self::new(field, Problem::TooMany)
    }

    pub(crate) const fn at(mut self, index: usize) -> Self {
        self.index = Some(index);
        self
    }
}

impl core::error::Error for ConfigError {}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.index, self.field.split_once("[]")) {
            (Some(index), Some((list, rest))) => write!(f, "{list}[{index}]{rest}: ")?,
            _ => write!(f, "{}: ", self.field)?,
        }
        match self.problem {
            Problem::OutOfRange { value, min, max } => {
                write!(f, "{value} is not between {min} and {max}")
            }
            Problem::Empty => write!(f, "at least one is needed"),
            Problem::TooMany => write!(f, "there are more than fit"),
            Problem::NotUnicastMac => write!(f, "not the address of one station"),
            Problem::NotHostV4(address) => write!(f, "{address} can't be a host's address here"),
            Problem::NotHostV6(address) => write!(f, "{address} can't be a host's address here"),
            Problem::OutsideV4(address) => write!(f, "{address} is outside the network"),
            Problem::OutsideV6(address) => write!(f, "{address} is outside the prefix"),
            Problem::Excludes(other) => write!(f, "can't be together with {other}"),
            Problem::OtherIpVersion(address) => write!(f, "{address} is of the other IP version"),
            Problem::Taken => write!(f, "the same as, or overlapping, another one"),
        }
    }
}
