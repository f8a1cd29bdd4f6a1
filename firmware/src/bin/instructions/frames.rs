//! Frames as they come over the trunk to the box.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use firmware::board::{
    LAN_IPV4, LAN_IPV6, LAN_VLAN, WAN_GATEWAY_IPV4, WAN_GATEWAY_IPV6, WAN_IPV4, WAN_IPV6, WAN_VLAN,
};
use heapless::Vec;

pub(crate) const BOX_MAC: [u8; 6] = [2, 0, 0, 0, 0, 1];
const TTL: u8 = 64;
const TCP: u8 = 6;
const UDP: u8 = 17;
const ICMPV6: u8 = 58;
/// The router forwards transport checksums without checking them; 0 alone would be special, to UDP.
const CHECKSUM: [u8; 2] = [0x12, 0x34];

pub(crate) const SYN: u8 = 0x02;
pub(crate) const ACK: u8 = 0x10;

/// A full-size frame with its VLAN tag fits.
pub(crate) type Frame = Vec<u8, 1536>;

/// A neighbour of the box.
pub(crate) struct Neighbour {
    vlan: u16,
    mac: [u8; 6],
    ipv4: (Ipv4Addr, Ipv4Addr),
    ipv6: (Ipv6Addr, Ipv6Addr),
}

/// All hosts of the LAN are behind one station here.
pub(crate) const LAN: Neighbour = Neighbour {
    vlan: LAN_VLAN,
    mac: [2, 0, 0, 0, 0, 0x50],
    ipv4: (Ipv4Addr::new(192, 168, 1, 50), LAN_IPV4),
    ipv6: (Ipv6Addr::new(0x2001, 0xdb8, 1, 0, 0, 0, 0, 0x50), LAN_IPV6),
};
pub(crate) const GATEWAY: Neighbour = Neighbour {
    vlan: WAN_VLAN,
    mac: [2, 0, 0, 0, 0, 0xfe],
    ipv4: (WAN_GATEWAY_IPV4, WAN_IPV4),
    ipv6: (WAN_GATEWAY_IPV6, WAN_IPV6),
};

/// What lies behind the IP header.
#[derive(Clone, Copy)]
pub(crate) enum Transport {
    Udp,
    Tcp { flags: u8, mss: Option<u16> },
}

impl Neighbour {
    /// A frame to the box with an IP packet of `packet_bytes`.
    pub(crate) fn packet(
        &self,
        source: SocketAddr,
        destination: SocketAddr,
        transport: Transport,
        packet_bytes: u16,
    ) -> Frame {
        let protocol = match transport {
            Transport::Udp => UDP,
            Transport::Tcp { .. } => TCP,
        };
        let mut frame = self.ip(source.ip(), destination.ip(), protocol, packet_bytes);
        let packet_at = self.header([0; 6], [0; 2]).len();
        for port in [source.port(), destination.port()] {
            put(&mut frame, &port.to_be_bytes());
        }
        match transport {
            Transport::Udp => {
                let header_bytes = packet_at + usize::from(packet_bytes) - frame.len() + 4;
                put(&mut frame, &(header_bytes as u16).to_be_bytes());
                put(&mut frame, &CHECKSUM);
            }
            Transport::Tcp { flags, mss } => {
                let acknowledgment = if flags & ACK == 0 {
                    [0; 4]
                } else {
                    [0, 0, 0, 2]
                };
                put(&mut frame, &[0, 0, 0, 1]);
                put(&mut frame, &acknowledgment);
                let words = if mss.is_some() { 6 } else { 5 };
                put(&mut frame, &[words << 4, flags, 0xff, 0xff]);
                put(&mut frame, &CHECKSUM);
                put(&mut frame, &[0, 0]);
                if let Some(mss) = mss {
                    let [high, low] = mss.to_be_bytes();
                    put(&mut frame, &[2, 4, high, low]);
                }
            }
        }
        let rest = frame.resize(packet_at + usize::from(packet_bytes), 0);
        assert!(rest.is_ok(), "a frame is long enough for the packet");
        frame
    }

