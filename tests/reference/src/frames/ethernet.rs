//! Ethernet frames: tags, 802.3, PPPoE sessions, padding.

use proptest::prelude::*;

use super::{
    Hex, Length, Packet, Truncation, length, mostly, packet, packet_without_mss, some_bytes,
    truncation,
};

/// An Ethernet frame, described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The ethertypes of its VLAN tags, outside in.
    pub tags: Vec<u16>,
    /// What is behind them.
    pub cargo: Cargo,
    /// What follows the cargo.
    pub behind: Hex,
    /// Whether it is padded with zeros to Ethernet's minimum of 60 bytes.
    pub is_padded: bool,
}

/// What an Ethernet frame carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cargo {
    /// An IP packet behind its ethertype.
    Packet(Packet),
    /// An IP packet behind LLC/SNAP.
    Snap {
        /// What the 802.3 length says; sound only under 0x0600.
        length: Length,
        /// The six bytes before the ethertype.
        prefix: [u8; 6],
        /// The ethertype; `None` for the right one.
        ethertype: Option<u16>,
        /// What follows.
        packet: Packet,
    },
    /// A PPPoE session frame.
    Pppoe {
        /// Version and type, 0x11 when sound.
        version_and_type: u8,
        /// 0 in a session.
        code: u8,
        /// What the length says.
        length: Length,
        /// Whether the PPP protocol takes one byte.
        is_compressed: bool,
        /// The PPP protocol; `None` for the right one.
        protocol: Option<u16>,
        /// What follows.
        packet: Packet,
        /// What the PPPoE length counts behind the packet.
        behind: Hex,
    },
    /// Anything else, or bytes that are not what the ethertype says.
    Other {
        /// The ethertype.
        ethertype: u16,
        /// What follows.
        bytes: Hex,
    },
}

impl Frame {
    /// The frame, without FCS.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];
        for (index, tag) in self.tags.iter().enumerate() {
            bytes.extend(tag.to_be_bytes());
            bytes.extend([0, u8::try_from(index).expect("few tags") + 7]);
        }
        let (ethertype, cargo) = self.cargo.bytes();
        bytes.extend(ethertype.to_be_bytes());
        bytes.extend(cargo);
        bytes.extend(self.behind.iter());
        if self.is_padded && bytes.len() < 60 {
            bytes.resize(60, 0);
        }
        bytes
    }
}

impl Cargo {
    fn bytes(&self) -> (u16, Vec<u8>) {
        match self {
            Cargo::Packet(packet) => (packet.ethertype(), packet.bytes()),
            Cargo::Snap {
                length,
                prefix,
                ethertype,
                packet,
            } => {
                let mut bytes = prefix.to_vec();
                bytes.extend(ethertype.unwrap_or(packet.ethertype()).to_be_bytes());
                bytes.extend(packet.bytes());
                (length.of(bytes.len()), bytes)
            }
            Cargo::Pppoe {
                version_and_type,
                code,
                length,
                is_compressed,
                protocol,
                packet,
                behind,
            } => {
                let right = if matches!(packet, Packet::V4(_)) {
                    0x0021
                } else {
                    0x0057
                };
                let [high, low] = protocol.unwrap_or(right).to_be_bytes();
                let mut payload = if *is_compressed {
                    vec![low]
                } else {
                    vec![high, low]
                };
                payload.extend(packet.bytes());
                payload.extend(behind.iter());
                let mut bytes = vec![*version_and_type, *code, 0x00, 0x2a];
                bytes.extend(length.of(payload.len()).to_be_bytes());
                bytes.extend(payload);
                (0x8864, bytes)
            }
            Cargo::Other { ethertype, bytes } => (*ethertype, bytes.to_vec()),
        }
    }
}

fn cargo(packet: BoxedStrategy<Packet>) -> BoxedStrategy<Cargo> {
    let snap = (
        prop_oneof![60 => length(), 2 => (0_u16..8).prop_map(Length::Exactly)],
        mostly(
            [0xaa, 0xaa, 3, 0, 0, 0],
            (0_usize..6, any::<u8>()).prop_map(|(at, byte)| {
                let mut prefix = [0xaa, 0xaa, 3, 0, 0, 0];
                prefix[at] = byte;
                prefix
            }),
        ),
        mostly(None, any::<u16>().prop_map(Some)),
        packet.clone(),
    )
        .prop_map(|(length, prefix, ethertype, packet)| Cargo::Snap {
            length,
            prefix,
            ethertype,
            packet,
        });
    let pppoe = (
        mostly(0x11, any::<u8>()),
        mostly(0, any::<u8>()),
        prop_oneof![60 => length(), 2 => (0_u16..3).prop_map(Length::Exactly)],
        any::<bool>(),
        mostly(
            None,
            prop_oneof![Just(0xc021), Just(0x00ff), any::<u16>()].prop_map(Some),
        ),
        packet.clone(),
        prop_oneof![6 => Just(Hex::default()), 1 => some_bytes(8)],
    )
        .prop_map(
            |(version_and_type, code, length, is_compressed, protocol, packet, behind)| {
                Cargo::Pppoe {
                    version_and_type,
                    code,
                    length,
                    is_compressed,
                    protocol,
                    packet,
                    behind,
                }
            },
        );
    let ethertype = prop_oneof![
        prop::sample::select(vec![
            0x0800_u16, 0x86dd, 0x8863, 0x8864, 0x0806, 0, 0x05ff, 0x0600
        ]),
        any::<u16>(),
    ];
    let other = (ethertype, some_bytes(80))
        .prop_map(|(ethertype, bytes)| Cargo::Other { ethertype, bytes });
    prop_oneof![
        12 => packet.prop_map(Cargo::Packet),
        4 => snap,
        8 => pppoe,
        1 => other,
    ]
    .boxed()
}

/// Frames that carry packets drawn from `packet`.
pub(super) fn frame_around(packet: BoxedStrategy<Packet>) -> BoxedStrategy<Frame> {
    let tag = || prop::sample::select(vec![0x8100_u16, 0x88a8, 0x9100]);
    let tags = prop_oneof![
        16 => Just(Vec::new()), 10 => prop::collection::vec(tag(), 1..=3),
        1 => prop::collection::vec(tag(), 4),
    ];
    let behind = prop_oneof![6 => Just(Hex::default()), 1 => some_bytes(10)];
    (tags, cargo(packet), behind, any::<bool>())
        .prop_map(|(tags, cargo, behind, is_padded)| Frame {
            tags,
            cargo,
            behind,
            is_padded,
        })
        .boxed()
}

/// Frames of every encapsulation.
pub fn frame() -> impl Strategy<Value = Frame> {
    frame_around(packet())
}

/// The same, but the SYNs lack their MSS option, and most of them any payload.
pub fn frame_without_mss() -> impl Strategy<Value = Frame> {
    frame_around(packet_without_mss())
}

/// A frame as it arrives: maybe not whole.
#[derive(Clone, Debug)]
pub struct SentFrame {
    /// The frame that was meant.
    pub frame: Frame,
    /// Where it was cut off.
    pub truncated: Option<Truncation>,
}

impl SentFrame {
    /// What arrives.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.frame.bytes();
        if let Some(truncation) = self.truncated {
            truncation.cut(&mut bytes);
        }
        bytes
    }
}

/// Frames of every encapsulation, one in twenty cut off somewhere.
pub fn sent_frame() -> impl Strategy<Value = SentFrame> {
    (frame(), truncation(20)).prop_map(|(frame, truncated)| SentFrame { frame, truncated })
}
