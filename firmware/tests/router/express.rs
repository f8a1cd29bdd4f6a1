//! The short way of a running session's packets does what the long way does: the same traffic with an option in
//! its IPv4 headers, or with an extension header behind its IPv6 headers, which no packet on the short way has.

use firmware::router::config::{Inner, Lan};

use crate::packets::{
    ACK, Endpoint, FIN, ICMP, ICMPV6, RST, SEGMENT, SYN, Tcp, View, end, fix_header_checksum, tcp,
    udp,
};
use crate::random::Random;
use crate::world::WEB;
use crate::world::{
    ALICE, ALICE_V6, BOB, GATEWAY, GATEWAY_MAC, INNER_WIRE, LAN_MAC, LAN_WIRE, ROUTER, ROUTER_V6,
    SERVER, SERVER_V6, Sent, WAN, WAN_MAC, WAN_V6, WAN_WIRE, World, frame, lan, mac_of, settings,
};

const OTHER_LAN_WIRE: usize = 3;
const BOB_V6: &str = "2001:db8:1::20";
const OPTION: [u8; 4] = [1, 1, 1, 0];
/// Destination options that pad (RFC 8200, section 4.2), in front of what the first byte says.
const PADDING: [u8; 7] = [0, 1, 4, 0, 0, 0, 0];
const DESTINATION_OPTIONS: u8 = 60;

/// The packet with some bytes of options that mean nothing.
fn with_option(packet: &[u8]) -> Vec<u8> {
    if packet[0] >> 4 == 6 {
        let padding = [&packet[6..7], &PADDING].concat();
        let mut longer = [&packet[..40], &padding, &packet[40..]].concat();
        longer[6] = DESTINATION_OPTIONS;
        set_payload_len(&mut longer);
        return longer;
    }
    let mut longer = [&packet[..20], &OPTION, &packet[20..]].concat();
    longer[0] = 0x46;
    let total_len = u16::try_from(longer.len()).unwrap();
    longer[2..4].copy_from_slice(&total_len.to_be_bytes());
    fix_header_checksum(&mut longer);
    longer
}

fn set_payload_len(packet: &mut [u8]) {
    let payload_len = u16::try_from(packet.len() - 40).unwrap();
    packet[4..6].copy_from_slice(&payload_len.to_be_bytes());
}

/// The frame as it would be without the option in its packet, if it has it. An ICMP error quotes the option, so
/// only who gets which error counts.
fn without_option(sent: &Sent) -> Sent {
    // The box's own stack gets bare packets.
    let header_len = if sent.wire == INNER_WIRE { 0 } else { 14 };
    let (header, packet) = sent.frame.split_at(header_len);
    let frame = match (packet[0], packet[9], packet[6]) {
        (0x45, ICMP, _) => [header, &packet[12..22]].concat(),
        (0x46, _, _) => {
            assert_eq!(packet[20..24], OPTION);
            let mut shorter = [&packet[..20], &packet[24..]].concat();
            shorter[0] = 0x45;
            let total_len = u16::try_from(shorter.len()).unwrap();
            shorter[2..4].copy_from_slice(&total_len.to_be_bytes());
            fix_header_checksum(&mut shorter);
            [header, &shorter].concat()
        }
        (0x60, _, DESTINATION_OPTIONS) => {
            assert_eq!(packet[41..48], PADDING);
            let mut shorter = [&packet[..40], &packet[48..]].concat();
            shorter[6] = packet[40];
            set_payload_len(&mut shorter);
            [header, &shorter].concat()
        }
        (0x60, _, ICMPV6) if matches!(packet[40], 1..=4) => [header, &packet[8..42]].concat(),
        _ => sent.frame.clone(),
    };
    Sent {
        wire: sent.wire,
        frame,
    }
}

fn assert_same(by_short: &[Sent], by_long: &[Sent]) {
    let by_short: Vec<_> = by_short.iter().map(without_option).collect();
    let by_long: Vec<_> = by_long.iter().map(without_option).collect();
    assert_eq!(by_short, by_long);
}

