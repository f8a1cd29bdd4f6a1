//! The router's word on the link (RFC 4861), and the prefix for the customer's LAN (RFC 8415).

use std::net::Ipv6Addr;

use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::{
    Icmpv6Packet, Icmpv6Repr, IpProtocol, Ipv6Packet, Ipv6Repr, NdiscRepr, NdiscRouterFlags,
    UdpPacket, UdpRepr,
};

use super::super::{Delivery, Settings};
use super::{INTERFACE, Line, Ppp, protocol, request};

const ALL_SERVERS: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 1, 2);
const ALL_ROUTERS: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 2);
const OWN: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0x0200, 0, 0, 1);
const PREFIX: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0x100, 0, 0, 0, 0, 0);
const SOMEWHERE: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 3, 0, 0, 0, 0, 9);
/// By its MAC address (RFC 8415, section 11.4).
const SERVER: [u8; 14] = [0, 2, 0, 10, 0, 3, 0, 1, 2, 0, 0, 0, 0xac, 0];
const CLIENT: [u8; 8] = [0, 1, 0, 4, b'c', b'l', b'n', b't'];
/// An association of prefixes, number 42, without any yet.
const ASSOCIATION: [u8; 16] = [0, 25, 0, 12, 0, 0, 0, 42, 0, 0, 0, 0, 0, 0, 0, 0];
const RAPID_COMMIT: [u8; 4] = [0, 14, 0, 0];
const DNS: [u8; 20] = [
    0, 23, 0, 16, 0x20, 1, 0x0d, 0xb8, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 53,
];

fn packet(to: Ipv6Addr, next_header: IpProtocol, payload: &[u8]) -> Vec<u8> {
    let repr = Ipv6Repr {
        src_addr: OWN,
        dst_addr: to,
        next_header,
        payload_len: payload.len(),
        hop_limit: 255,
    };
    let mut bytes = vec![0; 40];
    repr.emit(&mut Ipv6Packet::new_unchecked(&mut bytes));
    [bytes, payload.to_vec()].concat()
}

fn datagram(port: u16, message: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; 8 + message.len()];
    UdpRepr {
        src_port: 546,
        dst_port: port,
    }
    .emit(
        &mut UdpPacket::new_unchecked(&mut bytes),
        &OWN.into(),
        &ALL_SERVERS.into(),
        message.len(),
        |payload| payload.copy_from_slice(message),
        &ChecksumCapabilities::default(),
    );
    packet(ALL_SERVERS, IpProtocol::Udp, &bytes)
}

/// The DHCPv6 message in the one answer.
fn message(said: &[Ppp]) -> Vec<u8> {
    let [(protocol::IPV6, bytes)] = said else {
        panic!("{said:?}");
    };
    let packet = Ipv6Packet::new_checked(&bytes[..]).expect("a whole packet");
    let (from, to) = (packet.src_addr(), packet.dst_addr());
    assert_eq!((from.segments()[0], to), (0xfe80, OWN));
    let datagram = UdpPacket::new_checked(packet.payload()).expect("a whole datagram");
    assert!(datagram.verify_checksum(&from.into(), &to.into()));
    assert_eq!((datagram.src_port(), datagram.dst_port()), (547, 546));
    assert_eq!(bytes.len(), 40 + 8 + datagram.payload().len());
    datagram.payload().to_vec()
}

fn ask(line: &mut Line, message: &[&[u8]]) -> Vec<Ppp> {
    let datagram = datagram(547, &message.concat());
    line.ppp(protocol::IPV6, &datagram)
}

fn dialled() -> Line {
    let mut line = Line::new(Settings::default());
    line.dial();
    line
}

fn to(address: Ipv6Addr) -> Vec<u8> {
    packet(address, IpProtocol::Unknown(253), &[])
}

