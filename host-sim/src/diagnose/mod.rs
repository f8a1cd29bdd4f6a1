//! `host-sim diagnose`: is there a path-MTU black hole in a capture, and what cures it?
//!
//! [`Diagnosis`] takes packets one by one and keeps a bounded number of connections in mind; at the
//! end it has a [`Finding`] for each direction that there is something to say of. The capture may be
//! from anywhere on the path: in front of the hole, a large segment is sent again and again while
//! smaller ones pass; behind it, sequence numbers prove that data was sent that never came.
//!
//! Precision counts more than recall: what plain loss, a closed window, a host that went away or
//! a cut capture would look like as well is at most [`Verdict::Suspected`].

mod arrivals;
pub(crate) mod command;
mod cure;
mod diagnosis;
mod finding;
mod flow;
mod flows;
mod json;
mod judge;
mod outstanding;
mod path_mtu;
mod report;
mod segment;
mod sequence;

#[cfg(test)]
mod tests;

pub use diagnosis::{Diagnosis, MssChange};
pub use finding::{Confidence, Evidence, Finding, Verdict};
pub use path_mtu::PathMtu;

use std::io::Read;

use crate::capture::CaptureError;
use crate::check::Source;
use crate::check::source::Capture;

/// Diagnoses a capture: what was seen up to its end, or up to where it can't be read.
///
/// # Errors
/// The input is no capture.
pub fn diagnose(
    input: impl Read,
    tunnels: bool,
) -> Result<(Diagnosis, Option<CaptureError>), CaptureError> {
    let mut capture = Capture::open(input)?;
    let mut diagnosis = Diagnosis::new(tunnels);
    let fault = loop {
        match capture.next_packet() {
            Ok(Some(mut packet)) => diagnosis.see(&mut packet),
            Ok(None) => break None,
            Err(fault) => break Some(fault),
        }
    };
    diagnosis.finish();
    Ok((diagnosis, fault))
}