/// A packet of one of a few connections, from either side, at times from a host that isn't in it.
fn packet(random: &mut Random) -> (usize, Vec<u8>) {
    let is_v6 = random.one_in(2);
    let host = if is_v6 {
        random.pick(&[
            ALICE_V6, ALICE_V6, BOB_V6, BOB_V6, ROUTER_V6, "fe80::1", SERVER_V6,
        ])
    } else {
        random.pick(&[ALICE, ALICE, BOB, BOB, ROUTER, GATEWAY])
    };
    let remote = if is_v6 {
        random.pick(&[
            SERVER_V6, SERVER_V6, SERVER_V6, WAN_V6, ROUTER_V6, "fe80::1",
        ])
    } else {
        random.pick(&[SERVER, SERVER, SERVER, GATEWAY, WAN, ROUTER])
    };
    let inside = end(host, random.pick(&[80, 5000, 5001]));
    let remote = end(remote, random.pick(&[80, 443]));
    let outside = if is_v6 { inside } else { end(WAN, inside.1) };
    let (wire, source, destination): (usize, Endpoint, Endpoint) = if random.one_in(2) {
        let is_inner = host == ROUTER || host == ROUTER_V6;
        let wire = match random.below(10) {
            0..5 if is_inner => INNER_WIRE,
            9 => OTHER_LAN_WIRE,
            _ => LAN_WIRE,
        };
        (wire, inside, remote)
    } else {
        (WAN_WIRE, remote, outside)
    };
    let packet = if random.one_in(3) {
        udp(source, destination, &[7; 90][..random.below(90)])
    } else {
        let segment = Tcp {
            flags: random.pick(&[SYN, SYN | ACK, ACK, ACK, ACK, ACK | FIN, RST]),
            sequence: u32::from(random.byte()),
            acknowledgment: u32::from(random.byte()),
            data: &[9; 300][..random.below(300)],
            ..SEGMENT
        };
        tcp(source, destination, segment)
    };
    (wire, packet)
}

fn framed(wire: usize, packet: &[u8]) -> Vec<u8> {
    match wire {
        WAN_WIRE => return frame(WAN_MAC, GATEWAY_MAC, packet),
        INNER_WIRE => return packet.to_vec(),
        _ => {}
    }
    let source = View(packet).source_address().to_string();
    frame(LAN_MAC, mac_of(&source), packet)
}

/// One in which none of the hosts is.
fn other_lan() -> Lan {
    let mut other = lan();
    other.port.wire = OTHER_LAN_WIRE;
    other.ipv4.address = "192.168.2.1".parse().unwrap();
    other.ipv6.as_mut().unwrap().address = "2001:db8:2::1".parse().unwrap();
    other
}

#[test]
fn the_short_way_does_what_the_long_way_does() {
    let mut random = Random::from_environment();
    let lans = [lan(), other_lan()];
    let mut settings = settings(&lans, &[WEB]);
    // The box's own stack has the addresses of the LAN's router.
    settings.inner = Some(Inner {
        wire: INNER_WIRE,
        mtu_bytes: 1500,
        ipv4: ROUTER.parse().unwrap(),
        ipv6: Some(ROUTER_V6.parse().unwrap()),
    });
    let (mut short, mut long) = (World::<16>::with(&settings), World::<16>::with(&settings));
    for _ in 0..30_000 {
        let (wire, mut packet) = packet(&mut random);
        if random.one_in(20) {
            let hops_left = random.byte() & 3;
            if packet[0] >> 4 == 6 {
                packet[7] = hops_left;
            } else {
                packet[8] = hops_left;
                fix_header_checksum(&mut packet);
            }
        }
        let by_short = short.takes(wire, &framed(wire, &packet));
        let by_long = long.takes(wire, &framed(wire, &with_option(&packet)));
        assert_same(&by_short, &by_long);
        assert_eq!(short.router.counters(), long.router.counters());
        assert_eq!(short.router.session_count(), long.router.session_count());
        if random.one_in(30) {
            let ms = u64::try_from(random.below(100_000)).unwrap();
            assert_same(&short.wait_ms(ms), &long.wait_ms(ms));
            short.introduce();
            long.introduce();
        }
    }
    let forwarded = short.router.counters().forwarded;
    assert!(forwarded > 5_000, "only {forwarded} packets forwarded");
}