/// The prefix in an association: for an hour, for two at most, and to be asked for again after half of the first.
fn granted(number: u8) -> Vec<u8> {
    let mut bytes = vec![
        0, 25, 0, 41, 0, 0, 0, 42, 0, 0, 0x07, 0x08, 0, 0, 0x0b, 0x40,
    ];
    bytes.extend([0, 26, 0, 25, 0, 0, 0x0e, 0x10, 0, 0, 0x1c, 0x20, 56]);
    bytes.extend([0x20, 1, 0x0d, 0xb8, 1, 0, number, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    bytes
}

#[test]
fn a_router_says_that_it_is_there_when_the_link_is_up_and_when_it_is_asked() {
    let mut line = Line::new(Settings::default());
    let first = line.dial();
    let said = |said: &[Ppp]| {
        let [(protocol::IPV6, bytes)] = said else {
            panic!("{said:?}");
        };
        let packet = Ipv6Packet::new_checked(&bytes[..]).expect("a whole packet");
        let (from, to) = (packet.src_addr(), packet.dst_addr());
        assert_eq!((packet.hop_limit(), to.segments()[7]), (255, 1));
        let icmp = Icmpv6Packet::new_checked(packet.payload()).expect("a whole message");
        let checksums = ChecksumCapabilities::default();
        let repr = Icmpv6Repr::parse(&from, &to, &icmp, &checksums).expect("a good one");
        let Icmpv6Repr::Ndisc(NdiscRepr::RouterAdvert {
            mtu,
            router_lifetime,
            flags,
            prefix_info: None,
            ..
        }) = repr
        else {
            panic!("{repr:?}");
        };
        let by_dhcp = NdiscRouterFlags::MANAGED | NdiscRouterFlags::OTHER;
        assert_eq!(flags, by_dhcp);
        (from, mtu, router_lifetime.secs())
    };
    let advertised = said(&first);
    assert_eq!((advertised.1, advertised.2), (Some(1492), 1800));
    assert_eq!(advertised.0.octets()[..8], [0xfe, 0x80, 0, 0, 0, 0, 0, 0]);
    assert_ne!(advertised.0.octets()[8..], INTERFACE);
    let icmp = |repr: Icmpv6Repr<'_>| {
        let mut bytes = vec![0; repr.buffer_len()];
        let checksums = ChecksumCapabilities::default();
        let mut message = Icmpv6Packet::new_unchecked(&mut bytes);
        repr.emit(&OWN, &ALL_ROUTERS, &mut message, &checksums);
        packet(ALL_ROUTERS, IpProtocol::Icmpv6, &bytes)
    };
    let question = icmp(Icmpv6Repr::Ndisc(NdiscRepr::RouterSolicit { lladdr: None }));
    assert_eq!(said(&line.ppp(protocol::IPV6, &question)), advertised);
    let mut damaged = question.clone();
    damaged[42] ^= 1;
    assert!(line.ppp(protocol::IPV6, &damaged).is_empty());
    let echo = icmp(Icmpv6Repr::EchoRequest {
        ident: 1,
        seq_no: 1,
        data: &[],
    });
    assert!(line.ppp(protocol::IPV6, &echo).is_empty());
}

#[test]
fn the_address_on_the_link_is_what_ipv6cp_agreed_on() {
    let mut line = Line::new(Settings::default());
    let asked = line.establish();
    let asked = line.log_in(&asked, "customer", "secret");
    let (_, options) = request(protocol::IPV6CP, &asked);
    line.control(protocol::IPV6CP, 1, 1, &[&[1, 10], &INTERFACE[..]].concat());
    let said = line.agree(protocol::IPV6CP, &asked);
    assert_eq!(said[0].1[16..24], options[2..]);
}

#[test]
fn an_offer_of_a_prefix_is_none_yet_and_its_confirmation_is() {
    let mut line = dialled();
    let delegated = |line: &Line| line.concentrator.sessions()[0].ipv6_prefix;
    let solicit = [1, 7, 8, 9];
    let offer = message(&ask(&mut line, &[&solicit, &CLIENT, &ASSOCIATION]));
    let answer = |kind| [&[kind, 7, 8, 9], &CLIENT[..], &SERVER, &DNS, &granted(0)].concat();
    assert_eq!(offer, answer(2));
    assert_eq!(delegated(&line), None);
    for (kind, with_server) in [(3, true), (5, true), (6, false)] {
        let mut line = dialled();
        let server = if with_server { &SERVER[..] } else { &[] };
        let asked = [&[kind, 7, 8, 9][..], &CLIENT, server, &ASSOCIATION];
        let reply = message(&ask(&mut line, &asked));
        assert_eq!(reply, answer(7), "{kind}");
        assert_eq!(delegated(&line), Some(PREFIX));
        let released = [&[8, 7, 8, 9][..], &CLIENT, &SERVER, &ASSOCIATION];
        let reply = message(&ask(&mut line, &released));
        assert_eq!(reply, [&[7, 7, 8, 9], &CLIENT[..], &SERVER, &DNS].concat());
        assert_eq!(delegated(&line), None);
    }
    let rapid = message(&ask(
        &mut line,
        &[&solicit, &CLIENT, &RAPID_COMMIT, &ASSOCIATION],
    ));
    let told = [&RAPID_COMMIT[..], &DNS, &granted(0)].concat();
    assert_eq!(rapid, [&[7, 7, 8, 9], &CLIENT[..], &SERVER, &told].concat());
    assert_eq!(delegated(&line), Some(PREFIX));
}

#[test]
fn who_asks_for_no_prefix_gets_name_servers_and_none() {
    let mut line = dialled();
    let reply = message(&ask(&mut line, &[&[3, 7, 8, 9], &CLIENT, &SERVER]));
    assert_eq!(reply, [&[7, 7, 8, 9], &CLIENT[..], &SERVER, &DNS].concat());
    assert_eq!(line.concentrator.sessions()[0].ipv6_prefix, None);
}

#[test]
fn what_is_for_another_server_or_from_nobody_or_damaged_gets_no_answer() {
    let mut line = dialled();
    let mut other = SERVER;
    other[13] ^= 1;
    let request = [3, 7, 8, 9];
    assert!(ask(&mut line, &[&request, &CLIENT, &other, &ASSOCIATION]).is_empty());
    assert!(ask(&mut line, &[&request, &SERVER, &ASSOCIATION]).is_empty());
    assert!(ask(&mut line, &[&[4, 7, 8, 9], &CLIENT, &ASSOCIATION]).is_empty());
    assert!(ask(&mut line, &[&request[..3]]).is_empty());
    assert!(ask(&mut line, &[&request, &CLIENT, &[0, 25, 0, 2, 0, 0]]).is_empty());
    let good = [&request[..], &CLIENT, &SERVER, &ASSOCIATION].concat();
    let mut damaged = datagram(547, &good);
    *damaged.last_mut().unwrap() ^= 1;
    assert!(line.ppp(protocol::IPV6, &damaged).is_empty());
    assert!(line.ppp(protocol::IPV6, &datagram(548, &good)).is_empty());
    assert_eq!(
        line.concentrator.next_packet(),
        None,
        "none of it is for the Internet"
    );
}

#[test]
fn a_delegated_prefix_is_reached_to_its_last_address_and_no_further() {
    let mut line = dialled();
    let last = Ipv6Addr::from(u128::from(PREFIX) + (1 << 72) - 1);
    let next = Ipv6Addr::from(u128::from(PREFIX) + (1 << 72));
    assert_eq!(line.concentrator.deliver(&to(PREFIX)), Delivery::NoCustomer);
    ask(&mut line, &[&[3, 7, 8, 9], &CLIENT, &SERVER, &ASSOCIATION]);
    assert_eq!(line.concentrator.deliver(&to(PREFIX)), Delivery::Sent);
    assert_eq!(line.concentrator.deliver(&to(last)), Delivery::Sent);
    assert_eq!(line.packets()[1], (protocol::IPV6, to(last)));
    assert_eq!(line.concentrator.deliver(&to(next)), Delivery::NoCustomer);
    assert_eq!(
        line.concentrator.deliver(&to(next)[..39]),
        Delivery::NoCustomer
    );
}

#[test]
fn every_customer_has_a_prefix_of_its_own() {
    let mut line = dialled();
    line.dial();
    assert_eq!(line.id, 2);
    let reply = message(&ask(&mut line, &[&[3, 7, 8, 9], &CLIENT, &ASSOCIATION]));
    assert!(reply.ends_with(&granted(1)), "{reply:?}");
}

#[test]
fn what_is_not_for_the_link_is_forwarded_and_the_rest_is_not() {
    let mut line = dialled();
    assert!(line.ppp(protocol::IPV6, &to(SOMEWHERE)).is_empty());
    assert_eq!(line.concentrator.next_packet(), Some(to(SOMEWHERE)));
    for stays in [ALL_ROUTERS, OWN] {
        assert!(line.ppp(protocol::IPV6, &to(stays)).is_empty());
        assert_eq!(line.concentrator.next_packet(), None);
    }
    // DHCPv6 to somebody far away is none of ours.
    let mut far = datagram(547, &[3, 7, 8, 9]);
    far[24..40].copy_from_slice(&SOMEWHERE.octets());
    assert!(line.ppp(protocol::IPV6, &far).is_empty());
    assert_eq!(line.concentrator.next_packet(), Some(far));
}

#[test]
fn nothing_is_forwarded_before_ipv6cp_is_open() {
    let mut line = Line::new(Settings::default());
    let asked = line.establish();
    line.log_in(&asked, "customer", "secret");
    assert!(line.ppp(protocol::IPV6, &to(SOMEWHERE)).is_empty());
    assert_eq!(line.concentrator.next_packet(), None);
}
