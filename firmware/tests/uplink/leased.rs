//! The router behind a DHCP server: what passes under a leased address, what doesn't, and what a change of it ends.

use firmware::dhcp::Settings as DhcpSettings;
use firmware::router::config::{Config, EthernetPort, Ipv4Interface, Lan, Limits, Settings, Wan};
use firmware::router::time::Instant;
use firmware::router::uplink::Dhcp;
use firmware::router::{Router, Wires};

use crate::dhcp_server::{ACK, Answer, Asked, NAK, OFFER};
use crate::house::{HOST, SERVER, WAN_MAC};
use crate::packets::{ICMP, SEGMENT, View, end, syn, tcp, udp};

const LAN_MAC: [u8; 6] = [2, 0, 0, 0, 0, 1];
const HOST_MAC: [u8; 6] = [2, 0, 0, 4, 0, 10];
pub(crate) const GATEWAY_MAC: [u8; 6] = [2, 0, 0, 0, 1, 1];
const LAN_WIRE: usize = 0;
const WAN_WIRE: usize = 1;

#[derive(Default)]
struct Outbox(Vec<(usize, Vec<u8>)>);

impl Wires for Outbox {
    fn send(&mut self, wire: usize, header: &[u8], packet: &[u8]) -> bool {
        self.0.push((wire, [header, packet].concat()));
        true
    }
}

/// A router, a LAN host, and a DHCP server that is the gateway, too.
pub(crate) struct House {
    pub(crate) router: Box<Router<64, Dhcp>>,
    pub(crate) now: Instant,
    outbox: Outbox,
    due: Option<Instant>,
    /// What the server gives; `None` while it is silent.
    gives: Option<[u8; 4]>,
    options: Vec<(u8, Vec<u8>)>,
    gateway: [u8; 4],
    at_the_gateway: Vec<Vec<u8>>,
    pub(crate) at_the_host: Vec<Vec<u8>>,
    /// Whole frames with IPv6 on the WAN.
    pub(crate) ipv6_on_the_wan: Vec<Vec<u8>>,
}

impl House {
    pub(crate) fn new(options: &[(u8, Vec<u8>)]) -> Self {
        let port = |wire, mac| EthernetPort {
            wire,
            vlan: None,
            mac,
            mtu_bytes: 1500,
        };
        let network = Ipv4Interface {
            address: [192, 168, 1, 1].into(),
            prefix_len: 24,
        };
        let config = Config::for_uplink(&Settings {
            lans: &[Lan {
                port: port(LAN_WIRE, LAN_MAC),
                ipv4: network,
                ipv6: None,
            }],
            wan: Wan::unnumbered(port(WAN_WIRE, WAN_MAC)),
            inner: None,
            forwards: &[],
            clamp: true,
            clamp_through_tunnels: false,
            limits: Limits::default(),
        })
        .unwrap();
        let settings = DhcpSettings {
            mac: WAN_MAC,
            port_mtu_bytes: 1500,
            lans: &[network],
        };
        let uplink = Dhcp::new(&settings, [3; 16]).with_ipv6([8; 16]);
        let mut house = Self {
            router: Box::new(Router::with_uplink(config, uplink, [9; 16])),
            now: Instant(0),
            outbox: Outbox::default(),
            due: Some(Instant(0)),
            gives: None,
            options: options.to_vec(),
            gateway: [192, 0, 2, 1],
            at_the_gateway: Vec::new(),
            at_the_host: Vec::new(),
            ipv6_on_the_wan: Vec::new(),
        };
        let arp = crate::arp(1, HOST_MAC, [192, 168, 1, 10], [192, 168, 1, 1]);
        house.receive(LAN_WIRE, LAN_MAC, HOST_MAC, [8, 6], &arp);
        house
    }

    /// One that has been given an address.
    fn bound(options: &[(u8, Vec<u8>)]) -> Self {
        let mut house = Self::new(options);
        house.gives = Some([192, 0, 2, 10]);
        house.wait_ms(6_000);
        assert!(house.router.uplink().lease().is_some());
        house
    }

    fn receive(&mut self, wire: usize, to: [u8; 6], from: [u8; 6], kind: [u8; 2], bytes: &[u8]) {
        let mut frame = [&to[..], &from, &kind, bytes].concat();
        self.router
            .receive(wire, &mut frame, self.now, &mut self.outbox);
        self.due = self.router.poll(self.now, &mut self.outbox);
        self.deliver();
    }

