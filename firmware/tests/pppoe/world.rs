//! A client under a fake clock, and the bytes of both directions.

use firmware::pppoe::{Client, DISCOVERY, Line, Mac, Phase, Reason, SESSION, Settings, Transmit};
use firmware::router::time::Instant;

use crate::peer::Peer;

pub(crate) const AC: Mac = [0x02, 0, 0, 0, 0xac, 0];
pub(crate) const OTHER_AC: Mac = [0x02, 0, 0, 0, 0xac, 1];
pub(crate) const EVERYBODY: Mac = [0xff; 6];

pub(crate) const SETTINGS: Settings<'static> = Settings {
    service_name: "",
    access_concentrator: None,
    username: "customer",
    password: "secret",
    refuse_pap: false,
    ipv6: true,
    port_mtu_bytes: 1500,
    echo_interval_seconds: 10,
    echo_failures: 4,
};

/// A frame on its way, without Ethernet's header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    /// To whom the client sent it, or from whom it comes.
    pub(crate) station: Mac,
    pub(crate) ethertype: u16,
    pub(crate) bytes: Vec<u8>,
}

impl Sent {
    /// The PPPoE code.
    pub(crate) fn code(&self) -> u8 {
        self.bytes[1]
    }

    /// The PPP protocol and what follows it, of a session frame.
    pub(crate) fn ppp(&self) -> (u16, &[u8]) {
        assert_eq!(self.ethertype, SESSION);
        let (protocol, data) = self.bytes[6..].split_at(2);
        (u16::from_be_bytes([protocol[0], protocol[1]]), data)
    }
}

/// What the client sent.
#[derive(Default)]
pub(crate) struct Wire {
    pub(crate) sent: Vec<Sent>,
    /// How many of the next frames get lost.
    pub(crate) is_full: bool,
}

impl Transmit for Wire {
    fn send(&mut self, destination: Mac, ethertype: u16, header: &[u8], rest: &[u8]) -> bool {
        assert!(header.len() <= firmware::pppoe::MAX_HEADER_BYTES);
        let bytes = [header, rest].concat();
        let len = usize::from(u16::from_be_bytes([bytes[4], bytes[5]]));
        assert_eq!(len, bytes.len() - 6, "the length field is right");
        if !self.is_full {
            self.sent.push(Sent {
                station: destination,
                ethertype,
                bytes,
            });
        }
        !self.is_full
    }
}

/// A client and its clock.
pub(crate) struct World {
    pub(crate) client: Client,
    pub(crate) wire: Wire,
    pub(crate) now: Instant,
    due: Option<Instant>,
}

impl World {
    pub(crate) fn new(settings: &Settings<'_>) -> Self {
        Self::seeded(settings, [5; 16])
    }

    /// A client that has a link and has not yet been polled.
    pub(crate) fn seeded(settings: &Settings<'_>, seed: [u8; 16]) -> Self {
        let mut client = Client::new(settings, seed).expect("settings that can be");
        client.link(true, Instant(0));
        Self {
            client,
            wire: Wire::default(),
            now: Instant(0),
            due: Some(Instant(0)),
        }
    }

    /// What the client sends when it is polled now.
    pub(crate) fn poll(&mut self) -> Vec<Sent> {
        self.due = self.client.poll(self.now, &mut self.wire);
        std::mem::take(&mut self.wire.sent)
    }

    /// What the client sends in answer to a frame, and because of it.
    pub(crate) fn takes(&mut self, source: Mac, ethertype: u16, bytes: &[u8]) -> Vec<Sent> {
        self.client
            .receive(source, ethertype, bytes, self.now, &mut self.wire);
        let mut sent = std::mem::take(&mut self.wire.sent);
        sent.extend(self.poll());
        sent
    }

    /// What the client sends to a discovery frame.
    pub(crate) fn discovers(&mut self, source: Mac, bytes: &[u8]) -> Vec<Sent> {
        self.takes(source, DISCOVERY, bytes)
    }

