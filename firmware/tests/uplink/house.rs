//! A house with a DSL line: the router, a LAN host, an access concentrator and what is beyond.

use firmware::pppoe::{DISCOVERY, SESSION, Settings as PppoeSettings};
use firmware::router::config::{
    Config, EthernetPort, Ipv4Interface, Ipv6Interface, Lan, Limits, Settings, Wan,
};
use firmware::router::time::Instant;
use firmware::router::uplink::Pppoe;
use firmware::router::{Router, Wires};

use crate::peer::Peer;
use crate::world::{SETTINGS, Sent, pppoe};

const LAN_WIRE: usize = 0;
const WAN_WIRE: usize = 1;
pub(crate) const VLAN: u16 = 7;
const LAN_MAC: [u8; 6] = [2, 0, 0, 0, 0, 1];
pub(crate) const WAN_MAC: [u8; 6] = [2, 0, 0, 0, 0, 2];
const HOST_MAC: [u8; 6] = [2, 0, 0, 4, 0, 10];
/// The router's address in the LAN, where the owner has chosen the prefix.
const OWNERS_PREFIX: &str = "2001:db8:1::1";
const ROUTER: [u8; 4] = [192, 168, 1, 1];
pub(crate) const HOST: &str = "192.168.1.10";
pub(crate) const HOST_V6: &str = "2001:db8:1::10";
pub(crate) const SERVER: &str = "198.51.100.80";
pub(crate) const SERVER_V6: &str = "2001:db8:aaaa::80";
const PPP_IPV4: u16 = 0x0021;
const PPP_IPV6: u16 = 0x0057;

#[derive(Default)]
struct Outbox(Vec<(usize, Vec<u8>)>);

impl Wires for Outbox {
    fn send(&mut self, wire: usize, header: &[u8], packet: &[u8]) -> bool {
        self.0.push((wire, [header, packet].concat()));
        true
    }
}

pub(crate) struct House {
    pub(crate) router: Box<Router<64, Pppoe>>,
    pub(crate) peer: Peer,
    pub(crate) now: Instant,
    outbox: Outbox,
    due: Option<Instant>,
    /// Whole frames that the router sent into the line with a packet in them.
    pub(crate) into_the_line: Vec<Vec<u8>>,
    /// Packets that arrived at the LAN host.
    pub(crate) at_the_host: Vec<Vec<u8>>,
}

impl House {
    /// A house whose line is not up yet.
    pub(crate) fn new(peer: Peer, wan_mtu_bytes: u16) -> Self {
        Self::built(peer, wan_mtu_bytes, Some(OWNERS_PREFIX), false)
    }

    /// One whose LAN has no prefix but what the provider delegates.
    pub(crate) fn numbered_by_the_provider(peer: Peer, wan_mtu_bytes: u16) -> Self {
        Self::built(peer, wan_mtu_bytes, None, true)
    }

    /// One that asks for a prefix, and has one of its owner's.
    pub(crate) fn with_both_prefixes(peer: Peer, wan_mtu_bytes: u16) -> Self {
        Self::built(peer, wan_mtu_bytes, Some(OWNERS_PREFIX), true)
    }

