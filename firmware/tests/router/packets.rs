//! Packets written the slow way: every field by hand, every checksum over everything.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub(crate) const ICMP: u8 = 1;
pub(crate) const TCP: u8 = 6;
pub(crate) const UDP: u8 = 17;
pub(crate) const ICMPV6: u8 = 58;

pub(crate) const FIN: u8 = 0x01;
pub(crate) const SYN: u8 = 0x02;
pub(crate) const RST: u8 = 0x04;
pub(crate) const ACK: u8 = 0x10;

pub(crate) const DONT_FRAGMENT: u16 = 0x4000;
pub(crate) const MORE_FRAGMENTS: u16 = 0x2000;

pub(crate) type Endpoint = (IpAddr, u16);

/// `end("192.0.2.1", 80)`.
pub(crate) fn end(address: &str, port: u16) -> Endpoint {
    (address.parse().unwrap(), port)
}

/// The Internet checksum of `bytes`, by adding words until nothing carries.
pub(crate) fn checksum(bytes: &[u8]) -> u16 {
    let mut sum: u64 = bytes
        .chunks(2)
        .map(|pair| u64::from(pair[0]) << 8 | u64::from(*pair.get(1).unwrap_or(&0)))
        .sum();
    while sum > 0xffff {
        sum = (sum >> 16) + (sum & 0xffff);
    }
    !u16::try_from(sum).unwrap()
}

fn pseudo_header(source: IpAddr, destination: IpAddr, protocol: u8, len: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for address in [source, destination] {
        match address {
            IpAddr::V4(address) => bytes.extend(address.octets()),
            IpAddr::V6(address) => bytes.extend(address.octets()),
        }
    }
    bytes.extend([0, protocol]);
    bytes.extend(u16::try_from(len).unwrap().to_be_bytes());
    bytes
}

fn checksum_at(protocol: u8) -> Option<usize> {
    match protocol {
        TCP => Some(16),
        UDP => Some(6),
        ICMP | ICMPV6 => Some(2),
        _ => None,
    }
}

fn transport_checksum(source: IpAddr, destination: IpAddr, protocol: u8, payload: &[u8]) -> u16 {
    let mut bytes = match protocol {
        ICMP => Vec::new(),
        _ => pseudo_header(source, destination, protocol, payload.len()),
    };
    bytes.extend(payload);
    match (protocol, checksum(&bytes)) {
        // Zero says that there is none (RFC 768).
        (UDP, 0) => 0xffff,
        (_, checksum) => checksum,
    }
}

/// An IPv4 packet with these flags and offset, and this identification.
pub(crate) fn ipv4(
    source: Ipv4Addr,
    destination: Ipv4Addr,
    protocol: u8,
    fragment: u16,
    identification: u16,
    payload: &[u8],
) -> Vec<u8> {
    let mut packet = vec![0x45, 0];
    packet.extend(u16::try_from(20 + payload.len()).unwrap().to_be_bytes());
    packet.extend(identification.to_be_bytes());
    packet.extend(fragment.to_be_bytes());
    packet.extend([64, protocol, 0, 0]);
    packet.extend(source.octets());
    packet.extend(destination.octets());
    packet.extend(payload);
    fix_header_checksum(&mut packet);
    packet
}

pub(crate) fn fix_header_checksum(packet: &mut [u8]) {
    let header_len = usize::from(packet[0] & 15) * 4;
    packet[10..12].fill(0);
    let sum = checksum(&packet[..header_len]);
    packet[10..12].copy_from_slice(&sum.to_be_bytes());
}

pub(crate) fn ipv6(
    source: Ipv6Addr,
    destination: Ipv6Addr,
    protocol: u8,
    payload: &[u8],
) -> Vec<u8> {
    let mut packet = vec![0x60, 0, 0, 0];
    packet.extend(u16::try_from(payload.len()).unwrap().to_be_bytes());
    packet.extend([protocol, 64]);
    packet.extend(source.octets());
    packet.extend(destination.octets());
    packet.extend(payload);
    packet
}