    /// Lets time pass, deadline by deadline, and returns what is sent, and when.
    pub(crate) fn wait_ms(&mut self, ms: u64) -> Vec<(u64, Sent)> {
        let end = self.now.after_ms(ms);
        let mut all = Vec::new();
        let mut polls = 0;
        loop {
            let sent = self.poll();
            all.extend(sent.into_iter().map(|sent| (self.now.0, sent)));
            polls += 1;
            assert!(polls < 10 + ms, "a deadline that never passes");
            match self.due {
                Some(due) if due <= end => self.now = self.now.max(due),
                _ => break,
            }
        }
        self.now = end;
        all
    }

    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.due
    }

    /// Lets the client and a peer talk, over a line that loses nothing and takes no time, for so
    /// long.
    pub(crate) fn talk_ms(&mut self, peer: &mut Peer, ms: u64) {
        self.talk_over(peer, ms, |_| true);
    }

    /// As `talk_ms`, over a line that loses what `passes` says no to.
    pub(crate) fn talk_over(
        &mut self,
        peer: &mut Peer,
        ms: u64,
        mut passes: impl FnMut(&Sent) -> bool,
    ) {
        let end = self.now.after_ms(ms);
        let mut exchanged = 0;
        loop {
            let mut to_peer = self.poll();
            let mut to_client = peer.tick(self.now.0);
            while !to_peer.is_empty() || !to_client.is_empty() {
                exchanged += to_peer.len() + to_client.len();
                assert!(exchanged < 100_000, "they talk without end");
                for sent in std::mem::take(&mut to_peer) {
                    if passes(&sent) {
                        to_client.extend(peer.receive(&sent, self.now.0));
                    }
                }
                for sent in std::mem::take(&mut to_client) {
                    if passes(&sent) {
                        to_peer.extend(self.takes(sent.station, sent.ethertype, &sent.bytes));
                    }
                }
            }
            let next = [self.next_due().map(|due| due.0), peer.next_due()]
                .into_iter()
                .flatten()
                .min();
            match next {
                Some(next) if next <= end.0 => self.now = Instant(next.max(self.now.0 + 1)),
                _ => break,
            }
        }
        self.now = end;
    }

    /// A client with an open session to `peer`.
    pub(crate) fn up(settings: &Settings<'_>, peer: &mut Peer) -> Self {
        let mut world = Self::new(settings);
        world.talk_ms(peer, 5_000);
        assert_eq!(world.phase(), Phase::Up, "{:?}", world.client);
        world
    }

    pub(crate) fn phase(&self) -> Phase {
        self.client.status().phase
    }

    pub(crate) fn last_reason(&self) -> Option<Reason> {
        self.client.status().last_reason
    }

    pub(crate) fn line(&self) -> Line {
        *self.client.line().expect("the line is up")
    }
}

/// A PPPoE frame.
pub(crate) fn pppoe(code: u8, session_id: u16, payload: &[u8]) -> Vec<u8> {
    let len = u16::try_from(payload.len()).unwrap();
    let mut bytes = vec![0x11, code];
    bytes.extend(session_id.to_be_bytes());
    bytes.extend(len.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// A discovery tag.
pub(crate) fn tag(kind: u16, value: &[u8]) -> Vec<u8> {
    let mut bytes = kind.to_be_bytes().to_vec();
    bytes.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
    bytes.extend(value);
    bytes
}

/// The value of the first tag of a kind, of a discovery frame.
pub(crate) fn tag_of(frame: &[u8], wanted: u16) -> Option<Vec<u8>> {
    let mut rest = &frame[6..];
    while rest.len() >= 4 {
        let kind = u16::from_be_bytes([rest[0], rest[1]]);
        let len = usize::from(u16::from_be_bytes([rest[2], rest[3]]));
        if kind == wanted {
            return Some(rest[4..4 + len].to_vec());
        }
        rest = &rest[4 + len..];
    }
    None
}

/// A control packet: code, identifier, length, data.
pub(crate) fn control(code: u8, identifier: u8, data: &[u8]) -> Vec<u8> {
    let len = u16::try_from(data.len() + 4).unwrap();
    let mut bytes = vec![code, identifier];
    bytes.extend(len.to_be_bytes());
    bytes.extend(data);
    bytes
}

/// An option of a Configure packet.
pub(crate) fn option(kind: u8, value: &[u8]) -> Vec<u8> {
    let mut bytes = vec![kind, u8::try_from(value.len() + 2).unwrap()];
    bytes.extend(value);
    bytes
}

/// The options in a Configure packet's data, with their values, as far as they are whole.
pub(crate) fn options(mut data: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut all = Vec::new();
    while let [kind, len, ..] = *data {
        let Some((whole, rest)) = data.split_at_checked(usize::from(len)) else {
            break;
        };
        let Some(value) = whole.get(2..) else { break };
        all.push((kind, value.to_vec()));
        data = rest;
    }
    all
}

/// A control packet that the client sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Packet {
    pub(crate) protocol: u16,
    pub(crate) code: u8,
    pub(crate) identifier: u8,
    pub(crate) data: Vec<u8>,
}

impl Packet {
    pub(crate) fn new(protocol: u16, code: u8, identifier: u8, data: &[u8]) -> Self {
        Self {
            protocol,
            code,
            identifier,
            data: data.to_vec(),
        }
    }
}

/// The control packets among what was sent.
pub(crate) fn packets<'a>(sent: impl IntoIterator<Item = &'a Sent>) -> Vec<Packet> {
    sent.into_iter()
        .filter(|sent| sent.ethertype == SESSION)
        .map(|sent| {
            let (protocol, packet) = sent.ppp();
            assert_eq!(
                usize::from(packet[2]) << 8 | usize::from(packet[3]),
                packet.len()
            );
            Packet::new(protocol, packet[0], packet[1], &packet[4..])
        })
        .collect()
}

