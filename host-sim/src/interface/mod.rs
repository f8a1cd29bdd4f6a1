//! Network interfaces of this machine, as whole Ethernet frames: through a packet socket beside the
//! machine's own stack, or from the other end of a TAP.
//!
//! A frame that leaves a Linux stack is rarely what a wire would carry: its TCP checksum is left for
//! the network card to fill in, it may be up to 64 KiB long and left for the card to cut up, and its
//! VLAN tag travels beside it. A packet socket hands all three over as they are, and a TAP the first two. So an [`Interface`]
//! puts the tag back where a wire has it and hands out the rest as an [`Offload`] beside the
//! frame; who needs frames as a wire carries them asks for [`Received::wire_frames`].

mod checksum;
mod error;
mod name;
mod offload;
mod packet_socket;
mod segmentation;
mod socket_options;
mod stop;
mod tap;
mod vlan_tag;

use std::os::fd::{AsFd, BorrowedFd};

pub(crate) use error::InterfaceError;
pub(crate) use name::InterfaceName;
pub(crate) use offload::Offload;
pub(crate) use segmentation::{FrameBuffer, Unsupported};
pub(crate) use stop::{Ready, Stop};

use packet_socket::PacketSocket;
use segmentation::wire_frames;
use tap::Tap;

/// One interface of this machine, open for whole frames.
pub(crate) enum Interface {
    Beside(PacketSocket),
    Opposite(Tap),
}

/// A frame that came in.
pub(crate) struct Received<'a> {
    /// What the sender left to a network card.
    pub(crate) offload: Offload,
    /// The frame, its VLAN tag in its place.
    pub(crate) frame: &'a mut [u8],
}

/// What became of a frame that was to go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// It is on its way.
    OnItsWay,
    /// The interface's queue is full.
    QueueFull,
    /// It is longer than the interface's MTU allows.
    TooLong,
    /// The kernel finds fault with it.
    Refused,
    /// Nobody has set the device at the other end up.
    Unplugged,
}

impl Interface {
    /// Opens what `name` names: a packet socket in promiscuous mode, or a TAP.
    pub(crate) fn open(name: &InterfaceName) -> Result<Self, InterfaceError> {
        match name {
            InterfaceName::Device(name) => PacketSocket::open(name).map(Self::Beside),
            InterfaceName::Tap(name) => Tap::open(name).map(Self::Opposite),
        }
    }

    /// What the kernel calls it.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Beside(socket) => socket.name(),
            Self::Opposite(tap) => tap.name(),
        }
    }

    /// The device's MAC address.
    pub(crate) fn mac(&self) -> [u8; 6] {
        match self {
            Self::Beside(socket) => socket.mac(),
            Self::Opposite(tap) => tap.mac(),
        }
    }

    /// The next frame, if one is there. `buffer` is where it is put.
    pub(crate) fn receive<'a>(
        &self,
        buffer: &'a mut FrameBuffer,
    ) -> Result<Option<Result<Received<'a>, Unsupported>>, InterfaceError> {
        match self {
            Self::Beside(socket) => socket.receive(buffer),
            Self::Opposite(tap) => tap.receive(buffer),
        }
    }

    /// Sends a frame, given in two parts: a header and what follows it.
    pub(crate) fn send(
        &self,
        offload: Offload,
        header: &[u8],
        rest: &[u8],
    ) -> Result<Sent, InterfaceError> {
        match self {
            Self::Beside(socket) => socket.send(offload, header, rest),
            Self::Opposite(tap) => tap.send(offload, header, rest),
        }
    }
}

impl AsFd for Interface {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Beside(socket) => socket.as_fd(),
            Self::Opposite(tap) => tap.as_fd(),
        }
    }
}

impl Received<'_> {
    /// Hands the frame, as one or several frames that a wire could carry, to `each`.
    pub(crate) fn wire_frames(&mut self, each: impl FnMut(&mut [u8])) -> Result<(), Unsupported> {
        wire_frames(self.offload, self.frame, each)
    }
}
