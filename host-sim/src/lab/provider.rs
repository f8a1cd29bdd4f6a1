//! The provider's end of the line, whatever it is.

use std::os::fd::BorrowedFd;
use std::time::Duration;

use super::wire::End;

/// What stands between our router and the Internet.
pub(crate) trait Provider {
    /// Passes on what arrived from the router and from the Internet; says whether anything had.
    fn pass(
        &mut self,
        now: Duration,
        near: &mut End<'_>,
        far: &mut End<'_>,
    ) -> Result<bool, String>;

    /// When it has something to do by itself, if that is known.
    fn next_at(&self) -> Option<Duration>;

    /// What can be read when it sends something, if it runs in a process of its own.
    fn sources(&self) -> Vec<BorrowedFd<'_>> {
        Vec::new()
    }

    /// How many frames it had no room for.
    fn lost(&self) -> u64 {
        0
    }
}
