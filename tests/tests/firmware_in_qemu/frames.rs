//! The frames that the neighbours of the box send and get, tagged as on its trunk.

use std::net::{Ipv4Addr, Ipv6Addr};

use etherparse::{
    IpHeaders, NetSlice, PacketBuilder, PacketBuilderStep, SlicedPacket, TcpHeader, TransportSlice,
    VlanId,
};
use firmware::board::{LAN_VLAN, WAN_VLAN};
use tests::oracle::sum;

/// A neighbour of the box.
#[derive(Clone, Copy)]
pub(crate) struct Host {
    pub(crate) vlan: u16,
    pub(crate) mac: [u8; 6],
    pub(crate) ipv4: Ipv4Addr,
}

/// A computer in the LAN.
pub(crate) const LAN_HOST: Host = Host {
    vlan: LAN_VLAN,
    mac: [0x02, 0, 0, 0, 0, 0x50],
    ipv4: Ipv4Addr::new(192, 168, 1, 50),
};
/// That computer's IPv6 address.
pub(crate) const LAN_HOST_IPV6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 1, 0, 0, 0, 0, 0x50);
/// The provider's router.
pub(crate) const GATEWAY: Host = Host {
    vlan: WAN_VLAN,
    mac: [0x02, 0, 0, 0, 0, 0xfe],
    ipv4: firmware::board::WAN_GATEWAY_IPV4,
};
/// Somebody behind it.
pub(crate) const SERVER: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 80);

/// Of every packet that a host sends.
pub(crate) const TTL: u8 = 64;
const ECHO_ID: u16 = 0x1d;
const IPV4: [u8; 2] = [0x08, 0x00];
const ARP: [u8; 2] = [0x08, 0x06];
const REQUEST: u8 = 1;
const REPLY: u8 = 2;

fn tagged(to: [u8; 6], from: &Host, ethertype: [u8; 2]) -> Vec<u8> {
    let [high, low] = from.vlan.to_be_bytes();
    [&to[..], &from.mac, &[0x81, 0x00, high, low], &ethertype].concat()
}

fn arp(operation: u8, to: [u8; 6], from: &Host, target_mac: [u8; 6], target: Ipv4Addr) -> Vec<u8> {
    let mut frame = tagged(to, from, ARP);
    frame.extend([0, 1, 8, 0, 6, 4, 0, operation]);
    frame.extend(from.mac.iter().chain(&from.ipv4.octets()));
    frame.extend(target_mac.iter().chain(&target.octets()));
    frame
}

/// Asks everybody who has `target`.
pub(crate) fn who_has(from: &Host, target: Ipv4Addr) -> Vec<u8> {
    arp(REQUEST, [0xff; 6], from, [0; 6], target)
}

/// The MAC that a reply to `host` says `target` has.
pub(crate) fn is_at(frame: &[u8], host: &Host, target: Ipv4Addr) -> Option<[u8; 6]> {
    let reply = tagged_payload(frame, host, ARP)?;
    let is_ours = reply.get(7) == Some(&REPLY) && reply.get(14..18)? == target.octets();
    is_ours.then(|| reply[8..14].try_into().ok())?
}

/// The answer of `host` when `frame` asks for it.
pub(crate) fn answer_arp(frame: &[u8], host: &Host) -> Option<Vec<u8>> {
    let request = tagged_payload(frame, host, ARP)?;
    let is_ours = request.get(7) == Some(&REQUEST) && request.get(24..28)? == host.ipv4.octets();
    let asker: [u8; 6] = request[8..14].try_into().ok()?;
    let asking = Ipv4Addr::from(<[u8; 4]>::try_from(&request[14..18]).ok()?);
    is_ours.then(|| arp(REPLY, asker, host, asker, asking))
}

fn tagged_payload<'a>(frame: &'a [u8], host: &Host, ethertype: [u8; 2]) -> Option<&'a [u8]> {
    let [high, low] = host.vlan.to_be_bytes();
    let is_for_host = frame.get(..6)? == host.mac || frame.get(..6)? == [0xff; 6];
    let is_tagged = frame.get(12..18)? == [0x81, 0x00, high, low, ethertype[0], ethertype[1]];
    (is_for_host && is_tagged).then(|| &frame[18..])
}

/// The start of a packet that `from` sends by the box.
pub(crate) fn packet(
    from: &Host,
    box_mac: [u8; 6],
    source: Ipv4Addr,
    destination: Ipv4Addr,
) -> PacketBuilderStep<IpHeaders> {
    let vlan = VlanId::try_new(from.vlan).expect("a VLAN");
    PacketBuilder::ethernet2(from.mac, box_mac)
        .single_vlan(vlan)
        .ipv4(source.octets(), destination.octets(), TTL)
}