    fn deliver(&mut self) {
        for (wire, frame) in std::mem::take(&mut self.outbox.0) {
            let packet = frame[14..].to_vec();
            match (wire, &frame[12..14]) {
                (LAN_WIRE, [8, 0] | [0x86, 0xdd]) => self.at_the_host.push(packet),
                (WAN_WIRE, [0x86, 0xdd]) => self.ipv6_on_the_wan.push(frame),
                (WAN_WIRE, [8, 6]) => self.answer_arp(&packet),
                (WAN_WIRE, [8, 0]) if View(&packet).destination().1 == 67 => {
                    self.serve(&Asked::read(&packet));
                }
                (WAN_WIRE, [8, 0]) => {
                    assert_eq!(frame[..6], GATEWAY_MAC);
                    self.at_the_gateway.push(packet);
                }
                _ => {}
            }
        }
    }

    /// The gateway has its own address, and nobody has any other.
    fn answer_arp(&mut self, packet: &[u8]) {
        if packet[24..28] == self.gateway {
            let sender = packet[14..18].try_into().unwrap();
            let answer = crate::arp(2, GATEWAY_MAC, self.gateway, sender);
            self.receive(WAN_WIRE, WAN_MAC, GATEWAY_MAC, [8, 6], &answer);
        }
    }

    fn serve(&mut self, asked: &Asked) {
        let Some(address) = self.gives else { return };
        let had = match (asked.option(50), asked.own_address) {
            (Some(address), _) => address.to_vec(),
            (None, own) => own.to_vec(),
        };
        let kind = match asked.kind {
            1 => OFFER,
            3 if had == address => ACK,
            _ => NAK,
        };
        let mut answer = Answer::new(kind, asked.transaction_id).with(3, &self.gateway);
        for (kind, value) in &self.options {
            answer = answer.with(*kind, value);
        }
        if kind != NAK {
            answer.address = address;
        }
        self.receive(WAN_WIRE, [0xff; 6], GATEWAY_MAC, [8, 0], &answer.packet());
    }

    /// An IPv6 packet on the WAN, to all or to the router.
    pub(crate) fn wan_brings_ipv6(&mut self, to: [u8; 6], packet: &[u8]) {
        self.receive(WAN_WIRE, to, GATEWAY_MAC, [0x86, 0xdd], packet);
    }

    pub(crate) fn host_sends_ipv6(&mut self, packet: &[u8]) {
        self.receive(LAN_WIRE, LAN_MAC, HOST_MAC, [0x86, 0xdd], packet);
    }

    fn host_sends(&mut self, packet: &[u8]) {
        self.receive(LAN_WIRE, LAN_MAC, HOST_MAC, [8, 0], packet);
    }

    fn gateway_sends(&mut self, packet: &[u8]) {
        self.receive(WAN_WIRE, WAN_MAC, GATEWAY_MAC, [8, 0], packet);
    }

    fn one_at_the_gateway(&mut self) -> Vec<u8> {
        let packets = std::mem::take(&mut self.at_the_gateway);
        assert_eq!(packets.len(), 1, "{:?}", self.router.counters().dropped);
        packets[0].clone()
    }

    pub(crate) fn wait_ms(&mut self, ms: u64) {
        let end = self.now.after_ms(ms);
        loop {
            self.due = self.router.poll(self.now, &mut self.outbox);
            self.deliver();
            match self.due {
                Some(due) if due <= end => self.now = self.now.max(due).max(self.now.after_ms(1)),
                _ => break,
            }
        }
        self.now = end;
    }
}

#[test]
fn without_a_lease_hosts_are_told_and_nothing_of_the_wan_counts() {
    let mut house = House::new(&[]);
    house.host_sends(&syn(end(HOST, 40_000), end(SERVER, 443), 1460));
    assert_eq!(View(&house.at_the_host[0]).protocol(), ICMP);
    assert_eq!(house.router.counters().dropped.wan_down, 1);
    house.gateway_sends(&udp(end(SERVER, 53), end("192.0.2.10", 5000), b"?"));
    assert_eq!(house.router.counters().dropped.not_carried, 1);
}

