//! The provider's router: its link towards our router carries less than Ethernet does, what is too
//! long for it vanishes, and the ICMP error that would say so (RFC 1191) never gets out. It forwards
//! IPv4.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::Duration;

use smoltcp::wire::{IpProtocol, Ipv4Packet, TcpPacket};

use super::plan;
use super::provider::Provider;
use super::side::Side;
use super::wire::End;

/// The dropped packets that are told apart; more are only counted.
const REMEMBERED: usize = 256;

/// A packet that did not fit, and how often it was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Swallowed {
    /// From the IP header on, in bytes.
    pub(crate) packet_len: usize,
    /// How often the same segment came.
    pub(crate) times: u64,
}

/// The hop between router and server.
#[derive(Debug)]
pub(crate) struct Hop {
    link_mtu_bytes: usize,
    near: Side,
    far: Side,
    swallowed: BTreeMap<(Ipv4Addr, u32), Swallowed>,
    swallowed_packets: u64,
}

impl Hop {
    /// A hop whose link towards the router carries `link_mtu_bytes` of IP packet.
    pub(crate) fn new(link_mtu_bytes: u16) -> Self {
        Self {
            link_mtu_bytes: usize::from(link_mtu_bytes),
            near: Side::new(plan::HOP_NEAR_MAC, plan::WAN_GATEWAY_IPV4, plan::WAN_IPV4),
            far: Side::new(plan::HOP_FAR_MAC, plan::HOP_FAR, plan::SERVER),
            swallowed: BTreeMap::new(),
            swallowed_packets: 0,
        }
    }

    /// Whether the router has said that it is there.
    pub(crate) fn has_heard_the_router(&self) -> bool {
        self.near.knows_its_neighbour()
    }

    /// How many packets were too long for the link.
    pub(crate) fn swallowed_packets(&self) -> u64 {
        self.swallowed_packets
    }

    /// The one that was tried most often.
    pub(crate) fn most_tried(&self) -> Option<Swallowed> {
        self.swallowed
            .values()
            .copied()
            .max_by_key(|swallowed| swallowed.times)
    }

    fn outbound(&mut self, frame: &[u8], near: &mut End<'_>, far: &mut End<'_>) {
        if let Some(packet) = self.near.packet_to_forward(frame, near)
            && self.fits(&packet)
        {
            self.far.forward(packet, far);
        }
    }

    fn inbound(&mut self, frame: &[u8], near: &mut End<'_>, far: &mut End<'_>) {
        if let Some(packet) = self.far.packet_to_forward(frame, far)
            && self.fits(&packet)
        {
            self.near.forward(packet, near);
        }
    }

    /// Whether the link carries the packet; it is forgotten if not.
    fn fits(&mut self, packet: &[u8]) -> bool {
        if packet.len() <= self.link_mtu_bytes {
            return true;
        }
        self.swallowed_packets += 1;
        let Some(key) = sequence_number(packet) else {
            return false;
        };
        if self.swallowed.len() < REMEMBERED || self.swallowed.contains_key(&key) {
            self.swallowed
                .entry(key)
                .or_insert(Swallowed {
                    packet_len: packet.len(),
                    times: 0,
                })
                .times += 1;
        }
        false
    }
}

impl Provider for Hop {
    fn pass(
        &mut self,
        now: Duration,
        near: &mut End<'_>,
        far: &mut End<'_>,
    ) -> Result<bool, String> {
        let mut passed = self.near.ask(now, near) | self.far.ask(now, far);
        while let Some(frame) = near.receive() {
            passed = true;
            self.outbound(&frame, near, far);
        }
        while let Some(frame) = far.receive() {
            passed = true;
            self.inbound(&frame, near, far);
        }
        Ok(passed)
    }

    /// When it asks for a neighbour again.
    fn next_at(&self) -> Option<Duration> {
        [&self.near, &self.far]
            .into_iter()
            .filter_map(Side::next_at)
            .min()
    }
}

/// What tells a TCP segment from others of its direction.
fn sequence_number(packet: &[u8]) -> Option<(Ipv4Addr, u32)> {
    let packet = Ipv4Packet::new_checked(packet).ok()?;
    if packet.next_header() != IpProtocol::Tcp {
        return None;
    }
    let segment = TcpPacket::new_checked(packet.payload()).ok()?;
    #[expect(
        clippy::cast_sign_loss,
        reason = "smoltcp keeps the 32 bits as they are"
    )]
    let number = segment.seq_number().0 as u32;
    Some((packet.src_addr(), number))
}
