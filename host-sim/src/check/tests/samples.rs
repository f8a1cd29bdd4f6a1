//! Packets to check, built from scratch, with checksums of their own.

use std::net::IpAddr;

use clamp_core::Clamp;

use crate::capture::CaptureError;
use crate::check::{CheckOptions, Packet, Source, Summary, run_on};

pub(super) const ETHERNET: u16 = 1;
pub(super) const MSS_1460: [u8; 4] = [2, 4, 0x05, 0xb4];

/// Checks whatever a clamp may do, with no router in between.
pub(super) const PLAIN: CheckOptions = CheckOptions {
    policy: None,
    insert_missing: false,
    routed: false,
    window_packets: 64,
    json: false,
};
/// The same with a router in between.
pub(super) const ROUTED: CheckOptions = CheckOptions {
    routed: true,
    ..PLAIN
};

/// A TCP segment in IPv4, to be built.
#[derive(Clone)]
pub(super) struct Tcp {
    pub(super) source: [u8; 4],
    pub(super) destination: [u8; 4],
    pub(super) ports: [u16; 2],
    pub(super) sequence: u32,
    pub(super) flags: u8,
    pub(super) options: Vec<u8>,
    pub(super) payload: Vec<u8>,
    pub(super) identification: u16,
    pub(super) ttl: u8,
}

pub(super) fn syn(options: &[u8]) -> Tcp {
    Tcp {
        source: [192, 0, 2, 2],
        destination: [198, 51, 100, 2],
        ports: [40_000, 80],
        sequence: 1,
        flags: 0x02,
        options: options.to_vec(),
        payload: Vec::new(),
        identification: 0x1234,
        ttl: 64,
    }
}

pub(super) fn data(sequence: u32, payload: &[u8]) -> Tcp {
    Tcp {
        sequence,
        flags: 0x18,
        payload: payload.to_vec(),
        identification: 0x2000_u16.wrapping_add(sequence.to_le_bytes()[0].into()),
        ..syn(&[])
    }
}

/// The checksum of RFC 1071, computed anew.
pub(super) fn checksum(parts: &[&[u8]]) -> u16 {
    let bytes = parts.concat();
    let mut sum: u32 = bytes
        .chunks(2)
        .map(|word| u32::from(word[0]) << 8 | u32::from(*word.get(1).unwrap_or(&0)))
        .sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !u16::try_from(sum).unwrap()
}

impl Tcp {
    pub(super) fn reply(&self) -> Self {
        Self {
            source: self.destination,
            destination: self.source,
            ports: [self.ports[1], self.ports[0]],
            flags: self.flags | 0x10,
            ..self.clone()
        }
    }

    /// An IPv4 packet.
    pub(super) fn ipv4(&self) -> Vec<u8> {
        let mut segment = Vec::new();
        for port in self.ports {
            segment.extend(port.to_be_bytes());
        }
        segment.extend(self.sequence.to_be_bytes());
        segment.extend([0, 0, 0, 0]);
        let header_words = u8::try_from(5 + self.options.len() / 4).unwrap();
        segment.extend([header_words << 4, self.flags, 0xfa, 0xf0, 0, 0, 0, 0]);
        segment.extend(&self.options);
        segment.extend(&self.payload);
        let len = u16::try_from(segment.len()).unwrap();
        let sum = checksum(&[
            &self.source,
            &self.destination,
            &[0, 6],
            &len.to_be_bytes(),
            &segment,
        ]);
        segment[16..18].copy_from_slice(&sum.to_be_bytes());
        let mut packet = vec![0x45, 0];
        packet.extend((len + 20).to_be_bytes());
        packet.extend(self.identification.to_be_bytes());
        packet.extend([0x40, 0, self.ttl, 6, 0, 0]);
        packet.extend(self.source);
        packet.extend(self.destination);
        let sum = checksum(&[&packet]);
        packet[10..12].copy_from_slice(&sum.to_be_bytes());
        packet.extend(segment);
        packet
    }

    /// An Ethernet frame.
    pub(super) fn frame(&self) -> Vec<u8> {
        let mut frame = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0];
        frame.extend(self.ipv4());
        frame
    }

    /// An Ethernet frame with VLAN 7 and a PPPoE session.
    pub(super) fn pppoe_frame(&self) -> Vec<u8> {
        let packet = self.ipv4();
        let mut frame = vec![
            6, 0, 0, 0, 0, 1, 6, 0, 0, 0, 0, 2, 0x81, 0, 0, 7, 0x88, 0x64,
        ];
        frame.extend([0x11, 0, 0, 9]);
        frame.extend(u16::try_from(packet.len() + 2).unwrap().to_be_bytes());
        frame.extend([0x00, 0x21]);
        frame.extend(packet);
        frame
    }
}

/// A message in an IP packet of either version, to be built; its checksum is put in.
#[derive(Clone)]
pub(super) struct Datagram {
    pub(super) source: IpAddr,
    pub(super) destination: IpAddr,
    pub(super) protocol: u8,
    pub(super) message: Vec<u8>,
    pub(super) hop_limit: u8,
}

pub(super) const UDP: u8 = 17;
pub(super) const ICMP: u8 = 1;
pub(super) const ICMPV6: u8 = 58;

pub(super) fn datagram(ends: [&str; 2], protocol: u8, message: &[u8]) -> Datagram {
    let [source, destination] = ends.map(|address| address.parse().unwrap());
    Datagram {
        source,
        destination,
        protocol,
        message: message.to_vec(),
        hop_limit: 64,
    }
}