#[test]
fn a_syn_leaves_under_the_leased_address_clamped_to_the_servers_mtu() {
    let mut house = House::bound(&[(26, 1400_u16.to_be_bytes().to_vec())]);
    house.host_sends(&syn(end(HOST, 40_000), end(SERVER, 443), 1460));
    let out = house.one_at_the_gateway();
    View(&out).assert_sound();
    assert_eq!(View(&out).source(), end("192.0.2.10", 40_000));
    assert_eq!(View(&out).mss(), 1360);
}

#[test]
fn the_network_on_the_link_is_reached_without_the_gateway() {
    let mut house = House::bound(&[]);
    house.host_sends(&udp(end(HOST, 5000), end("192.0.2.77", 53), b"?"));
    let asked = house.router.counters().sent.neighbour_requests;
    house.wait_ms(5_000);
    assert!(asked > 0, "by ARP");
    assert!(house.at_the_gateway.is_empty());
}

#[test]
fn a_gateway_outside_the_links_network_is_found_and_used() {
    let mut house = House::new(&[(1, vec![255; 4])]);
    house.gateway = [198, 51, 100, 1];
    house.gives = Some([192, 0, 2, 10]);
    house.wait_ms(6_000);
    house.host_sends(&udp(end(HOST, 5000), end(SERVER, 53), b"?"));
    assert_eq!(
        View(&house.one_at_the_gateway()).source(),
        end("192.0.2.10", 5000)
    );
    house.gateway_sends(&udp(end(SERVER, 53), end("192.0.2.10", 5000), b"!"));
    assert_eq!(
        View(&house.at_the_host.pop().unwrap()).destination(),
        end(HOST, 5000)
    );
}

#[test]
fn flows_outlive_every_renewal_that_keeps_the_address() {
    let mut house = House::bound(&[]);
    for _ in 0..40 {
        house.host_sends(&udp(end(HOST, 5000), end(SERVER, 53), b"?"));
        house.one_at_the_gateway();
        house.wait_ms(100_000);
        house.host_sends(&tcp(end(HOST, 6000), end(SERVER, 443), SEGMENT));
        house.one_at_the_gateway();
    }
    assert_eq!(house.router.uplink().status().counters.renewals, 2);
    assert_eq!(house.router.counters().events.sessions_flushed, 0);
}

#[test]
fn flows_end_with_the_address_they_were_opened_under() {
    let mut house = House::bound(&[]);
    house.host_sends(&udp(end(HOST, 5000), end(SERVER, 53), b"?"));
    house.one_at_the_gateway();
    house.gives = Some([192, 0, 2, 11]);
    house.wait_ms(1_900_000);
    assert_eq!(
        house.router.uplink().lease().unwrap().address.octets(),
        [192, 0, 2, 11]
    );
    house.host_sends(&udp(end(HOST, 5000), end(SERVER, 53), b"?"));
    house.gives = Some([192, 0, 2, 12]);
    house.wait_ms(10_000);
    house.router.wan_link(false, house.now);
    house.host_sends(&udp(end(HOST, 5001), end(SERVER, 53), b"?"));
    assert_eq!(house.router.counters().dropped.wan_down, 1, "no link");
    house.router.wan_link(true, house.now);
    house.wait_ms(10_000);
    assert_eq!(house.router.counters().events.sessions_flushed, 1);
    assert_eq!(house.router.session_count(), 0);
    house.at_the_gateway.clear();
    house.host_sends(&udp(end(HOST, 5000), end(SERVER, 53), b"?"));
    assert_eq!(
        View(&house.one_at_the_gateway()).source(),
        end("192.0.2.12", 5000)
    );
}

#[test]
fn of_those_outside_the_networks_only_the_leases_gateway_is_believed_and_on_the_wan_alone() {
    let mut house = House::bound(&[]);
    let gateway = house.gateway;
    let mut is_believed = |wire, to, address| {
        let before = house.router.counters().dropped.malformed_arp;
        let asks = crate::arp(1, GATEWAY_MAC, address, [192, 0, 2, 10]);
        house.receive(wire, to, GATEWAY_MAC, [8, 6], &asks);
        house.router.counters().dropped.malformed_arp == before
    };
    assert!(is_believed(WAN_WIRE, WAN_MAC, gateway));
    assert!(!is_believed(WAN_WIRE, WAN_MAC, [198, 51, 100, 9]));
    assert!(!is_believed(LAN_WIRE, LAN_MAC, [198, 51, 100, 9]));
    assert!(!is_believed(LAN_WIRE, LAN_MAC, gateway));
}
