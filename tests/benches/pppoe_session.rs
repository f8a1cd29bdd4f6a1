//! Instructions that the router takes for a packet of 64 bytes of a running flow, bare on Ethernet and in a PPPoE
//! session, on this computer and counted by callgrind, without the copy into the transmit buffer: `cargo bench -p tests
//! --bench pppoe_session`. The session is a real one, with host-sim's access concentrator at its other end.

use std::env;
use std::hint::black_box;
use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::time::Duration;

use etherparse::PacketBuilder;
use firmware::pppoe;
use firmware::router::config::{Config, EthernetPort, Ipv4Interface, Lan, Limits, Settings, Wan};
use firmware::router::time::Instant;
use firmware::router::uplink::{Fixed, Pppoe, Uplink};
use firmware::router::{Router, Wires};
use host_sim::access_concentrator::{AccessConcentrator, Customer, Settings as LineSettings};
use tests::callgrind::{MEASURE, instructions_a_call};

const CALLS: u64 = 10;
const CASES: [&str; 4] = [
    "bare, out",
    "bare, in",
    "in a session, out",
    "in a session, in",
];

const LAN: usize = 0;
const WAN: usize = 1;
const ROUTER_MAC: [u8; 6] = [2, 0, 0, 0, 0, 1];
const WAN_MAC: [u8; 6] = [2, 0, 0, 0, 0, 2];
const HOST_MAC: [u8; 6] = [2, 0, 0, 0, 1, 1];
const GATEWAY_MAC: [u8; 6] = [2, 0, 0, 0, 2, 1];
const ROUTER: [u8; 4] = [192, 168, 1, 1];
const HOST: [u8; 4] = [192, 168, 1, 10];
const OWN: [u8; 4] = [203, 0, 113, 9];
const GATEWAY: [u8; 4] = [203, 0, 113, 1];
const SERVER: [u8; 4] = [198, 51, 100, 80];
const PORTS: [u16; 2] = [5000, 53];
/// With the headers of IPv4 and UDP 64 bytes.
const PAYLOAD: [u8; 36] = [7; 36];

/// Keeps what is sent while a line comes up; then only looks at it.
#[derive(Default)]
struct Ways {
    sent: Option<Vec<(usize, Vec<u8>)>>,
}

impl Wires for Ways {
    fn send(&mut self, wire: usize, header: &[u8], packet: &[u8]) -> bool {
        match &mut self.sent {
            Some(sent) => sent.push((wire, [header, packet].concat())),
            None => {
                black_box((wire, header, packet));
            }
        }
        true
    }
}

fn config(wan: Option<Wan>) -> Config {
    let port = |wire, mac| EthernetPort {
        wire,
        vlan: None,
        mac,
        mtu_bytes: 1500,
    };
    let interface = |address: [u8; 4]| Ipv4Interface {
        address: address.into(),
        prefix_len: 24,
    };
    let lan = Lan {
        port: port(LAN, ROUTER_MAC),
        ipv4: interface(ROUTER),
        ipv6: None,
    };
    let settings = Settings {
        lans: &[lan],
        wan: wan.unwrap_or(Wan {
            port: port(WAN, WAN_MAC),
            ipv4: interface(OWN),
            gateway: GATEWAY.into(),
            ipv6: None,
        }),
        inner: None,
        forwards: &[],
        clamp: true,
        clamp_through_tunnels: false,
        limits: Limits::default(),
    };
    let config = if wan.is_some() {
        Config::for_uplink(&settings)
    } else {
        Config::new(&settings)
    };
    config.expect("a configuration that can be")
}

fn arp(sender_mac: [u8; 6], sender: [u8; 4], target: [u8; 4]) -> Vec<u8> {
    let head = [&[0xff; 6][..], &sender_mac, &[8, 6, 0, 1, 8, 0, 6, 4, 0, 1]].concat();
    [&head[..], &sender_mac, &sender, &[0; 6], &target].concat()
}

fn udp(from: ([u8; 4], u16), to: ([u8; 4], u16)) -> Vec<u8> {
    let mut packet = Vec::new();
    PacketBuilder::ipv4(from.0, to.0, 64)
        .udp(from.1, to.1)
        .write(&mut packet, &PAYLOAD)
        .expect("a small packet");
    packet
}

fn ethernet(to: [u8; 6], from: [u8; 6], packet: &[u8]) -> Vec<u8> {
    [&to[..], &from, &[8, 0], packet].concat()
}