/// A packet of either version, DF set in IPv4, its transport checksum filled in.
pub(crate) fn ip(
    source: IpAddr,
    destination: IpAddr,
    protocol: u8,
    mut payload: Vec<u8>,
) -> Vec<u8> {
    if let Some(at) = checksum_at(protocol) {
        payload[at..at + 2].fill(0);
        let sum = transport_checksum(source, destination, protocol, &payload);
        payload[at..at + 2].copy_from_slice(&sum.to_be_bytes());
    }
    match (source, destination) {
        (IpAddr::V4(source), IpAddr::V4(destination)) => {
            ipv4(source, destination, protocol, DONT_FRAGMENT, 0, &payload)
        }
        (IpAddr::V6(source), IpAddr::V6(destination)) => {
            ipv6(source, destination, protocol, &payload)
        }
        _ => panic!("two IP versions in one packet"),
    }
}

/// A segment.
#[derive(Clone, Copy)]
pub(crate) struct Tcp<'a> {
    pub(crate) flags: u8,
    pub(crate) sequence: u32,
    pub(crate) acknowledgment: u32,
    pub(crate) mss: Option<u16>,
    pub(crate) data: &'a [u8],
}

pub(crate) const SEGMENT: Tcp<'static> = Tcp {
    flags: ACK,
    sequence: 1000,
    acknowledgment: 2000,
    mss: None,
    data: &[],
};

pub(crate) fn tcp(source: Endpoint, destination: Endpoint, segment: Tcp<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(source.1.to_be_bytes());
    bytes.extend(destination.1.to_be_bytes());
    bytes.extend(segment.sequence.to_be_bytes());
    bytes.extend(segment.acknowledgment.to_be_bytes());
    let words: u8 = if segment.mss.is_some() { 6 } else { 5 };
    bytes.extend([words << 4, segment.flags, 0xff, 0xff, 0, 0, 0, 0]);
    if let Some(mss) = segment.mss {
        bytes.extend([2, 4]);
        bytes.extend(mss.to_be_bytes());
    }
    bytes.extend(segment.data);
    ip(source.0, destination.0, TCP, bytes)
}

pub(crate) fn syn(source: Endpoint, destination: Endpoint, mss: u16) -> Vec<u8> {
    let segment = Tcp {
        flags: SYN,
        acknowledgment: 0,
        mss: Some(mss),
        ..SEGMENT
    };
    tcp(source, destination, segment)
}

pub(crate) fn udp(source: Endpoint, destination: Endpoint, data: &[u8]) -> Vec<u8> {
    ip(
        source.0,
        destination.0,
        UDP,
        udp_payload(source, destination, data),
    )
}

pub(crate) fn udp_payload(source: Endpoint, destination: Endpoint, data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(source.1.to_be_bytes());
    bytes.extend(destination.1.to_be_bytes());
    bytes.extend(u16::try_from(8 + data.len()).unwrap().to_be_bytes());
    bytes.extend([0, 0]);
    bytes.extend(data);
    let sum = transport_checksum(source.0, destination.0, UDP, &bytes);
    bytes[6..8].copy_from_slice(&sum.to_be_bytes());
    bytes
}

/// An echo request or reply.
pub(crate) fn echo(
    source: IpAddr,
    destination: IpAddr,
    is_reply: bool,
    identifier: u16,
) -> Vec<u8> {
    let (protocol, kind) = match (source.is_ipv4(), is_reply) {
        (true, false) => (ICMP, 8),
        (true, true) => (ICMP, 0),
        (false, false) => (ICMPV6, 128),
        (false, true) => (ICMPV6, 129),
    };
    let mut bytes = vec![kind, 0, 0, 0];
    bytes.extend(identifier.to_be_bytes());
    bytes.extend([0, 1]);
    bytes.extend(b"thirty-three bytes of echo data!!");
    ip(source, destination, protocol, bytes)
}

