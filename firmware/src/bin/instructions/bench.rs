//! The cases, and the lines that they print.

use core::hint::black_box;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use firmware::board::{BootArguments, WAN_IPV4, trunk_config};
use firmware::router::counters::Counters;
use firmware::router::time::Instant;
use firmware::router::uplink::Fixed;
use firmware::router::{Router, Wires};
use static_cell::ConstStaticCell;

use crate::frames::{ACK, BOX_MAC, Frame, GATEWAY, LAN, SYN, Transport};
use crate::meter::{Cost, Meter};

/// As many as the boards' images have room for.
pub(crate) const SESSIONS: usize = 1024;
/// Packets of a case: each with the copy into the transmit buffer and without.
const ROUNDS: u16 = 32;
const SMALL_BYTES: u16 = 64;
const LARGE_BYTES: u16 = 1500;
/// What a host on Ethernet offers.
const ETHERNET_MSS: u16 = 1460;
const SEED: [u8; 16] = *b"always the same.";

const HOST: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 168, 1, 50));
const SERVER: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 80));
const HOST_V6: IpAddr = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 1, 0, 0, 0, 0, 0x50));
const SERVER_V6: IpAddr = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0xaaaa, 0, 0, 0, 0, 0x80));
const SERVER_PORT: u16 = 443;
const FIRST_PORT: u16 = 40_000;
/// As many sessions as one host may have; so many hosts fill the table.
const SESSIONS_PER_HOST: u16 = 256;
const HOSTS: u8 = 4;

const DATA: Transport = Transport::Tcp {
    flags: ACK,
    mss: None,
};
const OPEN: Transport = Transport::Tcp {
    flags: SYN,
    mss: Some(ETHERNET_MSS),
};
const ANSWER: Transport = Transport::Tcp {
    flags: SYN | ACK,
    mss: Some(ETHERNET_MSS),
};
const SYN_BYTES: u16 = 44;

/// The way out, which either copies like a driver, or leaves that to the driver's account.
struct Memory {
    buffer: [u8; 2048],
    copies: bool,
    sent: usize,
}

impl Wires for Memory {
    fn send(&mut self, wire: usize, header: &[u8], packet: &[u8]) -> bool {
        if self.copies {
            let (first, rest) = self.buffer.split_at_mut(header.len());
            first.copy_from_slice(header);
            rest[..packet.len()].copy_from_slice(packet);
        }
        black_box((wire, header, packet));
        self.sent += 1;
        true
    }
}

/// A router with its neighbours.
pub(crate) struct Bench<'m> {
    router: &'static mut Router<SESSIONS>,
    start: Cost,
    meter: &'m Meter,
    wires: Memory,
    now: Instant,
}

impl<'m> Bench<'m> {
    pub(crate) fn new(
        place: &'static ConstStaticCell<Router<SESSIONS>>,
        wan_mtu_bytes: u16,
        meter: &'m Meter,
    ) -> Self {
        let arguments = BootArguments {
            wan_mtu_bytes: Some(wan_mtu_bytes),
            ..BootArguments::default()
        };
        let config = match trunk_config(BOX_MAC, &arguments) {
            Ok(config) => config,
            Err(error) => panic!("{error}"),
        };
        let router = place.take();
        let start = meter.cost(|| black_box(&mut *router).start(config, Fixed, SEED));
        let mut bench = Self {
            router,
            start,
            meter,
            wires: Memory {
                buffer: [0; 2048],
                copies: false,
                sent: 0,
            },
            now: Instant(1_000),
        };
        for host in 0..=HOSTS {
            bench.give(LAN.arp_request(lan_host(host)));
        }
        bench.give(GATEWAY.arp_request(firmware::board::WAN_GATEWAY_IPV4));
        bench.give(LAN.solicitation());
        bench.give(GATEWAY.solicitation());
        bench.router.poll(bench.now, &mut bench.wires);
        bench
    }

    /// What it took to start the router where it is.
    pub(crate) fn start(&self) {
        let mut line = Range::default();
        line.add(self.start);
        print("start", 0, line, line);
    }