    fn built(
        peer: Peer,
        wan_mtu_bytes: u16,
        prefix: Option<&str>,
        asks_for_prefixes: bool,
    ) -> Self {
        let port = |wire, vlan, mac, mtu_bytes| EthernetPort {
            wire,
            vlan,
            mac,
            mtu_bytes,
        };
        let lan = Lan {
            port: port(LAN_WIRE, None, LAN_MAC, 1500),
            ipv4: Ipv4Interface {
                address: ROUTER.into(),
                prefix_len: 24,
            },
            ipv6: prefix.map(|router| Ipv6Interface {
                address: router.parse().unwrap(),
                prefix_len: 64,
            }),
        };
        let config = Config::for_uplink(&Settings {
            lans: &[lan],
            wan: Wan::unnumbered(port(WAN_WIRE, Some(VLAN), WAN_MAC, wan_mtu_bytes)),
            inner: None,
            forwards: &[],
            clamp: true,
            clamp_through_tunnels: false,
            limits: Limits::default(),
        })
        .unwrap();
        let settings = PppoeSettings {
            port_mtu_bytes: wan_mtu_bytes,
            ..SETTINGS
        };
        let mut uplink = Pppoe::new(&settings, [3; 16]).unwrap();
        if asks_for_prefixes {
            uplink = uplink.with_prefix_delegation(WAN_MAC, [4; 16]);
        }
        let mut house = Self {
            router: Box::new(Router::with_uplink(config, uplink, [9; 16])),
            peer,
            now: Instant(0),
            outbox: Outbox::default(),
            due: Some(Instant(0)),
            into_the_line: Vec::new(),
            at_the_host: Vec::new(),
        };
        // The host asks for the router, and so becomes known to it.
        let arp = [
            &[0xff; 6][..],
            &HOST_MAC,
            &[8, 6, 0, 1, 8, 0, 6, 4, 0, 1],
            &HOST_MAC,
            &[192, 168, 1, 10],
            &[0; 6],
            &ROUTER,
        ];
        house.receive(LAN_WIRE, &arp.concat());
        // The first router advertisement is among what came.
        house.at_the_host.clear();
        house
    }

    /// A house whose line has come up.
    pub(crate) fn connected(peer: Peer, wan_mtu_bytes: u16) -> Self {
        let mut house = Self::new(peer, wan_mtu_bytes);
        house.wait_ms(10_000);
        assert!(house.router.uplink().session().is_some(), "the line is up");
        house.introduce_v6(HOST_V6, OWNERS_PREFIX);
        house
    }

    /// The host answers the router's question for its IPv6 address.
    pub(crate) fn introduce_v6(&mut self, host: &str, router: &str) {
        let host: std::net::Ipv6Addr = host.parse().unwrap();
        let router: std::net::Ipv6Addr = router.parse().unwrap();
        let mut message = vec![136, 0, 0, 0, 0x60, 0, 0, 0];
        message.extend(host.octets());
        message.extend([2, 1]);
        message.extend(HOST_MAC);
        let mut solicited = vec![135, 0, 0, 0, 0, 0, 0, 0];
        solicited.extend(router.octets());
        solicited.extend([1, 1]);
        solicited.extend(HOST_MAC);
        let mut packet = crate::packets::ip(host.into(), router.into(), 58, solicited);
        packet[7] = 255;
        let frame = [&LAN_MAC[..], &HOST_MAC, &[0x86, 0xdd], &packet].concat();
        self.receive(LAN_WIRE, &frame);
        self.at_the_host.clear();
    }

    fn receive(&mut self, wire: usize, frame: &[u8]) {
        let mut frame = frame.to_vec();
        self.router
            .receive(wire, &mut frame, self.now, &mut self.outbox);
        self.due = self.router.poll(self.now, &mut self.outbox);
        self.deliver();
    }

    /// Whatever is on its way arrives.
    fn deliver(&mut self) {
        while !self.outbox.0.is_empty() {
            for (wire, frame) in std::mem::take(&mut self.outbox.0) {
                if wire == LAN_WIRE {
                    if matches!(frame[12..14], [8, 0] | [0x86, 0xdd]) {
                        self.at_the_host.push(frame[14..].to_vec());
                    }
                    continue;
                }
                self.arrives_at_the_peer(frame);
            }
        }
    }

    fn arrives_at_the_peer(&mut self, frame: Vec<u8>) {
        assert_eq!(frame[6..12], WAN_MAC);
        assert_eq!(frame[12..16], [0x81, 0, 0, 7], "in the WAN's VLAN");
        let sent = Sent {
            station: frame[..6].try_into().unwrap(),
            ethertype: u16::from_be_bytes([frame[16], frame[17]]),
            bytes: frame[18..].to_vec(),
        };
        assert!(matches!(sent.ethertype, DISCOVERY | SESSION));
        let is_data = sent.ethertype == SESSION && matches!(sent.ppp().0, PPP_IPV4 | PPP_IPV6);
        if is_data {
            self.into_the_line.push(frame);
            return;
        }
        for answer in self.peer.receive(&sent, self.now.0) {
            self.peer_sends(&answer);
        }
    }

