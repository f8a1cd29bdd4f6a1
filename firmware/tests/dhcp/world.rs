//! A client, its clock, and the frames of both directions.

use firmware::dhcp::{Client, MAX_FRAMES_PER_FRAME, Phase, Settings};
use firmware::pppoe::{Mac, Transmit};
use firmware::router::config::Ipv4Interface;
use firmware::router::time::Instant;

use crate::server::{ACK, Answer, Asked, OFFER};

pub(crate) use crate::server::MAC;

pub(crate) const GATEWAY_MAC: Mac = [2, 0, 0, 0, 1, 1];
pub(crate) const EVERYBODY: Mac = [0xff; 6];
pub(crate) const IPV4: u16 = 0x0800;
pub(crate) const ARP: u16 = 0x0806;

/// A frame that the client sent, without Ethernet's header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) at_ms: u64,
    pub(crate) to: Mac,
    pub(crate) ethertype: u16,
    pub(crate) bytes: Vec<u8>,
}

impl Sent {
    pub(crate) fn asked(&self) -> Asked {
        assert_eq!(self.ethertype, IPV4);
        Asked::read(&self.bytes)
    }
}

#[derive(Default)]
struct Wire {
    now: Instant,
    sent: Vec<Sent>,
    is_full: bool,
}

impl Transmit for Wire {
    fn send(&mut self, to: Mac, ethertype: u16, header: &[u8], rest: &[u8]) -> bool {
        assert!(header.len() <= firmware::pppoe::MAX_HEADER_BYTES);
        if self.is_full {
            return false;
        }
        self.sent.push(Sent {
            at_ms: self.now.0,
            to,
            ethertype,
            bytes: [header, rest].concat(),
        });
        true
    }
}

pub(crate) struct World {
    pub(crate) client: Client,
    pub(crate) now: Instant,
    wire: Wire,
    due: Option<Instant>,
}

pub(crate) fn lan() -> Ipv4Interface {
    Ipv4Interface {
        address: [192, 168, 1, 1].into(),
        prefix_len: 24,
    }
}

impl World {
    /// A client with a link that hasn't been polled.
    pub(crate) fn new() -> Self {
        Self::seeded([5; 16])
    }

    pub(crate) fn seeded(seed: [u8; 16]) -> Self {
        let settings = Settings {
            mac: MAC,
            port_mtu_bytes: 1500,
            lans: &[lan()],
        };
        let mut client = Client::new(&settings, seed);
        client.link(true, Instant(0));
        Self {
            client,
            now: Instant(0),
            wire: Wire::default(),
            due: Some(Instant(0)),
        }
    }

    /// A client that has asked for an address, and what it asked.
    pub(crate) fn discovering() -> (Self, Asked) {
        let mut world = Self::new();
        let asked = world.poll_one().asked();
        assert_eq!(asked.kind, 1);
        (world, asked)
    }

    /// A client that has taken an offer, and what it asked.
    pub(crate) fn requesting() -> (Self, Asked) {
        let (mut world, discover) = Self::discovering();
        let sent = world.hears(&Answer::new(OFFER, discover.transaction_id));
        assert_eq!(sent.len(), 1);
        let asked = sent[0].asked();
        assert_eq!(asked.kind, 3);
        (world, asked)
    }

    /// A client that has an address since now, by this answer.
    pub(crate) fn bound(change: impl Fn(Answer) -> Answer) -> Self {
        let (mut world, request) = Self::requesting();
        world.hears(&change(Answer::new(ACK, request.transaction_id)));
        world.wait_ms(500);
        assert_eq!(world.client.status().phase, Phase::Bound);
        world
    }

    /// From now on, or no longer, nothing can be sent.
    pub(crate) fn fill_wire(&mut self, is_full: bool) {
        self.wire.is_full = is_full;
    }

    pub(crate) fn poll(&mut self) -> Vec<Sent> {
        self.wire.now = self.now;
        self.due = self.client.poll(self.now, &mut self.wire);
        std::mem::take(&mut self.wire.sent)
    }

    pub(crate) fn poll_one(&mut self) -> Sent {
        let sent = self.poll();
        assert_eq!(sent.len(), 1, "{sent:?}");
        sent[0].clone()
    }

    /// What follows from a frame; whether it was the client's.
    pub(crate) fn takes(&mut self, source: Mac, ethertype: u16, bytes: &[u8]) -> (Vec<Sent>, bool) {
        self.wire.now = self.now;
        let own = self
            .client
            .receive(source, ethertype, bytes, self.now, &mut self.wire);
        let mut sent = std::mem::take(&mut self.wire.sent);
        sent.extend(self.poll());
        assert!(sent.len() <= MAX_FRAMES_PER_FRAME, "{sent:?}");
        (sent, own)
    }

    /// What follows from a server's answer.
    pub(crate) fn hears(&mut self, answer: &Answer) -> Vec<Sent> {
        let (sent, own) = self.takes(GATEWAY_MAC, IPV4, &answer.packet());
        assert!(own);
        sent
    }

    /// An answer is not acted upon, and exactly the named counter grows.
    pub(crate) fn ignores(&mut self, answer: &Answer, reason: &str) {
        let before = self.client.status().counters.discarded;
        let phase = self.client.status().phase;
        assert_eq!(self.hears(answer), []);
        let after = self.client.status().counters.discarded;
        let grown: Vec<_> = before
            .iter()
            .zip(after.iter())
            .filter(|(before, after)| before != after)
            .map(|(_, (name, _))| name)
            .collect();
        assert_eq!(grown, [reason]);
        assert_eq!(self.client.status().phase, phase);
    }

    /// Lets time pass, deadline by deadline; what was sent meanwhile.
    pub(crate) fn wait_ms(&mut self, ms: u64) -> Vec<Sent> {
        let end = self.now.after_ms(ms);
        let mut all = Vec::new();
        while let Some(due) = self.due {
            if due > end {
                break;
            }
            self.now = self.now.max(due);
            all.extend(self.poll());
            assert!(
                self.due.is_none_or(|due| due > self.now),
                "a deadline that has passed"
            );
        }
        self.now = end;
        all
    }
}

/// An ARP packet.
pub(crate) fn arp(operation: u8, mac: Mac, sender: [u8; 4], target: [u8; 4]) -> Vec<u8> {
    let mut bytes = vec![0, 1, 8, 0, 6, 4, 0, operation];
    bytes.extend(mac);
    bytes.extend(sender);
    bytes.extend([0; 6]);
    bytes.extend(target);
    bytes
}
