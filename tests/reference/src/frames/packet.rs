//! IP packets of both versions.

use proptest::prelude::*;

use super::tunnel::{Gre, gre};
use super::{
    DEEPEST_NESTING, Hex, Length, Segment, Truncation, length, mostly, segment, some_bytes,
    truncation,
};
use crate::oracle::sum;

/// An IP packet, described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Packet {
    /// IPv4.
    V4(V4),
    /// IPv6.
    V6(V6),
}

/// An IPv4 packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct V4 {
    /// What the version field says.
    pub version: u8,
    /// The header length in words; `None` for the right one.
    pub header_length: Option<u8>,
    /// IPv4 options, a whole number of words, 40 bytes at most.
    pub options: Hex,
    /// What the total length says.
    pub total_length: Length,
    /// The word with the fragment flags and the offset.
    pub fragment: u16,
    /// What the header checksum is wrong by.
    pub header_checksum_wrong_by: u16,
    /// What the packet carries.
    pub content: Content,
}

/// An IPv6 packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct V6 {
    /// What the version field says.
    pub version: u8,
    /// What the payload length says.
    pub payload_length: Length,
    /// The extension headers, outside in.
    pub extensions: Vec<Extension>,
    /// What the packet carries behind them.
    pub content: Content,
}

/// An IPv6 extension header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extension {
    /// Hop-by-hop (0), routing (43) or destination options (60), with its length field.
    Options {
        /// The next header value that announces it.
        kind: u8,
        /// What its length field says: 8-byte units beyond the first.
        length: u8,
        /// Whether that many bytes are there; if not, 8.
        is_whole: bool,
    },
    /// A fragment header with this word of offset and flags.
    Fragment(u16),
}

/// What an IP packet carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// TCP.
    Segment(Segment),
    /// Another packet: IPIP, 6in4, 4in6, 6in6.
    Packet(Box<Packet>),
    /// GRE.
    Gre(Box<Gre>),
    /// TCP under an authentication header.
    Authenticated(Segment),
    /// Anything else, or bytes that are not what the protocol says.
    Other {
        /// IP protocol, or IPv6 next header.
        protocol: u8,
        /// What follows.
        bytes: Hex,
    },
}

const V4_ADDRESSES: [u8; 8] = [192, 0, 2, 1, 198, 51, 100, 2];

fn v6_addresses() -> [u8; 32] {
    let mut addresses = [0; 32];
    addresses[..4].copy_from_slice(&[0x20, 0x01, 0x0d, 0xb8]);
    addresses[15] = 1;
    addresses[16..20].copy_from_slice(&[0x20, 0x01, 0x0d, 0xb8]);
    addresses[31] = 2;
    addresses
}

impl Packet {
    /// The packet.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Packet::V4(packet) => packet.bytes(),
            Packet::V6(packet) => packet.bytes(),
        }
    }

    /// The ethertype that announces it.
    #[must_use]
    pub fn ethertype(&self) -> u16 {
        match self {
            Packet::V4(_) => 0x0800,
            Packet::V6(_) => 0x86dd,
        }
    }
}

impl V4 {
    fn bytes(&self) -> Vec<u8> {
        let (protocol, content) = self.content.bytes(&V4_ADDRESSES);
        let header_len = 20 + self.options.len();
        let right_words = u8::try_from(header_len / 4).expect("40 bytes of options");
        let mut bytes = vec![
            self.version << 4 | self.header_length.unwrap_or(right_words),
            0,
        ];
        bytes.extend(
            self.total_length
                .of(header_len + content.len())
                .to_be_bytes(),
        );
        bytes.extend([0x12, 0x34]);
        bytes.extend(self.fragment.to_be_bytes());
        bytes.extend([64, protocol, 0, 0]);
        bytes.extend(V4_ADDRESSES);
        bytes.extend(self.options.iter());
        bytes = sum::with_checksum(bytes, 10);
        let checksum = u16::from_be_bytes([bytes[10], bytes[11]]);
        let checksum = checksum.wrapping_add(self.header_checksum_wrong_by);
        bytes[10..12].copy_from_slice(&checksum.to_be_bytes());
        bytes.extend(content);
        bytes
    }
}

impl V6 {
    fn bytes(&self) -> Vec<u8> {
        let (protocol, mut payload) = self.content.bytes(&v6_addresses());
        let mut next_header = protocol;
        for extension in self.extensions.iter().rev() {
            let (kind, header) = extension.bytes(next_header);
            payload = [header, payload].concat();
            next_header = kind;
        }
        let mut bytes = vec![self.version << 4, 0, 0, 0];
        bytes.extend(self.payload_length.of(payload.len()).to_be_bytes());
        bytes.extend([next_header, 64]);
        bytes.extend(v6_addresses());
        bytes.extend(payload);
        bytes
    }
}

impl Extension {
    fn bytes(self, next_header: u8) -> (u8, Vec<u8>) {
        match self {
            Extension::Fragment(word) => {
                let [high, low] = word.to_be_bytes();
                (44, vec![next_header, 0, high, low, 0, 0, 0, 7])
            }
            Extension::Options {
                kind,
                length,
                is_whole,
            } => {
                let mut header = vec![next_header, length];
                let len = if is_whole {
                    8 + 8 * usize::from(length)
                } else {
                    8
                };
                header.resize(len, 0);
                (kind, header)
            }
        }
    }
}

