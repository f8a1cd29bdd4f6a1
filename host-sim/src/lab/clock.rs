//! The lab's time: real where something real takes part, otherwise as fast as it can be computed.

use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

use crate::interface::{Ready, Stop};

/// Time since the lab started.
#[derive(Debug)]
pub(crate) enum Clock {
    /// Goes from one deadline to the next.
    Virtual(Duration),
    /// The machine's.
    Real(Instant),
}

impl Clock {
    pub(crate) fn now(&self) -> Duration {
        match self {
            Self::Virtual(now) => *now,
            Self::Real(start) => start.elapsed(),
        }
    }

    /// Waits until `at`, or until one of `sources` can be read.
    pub(crate) fn wait<'a>(
        &mut self,
        at: Duration,
        sources: impl IntoIterator<Item = BorrowedFd<'a>>,
        stop: &'a Stop,
    ) -> Result<Ready, String> {
        let timeout = match self {
            Self::Virtual(now) => {
                *now = at.max(*now);
                Duration::ZERO
            }
            Self::Real(start) => at.saturating_sub(start.elapsed()),
        };
        stop.wait(sources, Some(timeout))
            .map_err(|error| error.to_string())
    }
}