    /// A frame from the access concentrator, padded as Ethernet wants it.
    pub(crate) fn peer_sends(&mut self, sent: &Sent) {
        let mut frame = [&WAN_MAC[..], &sent.station, &[0x81, 0, 0, 7]].concat();
        frame.extend(sent.ethertype.to_be_bytes());
        frame.extend(&sent.bytes);
        frame.resize(frame.len().max(64), 0);
        self.router
            .receive(WAN_WIRE, &mut frame, self.now, &mut self.outbox);
        self.due = self.router.poll(self.now, &mut self.outbox);
    }

    /// A frame on the WAN port that is none of the access concentrator's.
    pub(crate) fn wan_sees(&mut self, ethertype: [u8; 2], payload: &[u8]) {
        let head = [
            &WAN_MAC[..],
            &[2, 9, 9, 9, 9, 9],
            &[0x81, 0, 0, 7],
            &ethertype,
        ]
        .concat();
        self.receive(WAN_WIRE, &[&head, payload].concat());
    }

    /// A packet of the LAN host.
    pub(crate) fn host_sends(&mut self, packet: &[u8]) {
        let ethertype = if packet[0] >> 4 == 4 {
            [8, 0]
        } else {
            [0x86, 0xdd]
        };
        let frame = [&LAN_MAC[..], &HOST_MAC, &ethertype, packet].concat();
        self.receive(LAN_WIRE, &frame);
    }

    /// A packet from beyond the line; with the protocol field compressed to a byte where asked.
    pub(crate) fn line_brings(&mut self, packet: &[u8], is_compressed: bool) {
        let protocol = if packet[0] >> 4 == 4 { 0x21 } else { 0x57 };
        let field: &[u8] = if is_compressed {
            &[protocol]
        } else {
            &[0, protocol]
        };
        let payload = [field, packet].concat();
        let sent = Sent {
            station: self.peer.mac,
            ethertype: SESSION,
            bytes: pppoe(0, self.peer.session_id, &payload),
        };
        self.peer_sends(&sent);
        self.deliver();
    }

    /// The one packet that went into the line since the last look.
    pub(crate) fn one_into_the_line(&mut self) -> Vec<u8> {
        let frames = std::mem::take(&mut self.into_the_line);
        assert_eq!(frames.len(), 1, "{:?}", self.router.counters().dropped);
        let frame = &frames[0];
        assert_eq!(frame[..6], self.peer.mac);
        let pppoe = &frame[18..];
        assert_eq!(pppoe[..2], [0x11, 0]);
        let len = usize::from(u16::from_be_bytes([pppoe[4], pppoe[5]]));
        assert_eq!(len, pppoe.len() - 6, "PPPoE's length");
        pppoe[8..].to_vec()
    }

    /// The one packet that came to the host since the last look.
    pub(crate) fn one_at_the_host(&mut self) -> Vec<u8> {
        let packets = std::mem::take(&mut self.at_the_host);
        assert_eq!(packets.len(), 1, "{:?}", self.router.counters().dropped);
        packets[0].clone()
    }

    /// Time goes by at both ends; what came to the host meanwhile is of no interest.
    pub(crate) fn wait_ms(&mut self, ms: u64) {
        self.pass_ms(ms);
        self.at_the_host.clear();
    }

    /// Time goes by at both ends.
    pub(crate) fn pass_ms(&mut self, ms: u64) {
        let end = self.now.after_ms(ms);
        loop {
            self.due = self.router.poll(self.now, &mut self.outbox);
            self.deliver();
            for sent in self.peer.tick(self.now.0) {
                self.peer_sends(&sent);
            }
            self.deliver();
            let peer = self.peer.next_due().map(Instant);
            let next = [self.due, peer].into_iter().flatten().min();
            match next {
                Some(next) if next <= end => {
                    self.now = self.now.max(next).max(self.now.after_ms(1));
                }
                _ => break,
            }
        }
        self.now = end;
    }
}