impl Content {
    fn bytes(&self, addresses: &[u8]) -> (u8, Vec<u8>) {
        match self {
            Content::Segment(segment) => (6, segment.bytes(addresses)),
            Content::Packet(packet) => {
                let protocol = if matches!(**packet, Packet::V4(_)) {
                    4
                } else {
                    41
                };
                (protocol, packet.bytes())
            }
            Content::Gre(gre) => (47, gre.bytes()),
            Content::Authenticated(segment) => {
                let mut bytes = vec![6, 4, 0, 0];
                bytes.resize(24, 0xa5);
                bytes.extend(segment.bytes(addresses));
                (51, bytes)
            }
            Content::Other { protocol, bytes } => (*protocol, bytes.to_vec()),
        }
    }
}

fn content(inner: Option<BoxedStrategy<Packet>>) -> BoxedStrategy<Content> {
    let other = (
        prop_oneof![
            prop::sample::select(vec![1_u8, 4, 17, 41, 47, 50, 50, 51, 58, 59]),
            any::<u8>()
        ],
        some_bytes(60),
    )
        .prop_map(|(protocol, bytes)| Content::Other { protocol, bytes });
    // GRE's optional fields announced, and not all there.
    let short_gre = (0_usize..16).prop_map(|len| Content::Other {
        protocol: 47,
        bytes: Hex([0xb0, 0, 8, 0]
            .into_iter()
            .chain([0; 12])
            .take(len)
            .collect()),
    });
    let direct = prop_oneof![
        40 => segment().prop_map(Content::Segment),
        1 => segment().prop_map(Content::Authenticated),
        2 => other,
        1 => short_gre,
    ];
    let Some(inner) = inner else {
        return direct.boxed();
    };
    prop_oneof![
        6 => direct,
        2 => inner.clone().prop_map(|packet| Content::Packet(Box::new(packet))),
        2 => gre(inner).prop_map(|gre| Content::Gre(Box::new(gre))),
    ]
    .boxed()
}

fn v4(inner: Option<BoxedStrategy<Packet>>) -> BoxedStrategy<Packet> {
    let options = prop_oneof![
        6 => Just(Hex::default()),
        1 => (1_usize..=10).prop_map(|words| Hex(vec![1; words * 4])),
    ];
    let fragment = prop_oneof![
        20 => Just(0x4000_u16),
        20 => Just(0),
        2 => Just(0x2000),
        1 => any::<u16>(),
    ];
    (
        mostly(4, 0_u8..16),
        mostly(None, (0_u8..16).prop_map(Some)),
        options,
        length(),
        fragment,
        mostly(0, any::<u16>()),
        content(inner),
    )
        .prop_map(
            |(version, header_length, options, total_length, fragment, wrong_by, content)| {
                Packet::V4(V4 {
                    version,
                    header_length,
                    options,
                    total_length,
                    fragment,
                    header_checksum_wrong_by: wrong_by,
                    content,
                })
            },
        )
        .boxed()
}

fn extension() -> BoxedStrategy<Extension> {
    let kind = prop::sample::select(vec![0_u8, 43, 60]);
    let options = (
        kind,
        prop_oneof![6 => Just(0_u8), 3 => 1_u8..3, 1 => any::<u8>()],
    )
        .prop_flat_map(|(kind, length)| {
            prop_oneof![12 => Just(true), 1 => Just(false)].prop_map(move |is_whole| {
                Extension::Options {
                    kind,
                    length,
                    is_whole,
                }
            })
        });
    let fragment = prop_oneof![4 => Just(0_u16), 4 => Just(1), 1 => any::<u16>()];
    prop_oneof![5 => options, 1 => fragment.prop_map(Extension::Fragment)].boxed()
}

fn v6(inner: Option<BoxedStrategy<Packet>>) -> BoxedStrategy<Packet> {
    let extensions = prop_oneof![
        12 => Just(Vec::new()),
        6 => prop::collection::vec(extension(), 1..4),
        1 => prop::collection::vec(extension(), 7..=10),
    ];
    (
        mostly(6, 0_u8..16),
        prop_oneof![60 => length(), 1 => Just(Length::Exactly(0))],
        extensions,
        content(inner),
    )
        .prop_map(|(version, payload_length, extensions, content)| {
            Packet::V6(V6 {
                version,
                payload_length,
                extensions,
                content,
            })
        })
        .boxed()
}

/// Packets of both versions that are no tunnels.
pub(super) fn packet_outside_tunnels() -> BoxedStrategy<Packet> {
    prop_oneof![v4(None), v6(None)].boxed()
}

/// Packets of both versions, with tunnels nested up to six deep.
pub fn packet() -> BoxedStrategy<Packet> {
    let mut packet = packet_outside_tunnels();
    for _ in 0..DEEPEST_NESTING {
        packet = prop_oneof![v4(Some(packet.clone())), v6(Some(packet.clone()))].boxed();
    }
    packet
}

/// A bare packet as it arrives: maybe with bytes behind it, maybe not whole.
#[derive(Clone, Debug)]
pub struct SentPacket {
    /// The packet that was meant.
    pub packet: Packet,
    /// What follows it.
    pub behind: Hex,
    /// Where it was cut off.
    pub truncated: Option<Truncation>,
}

impl SentPacket {
    /// What arrives.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = [self.packet.bytes(), self.behind.to_vec()].concat();
        if let Some(truncation) = self.truncated {
            truncation.cut(&mut bytes);
        }
        bytes
    }
}

/// Bare packets, one in twenty cut off somewhere.
pub fn sent_packet() -> impl Strategy<Value = SentPacket> {
    let behind = prop_oneof![4 => Just(Hex::default()), 1 => some_bytes(20)];

    (packet(), behind, truncation(20)).prop_map(|(packet, behind, truncated)| SentPacket {
        packet,
        behind,
        truncated,
    })
}
