//! A packet socket on one interface (packet(7)).

use std::io::{IoSlice, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use nix::errno::Errno;
use nix::ifaddrs::getifaddrs;
use nix::net::if_::InterfaceFlags;
use nix::sys::socket::sockopt::RcvBuf;
use nix::sys::socket::{
    AddressFamily, LinkAddr, MsgFlags, SockFlag, SockProtocol, SockType, bind, recvmsg, sendmsg,
    setsockopt, socket,
};

use super::error::InterfaceError;
use super::offload::{HEADER_LEN, Offload};
use super::segmentation::{FrameBuffer, Unsupported};
use super::socket_options::{AddMembership, AuxiliaryData, IgnoreOutgoing, VnetHeader};
use super::vlan_tag::{self, AUXILIARY_DATA_LEN, MACS_LEN, TAG_LEN};
use super::{Received, Sent};

/// Asked for; the kernel gives as much as `net.core.rmem_max` allows.
const RECEIVE_BUFFER_BYTES: usize = 8 << 20;
/// `ARPHRD_ETHER`: also what TAP and veth interfaces say they are.
const ETHERNET: u16 = 1;

/// An interface of this machine, open for whole frames beside its own stack.
pub(crate) struct PacketSocket {
    name: String,
    mac: [u8; 6],
    socket: OwnedFd,
}

impl PacketSocket {
    /// Opens the interface `name` in promiscuous mode.
    pub(super) fn open(name: &str) -> Result<Self, InterfaceError> {
        let address = link_address(name)?;
        let socket = socket(
            AddressFamily::Packet,
            SockType::Raw,
            SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK,
            SockProtocol::EthAll,
        )
        .map_err(|errno| match errno {
            Errno::EPERM | Errno::EACCES => InterfaceError::NotPermitted,
            errno => InterfaceError::system("opening a packet socket")(errno),
        })?;
        let refused = |what: &str| InterfaceError::system(format!("{what} of interface {name}"));
        // Less than asked for is no fault: a smaller buffer only loses frames sooner.
        let _ = setsockopt(&socket, RcvBuf, &RECEIVE_BUFFER_BYTES);
        setsockopt(&socket, VnetHeader, &true).map_err(refused("reading the offloads"))?;
        setsockopt(&socket, AuxiliaryData, &true).map_err(refused("reading the VLAN tags"))?;
        setsockopt(&socket, IgnoreOutgoing, &true)
            .map_err(refused("leaving out this machine's own frames"))?;
        bind(socket.as_raw_fd(), &address).map_err(refused("opening"))?;
        let membership = libc::packet_mreq {
            mr_ifindex: i32::try_from(address.ifindex()).unwrap_or(0),
            mr_type: u16::try_from(libc::PACKET_MR_PROMISC).unwrap_or(0),
            mr_alen: 0,
            mr_address: [0; 8],
        };
        setsockopt(&socket, AddMembership, &membership).map_err(refused("promiscuous mode"))?;
        let socket = Self {
            name: name.to_owned(),
            mac: address.addr().unwrap_or_default(),
            socket,
        };
        socket.forget_frames_of_others()?;
        Ok(socket)
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Its MAC address.
    pub(super) fn mac(&self) -> [u8; 6] {
        self.mac
    }

    /// The next frame, if one is there. `buffer` is where it is put.
    pub(super) fn receive<'a>(
        &self,
        buffer: &'a mut FrameBuffer,
    ) -> Result<Option<Result<Received<'a>, Unsupported>>, InterfaceError> {
        let bytes = buffer.bytes();
        let mut header = [0; HEADER_LEN];
        let mut control = [0; 64];
        const { assert!(AUXILIARY_DATA_LEN + 16 <= 64) };
        let room = bytes.len() - TAG_LEN;
        let (received_len, tag) = {
            let mut parts = [
                IoSliceMut::new(&mut header),
                IoSliceMut::new(&mut bytes[TAG_LEN..]),
            ];
            let message = recvmsg::<LinkAddr>(
                self.socket.as_raw_fd(),
                &mut parts,
                Some(&mut control),
                MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_TRUNC,
            );
            let message = match message {
                Ok(message) => message,
                Err(Errno::EAGAIN | Errno::EINTR) => return Ok(None),
                Err(errno) => return Err(self.failed("receiving", errno)),
            };
            let tag = message.cmsgs().ok().and_then(|mut messages| {
                messages.find_map(|message| vlan_tag::taken_out(&message))
            });
            (message.bytes, tag)
        };
        let frame_len = received_len.saturating_sub(HEADER_LEN);
        if frame_len > room {
            return Ok(Some(Err(Unsupported::TooLong)));
        }
        let offload = Offload::parse(header);
        let received = match tag {
            Some(tag) if frame_len >= MACS_LEN => {
                bytes.copy_within(TAG_LEN..TAG_LEN + MACS_LEN, 0);
                bytes[MACS_LEN..MACS_LEN + TAG_LEN].copy_from_slice(&tag);
                Received {
                    #[expect(clippy::cast_possible_truncation, reason = "4")]
                    offload: offload.shifted(TAG_LEN as u16),
                    frame: &mut bytes[..frame_len + TAG_LEN],
                }
            }
            _ => Received {
                offload,
                frame: &mut bytes[TAG_LEN..TAG_LEN + frame_len],
            },
        };
        Ok(Some(Ok(received)))
    }

    /// Sends a frame, given in two parts: a header and what follows it.
    pub(super) fn send(
        &self,
        offload: Offload,
        header: &[u8],
        rest: &[u8],
    ) -> Result<Sent, InterfaceError> {
        let offload = offload.emit();
        let parts = [
            IoSlice::new(&offload),
            IoSlice::new(header),
            IoSlice::new(rest),
        ];
        let sent = sendmsg::<LinkAddr>(
            self.socket.as_raw_fd(),
            &parts,
            &[],
            MsgFlags::MSG_DONTWAIT,
            None,
        );
        match sent {
            Ok(_) => Ok(Sent::OnItsWay),
            Err(Errno::EAGAIN | Errno::ENOBUFS | Errno::EINTR) => Ok(Sent::QueueFull),
            Err(Errno::EMSGSIZE) => Ok(Sent::TooLong),
            Err(Errno::EINVAL) => Ok(Sent::Refused),
            Err(errno) => Err(self.failed("sending", errno)),
        }
    }

    /// Between its creation and its binding, the socket hears every interface.
    fn forget_frames_of_others(&self) -> Result<(), InterfaceError> {
        let mut buffer = FrameBuffer::new();
        while self.receive(&mut buffer)?.is_some() {}
        Ok(())
    }

    fn failed(&self, what: &str, errno: Errno) -> InterfaceError {
        let name = self.name.clone();
        match errno {
            Errno::ENETDOWN | Errno::ENXIO | Errno::ENODEV => InterfaceError::Down { name },
            errno => InterfaceError::system(format!("{what} on interface {name}"))(errno),
        }
    }
}

impl AsFd for PacketSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// The interface's own address, to bind to.
fn link_address(name: &str) -> Result<LinkAddr, InterfaceError> {
    let interfaces: Vec<_> = getifaddrs()
        .map_err(InterfaceError::system("listing the interfaces"))?
        .filter_map(|interface| {
            let address = *interface.address?.as_link_addr()?;
            Some((interface.interface_name, interface.flags, address))
        })
        .collect();
    let Some((_, flags, address)) = interfaces.iter().find(|(there, ..)| there == name) else {
        return Err(InterfaceError::NotThere {
            name: name.to_owned(),
            others: interfaces.into_iter().map(|(name, ..)| name).collect(),
        });
    };
    let name = name.to_owned();
    if address.hatype() != ETHERNET {
        return Err(InterfaceError::NotEthernet { name });
    }
    if !flags.contains(InterfaceFlags::IFF_UP) {
        return Err(InterfaceError::Down { name });
    }
    Ok(*address)
}