    /// UDP both ways.
    pub(crate) fn datagrams(&mut self) {
        let (host, server, outside) = ends(HOST, SERVER, FIRST_PORT);
        self.give(LAN.packet(host, server, Transport::Udp, SMALL_BYTES));
        for bytes in [SMALL_BYTES, LARGE_BYTES] {
            let out = |_| LAN.packet(host, server, Transport::Udp, bytes);
            self.case("UDP, NAT out", bytes, forwarded, out);
            let back = |_| GATEWAY.packet(server, outside, Transport::Udp, bytes);
            self.case("UDP, NAT in", bytes, forwarded, back);
        }
    }

    /// Segments of a running connection both ways.
    pub(crate) fn segments(&mut self) {
        let (host, server, outside) = ends(HOST, SERVER, FIRST_PORT);
        self.connect(host, server, outside);
        for bytes in [SMALL_BYTES, LARGE_BYTES] {
            let out = |_| LAN.packet(host, server, DATA, bytes);
            self.case("TCP data, NAT out", bytes, forwarded, out);
            let back = |_| GATEWAY.packet(server, outside, DATA, bytes);
            self.case("TCP data, NAT in", bytes, forwarded, back);
        }
    }

    /// The same in IPv6, by the firewall.
    pub(crate) fn segments_v6(&mut self) {
        let host = SocketAddr::new(HOST_V6, FIRST_PORT);
        let server = SocketAddr::new(SERVER_V6, SERVER_PORT);
        self.connect(host, server, host);
        for bytes in [SMALL_BYTES, LARGE_BYTES] {
            let out = |_| LAN.packet(host, server, DATA, bytes);
            self.case("IPv6 TCP data, firewall out", bytes, forwarded, out);
            let back = |_| GATEWAY.packet(server, host, DATA, bytes);
            self.case("IPv6 TCP data, firewall in", bytes, forwarded, back);
        }
    }

    /// New connections over a line with a smaller MTU.
    pub(crate) fn handshakes(&mut self) {
        let server = SocketAddr::new(SERVER, SERVER_PORT);
        let out = |round| {
            let host = SocketAddr::new(HOST, FIRST_PORT + round);
            LAN.packet(host, server, OPEN, SYN_BYTES)
        };
        self.case("SYN, new session, clamped", SYN_BYTES, clamped, out);
        let back = |round| {
            let outside = SocketAddr::new(WAN_IPV4.into(), FIRST_PORT + round);
            GATEWAY.packet(server, outside, ANSWER, SYN_BYTES)
        };
        self.case("SYN-ACK, clamped", SYN_BYTES, clamped, back);
        let stranger = |round| {
            let outside = SocketAddr::new(WAN_IPV4.into(), FIRST_PORT + 1_000 + round);
            GATEWAY.packet(server, outside, OPEN, SYN_BYTES)
        };
        self.case(
            "SYN that nobody asked for",
            SYN_BYTES,
            unsolicited,
            stranger,
        );
    }

    /// Everything again among as many running connections as fit.
    pub(crate) fn full_table(&mut self) {
        for host in 1..=HOSTS {
            for port in 0..SESSIONS_PER_HOST {
                // Ports of their own, so that they are the same outside.
                let port = FIRST_PORT + u16::from(host) * SESSIONS_PER_HOST + port;
                let (host, server, outside) = ends(lan_host(host).into(), SERVER, port);
                self.connect(host, server, outside);
            }
        }
        assert!(self.router.session_count() == SESSIONS, "the table is full");
        let of_round = |round| {
            let host = u16::from(HOSTS) - round % u16::from(HOSTS);
            let port = FIRST_PORT + host * SESSIONS_PER_HOST + round * 3;
            ends(lan_host(host as u8).into(), SERVER, port)
        };
        let data = |round| {
            let (host, server, _) = of_round(round);
            LAN.packet(host, server, DATA, SMALL_BYTES)
        };
        self.case(
            "table full: TCP data, NAT out",
            SMALL_BYTES,
            forwarded,
            data,
        );
        let back = |round| {
            let (_, server, outside) = of_round(round);
            GATEWAY.packet(server, outside, DATA, SMALL_BYTES)
        };
        self.case("table full: TCP data, NAT in", SMALL_BYTES, forwarded, back);
        let server = SocketAddr::new(SERVER, SERVER_PORT);
        let syn = |round| {
            let host = SocketAddr::new(HOST, FIRST_PORT + round);
            LAN.packet(host, server, OPEN, SYN_BYTES)
        };
        self.case(
            "table full of running: SYN refused",
            SYN_BYTES,
            refused,
            syn,
        );
        // By now every session has been idle for long enough to go.
        self.now = self.now.after_ms(120_000);
        self.case("table full of idle: SYN evicts", SYN_BYTES, clamped, syn);
    }

