//! GRE, in every combination of its flags.

use proptest::prelude::*;

use super::ethernet::frame_around;
use super::{Frame, Hex, Packet, mostly, some_bytes};

/// A GRE header and what is behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gre {
    /// The first 16 bits: flags and version.
    pub flags: u16,
    /// Whether the optional fields that the flags announce are there.
    pub is_whole: bool,
    /// What it carries.
    pub cargo: GreCargo,
}

/// What GRE carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GreCargo {
    /// An IP packet.
    Packet(Packet),
    /// Transparent Ethernet.
    Frame(Frame),
    /// Anything else.
    Other {
        /// The protocol type.
        protocol: u16,
        /// What follows.
        bytes: Hex,
    },
}

impl Gre {
    /// The header and its cargo.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let (protocol, cargo) = match &self.cargo {
            GreCargo::Packet(packet) => (packet.ethertype(), packet.bytes()),
            GreCargo::Frame(frame) => (0x6558, frame.bytes()),
            GreCargo::Other { protocol, bytes } => (*protocol, bytes.to_vec()),
        };
        let mut bytes = self.flags.to_be_bytes().to_vec();
        bytes.extend(protocol.to_be_bytes());
        if self.is_whole {
            for optional_field in [0x8000, 0x2000, 0x1000] {
                if self.flags & optional_field != 0 {
                    bytes.extend([0xde, 0xad, 0xbe, 0xef]);
                }
            }
        }
        bytes.extend(cargo);
        bytes
    }
}

/// GRE around packets drawn from `inner`.
pub(super) fn gre(inner: BoxedStrategy<Packet>) -> BoxedStrategy<Gre> {
    let known_flags = prop::sample::subsequence(vec![0x8000_u16, 0x2000, 0x1000], 0..=3)
        .prop_map(|flags| flags.into_iter().sum());
    let cargo = prop_oneof![
        10 => inner.clone().prop_map(GreCargo::Packet),
        6 => frame_around(inner).prop_map(GreCargo::Frame),
        1 => (any::<u16>(), some_bytes(40))
            .prop_map(|(protocol, bytes)| GreCargo::Other { protocol, bytes }),
    ];
    (
        prop_oneof![20 => known_flags, 1 => any::<u16>()],
        mostly(true, Just(false)),
        cargo,
    )
        .prop_map(|(flags, is_whole, cargo)| Gre {
            flags,
            is_whole,
            cargo,
        })
        .boxed()
}
