//! One end of a provider's Ethernet link, for IPv4.

use std::net::Ipv4Addr;
use std::time::Duration;

use smoltcp::wire::{
    ArpOperation, ArpPacket, ArpRepr, EthernetAddress, EthernetFrame, EthernetProtocol, Ipv4Packet,
};

use super::wire::End;

const ETHERNET_HEADER_LEN: usize = 14;
const ARP_LEN: usize = 28;
/// How long to wait for an answer before asking again who has an address.
const ASK_AGAIN: Duration = Duration::from_millis(100);

/// A port of one of the provider's machines, and the one neighbour there.
#[derive(Debug)]
pub(super) struct Side {
    mac: EthernetAddress,
    address: Ipv4Addr,
    neighbour: Ipv4Addr,
    neighbour_mac: Option<EthernetAddress>,
    ask_at: Duration,
}

impl Side {
    pub(super) fn new(mac: [u8; 6], address: Ipv4Addr, neighbour: Ipv4Addr) -> Self {
        Self {
            mac: EthernetAddress(mac),
            address,
            neighbour,
            neighbour_mac: None,
            ask_at: Duration::ZERO,
        }
    }

    /// Whether the neighbour has said that it is there.
    pub(super) fn knows_its_neighbour(&self) -> bool {
        self.neighbour_mac.is_some()
    }

    /// When it asks for the neighbour again.
    pub(super) fn next_at(&self) -> Option<Duration> {
        self.neighbour_mac.is_none().then_some(self.ask_at)
    }

    /// Asks for the neighbour as long as it is not known.
    pub(super) fn ask(&mut self, now: Duration, end: &mut End<'_>) -> bool {
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
    pub(super) fn packet_to_forward(&mut self, bytes: &[u8], end: &mut End<'_>) -> Option<Vec<u8>> {
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
    pub(super) fn forward(&self, packet: Vec<u8>, end: &mut End<'_>) {
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
