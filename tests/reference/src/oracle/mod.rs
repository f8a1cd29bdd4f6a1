//! A naive second clamp, so simple that it is unlikely to be wrong.
//!
//! It walks from the link inwards one header at a time, takes the TCP options apart into a list,
//! changes the list, puts the packet together again and sums everything from scratch. It shares no
//! code with `clamp-core`: only the types in which an outcome is told, so that the two can be compared.

mod insertion;
mod internet;
mod link;
mod segment;
pub mod sum;
mod tunnel;
mod window;

use clamp_core::{Clamp, Insertion, Layer, LinkType, Outcome, PolicyError};

use self::link::Start;

/// A policy in the plain: what the user asked for, before anything refuses or packs it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// What the link carries after the Ethernet header and its VLAN tags, in bytes.
    pub link_mtu_bytes: Option<u32>,
    /// Fixed ceiling for IPv4, in bytes of TCP payload.
    pub max_mss_v4: Option<u16>,
    /// Fixed ceiling for IPv6, in bytes of TCP payload.
    pub max_mss_v6: Option<u16>,
    /// Whether SYNs inside IPIP, 6in4, 4in6, 6in6 and GRE are clamped too.
    pub tunnels: bool,
}

impl Policy {
    /// Only a link MTU, tunnels left alone.
    #[must_use]
    pub fn link_mtu(link_mtu_bytes: u32) -> Policy {
        Policy {
            link_mtu_bytes: Some(link_mtu_bytes),
            ..Policy::default()
        }
    }

    /// Only fixed ceilings, tunnels left alone.
    #[must_use]
    pub fn max_mss(v4: Option<u16>, v6: Option<u16>) -> Policy {
        Policy {
            max_mss_v4: v4,
            max_mss_v6: v6,
            ..Policy::default()
        }
    }

    /// The same policy, looking through tunnels.
    #[must_use]
    pub fn through_tunnels(self) -> Policy {
        Policy {
            tunnels: true,
            ..self
        }
    }

    /// The clamp under test, built from this policy.
    ///
    /// # Errors
    /// What the clamp's own constructors refuse.
    pub fn clamp(self) -> Result<Clamp, PolicyError> {
        let mut clamp = match self.link_mtu_bytes {
            None => Clamp::for_max_mss(self.max_mss_v4, self.max_mss_v6)?,
            Some(link_mtu_bytes) => {
                let mut clamp = Clamp::for_link_mtu(link_mtu_bytes)?;
                if let Some(mss) = self.max_mss_v4 {
                    clamp = clamp.max_mss_v4(mss)?;
                }
                if let Some(mss) = self.max_mss_v6 {
                    clamp = clamp.max_mss_v6(mss)?;
                }
                clamp
            }
        };
        if self.tunnels {
            clamp = clamp.through_tunnels();
        }
        Ok(clamp)
    }
}

/// What must come out: the outcome told, and every byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prediction<T> {
    /// The value the call must return.
    pub outcome: T,
    /// The bytes that must be there afterwards.
    pub bytes: Vec<u8>,
}

/// What `Clamp::frame` must do with an Ethernet frame.
#[must_use]
pub fn frame(policy: &Policy, frame: &[u8]) -> Prediction<Outcome> {
    segment::clamp(
        policy,
        Start::Captured(LinkType::Ethernet),
        frame,
        frame.len(),
    )
}

/// What `Clamp::packet` must do with a bare IP packet.
#[must_use]
pub fn packet(policy: &Policy, packet: &[u8]) -> Prediction<Outcome> {
    segment::clamp(policy, Start::Packet, packet, packet.len())
}

/// What `Clamp::captured` must do with what a capture holds of a packet `wire_len` bytes long.
#[must_use]
pub fn captured(
    policy: &Policy,
    link: LinkType,
    captured: &[u8],
    wire_len: usize,
) -> Prediction<Outcome> {
    segment::clamp(policy, Start::Captured(link), captured, wire_len)
}

/// Every header in front of a whole SYN and its own, outside in, each with the byte at which it begins.
/// `None` where no SYN is found.
#[must_use]
pub fn headers(
    policy: &Policy,
    link: LinkType,
    captured: &[u8],
    wire_len: usize,
) -> Option<Vec<(Layer, usize)>> {
    segment::headers(policy, Start::Captured(link), captured, wire_len)
}

/// What `Clamp::insert_in_frame` must do with the frame in the first `frame_len` bytes of `buffer`.
#[must_use]
pub fn insert_in_frame(policy: &Policy, buffer: &[u8], frame_len: usize) -> Prediction<Insertion> {
    insertion::insert(
        policy,
        Start::Captured(LinkType::Ethernet),
        buffer,
        frame_len,
        frame_len,
    )
}

/// What `Clamp::insert_in_packet` must do with the packet in the first `packet_len` bytes of `buffer`.
#[must_use]
pub fn insert_in_packet(
    policy: &Policy,
    buffer: &[u8],
    packet_len: usize,
) -> Prediction<Insertion> {
    insertion::insert(policy, Start::Packet, buffer, packet_len, packet_len)
}

/// What `Clamp::insert_in_captured` must do with the first `captured_len` bytes of `buffer`, which
/// were `wire_len` bytes on the wire.
#[must_use]
pub fn insert_in_captured(
    policy: &Policy,
    link: LinkType,
    buffer: &[u8],
    captured_len: usize,
    wire_len: usize,
) -> Prediction<Insertion> {
    insertion::insert(
        policy,
        Start::Captured(link),
        buffer,
        captured_len,
        wire_len,
    )
}
