//! The short way of a running session's packets does what the long way does: the same traffic with an option in
//! its IPv4 headers, which no packet on the short way has.

use crate::packets::{
    ACK, Endpoint, FIN, RST, SEGMENT, SYN, Tcp, View, end, fix_header_checksum, tcp, udp,
};
use crate::random::Random;
use crate::world::WEB;
use crate::world::{
    ALICE, BOB, GATEWAY, GATEWAY_MAC, LAN_MAC, LAN_WIRE, ROUTER, SERVER, Sent, WAN, WAN_MAC,
    WAN_WIRE, World, frame, lan, mac_of, settings,
};

const OPTION: [u8; 4] = [1, 1, 1, 0];

/// The packet with four bytes of options that mean nothing.
fn with_option(packet: &[u8]) -> Vec<u8> {
    let mut longer = [&packet[..20], &OPTION, &packet[20..]].concat();
    longer[0] = 0x46;
    let total_len = u16::try_from(longer.len()).unwrap();
    longer[2..4].copy_from_slice(&total_len.to_be_bytes());
    fix_header_checksum(&mut longer);
    longer
}

/// The frame as it would be without the option in its packet, if it has it. An ICMP error quotes the option, so
/// only who gets which error counts.
fn without_option(sent: &Sent) -> Sent {
    let (header, packet) = sent.frame.split_at(14);
    let frame = match (&header[12..14], packet[0], packet[9]) {
        ([8, 0], 0x45, 1) => [header, &packet[12..22]].concat(),
        ([8, 0], 0x46, _) => {
            assert_eq!(packet[20..24], OPTION);
            let mut shorter = [&packet[..20], &packet[24..]].concat();
            shorter[0] = 0x45;
            let total_len = u16::try_from(shorter.len()).unwrap();
            shorter[2..4].copy_from_slice(&total_len.to_be_bytes());
            fix_header_checksum(&mut shorter);
            [header, &shorter].concat()
        }
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
    let host = random.pick(&[ALICE, ALICE, BOB, BOB, ROUTER, GATEWAY]);
    let inside = end(host, random.pick(&[80, 5000, 5001]));
    let remote = end(
        random.pick(&[SERVER, SERVER, SERVER, GATEWAY, WAN, ROUTER]),
        random.pick(&[80, 443]),
    );
    let (wire, source, destination): (usize, Endpoint, Endpoint) = if random.one_in(2) {
        (LAN_WIRE, inside, remote)
    } else {
        (WAN_WIRE, remote, end(WAN, inside.1))
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
    if wire == WAN_WIRE {
        return frame(WAN_MAC, GATEWAY_MAC, packet);
    }
    let source = View(packet).source_address().to_string();
    frame(LAN_MAC, mac_of(&source), packet)
}

#[test]
fn the_short_way_does_what_the_long_way_does() {
    let mut random = Random::from_environment();
    let lans = [lan()];
    let settings = settings(&lans, &[WEB]);
    let (mut short, mut long) = (World::<16>::with(&settings), World::<16>::with(&settings));
    for _ in 0..30_000 {
        let (wire, mut packet) = packet(&mut random);
        if random.one_in(20) {
            packet[8] = random.byte() & 3;
            fix_header_checksum(&mut packet);
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
