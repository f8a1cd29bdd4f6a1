//! The provider's router: its link towards our router carries less than Ethernet does, what is too
//! long for it vanishes, and the ICMP error that would say so (RFC 1191) never gets out. It forwards
//! IPv4.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::Duration;

use smoltcp::wire::{
    ArpOperation, ArpPacket, ArpRepr, EthernetAddress, EthernetFrame, EthernetProtocol, IpProtocol,
    Ipv4Packet, TcpPacket,
};

use super::plan;
use super::wire::End;

const ETHERNET_HEADER_LEN: usize = 14;
const ARP_LEN: usize = 28;
/// How long to wait for an answer before asking again who has an address.
const ASK_AGAIN: Duration = Duration::from_millis(100);
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

/// One of its two ports, and the one neighbour there.
#[derive(Debug)]
struct Side {
    mac: EthernetAddress,
    address: Ipv4Addr,
    neighbour: Ipv4Addr,
    neighbour_mac: Option<EthernetAddress>,
    ask_at: Duration,
}

impl Hop {
    /// A hop whose link towards the router carries `link_mtu_bytes` of IP packet.
    pub(crate) fn new(link_mtu_bytes: u16) -> Self {
        let side = |mac, address, neighbour| Side {
            mac: EthernetAddress(mac),
            address,
            neighbour,
            neighbour_mac: None,
            ask_at: Duration::ZERO,
        };
        Self {
            link_mtu_bytes: usize::from(link_mtu_bytes),
            near: side(plan::HOP_NEAR_MAC, plan::WAN_GATEWAY_IPV4, plan::WAN_IPV4),
            far: side(plan::HOP_FAR_MAC, plan::HOP_FAR, plan::SERVER),
            swallowed: BTreeMap::new(),
            swallowed_packets: 0,
        }
    }

    /// Whether the router has said that it is there.
    pub(crate) fn has_heard_the_router(&self) -> bool {
        self.near.neighbour_mac.is_some()
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

    /// Passes on what arrived; says whether anything had.
    pub(crate) fn pass(&mut self, now: Duration, near: &mut End<'_>, far: &mut End<'_>) -> bool {
        let mut passed = self.near.ask(now, near) | self.far.ask(now, far);
        while let Some(frame) = near.receive() {
            passed = true;
            self.outbound(&frame, near, far);
        }
        while let Some(frame) = far.receive() {
            passed = true;
            self.inbound(&frame, near, far);
        }
        passed
    }

    /// When it asks for a neighbour again.
    pub(crate) fn next_at(&self) -> Option<Duration> {
        [&self.near, &self.far]
            .into_iter()
            .filter(|side| side.neighbour_mac.is_none())
            .map(|side| side.ask_at)
            .min()
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

impl Side {
    /// Asks for the neighbour as long as it is not known.
    fn ask(&mut self, now: Duration, end: &mut End<'_>) -> bool {
        if self.neighbour_mac.is_some() || now < self.ask_at {
            return false;
        }
        self.ask_at = now + ASK_AGAIN;
        self.send_arp(
            ArpOperation::Request,
            EthernetAddress::BROADCAST,
            self.neighbour,
            end,
        );
        true
    }

    fn send_arp(
        &self,
        operation: ArpOperation,
        target: EthernetAddress,
        target_address: Ipv4Addr,
        end: &mut End<'_>,
    ) {
        let mut bytes = vec![0; ETHERNET_HEADER_LEN + ARP_LEN];
        let mut frame = EthernetFrame::new_unchecked(&mut bytes);
        frame.set_src_addr(self.mac);
        frame.set_dst_addr(target);
        frame.set_ethertype(EthernetProtocol::Arp);
        ArpRepr::EthernetIpv4 {
            operation,
            source_hardware_addr: self.mac,
            source_protocol_addr: self.address,
            target_hardware_addr: target,
            target_protocol_addr: target_address,
        }
        .emit(&mut ArpPacket::new_unchecked(frame.payload_mut()));
        end.send(bytes);
    }

    /// The packet in a frame that is to be forwarded; everything else is dealt with.
    fn packet_to_forward(&mut self, bytes: &[u8], end: &mut End<'_>) -> Option<Vec<u8>> {
        let frame = EthernetFrame::new_checked(bytes).ok()?;
        match frame.ethertype() {
            EthernetProtocol::Arp => {
                let packet = ArpPacket::new_checked(frame.payload()).ok()?;
                let ArpRepr::EthernetIpv4 {
                    operation,
                    source_hardware_addr,
                    source_protocol_addr,
                    target_protocol_addr,
                    ..
                } = ArpRepr::parse(&packet).ok()?
                else {
                    return None;
                };
                if source_protocol_addr == self.neighbour {
                    self.neighbour_mac = Some(source_hardware_addr);
                }
                if operation == ArpOperation::Request && target_protocol_addr == self.address {
                    self.send_arp(
                        ArpOperation::Reply,
                        source_hardware_addr,
                        source_protocol_addr,
                        end,
                    );
                }
                None
            }
            EthernetProtocol::Ipv4 if frame.dst_addr() == self.mac => {
                let packet = Ipv4Packet::new_checked(frame.payload()).ok()?;
                let is_ours = packet.dst_addr() == self.address;
                if is_ours || !packet.verify_checksum() || packet.hop_limit() <= 1 {
                    return None;
                }
                let packet_len = usize::from(packet.total_len());
                let mut packet = frame.payload().get(..packet_len)?.to_vec();
                let mut header = Ipv4Packet::new_unchecked(&mut packet);
                header.set_hop_limit(header.hop_limit() - 1);
                header.fill_checksum();
                Some(packet)
            }
            _ => None,
        }
    }

    /// Sends a packet to the neighbour; until that is known, packets are lost as anywhere.
    fn forward(&self, packet: Vec<u8>, end: &mut End<'_>) {
        let Some(neighbour_mac) = self.neighbour_mac else {
            return;
        };
        let mut bytes = vec![0; ETHERNET_HEADER_LEN];
        let mut frame = EthernetFrame::new_unchecked(&mut bytes);
        frame.set_src_addr(self.mac);
        frame.set_dst_addr(neighbour_mac);
        frame.set_ethertype(EthernetProtocol::Ipv4);
        bytes.extend(packet);
        end.send(bytes);
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
