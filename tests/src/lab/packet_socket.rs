//! Whole frames, out of and into a device.

use std::os::fd::{AsRawFd, OwnedFd};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::ifaddrs::getifaddrs;
use nix::sys::socket::sockopt::{RcvBuf, ReceiveTimeout};
use nix::sys::socket::{
    AddressFamily, LinkAddr, MsgFlags, SockFlag, SockProtocol, SockType, recv, sendto, setsockopt,
    socket,
};
use nix::sys::time::TimeVal;

/// What every process may ask for where nobody lowered `net.core.rmem_max`: room for 150 small frames.
const RECEIVE_BUFFER_BYTES: usize = 212_992;

/// An `AF_PACKET` socket: sends frames out of one device, receives every frame of its namespace.
pub struct PacketSocket {
    socket: OwnedFd,
    device: LinkAddr,
}

impl PacketSocket {
    /// Opens a socket in the calling thread's namespace that sends through `device`.
    ///
    /// # Panics
    /// When packet sockets are not allowed, or there is no such device.
    #[must_use]
    pub fn open(device: &str) -> PacketSocket {
        let socket = socket(
            AddressFamily::Packet,
            SockType::Raw,
            SockFlag::SOCK_CLOEXEC,
            SockProtocol::EthAll,
        )
        .unwrap_or_else(|error| {
            panic!("cannot open a packet socket: {error}; run as root or under `unshare -rn`")
        });
        setsockopt(&socket, RcvBuf, &RECEIVE_BUFFER_BYTES).unwrap_or_else(|error| {
            panic!(
                "cannot give a packet socket {RECEIVE_BUFFER_BYTES} bytes to receive in: {error}"
            )
        });
        let device = link_address(device)
            .unwrap_or_else(|| panic!("this namespace has no device named {device}"));
        PacketSocket { socket, device }
    }

    /// Sends one Ethernet frame, without a frame check sequence.
    ///
    /// # Panics
    /// When the kernel does not take it whole.
    pub fn send(&self, frame: &[u8]) {
        let sent = sendto(
            self.socket.as_raw_fd(),
            frame,
            &self.device,
            MsgFlags::empty(),
        );
        assert_eq!(sent, Ok(frame.len()), "injecting {frame:02x?}");
    }

    /// Waits for the next frame; `None` when none came in time.
    ///
    /// # Panics
    /// When the socket fails.
    #[must_use]
    pub fn receive(&self, timeout: Duration) -> Option<Vec<u8>> {
        let deadline = Instant::now() + timeout;
        let mut buffer = vec![0; 1 << 16];
        loop {
            self.set_timeout(deadline.saturating_duration_since(Instant::now()));
            match recv(self.socket.as_raw_fd(), &mut buffer, MsgFlags::empty()) {
                Ok(length) => {
                    buffer.truncate(length);
                    return Some(buffer);
                }
                Err(Errno::EAGAIN) => return None,
                // A signal, such as a child's end, cuts the wait short.
                Err(Errno::EINTR) => {}
                Err(error) => panic!("capturing: {error}"),
            }
        }
    }

    fn set_timeout(&self, timeout: Duration) {
        // 0 would mean to wait for ever.
        let micros = i64::try_from(timeout.as_micros())
            .unwrap_or(i64::MAX)
            .max(1);
        let timeout = TimeVal::new(micros / 1_000_000, micros % 1_000_000);
        setsockopt(&self.socket, ReceiveTimeout, &timeout)
            .unwrap_or_else(|error| panic!("cannot set a time-out of {timeout}: {error}"));
    }
}

fn link_address(device: &str) -> Option<LinkAddr> {
    getifaddrs()
        .ok()?
        .filter(|interface| interface.interface_name == device)
        .find_map(|interface| interface.address?.as_link_addr().copied())
}
