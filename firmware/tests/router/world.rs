//! A router with neighbours on all sides, under a clock that the test moves.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use firmware::router::config::{
    Config, EthernetPort, ForwardedProtocol, Ipv4Interface, Ipv6Interface, Lan, Limits,
    PortForward, Settings, Wan, WanIpv6,
};
use firmware::router::counters::Counters;
use firmware::router::time::Instant;
use firmware::router::uplink::Fixed;
use firmware::router::{Router, Wires};

use crate::packets::{ICMPV6, ip};

const SEED: [u8; 16] = *b"sixteen bytes ok";
pub(crate) const LAN_WIRE: usize = 0;
pub(crate) const WAN_WIRE: usize = 1;
pub(crate) const INNER_WIRE: usize = 2;
pub(crate) const LAN_MAC: [u8; 6] = [2, 0, 0, 0, 0, 1];
pub(crate) const WAN_MAC: [u8; 6] = [2, 0, 0, 0, 0, 2];
pub(crate) const GATEWAY_MAC: [u8; 6] = [2, 0, 0, 0, 1, 1];
pub(crate) const ROUTER: &str = "192.168.1.1";
pub(crate) const WAN: &str = "203.0.113.9";
pub(crate) const GATEWAY: &str = "203.0.113.1";
pub(crate) const ALICE: &str = "192.168.1.10";
pub(crate) const BOB: &str = "192.168.1.20";
pub(crate) const SERVER: &str = "198.51.100.80";
pub(crate) const ALICE_V6: &str = "2001:db8:1::10";
pub(crate) const SERVER_V6: &str = "2001:db8:aaaa::80";
pub(crate) const ROUTER_V6: &str = "2001:db8:1::1";
pub(crate) const WAN_V6: &str = "2001:db8:ffff::9";
pub(crate) const GATEWAY_V6: &str = "fe80::1";

const ALL_PORTS: EthernetPort = EthernetPort {
    wire: LAN_WIRE,
    vlan: None,
    mac: LAN_MAC,
    mtu_bytes: 1500,
};

pub(crate) const WEB: PortForward = PortForward {
    protocol: ForwardedProtocol::Tcp,
    outside_port: 80,
    inside: Ipv4Addr::new(192, 168, 1, 20),
    inside_port: 8080,
};

/// One LAN and a WAN, both IP versions, no inner stack.
pub(crate) fn lan() -> Lan {
    Lan {
        port: ALL_PORTS,
        ipv4: Ipv4Interface {
            address: ROUTER.parse().unwrap(),
            prefix_len: 24,
        },
        ipv6: Some(Ipv6Interface {
            address: ROUTER_V6.parse().unwrap(),
            prefix_len: 64,
        }),
    }
}

pub(crate) fn wan() -> Wan {
    Wan {
        port: EthernetPort {
            wire: WAN_WIRE,
            mac: WAN_MAC,
            ..ALL_PORTS
        },
        ipv4: Ipv4Interface {
            address: WAN.parse().unwrap(),
            prefix_len: 24,
        },
        gateway: GATEWAY.parse().unwrap(),
        ipv6: Some(WanIpv6 {
            interface: Ipv6Interface {
                address: WAN_V6.parse().unwrap(),
                prefix_len: 64,
            },
            gateway: GATEWAY_V6.parse().unwrap(),
        }),
    }
}

pub(crate) fn settings<'a>(lans: &'a [Lan], forwards: &'a [PortForward]) -> Settings<'a> {
    Settings {
        lans,
        wan: wan(),
        inner: None,
        forwards,
        clamp: true,
        clamp_through_tunnels: false,
        limits: Limits::default(),
    }
}

/// A frame that came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) wire: usize,
    pub(crate) frame: Vec<u8>,
}

#[derive(Default)]
pub(crate) struct Outbox {
    pub(crate) sent: Vec<Sent>,
    pub(crate) is_full: bool,
    /// How many frames there is room for, if not for all.
    pub(crate) room: Option<usize>,
}

impl Wires for Outbox {
    fn send(&mut self, wire: usize, header: &[u8], packet: &[u8]) -> bool {
        if self.is_full || self.room.is_some_and(|room| self.sent.len() >= room) {
            return false;
        }
        let frame = [header, packet].concat();
        self.sent.push(Sent { wire, frame });
        true
    }
}

