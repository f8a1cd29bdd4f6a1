//! One end of a TAP (Linux, Documentation/networking/tuntap.rst): what this machine's stack sends through
//! the device of that name comes in here, and what is sent from here comes in there.

use std::io::{Error, ErrorKind, IoSlice, IoSliceMut};
use std::os::fd::{AsFd, BorrowedFd};

use nix::errno::Errno;
use nix::sys::uio::{readv, writev};
use tun_rs::{DeviceBuilder, Layer, SyncDevice};

use super::error::InterfaceError;
use super::offload::{HEADER_LEN, Offload};
use super::segmentation::{FrameBuffer, Unsupported};
use super::vlan_tag::{TAG_LEN, is_tagged};
use super::{Received, Sent};

/// Both MAC addresses and the ethertype.
const ETHERNET_HEADER_LEN: usize = 14;

/// A TAP that this process is plugged into.
pub(crate) struct Tap {
    name: String,
    mac: [u8; 6],
    /// The device's own, when it was opened: it may be in another namespace by now. The kernel takes longer
    /// frames from here, but a wire to such a device would not carry them.
    mtu_bytes: usize,
    device: SyncDevice,
}

impl Tap {
    /// Plugs this process into the TAP `name`, which is made, and goes with this value, if there is none.
    ///
    /// Whether the device is up is its user's business: he may want to move it to a namespace first.
    pub(super) fn open(name: &str) -> Result<Self, InterfaceError> {
        let device = DeviceBuilder::new()
            .name(name)
            .layer(Layer::L2)
            // Every frame behind a virtio-net header, as on a packet socket.
            .offload(true)
            .inherit_enable_state()
            .build_sync()
            .map_err(|error| refused(name, error))?;
        let unreadable = InterfaceError::from_io(format!("asking about TAP {name}"));
        device.set_nonblocking(true).map_err(&unreadable)?;
        Ok(Self {
            name: device.name().map_err(&unreadable)?,
            mac: device.mac_address().map_err(&unreadable)?,
            mtu_bytes: device.mtu().map_err(&unreadable)?.into(),
            device,
        })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The MAC address of the device, which is the other end's.
    pub(super) fn mac(&self) -> [u8; 6] {
        self.mac
    }

    pub(super) fn receive<'a>(
        &self,
        buffer: &'a mut FrameBuffer,
    ) -> Result<Option<Result<Received<'a>, Unsupported>>, InterfaceError> {
        let bytes = buffer.bytes();
        let mut header = [0; HEADER_LEN];
        let received = readv(
            &self.device,
            &mut [IoSliceMut::new(&mut header), IoSliceMut::new(bytes)],
        );
        let frame_len = match received {
            Ok(received_len) => received_len.saturating_sub(HEADER_LEN),
            Err(Errno::EAGAIN | Errno::EINTR) => return Ok(None),
            Err(errno) => return Err(self.failed("receiving", errno)),
        };
        // What does not fit is cut off without a word.
        if frame_len == bytes.len() {
            return Ok(Some(Err(Unsupported::TooLong)));
        }
        Ok(Some(Ok(Received {
            offload: Offload::parse(header),
            frame: &mut bytes[..frame_len],
        })))
    }

    pub(super) fn send(
        &self,
        offload: Offload,
        header: &[u8],
        rest: &[u8],
    ) -> Result<Sent, InterfaceError> {
        // A VLAN tag does not count against the MTU.
        let tag_len = usize::from(is_tagged(header, rest)) * TAG_LEN;
        let longest_len = ETHERNET_HEADER_LEN + tag_len + self.mtu_bytes;
        if !offload.is_to_be_cut() && header.len() + rest.len() > longest_len {
            return Ok(Sent::TooLong);
        }
        let offload = offload.emit();
        let parts = [
            IoSlice::new(&offload),
            IoSlice::new(header),
            IoSlice::new(rest),
        ];
        match writev(&self.device, &parts) {
            Ok(_) => Ok(Sent::OnItsWay),
            Err(Errno::EAGAIN | Errno::ENOBUFS | Errno::ENOMEM | Errno::EINTR) => {
                Ok(Sent::QueueFull)
            }
            Err(Errno::EINVAL) => Ok(Sent::Refused),
            Err(Errno::EIO) => Ok(Sent::Unplugged),
            Err(errno) => Err(self.failed("sending", errno)),
        }
    }

    fn failed(&self, what: &str, errno: Errno) -> InterfaceError {
        match errno {
            Errno::EBADFD => InterfaceError::TapGone {
                name: self.name.clone(),
            },
            errno => InterfaceError::system(format!("{what} on TAP {}", self.name))(errno),
        }
    }
}

impl AsFd for Tap {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.device.as_fd()
    }
}

/// Why the TAP `name` can't be had.
fn refused(name: &str, error: Error) -> InterfaceError {
    let name = name.to_owned();
    match error.raw_os_error().map(Errno::from_raw) {
        Some(Errno::EPERM | Errno::EACCES) => InterfaceError::TapNotPermitted { name },
        Some(Errno::EBUSY) => InterfaceError::TapTaken { name },
        Some(Errno::EINVAL) => InterfaceError::NotTap { name },
        Some(Errno::ENOENT | Errno::ENODEV | Errno::ENXIO) => InterfaceError::NoTaps,
        None if error.kind() == ErrorKind::InvalidInput => InterfaceError::NotTap { name },
        _ => InterfaceError::from_io(format!("opening TAP {name}"))(error),
    }
}
