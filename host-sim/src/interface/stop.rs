//! Waiting for frames, until somebody presses Ctrl-C.

use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::signal::{SigSet, SigmaskHow, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::time::TimeSpec;

use super::error::InterfaceError;

/// Turns SIGINT and SIGTERM into something to wait for beside the frames, as long as it lives.
pub(crate) struct Stop {
    signals: SignalFd,
    before: SigSet,
}

/// What ended a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ready {
    /// Frames, or nothing in time.
    Work,
    /// It is time to stop.
    Stopped,
}

impl Stop {
    pub(crate) fn new() -> Result<Self, InterfaceError> {
        let mut signals = SigSet::empty();
        signals.add(Signal::SIGINT);
        signals.add(Signal::SIGTERM);
        let before = signals
            .thread_swap_mask(SigmaskHow::SIG_BLOCK)
            .map_err(InterfaceError::system("blocking signals"))?;
        let signals =
            SignalFd::with_flags(&signals, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)
                .map_err(InterfaceError::system("waiting for signals"))?;
        Ok(Self { signals, before })
    }

    /// Waits until one of `sources` can be read, at most for `timeout`.
    pub(crate) fn wait<'a>(
        &'a self,
        sources: impl IntoIterator<Item = BorrowedFd<'a>>,
        timeout: Option<Duration>,
    ) -> Result<Ready, InterfaceError> {
        let mut watched: Vec<PollFd<'_>> = sources
            .into_iter()
            .chain([self.signals.as_fd()])
            .map(|source| PollFd::new(source, PollFlags::POLLIN))
            .collect();
        match ppoll(&mut watched, timeout.map(TimeSpec::from), None) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(errno) => return Err(InterfaceError::system("waiting for frames")(errno)),
        }
        match self.signals.read_signal() {
            Ok(None) => Ok(Ready::Work),
            Ok(Some(_)) => Ok(Ready::Stopped),
            Err(errno) => Err(InterfaceError::system("reading a signal")(errno)),
        }
    }
}

impl Drop for Stop {
    fn drop(&mut self) {
        // Only a broken mask could be refused, and this one came from the kernel.
        let _ = self.before.thread_set_mask();
    }
}