/// The router and its clock.
pub(crate) struct World<const N: usize = 64> {
    pub(crate) router: Box<Router<N>>,
    pub(crate) outbox: Outbox,
    pub(crate) now: Instant,
}

/// The station of a host.
pub(crate) fn mac_of(address: &str) -> [u8; 6] {
    match address.parse().unwrap() {
        IpAddr::V4(address) => {
            let [.., last] = address.octets();
            [2, 0, 0, 4, 0, last]
        }
        IpAddr::V6(address) => {
            let [.., last] = address.octets();
            [2, 0, 0, 6, 0, last]
        }
    }
}

impl World {
    /// The usual one.
    pub(crate) fn new() -> Self {
        Self::with(&settings(&[lan()], &[]))
    }
}

impl<const N: usize> World<N> {
    pub(crate) fn with(settings: &Settings<'_>) -> Self {
        Self::with_config(Config::new(settings).unwrap())
    }

    pub(crate) fn with_config(config: Config) -> Self {
        let mut world = Self {
            router: Box::new(Router::new(config, SEED)),
            outbox: Outbox::default(),
            now: Instant(0),
        };
        world.begin();
        world
    }

    /// Starts the router anew.
    pub(crate) fn restart(&mut self, config: Config) {
        self.router.start(config, Fixed, SEED);
        self.begin();
    }

    fn begin(&mut self) {
        self.now = Instant(1_000);
        self.introduce();
        // The first router advertisement.
        self.wait_ms(0);
    }

    /// Every neighbour asks for the router, and so becomes known to it.
    pub(crate) fn introduce(&mut self) {
        for host in [ALICE, BOB] {
            self.takes(LAN_WIRE, &arp_request(host, ROUTER));
        }
        self.takes(WAN_WIRE, &arp_request(GATEWAY, WAN));
        self.takes(LAN_WIRE, &solicitation(ALICE_V6, ROUTER_V6));
        self.takes(WAN_WIRE, &solicitation(GATEWAY_V6, WAN_V6));
        self.outbox.sent.clear();
    }

    /// One frame in; the frames that came out.
    pub(crate) fn takes(&mut self, wire: usize, frame: &[u8]) -> Vec<Sent> {
        let mut frame = frame.to_vec();
        let before = self.router.counters().received;
        self.router
            .receive(wire, &mut frame, self.now, &mut self.outbox);
        assert_eq!(self.router.counters().received, before + 1);
        self.assert_counters_add_up();
        core::mem::take(&mut self.outbox.sent)
    }

    /// A packet from a LAN host, in a frame of its own, and what came out.
    pub(crate) fn lan_sends(&mut self, packet: &[u8]) -> Vec<Sent> {
        let source = crate::packets::View(packet).source_address().to_string();
        self.takes(LAN_WIRE, &frame(LAN_MAC, mac_of(&source), packet))
    }

    /// A packet from the Internet.
    pub(crate) fn internet_sends(&mut self, packet: &[u8]) -> Vec<Sent> {
        self.takes(WAN_WIRE, &frame(WAN_MAC, GATEWAY_MAC, packet))
    }

    /// The one packet that left on `wire`.
    pub(crate) fn only_packet(&self, sent: &[Sent], wire: usize) -> Vec<u8> {
        let counters = self.router.counters();
        assert_eq!(sent.len(), 1, "frames out; {:?}", counters.dropped);
        assert_eq!(sent[0].wire, wire);
        sent[0].frame[14..].to_vec()
    }

    /// What a LAN host's packet looks like on the WAN.
    pub(crate) fn lan_to_wan(&mut self, packet: &[u8]) -> Vec<u8> {
        let sent = self.lan_sends(packet);
        self.only_packet(&sent, WAN_WIRE)
    }

    /// What a packet from the Internet looks like in the LAN.
    pub(crate) fn wan_to_lan(&mut self, packet: &[u8]) -> Vec<u8> {
        let sent = self.internet_sends(packet);
        self.only_packet(&sent, LAN_WIRE)
    }

    /// Nothing comes out, and exactly the named counter of dropped frames grows.
    pub(crate) fn assert_dropped(&mut self, wire: usize, frame: &[u8], reason: &str) {
        let before = self.router.counters();
        let sent = self.takes(wire, frame);
        assert_eq!(sent, [], "nothing leaves when {reason}");
        self.assert_counted(before, reason);
    }

