//! The wire to something that runs in a process of its own: QEMU and user-mode Linux both take one end
//! of a pair of sockets, and put one raw Ethernet frame into a datagram, without its check sequence.

use std::io::{ErrorKind, Result};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixDatagram;

/// More than the longest frame that any of the emulated network cards takes.
const LONGEST_FRAME_LEN: usize = 2048;

/// This process's end of such a wire.
#[derive(Debug)]
pub(crate) struct SocketWire {
    socket: UnixDatagram,
    lost: u64,
}

impl SocketWire {
    /// A wire, and the end of it that the other process inherits.
    pub(crate) fn lay() -> Result<(Self, OwnedFd)> {
        let (socket, their_end) = UnixDatagram::pair()?;
        socket.set_nonblocking(true)?;
        Ok((Self { socket, lost: 0 }, OwnedFd::from(their_end)))
    }

    /// Sends a frame; one that the other end has no room for is lost and counted. An error means that
    /// the other process is gone.
    pub(crate) fn send(&mut self, frame: &[u8]) -> Result<()> {
        match self.socket.send(frame) {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                self.lost += 1;
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// The next frame, if one is there.
    pub(crate) fn receive(&mut self) -> Result<Option<Vec<u8>>> {
        let mut frame = vec![0; LONGEST_FRAME_LEN];
        match self.socket.recv(&mut frame) {
            Ok(length) => {
                frame.truncate(length);
                Ok(Some(frame))
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// How many frames the other end had no room for.
    pub(crate) fn lost(&self) -> u64 {
        self.lost
    }
}

impl AsFd for SocketWire {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}