/// What is done with bytes, step by step, instead of by a peer.
impl World {
    /// A client in session 0x0101 with `AC`, and the Configure-Request that it has sent.
    pub(crate) fn in_session(settings: &Settings<'_>) -> (Self, Packet) {
        let mut world = Self::new(settings);
        let request = world.finds_session(&[]);
        (world, request)
    }

    /// Has a session opened; `tags` are more of what the access concentrator says.
    pub(crate) fn finds_session(&mut self, tags: &[u8]) -> Packet {
        let padi = self.poll();
        let uniq = tag(0x0103, &tag_of(&padi[0].bytes, 0x0103).unwrap());
        let offer = [
            tag(0x0101, b""),
            tag(0x0102, b"ac"),
            uniq.clone(),
            tags.to_vec(),
        ]
        .concat();
        let padr = self.discovers(AC, &pppoe(0x07, 0, &offer));
        assert_eq!(padr[0].code(), 0x19);
        let confirmation = [tag(0x0101, b""), uniq, tags.to_vec()].concat();
        let sent = self.discovers(AC, &pppoe(0x65, 0x0101, &confirmation));
        packets(&sent)[0].clone()
    }

    /// A client with an open LCP whose peer has asked for `options`.
    pub(crate) fn with_lcp(settings: &Settings<'_>, options: &[u8]) -> (Self, Vec<Packet>) {
        let (mut world, request) = Self::in_session(settings);
        let sent = world.opens_lcp(&request, options);
        (world, sent)
    }

    /// Agrees to `request`, and has `options` agreed to. Returns what follows.
    pub(crate) fn opens_lcp(&mut self, request: &Packet, options: &[u8]) -> Vec<Packet> {
        assert_eq!(self.ppp(0xc021, 2, request.identifier, &request.data), []);
        let mut sent = self.ppp(0xc021, 1, 200, options);
        assert_eq!(sent.remove(0), Packet::new(0xc021, 2, 200, options));
        sent
    }

    /// The control packets that answer one from the peer.
    pub(crate) fn ppp(
        &mut self,
        protocol: u16,
        code: u8,
        identifier: u8,
        data: &[u8],
    ) -> Vec<Packet> {
        let packet = control(code, identifier, data);
        let payload = [&protocol.to_be_bytes()[..], &packet].concat();
        packets(&self.takes(AC, SESSION, &pppoe(0, 0x0101, &payload)))
    }

    /// The control packets that the client sends in the next `ms` milliseconds, and when.
    pub(crate) fn waits_ms(&mut self, ms: u64) -> Vec<(u64, Packet)> {
        self.wait_ms(ms)
            .into_iter()
            .filter(|(_, sent)| sent.ethertype == SESSION)
            .map(|(at, sent)| (at, packets([&sent]).remove(0)))
            .collect()
    }
}
