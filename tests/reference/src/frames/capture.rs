//! What a capture file holds: any link type, cut by a snap length or not.

use clamp_core::LinkType;
use proptest::prelude::*;

use super::ethernet::frame_around;
use super::{Hex, Packet, Truncation, mostly, packet, packet_without_mss, some_bytes, truncation};

/// Every link type the clamp reads.
pub const ALL_LINK_TYPES: [LinkType; 9] = [
    LinkType::Ethernet,
    LinkType::Null,
    LinkType::Ppp,
    LinkType::RawIp,
    LinkType::RawIpv4,
    LinkType::RawIpv6,
    LinkType::CiscoHdlc,
    LinkType::LinuxCooked,
    LinkType::LinuxCookedV2,
];

/// One packet of a capture.
#[derive(Clone, Debug)]
pub struct Capture {
    /// What it begins with.
    pub link: LinkType,
    /// What was on the wire.
    pub wire: Hex,
    /// Where the snap length cut it.
    pub snapped: Option<Truncation>,
    /// Bytes on the wire that no capture could hold, as when the original length says more.
    pub never_captured: usize,
}

impl Capture {
    /// What was captured.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.wire.to_vec();
        if let Some(truncation) = self.snapped {
            truncation.cut(&mut bytes);
        }
        bytes
    }

    /// How long it was on the wire.
    #[must_use]
    pub fn wire_len(&self) -> usize {
        self.wire.len() + self.never_captured
    }
}

fn with_header(header: Vec<u8>, packet: &Packet) -> Vec<u8> {
    [header, packet.bytes()].concat()
}

fn null(packet: BoxedStrategy<Packet>) -> impl Strategy<Value = Vec<u8>> {
    let family = prop_oneof![20 => Just(None), 1 => any::<u32>().prop_map(Some)];
    let v6_family = prop::sample::select(vec![10_u32, 24, 28, 30]);
    (packet, family, v6_family, any::<bool>()).prop_map(|(packet, family, v6, is_little)| {
        let right = if matches!(packet, Packet::V4(_)) {
            2
        } else {
            v6
        };
        let family = family.unwrap_or(right);
        let header = if is_little {
            family.to_le_bytes()
        } else {
            family.to_be_bytes()
        };
        with_header(header.to_vec(), &packet)
    })
}

fn ppp(packet: BoxedStrategy<Packet>) -> impl Strategy<Value = Vec<u8>> {
    let protocol = prop_oneof![20 => Just(None), 1 => any::<u16>().prop_map(Some)];
    (packet, protocol, any::<bool>(), any::<bool>()).prop_map(
        |(packet, protocol, has_address, is_compressed)| {
            let right = if matches!(packet, Packet::V4(_)) {
                0x0021
            } else {
                0x0057
            };
            let [high, low] = protocol.unwrap_or(right).to_be_bytes();
            let mut header = if has_address {
                vec![0xff, 0x03]
            } else {
                Vec::new()
            };
            if !is_compressed {
                header.push(high);
            }
            header.push(low);
            with_header(header, &packet)
        },
    )
}

fn hdlc(packet: BoxedStrategy<Packet>) -> impl Strategy<Value = Vec<u8>> {
    (packet, mostly(None, any::<u16>().prop_map(Some))).prop_map(|(packet, protocol)| {
        let [high, low] = protocol.unwrap_or(packet.ethertype()).to_be_bytes();
        with_header(vec![0x0f, 0x00, high, low], &packet)
    })
}

/// What cooked captures hold is what an Ethernet frame holds behind its addresses.
fn cooked(packet: BoxedStrategy<Packet>, is_version_2: bool) -> impl Strategy<Value = Vec<u8>> {
    frame_around(packet).prop_map(move |frame| {
        let frame = frame.bytes();
        let (protocol, payload) = (&frame[12..14], &frame[14..]);
        let mut bytes = vec![0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0];
        if is_version_2 {
            bytes = vec![0; 18];
            bytes.splice(0..0, protocol.iter().copied());
        } else {
            bytes.extend(protocol);
        }
        bytes.extend(payload);
        bytes
    })
}

fn wire(link: LinkType, packet: BoxedStrategy<Packet>) -> BoxedStrategy<Vec<u8>> {
    match link {
        LinkType::Ethernet => frame_around(packet).prop_map(|frame| frame.bytes()).boxed(),
        LinkType::Null => null(packet).boxed(),
        LinkType::Ppp => ppp(packet).boxed(),
        LinkType::RawIp | LinkType::RawIpv4 | LinkType::RawIpv6 => {
            packet.prop_map(|packet| packet.bytes()).boxed()
        }
        LinkType::CiscoHdlc => hdlc(packet).boxed(),
        LinkType::LinuxCooked => cooked(packet, false).boxed(),
        LinkType::LinuxCookedV2 => cooked(packet, true).boxed(),
    }
}

/// Captures of this link type.
fn capture_of(link: LinkType, packet: BoxedStrategy<Packet>) -> BoxedStrategy<Capture> {
    let behind = prop_oneof![5 => Just(Hex::default()), 1 => some_bytes(12)];
    let never_captured = prop_oneof![8 => Just(0), 1 => 1_usize..100, 1 => Just(70_000)];
    (
        wire(link, packet),
        behind,
        truncation(10),
        truncation(5),
        never_captured,
    )
        .prop_map(move |(wire, behind, truncated, snapped, never_captured)| {
            let mut wire = [wire.as_slice(), &behind].concat();
            if let Some(truncation) = truncated {
                truncation.cut(&mut wire);
            }
            Capture {
                link,
                wire: Hex(wire),
                snapped,
                never_captured,
            }
        })
        .boxed()
}

fn capture_around(packet: &BoxedStrategy<Packet>) -> impl Strategy<Value = Capture> + use<> {
    let captures = ALL_LINK_TYPES.map(|link| capture_of(link, packet.clone()));
    prop::sample::select(captures.to_vec()).prop_flat_map(|captures| captures)
}

/// Captures of every link type, one in four cut by a snap length.
pub fn capture() -> impl Strategy<Value = Capture> {
    capture_around(&packet())
}

/// The same, but the SYNs lack their MSS option, and most of them any payload.
pub fn capture_without_mss() -> impl Strategy<Value = Capture> {
    capture_around(&packet_without_mss())
}