    fn connect(&mut self, host: SocketAddr, server: SocketAddr, outside: SocketAddr) {
        let bytes = if host.is_ipv4() {
            SYN_BYTES
        } else {
            SYN_BYTES + 20
        };
        for frame in [
            LAN.packet(host, server, OPEN, bytes),
            GATEWAY.packet(server, outside, ANSWER, bytes),
            LAN.packet(host, server, DATA, bytes),
        ] {
            let before = self.router.counters();
            self.give(frame);
            assert!(
                forwarded(&before, &self.router.counters()),
                "a handshake is forwarded"
            );
        }
    }

    fn give(&mut self, mut frame: Frame) {
        self.router
            .receive(0, &mut frame, self.now, &mut self.wires);
    }

    /// Carries [`ROUNDS`] frames without the copy and as many with it, and prints what they took.
    fn case(
        &mut self,
        name: &str,
        packet_bytes: u16,
        is_expected: fn(&Counters, &Counters) -> bool,
        frame_of: impl Fn(u16) -> Frame,
    ) {
        let mut lines = [Range::default(); 2];
        for round in 0..ROUNDS * 2 {
            let mut frame = frame_of(round);
            let before = self.router.counters();
            self.wires.copies = round >= ROUNDS;
            let cost = self.meter.cost(|| {
                self.router
                    .receive(0, black_box(&mut frame), self.now, &mut self.wires);
            });
            let after = self.router.counters();
            assert!(is_expected(&before, &after), "{name}: {:?}", after.dropped);
            lines[usize::from(self.wires.copies)].add(cost);
        }
        let [plain, copied] = lines;
        print(name, packet_bytes, plain, copied);
    }
}

fn print(name: &str, packet_bytes: u16, plain: Range, copied: Range) {
    semihosting::println!(
        "{name}|{packet_bytes}|{}|{}|{}|{}|{}",
        plain.least,
        plain.most,
        copied.least,
        copied.most,
        plain.stack_bytes.max(copied.stack_bytes)
    );
}

#[derive(Clone, Copy)]
struct Range {
    least: u32,
    most: u32,
    stack_bytes: u32,
}

impl Default for Range {
    fn default() -> Self {
        Self {
            least: u32::MAX,
            most: 0,
            stack_bytes: 0,
        }
    }
}

impl Range {
    fn add(&mut self, cost: Cost) {
        self.least = self.least.min(cost.instructions);
        self.most = self.most.max(cost.instructions);
        self.stack_bytes = self.stack_bytes.max(cost.stack_bytes);
    }
}

fn forwarded(before: &Counters, after: &Counters) -> bool {
    after.forwarded == before.forwarded + 1
}

fn clamped(before: &Counters, after: &Counters) -> bool {
    forwarded(before, after) && after.clamped == before.clamped + 1
}

fn unsolicited(before: &Counters, after: &Counters) -> bool {
    after.dropped.unsolicited == before.dropped.unsolicited + 1
}

fn refused(before: &Counters, after: &Counters) -> bool {
    after.dropped.session_table_full == before.dropped.session_table_full + 1
}

/// A LAN host, a server, and the host as the server sees it.
fn ends(host: IpAddr, server: IpAddr, port: u16) -> (SocketAddr, SocketAddr, SocketAddr) {
    let host = SocketAddr::new(host, port);
    let server = SocketAddr::new(server, SERVER_PORT);
    (host, server, SocketAddr::new(WAN_IPV4.into(), port))
}

fn lan_host(number: u8) -> Ipv4Addr {
    Ipv4Addr::new(192, 168, 1, 50 + number)
}
