//! `host-sim check`: did a clamp, any clamp, do what a clamp may do and nothing else?
//!
//! Two captures are compared, one from before the clamp and one from behind it. Packets are
//! [paired](Summary::paired) in one pass with bounded memory, and each pair is judged: MSS values of
//! SYNs may be lowered and their TCP checksum has to follow; all else is a [`Finding`].
//!
//! With [`CheckOptions::routed`], the captures are of the two sides of a router. Then the IP packets
//! are compared, whatever link layers carry them; TTL or hop limit, addresses and ports may
//! differ, as long as checksums follow and a flow's translation stays the same. A router is crossed
//! both ways, and its TTL says which way a packet went: where the smaller one is in the file
//! before, the packet came in on the side of the file after. Equal ones count as forwards. Without
//! `routed` every packet counts as gone forwards, so both ways of a transparent box have to be
//! captured one by one.
//!
//! The ceiling of a SYN is that of the frame that left, as [`clamp_core::Clamp`] says; with `routed`,
//! the smaller one of both sides. Where rules say which SYNs are meant, one that a rule matches as it
//! was seen on either side is. A packet that was not found in the other file is reported, but
//! is no finding: captures begin and end at different times. Where they begin far apart, their
//! timestamps guide the search for where they overlap.

pub(crate) mod anatomy;
mod checker;
pub(crate) mod command;
mod compare;
mod finding;
mod keys;
mod nat;
mod pairing;
mod report;
pub(crate) mod source;
mod sum;
mod view;
mod window;

#[cfg(test)]
mod tests;

use std::io::{Read, Write};
use std::{error, fmt, io};

use crate::capture::CaptureError;
use crate::policy::Policy;

pub use finding::{ChecksumField, Finding, Place};
pub use report::{Numbers, Summary};
pub use source::{Packet, Source};

use source::Capture;

/// How many packets of each file wait for their partners unless asked otherwise.
pub const DEFAULT_WINDOW_PACKETS: usize = 4096;

/// What to check for.
#[derive(Clone, Debug)]
pub struct CheckOptions {
    /// The ceiling that no SYN may leave above, if any.
    pub policy: Option<Policy>,
    /// MSS options may be put into SYNs that have none.
    pub insert_missing: bool,
    /// The captures are of the two sides of a router.
    pub routed: bool,
    /// How many packets of each file wait for their partners.
    pub window_packets: usize,
    /// Report as JSON Lines.
    pub json: bool,
}

impl Default for CheckOptions {
    fn default() -> Self {
        Self {
            policy: None,
            insert_missing: false,
            routed: false,
            window_packets: DEFAULT_WINDOW_PACKETS,
            json: false,
        }
    }
}

/// Which of the two captures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhichCapture {
    /// The one from before the clamp.
    Before,
    /// The one from behind it.
    After,
}

/// Why a check could not be done, or not to the end of both captures.
#[derive(Debug)]
pub enum CheckError {
    /// A capture can't be read, or not to its end. All before that was checked and reported.
    Capture(WhichCapture, CaptureError),
    /// The report could not be written.
    Report(io::Error),
}

impl fmt::Display for CheckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Capture(WhichCapture::Before, error) => {
                write!(f, "the capture before: {error}")
            }
            Self::Capture(WhichCapture::After, error) => write!(f, "the capture after: {error}"),
            Self::Report(error) => write!(f, "cannot write the report: {error}"),
        }
    }
}

impl error::Error for CheckError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Capture(_, error) => Some(error),
            Self::Report(error) => Some(error),
        }
    }
}

impl From<io::Error> for CheckError {
    fn from(error: io::Error) -> Self {
        Self::Report(error)
    }
}

/// Checks two capture files, writes the report to `out` as it comes, and hands back its counts:
/// the captures are fine when [`Summary::total_findings`] is 0.
///
/// # Errors
/// A capture that can't be read to its end, or a report that can't be written.
pub fn run(
    before: impl Read,
    after: impl Read,
    options: &CheckOptions,
    out: &mut dyn Write,
) -> Result<Summary, CheckError> {
    let mut before =
        Capture::open(before).map_err(|error| CheckError::Capture(WhichCapture::Before, error))?;
    let mut after =
        Capture::open(after).map_err(|error| CheckError::Capture(WhichCapture::After, error))?;
    run_on(&mut before, &mut after, options, out)
}

/// The same for packets from anywhere.
///
/// # Errors
/// As [`run`].
pub fn run_on(
    before: &mut dyn Source,
    after: &mut dyn Source,
    options: &CheckOptions,
    out: &mut dyn Write,
) -> Result<Summary, CheckError> {
    checker::Checker::new(options, out).run(before, after)
}
