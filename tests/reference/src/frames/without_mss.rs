//! The same packets with the MSS option taken out of their SYNs.

use proptest::prelude::*;

use super::packet::packet_outside_tunnels;
use super::{Cargo, Content, Frame, GreCargo, Hex, Packet, Segment, packet};

/// An option kind that RFC 4727 keeps for experiments: it means nothing to a clamp.
const EXPERIMENT: u8 = 254;

/// Packets whose SYNs lack their MSS option, and most of them any payload. Two in three are no tunnel, into
/// which nothing is inserted.
pub fn packet_without_mss() -> BoxedStrategy<Packet> {
    let keeps_payload = prop_oneof![5 => Just(false), 1 => Just(true)];
    let packet = prop_oneof![2 => packet_outside_tunnels(), 1 => packet()];
    (packet, keeps_payload)
        .prop_map(|(mut packet, keeps_payload)| {
            if let Some(segment) = innermost_in_packet(&mut packet) {
                for at in 1..segment.options.0.len() {
                    if segment.options.0[at - 1..=at] == [2, 4] {
                        segment.options.0[at - 1] = EXPERIMENT;
                    }
                }
                if !keeps_payload {
                    segment.payload = Hex::default();
                }
            }
            packet
        })
        .boxed()
}

fn innermost_in_packet(packet: &mut Packet) -> Option<&mut Segment> {
    let content = match packet {
        Packet::V4(packet) => &mut packet.content,
        Packet::V6(packet) => &mut packet.content,
    };
    match content {
        Content::Segment(segment) | Content::Authenticated(segment) => Some(segment),
        Content::Packet(packet) => innermost_in_packet(packet),
        Content::Gre(gre) => match &mut gre.cargo {
            GreCargo::Packet(packet) => innermost_in_packet(packet),
            GreCargo::Frame(frame) => innermost_in_frame(frame),
            GreCargo::Other { .. } => None,
        },
        Content::Other { .. } => None,
    }
}

fn innermost_in_frame(frame: &mut Frame) -> Option<&mut Segment> {
    match &mut frame.cargo {
        Cargo::Packet(packet) | Cargo::Snap { packet, .. } | Cargo::Pppoe { packet, .. } => {
            innermost_in_packet(packet)
        }
        Cargo::Other { .. } => None,
    }
}