    /// Asks for the box in the LAN or on the WAN by ARP, as `host`, and so becomes known to it.
    pub(crate) fn arp_request(&self, host: Ipv4Addr) -> Frame {
        let mut frame = self.header([0xff; 6], [0x08, 0x06]);
        put(&mut frame, &[0, 1, 8, 0, 6, 4, 0, 1]);
        put(&mut frame, &self.mac);
        put(&mut frame, &host.octets());
        put(&mut frame, &[0; 6]);
        put(&mut frame, &self.ipv4.1.octets());
        frame
    }

    /// The same by neighbour solicitation (RFC 4861, section 4.3).
    pub(crate) fn solicitation(&self) -> Frame {
        let (source, target) = self.ipv6;
        let mut frame = self.ip(source.into(), target.into(), ICMPV6, 40 + 32);
        let message_at = frame.len();
        put(&mut frame, &[135, 0, 0, 0, 0, 0, 0, 0]);
        put(&mut frame, &target.octets());
        put(&mut frame, &[1, 1]);
        put(&mut frame, &self.mac);
        // Hop limit 255; then the checksum over the pseudo-header, whose length and protocol add up to 32 + 58.
        frame[message_at - 33] = 255;
        let sum = checksum(&frame[message_at - 32..], 32 + u32::from(ICMPV6));
        frame[message_at + 2..message_at + 4].copy_from_slice(&sum);
        frame
    }

    fn header(&self, to: [u8; 6], ethertype: [u8; 2]) -> Frame {
        let [high, low] = self.vlan.to_be_bytes();
        let mut frame = Frame::new();
        put(&mut frame, &to);
        put(&mut frame, &self.mac);
        put(&mut frame, &[0x81, 0, high, low]);
        put(&mut frame, &ethertype);
        frame
    }

    fn ip(&self, source: IpAddr, destination: IpAddr, protocol: u8, packet_bytes: u16) -> Frame {
        match (source, destination) {
            (IpAddr::V4(source), IpAddr::V4(destination)) => {
                let mut frame = self.header(BOX_MAC, [0x08, 0x00]);
                let header_at = frame.len();
                put(&mut frame, &[0x45, 0]);
                put(&mut frame, &packet_bytes.to_be_bytes());
                // Don't Fragment, as TCP has it.
                put(&mut frame, &[0, 0, 0x40, 0, TTL, protocol, 0, 0]);
                put(&mut frame, &source.octets());
                put(&mut frame, &destination.octets());
                let sum = checksum(&frame[header_at..], 0);
                frame[header_at + 10..header_at + 12].copy_from_slice(&sum);
                frame
            }
            (IpAddr::V6(source), IpAddr::V6(destination)) => {
                let mut frame = self.header(BOX_MAC, [0x86, 0xdd]);
                put(&mut frame, &[0x60, 0, 0, 0]);
                put(&mut frame, &(packet_bytes - 40).to_be_bytes());
                put(&mut frame, &[protocol, TTL]);
                put(&mut frame, &source.octets());
                put(&mut frame, &destination.octets());
                frame
            }
            _ => panic!("two IP versions in one packet"),
        }
    }
}

fn put(frame: &mut Frame, bytes: &[u8]) {
    let written = frame.extend_from_slice(bytes);
    assert!(written.is_ok(), "a frame is long enough for its headers");
}

/// The Internet checksum of `bytes`, an even number of them, and `more`.
fn checksum(bytes: &[u8], more: u32) -> [u8; 2] {
    let (words, _) = bytes.as_chunks::<2>();
    let words = words
        .iter()
        .map(|word| u32::from(u16::from_be_bytes(*word)));
    let mut sum = words.sum::<u32>() + more;
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    (!(sum as u16)).to_be_bytes()
}
