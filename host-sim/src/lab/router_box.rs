//! The router, wherever it runs.

use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use super::linux_router::LinuxRouter;
use super::native::Native;
use super::qemu::Qemu;
use super::wire::End;

/// The router at the end of the trunk.
pub(crate) enum RouterBox {
    /// In this process.
    Native(Native),
    /// On an emulated machine.
    Emulated(Qemu),
    /// Not ours at all: a Linux machine, to compare with.
    Linux(LinuxRouter),
}

impl RouterBox {
    /// Hands it the frames that arrived, and takes those that it sends; says whether there were any.
    pub(crate) fn exchange(&mut self, now: Duration, trunk: &mut End<'_>) -> Result<bool, String> {
        match self {
            Self::Native(native) => Ok(native.exchange(now, trunk)),
            Self::Emulated(qemu) => {
                let mut moved = false;
                while let Some(frame) = trunk.receive() {
                    qemu.send(&frame)?;
                    moved = true;
                }
                while let Some(frame) = qemu.receive()? {
                    trunk.send(frame);
                    moved = true;
                }
                Ok(moved)
            }
            Self::Linux(linux) => linux.exchange(trunk),
        }
    }

    /// Finds out whether it still runs.
    pub(crate) fn check(&mut self) -> Result<(), String> {
        match self {
            Self::Native(_) | Self::Linux(_) => Ok(()),
            Self::Emulated(qemu) => qemu.check(),
        }
    }

    /// How many frames it had no room for, where that is not its own to count.
    pub(crate) fn lost(&self) -> u64 {
        match self {
            Self::Native(_) => 0,
            Self::Emulated(qemu) => qemu.lost(),
            Self::Linux(linux) => linux.lost(),
        }
    }

    /// When it has something to do by itself, if that is known.
    pub(crate) fn next_at(&self) -> Option<Duration> {
        match self {
            Self::Native(native) => native.next_at(),
            Self::Emulated(_) | Self::Linux(_) => None,
        }
    }

    /// What can be read when it sends something, if it runs in a process of its own.
    pub(crate) fn sources(&self) -> Vec<BorrowedFd<'_>> {
        match self {
            Self::Native(_) => Vec::new(),
            Self::Emulated(qemu) => vec![qemu.as_fd()],
            Self::Linux(linux) => linux.sources().to_vec(),
        }
    }
}
