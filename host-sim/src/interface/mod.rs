//! Network interfaces of this machine, as whole Ethernet frames.
//!
//! A frame that leaves a Linux stack is rarely what a wire would carry: its TCP checksum is left for
//! the network card to fill in, it may be up to 64 KiB long and left for the card to cut up, and its
//! VLAN tag travels beside it. A packet socket hands all three over as they are. So an [`Interface`]
//! puts the tag back where a wire has it and hands out the rest as an [`Offload`] beside the
//! frame; who needs frames as a wire carries them asks for [`Received::wire_frames`].

mod checksum;
mod error;
mod offload;
mod packet_socket;
mod segmentation;
mod socket_options;
mod stop;
mod vlan_tag;

pub(crate) use error::InterfaceError;
pub(crate) use offload::Offload;
pub(crate) use packet_socket::{Interface, Received, Sent};
pub(crate) use segmentation::{FrameBuffer, Unsupported};
pub(crate) use stop::{Ready, Stop};