    pub(crate) fn assert_counted(&self, before: Counters, reason: &str) {
        let after = self.router.counters();
        let grown: Vec<_> = before
            .dropped
            .iter()
            .zip(after.dropped.iter())
            .filter(|(before, after)| before != after)
            .map(|(_, (name, _))| name)
            .collect();
        assert_eq!(grown, [reason]);
    }

    pub(crate) fn assert_dropped_from_wan(&mut self, packet: &[u8], reason: &str) {
        self.assert_dropped(WAN_WIRE, &frame(WAN_MAC, GATEWAY_MAC, packet), reason);
    }

    pub(crate) fn assert_dropped_from_lan(&mut self, packet: &[u8], reason: &str) {
        let source = crate::packets::View(packet).source_address().to_string();
        self.assert_dropped(LAN_WIRE, &frame(LAN_MAC, mac_of(&source), packet), reason);
    }

    /// Every frame that came in is in one sum.
    pub(crate) fn assert_counters_add_up(&self) {
        let counters = self.router.counters();
        let sum = counters.forwarded
            + counters.delivered
            + counters.local
            + counters.waiting
            + counters.dropped.total();
        assert_eq!(counters.received, sum, "{counters:?}");
    }

    /// Time goes by, with every deadline kept; what came out meanwhile.
    pub(crate) fn wait_ms(&mut self, ms: u64) -> Vec<Sent> {
        let end = self.now.after_ms(ms);
        while let Some(deadline) = self.router.poll(self.now, &mut self.outbox) {
            assert!(deadline > self.now, "a deadline that has passed");
            if deadline > end {
                break;
            }
            self.now = deadline;
        }
        self.now = end;
        self.router.poll(self.now, &mut self.outbox);
        self.assert_counters_add_up();
        core::mem::take(&mut self.outbox.sent)
    }
}

/// An untagged Ethernet frame around an IP packet.
pub(crate) fn frame(to: [u8; 6], from: [u8; 6], packet: &[u8]) -> Vec<u8> {
    let ethertype = if packet[0] >> 4 == 4 {
        [8, 0]
    } else {
        [0x86, 0xdd]
    };
    [&to[..], &from, &ethertype, packet].concat()
}

pub(crate) fn arp_request(sender: &str, target: &str) -> Vec<u8> {
    let mac = if sender == GATEWAY {
        GATEWAY_MAC
    } else {
        mac_of(sender)
    };
    arp(1, mac, sender, [0; 6], target, [0xff; 6])
}

/// A neighbour solicitation, as a whole frame.
pub(crate) fn solicitation(source: &str, target: &str) -> Vec<u8> {
    let target: Ipv6Addr = target.parse().unwrap();
    let mac = if source == GATEWAY_V6 {
        GATEWAY_MAC
    } else {
        mac_of(source)
    };
    let mut message = vec![135, 0, 0, 0, 0, 0, 0, 0];
    message.extend(target.octets());
    message.extend([1, 1]);
    message.extend(mac);
    let [.., b, c, d] = target.octets();
    let word = |high, low| u16::from_be_bytes([high, low]);
    let group = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 1, word(0xff, b), word(c, d));
    let mut packet = ip(source.parse().unwrap(), group.into(), ICMPV6, message);
    packet[7] = 255;
    frame([0x33, 0x33, 0xff, b, c, d], mac, &packet)
}

pub(crate) fn arp_reply(sender: &str, mac: [u8; 6], to: [u8; 6], target: &str) -> Vec<u8> {
    arp(2, mac, sender, to, target, to)
}

fn arp(
    operation: u8,
    sender_mac: [u8; 6],
    sender: &str,
    target_mac: [u8; 6],
    target: &str,
    to: [u8; 6],
) -> Vec<u8> {
    let address = |text: &str| text.parse::<Ipv4Addr>().unwrap().octets();
    let mut frame = [
        &to[..],
        &sender_mac,
        &[8, 6, 0, 1, 8, 0, 6, 4, 0, operation],
    ]
    .concat();
    frame.extend(sender_mac);
    frame.extend(address(sender));
    frame.extend(target_mac);
    frame.extend(address(target));
    frame
}