/// A UDP header, without checksum, and its payload.
pub(super) fn udp(ports: [u16; 2], payload: &[u8]) -> Vec<u8> {
    let len = u16::try_from(8 + payload.len()).unwrap();
    let header = [ports[0], ports[1], len, 0].map(u16::to_be_bytes);
    [header.as_flattened(), payload].concat()
}

impl Datagram {
    pub(super) fn packet(&self) -> Vec<u8> {
        let len = u16::try_from(self.message.len()).unwrap();
        let octets = |address| match address {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        };
        let (source, destination) = (octets(self.source), octets(self.destination));
        let pseudo_header = [
            &source[..],
            &destination,
            &len.to_be_bytes(),
            &[0, self.protocol],
        ]
        .concat();
        let (at, pseudo_header) = match self.protocol {
            6 => (16, &pseudo_header[..]),
            UDP => (6, &pseudo_header[..]),
            ICMPV6 => (2, &pseudo_header[..]),
            ICMP => (2, &[][..]),
            protocol => panic!("no checksum of protocol {protocol}"),
        };
        let sum = checksum(&[pseudo_header, &self.message]);
        let message = with(self.message.clone(), at, &sum.to_be_bytes());
        let mut header = if self.source.is_ipv4() {
            let mut header = vec![0x45, 0];
            header.extend((len + 20).to_be_bytes());
            header.extend([0x12, 0x34, 0x40, 0, self.hop_limit, self.protocol, 0, 0]);
            header
        } else {
            let mut header = vec![0x60, 0, 0, 0];
            header.extend(len.to_be_bytes());
            header.extend([self.protocol, self.hop_limit]);
            header
        };
        header.extend([source, destination].concat());
        if self.source.is_ipv4() {
            let sum = checksum(&[&header]);
            header = with(header, 10, &sum.to_be_bytes());
        }
        [header, message].concat()
    }

    /// An Ethernet frame.
    pub(super) fn frame(&self) -> Vec<u8> {
        ethernet(&self.packet())
    }
}

/// An Ethernet frame around an IP packet.
pub(super) fn ethernet(packet: &[u8]) -> Vec<u8> {
    let ethertype = if packet[0] >> 4 == 4 {
        [8, 0]
    } else {
        [0x86, 0xdd]
    };
    [
        &[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2],
        &ethertype[..],
        packet,
    ]
    .concat()
}

/// A packet of which everything was captured.
pub(super) fn whole(link_type: u16, bytes: &[u8]) -> Packet {
    Packet {
        number: 1,
        link_type,
        bytes: bytes.to_vec(),
        wire_len: bytes.len(),
        timestamp_ns: None,
    }
}

/// A frame as our own clamp lets it out.
pub(super) fn clamped(mut frame: Vec<u8>, clamp: Clamp) -> Vec<u8> {
    let _ = clamp.frame(&mut frame);
    frame
}

pub(super) fn to_1492() -> Clamp {
    Clamp::for_link_mtu(1492).unwrap()
}

/// Packets that were not read from a file.
pub(super) struct InMemory {
    packets: std::vec::IntoIter<Packet>,
}

impl Source for InMemory {
    fn next_packet(&mut self) -> Result<Option<Packet>, CaptureError> {
        Ok(self.packets.next())
    }

    fn unreadable(&self) -> u64 {
        0
    }
}

pub(super) fn in_memory(packets: Vec<Packet>) -> InMemory {
    InMemory {
        packets: packets.into_iter(),
    }
}

/// Whole Ethernet frames.
pub(super) fn frames(frames: &[Vec<u8>]) -> InMemory {
    cut_frames(frames, usize::MAX)
}

/// Ethernet frames of which no more than `snap_len` bytes were captured.
pub(super) fn cut_frames(frames: &[Vec<u8>], snap_len: usize) -> InMemory {
    let packets: Vec<_> = frames
        .iter()
        .zip(1..)
        .map(|(frame, number)| Packet {
            number,
            link_type: ETHERNET,
            bytes: frame[..frame.len().min(snap_len)].to_vec(),
            wire_len: frame.len(),
            timestamp_ns: None,
        })
        .collect();
    InMemory {
        packets: packets.into_iter(),
    }
}

/// Frames captured at nanosecond `begins`, and one each nanosecond from there on.
pub(super) fn timed_frames(frames: &[Vec<u8>], begins: u64) -> InMemory {
    let packets: Vec<_> = cut_frames(frames, usize::MAX)
        .packets
        .zip(begins..)
        .map(|(packet, timestamp_ns)| Packet {
            timestamp_ns: Some(timestamp_ns),
            ..packet
        })
        .collect();
    InMemory {
        packets: packets.into_iter(),
    }
}

/// Counts and report of a check.
pub(super) fn checked(
    mut before: InMemory,
    mut after: InMemory,
    options: &CheckOptions,
) -> (Summary, String) {
    let mut report = Vec::new();
    let summary = run_on(&mut before, &mut after, options, &mut report).unwrap();
    (summary, String::from_utf8(report).unwrap())
}

pub(super) fn check_frames(
    before: &[Vec<u8>],
    after: &[Vec<u8>],
    options: &CheckOptions,
) -> (Summary, String) {
    checked(frames(before), frames(after), options)
}

/// Writes over the bytes at an offset.
pub(super) fn with(mut frame: Vec<u8>, at: usize, bytes: &[u8]) -> Vec<u8> {
    frame[at..at + bytes.len()].copy_from_slice(bytes);
    frame
}