/// An ICMP error with a 32-bit second word and a quoted packet.
pub(crate) fn icmp_error(
    source: IpAddr,
    destination: IpAddr,
    [kind, code]: [u8; 2],
    word: u32,
    quote: &[u8],
) -> Vec<u8> {
    let mut bytes = vec![kind, code, 0, 0];
    bytes.extend(word.to_be_bytes());
    bytes.extend(quote);
    ip(
        source,
        destination,
        if source.is_ipv4() { ICMP } else { ICMPV6 },
        bytes,
    )
}

/// Parts of a packet, for assertions.
pub(crate) struct View<'a>(pub(crate) &'a [u8]);

impl View<'_> {
    fn is_v4(&self) -> bool {
        self.0[0] >> 4 == 4
    }

    pub(crate) fn header_len(&self) -> usize {
        if self.is_v4() {
            usize::from(self.0[0] & 15) * 4
        } else {
            40
        }
    }

    pub(crate) fn protocol(&self) -> u8 {
        self.0[if self.is_v4() { 9 } else { 6 }]
    }

    pub(crate) fn hops_left(&self) -> u8 {
        self.0[if self.is_v4() { 8 } else { 7 }]
    }

    pub(crate) fn payload(&self) -> &[u8] {
        &self.0[self.header_len()..]
    }

    fn address(&self, which: usize) -> IpAddr {
        if self.is_v4() {
            let at = 12 + 4 * which;
            IpAddr::from(<[u8; 4]>::try_from(&self.0[at..at + 4]).unwrap())
        } else {
            let at = 8 + 16 * which;
            IpAddr::from(<[u8; 16]>::try_from(&self.0[at..at + 16]).unwrap())
        }
    }

    fn port(&self, which: usize) -> u16 {
        u16::from_be_bytes([self.payload()[2 * which], self.payload()[2 * which + 1]])
    }

    pub(crate) fn source(&self) -> Endpoint {
        (self.address(0), self.port(0))
    }

    pub(crate) fn destination(&self) -> Endpoint {
        (self.address(1), self.port(1))
    }

    pub(crate) fn source_address(&self) -> IpAddr {
        self.address(0)
    }

    pub(crate) fn destination_address(&self) -> IpAddr {
        self.address(1)
    }

    pub(crate) fn identifier(&self) -> u16 {
        u16::from_be_bytes([self.payload()[4], self.payload()[5]])
    }

    pub(crate) fn fragment(&self) -> u16 {
        u16::from_be_bytes([self.0[6], self.0[7]])
    }

    pub(crate) fn mss(&self) -> u16 {
        assert_eq!(self.payload()[20..22], [2, 4]);
        u16::from_be_bytes([self.payload()[22], self.payload()[23]])
    }

    /// By how much the transport checksum is wrong: the field less what it should be.
    pub(crate) fn checksum_error(&self) -> i32 {
        let at = checksum_at(self.protocol()).unwrap();
        let mut payload = self.payload().to_vec();
        let field = u16::from_be_bytes([payload[at], payload[at + 1]]);
        payload[at..at + 2].fill(0);
        let right = transport_checksum(self.address(0), self.address(1), self.protocol(), &payload);
        i32::from(field) - i32::from(right)
    }

    /// The header's checksum, the transport's, and the length are right.
    pub(crate) fn assert_sound(&self) {
        if self.is_v4() {
            assert_eq!(
                checksum(&self.0[..self.header_len()]),
                0,
                "IPv4 header checksum"
            );
            assert_eq!(
                usize::from(u16::from_be_bytes([self.0[2], self.0[3]])),
                self.0.len()
            );
        } else {
            assert_eq!(
                usize::from(u16::from_be_bytes([self.0[4], self.0[5]])) + 40,
                self.0.len()
            );
        }
        assert_eq!(self.checksum_error(), 0, "transport checksum");
    }
}