fn out() -> Vec<u8> {
    ethernet(
        ROUTER_MAC,
        HOST_MAC,
        &udp((HOST, PORTS[0]), (SERVER, PORTS[1])),
    )
}

/// What is counted.
#[inline(never)]
fn measured_call<U: Uplink>(
    router: &mut Router<1024, U>,
    wire: usize,
    frame: &mut [u8],
    now: Instant,
    ways: &mut Ways,
) {
    router.receive(wire, frame, now, ways);
}

/// Opens the flow, and then counts frames like `frame` on `wire`.
fn measure<U: Uplink>(mut router: Box<Router<1024, U>>, now: Instant, wire: usize, frame: &[u8]) {
    let mut ways = Ways::default();
    router.receive(LAN, &mut arp(HOST_MAC, HOST, ROUTER), now, &mut ways);
    router.receive(LAN, &mut out(), now, &mut ways);
    let before = router.counters().forwarded;
    for _ in 0..CALLS {
        let mut frame = black_box(frame.to_vec());
        measured_call(&mut router, wire, &mut frame, now, &mut ways);
    }
    assert_eq!(
        router.counters().forwarded,
        before + CALLS,
        "{:?}",
        router.counters().dropped
    );
}

fn bare(is_out: bool) {
    let mut router: Box<Router<1024, Fixed>> = Box::new(Router::new(config(None), [9; 16]));
    let now = Instant(1_000);
    router.receive(
        WAN,
        &mut arp(GATEWAY_MAC, GATEWAY, OWN),
        now,
        &mut Ways::default(),
    );
    let back = ethernet(
        WAN_MAC,
        GATEWAY_MAC,
        &udp((SERVER, PORTS[1]), (OWN, PORTS[0])),
    );
    let (wire, frame) = if is_out { (LAN, out()) } else { (WAN, back) };
    measure(router, now, wire, &frame);
}

fn in_a_session(is_out: bool) {
    let settings = pppoe::Settings {
        username: "customer",
        password: "secret",
        ..pppoe::Settings::default()
    };
    let wan = Wan::unnumbered(EthernetPort {
        wire: WAN,
        vlan: None,
        mac: WAN_MAC,
        mtu_bytes: 1500,
    });
    let uplink = Pppoe::new(&settings, [3; 16]).expect("settings that can be");
    let router = Router::with_uplink(config(Some(wan)), uplink, [9; 16]);
    let mut router: Box<Router<1024, Pppoe>> = Box::new(router);
    let customer = Customer {
        name: "customer".into(),
        password: "secret".into(),
    };
    let mut line = AccessConcentrator::new(
        LineSettings {
            customers: vec![customer],
            ..LineSettings::default()
        },
        1,
    );
    let mut ways = Ways {
        sent: Some(Vec::new()),
    };
    let mut now_ms = 0;
    let own: Ipv4Addr = loop {
        let now = Instant(now_ms);
        router.poll(now, &mut ways);
        for (wire, frame) in ways.sent.replace(Vec::new()).unwrap_or_default() {
            if wire == WAN {
                line.receive(&frame, Duration::from_millis(now_ms));
            }
        }
        line.poll(Duration::from_millis(now_ms));
        while let Some(mut frame) = line.next_frame() {
            router.receive(WAN, &mut frame, now, &mut ways);
        }
        if let Some(ipv4) = router.uplink().session().and_then(|session| session.ipv4) {
            break ipv4.local;
        }
        now_ms += 10;
        assert!(now_ms < 60_000, "no session in a minute");
    };
    line.deliver(&udp((SERVER, PORTS[1]), (own.octets(), PORTS[0])));
    let back = line.next_frame().expect("a packet for the customer");
    let (wire, frame) = if is_out { (LAN, out()) } else { (WAN, back) };
    measure(router, Instant(now_ms), wire, &frame);
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().collect();
    if let [_, flag, case] = arguments.as_slice()
        && flag == MEASURE
    {
        let is_out = case.ends_with("out");
        if case.starts_with("bare") {
            bare(is_out);
        } else {
            in_a_session(is_out);
        }
        return ExitCode::SUCCESS;
    }
    println!(
        "{:32}{:>12}",
        "a UDP packet of 64 bytes, NAT", "instructions"
    );
    for case in CASES {
        match instructions_a_call(&[case], CALLS) {
            Ok(instructions) => println!("{case:32}{instructions:>12}"),
            Err(why) => {
                eprintln!("{case}: {why}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}