/// An echo request with `payload_bytes` of payload.
pub(crate) fn ping(
    from: &Host,
    box_mac: [u8; 6],
    to: Ipv4Addr,
    sequence: u16,
    payload_bytes: usize,
) -> Vec<u8> {
    let builder = packet(from, box_mac, from.ipv4, to).icmpv4_echo_request(ECHO_ID, sequence);
    let payload = payload(payload_bytes);
    let mut frame = Vec::new();
    builder
        .write(&mut frame, &payload)
        .expect("an echo request");
    frame
}

/// Sequence number and payload of an echo reply to `host`, whose checksums hold.
pub(crate) fn echo_reply(frame: &[u8], host: &Host) -> Option<(u16, Vec<u8>)> {
    let parsed = parse(frame, host)?;
    let Some(TransportSlice::Icmpv4(icmp)) = parsed.transport else {
        return None;
    };
    let etherparse::Icmpv4Type::EchoReply(echo) = icmp.icmp_type() else {
        return None;
    };
    let sum = icmp.icmp_type().calc_checksum(icmp.payload());
    assert_eq!(icmp.checksum(), sum, "ICMP checksum");
    (echo.id == ECHO_ID).then(|| (echo.seq, icmp.payload().to_vec()))
}

/// Bytes that tell a shifted payload from a whole one.
pub(crate) fn payload(bytes: usize) -> Vec<u8> {
    (0..bytes).map(|at| (at * 31 + bytes) as u8).collect()
}

/// A TCP segment, with where it is from and to.
pub(crate) struct Segment {
    pub(crate) source: Ipv4Addr,
    pub(crate) destination: Ipv4Addr,
    pub(crate) ttl: u8,
    pub(crate) tcp: TcpHeader,
}

impl Segment {
    /// The segment in a frame for `host`, whose checksums hold.
    pub(crate) fn read(frame: &[u8], host: &Host) -> Option<Self> {
        let parsed = parse(frame, host)?;
        let (Some(NetSlice::Ipv4(ipv4)), Some(TransportSlice::Tcp(slice))) =
            (parsed.net, parsed.transport)
        else {
            return None;
        };
        let (ip, tcp) = (ipv4.header().to_header(), slice.to_header());
        let sum = tcp.calc_checksum_ipv4(&ip, slice.payload());
        assert_eq!(tcp.checksum, sum.expect("a short segment"), "TCP checksum");
        Some(Self {
            source: ip.source.into(),
            destination: ip.destination.into(),
            ttl: ip.time_to_live,
            tcp,
        })
    }

    /// The MSS option's value.
    pub(crate) fn mss(&self) -> Option<u16> {
        self.tcp.options_iterator().find_map(|option| match option {
            Ok(etherparse::TcpOptionElement::MaximumSegmentSize(mss)) => Some(mss),
            _ => None,
        })
    }
}

fn parse<'a>(frame: &'a [u8], host: &Host) -> Option<SlicedPacket<'a>> {
    tagged_payload(frame, host, IPV4)?;
    let parsed = SlicedPacket::from_ethernet(frame).expect("a well-formed packet");
    if let Some(NetSlice::Ipv4(ipv4)) = &parsed.net {
        let header = ipv4.header().to_header();
        assert_eq!(
            header.header_checksum,
            header.calc_header_checksum(),
            "IPv4 checksum"
        );
    }
    Some(parsed)
}

/// The frame with a VLAN tag.
pub(crate) fn tag(frame: &[u8], vlan: u16) -> Vec<u8> {
    let [high, low] = vlan.to_be_bytes();
    [&frame[..12], &[0x81, 0x00, high, low], &frame[12..]].concat()
}

/// The frame without its tag, if it is the VLAN's.
pub(crate) fn untag(frame: &[u8], vlan: u16) -> Option<Vec<u8>> {
    let [high, low] = vlan.to_be_bytes();
    let is_tagged = frame.get(12..16)? == [0x81, 0x00, high, low];
    is_tagged.then(|| [&frame[..12], &frame[16..]].concat())
}

/// Computes the checksums of IPv4 and ICMP anew, so that a damaged frame is looked at and not only summed.
pub(crate) fn hide_damage(frame: &mut [u8]) {
    const IP_AT: usize = 18;
    const IP_HEADER_LEN: usize = 20;
    const ICMP: u8 = 1;
    let is_ipv4 = frame[IP_AT - 2..IP_AT] == [8, 0] && frame[IP_AT] == 0x45;
    let Some(packet) = frame.get_mut(IP_AT..).filter(|_| is_ipv4) else {
        return;
    };
    let (header, message) = packet.split_at_mut(IP_HEADER_LEN);
    header.copy_from_slice(&sum::with_checksum(header.to_vec(), 10));
    if header[9] == ICMP {
        message.copy_from_slice(&sum::with_checksum(message.to_vec(), 2));
    }
}
