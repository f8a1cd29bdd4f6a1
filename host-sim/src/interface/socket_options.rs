//! The options of packet sockets that `nix` has no names for (packet(7)).

use nix::sys::socket::sockopt::{SetBool, SetStruct};

/// Every frame comes, and goes, behind a virtio-net header that says what is left to a network card.
#[derive(Clone, Copy, Debug)]
pub(super) struct VnetHeader;
nix::setsockopt_impl!(
    VnetHeader,
    libc::SOL_PACKET,
    libc::PACKET_VNET_HDR,
    bool,
    SetBool
);

/// Every frame comes with a control message that holds its VLAN tag, among other things.
#[derive(Clone, Copy, Debug)]
pub(super) struct AuxiliaryData;
nix::setsockopt_impl!(
    AuxiliaryData,
    libc::SOL_PACKET,
    libc::PACKET_AUXDATA,
    bool,
    SetBool
);

/// Frames that this machine's own stack sends through the interface are not ours to see.
#[derive(Clone, Copy, Debug)]
pub(super) struct IgnoreOutgoing;
nix::setsockopt_impl!(
    IgnoreOutgoing,
    libc::SOL_PACKET,
    libc::PACKET_IGNORE_OUTGOING,
    bool,
    SetBool
);

/// With a promiscuous membership, frames for other MAC addresses come too, as long as the socket lives.
#[derive(Clone, Copy, Debug)]
pub(super) struct AddMembership;
nix::setsockopt_impl!(
    AddMembership,
    libc::SOL_PACKET,
    libc::PACKET_ADD_MEMBERSHIP,
    libc::packet_mreq,
    SetStruct<'_, libc::packet_mreq>
);
