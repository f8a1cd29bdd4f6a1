//! A client, the time, and what servers say.

use firmware::dhcpv6::Client;
use firmware::router::time::Instant;

pub(crate) const SOLICIT: u8 = 1;
pub(crate) const ADVERTISE: u8 = 2;
pub(crate) const REQUEST: u8 = 3;
pub(crate) const RENEW: u8 = 5;
pub(crate) const REBIND: u8 = 6;
pub(crate) const REPLY: u8 = 7;
pub(crate) const SERVER: &[u8] = &[0, 3, 0, 1, 2, 0, 0, 0, 0xac, 0];
pub(crate) const CLIENT: &[u8] = &[0, 3, 0, 1, 2, 0, 0, 0, 0, 1];
pub(crate) const PREFIX: &str = "2001:db8:4200::";
pub(crate) const MINUTE_MS: u64 = 60_000;

/// Something that the client sent, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) at_ms: u64,
    pub(crate) bytes: Vec<u8>,
}

impl Sent {
    pub(crate) fn kind(&self) -> u8 {
        self.bytes[0]
    }

    pub(crate) fn option(&self, wanted: u16) -> Option<&[u8]> {
        let mut rest = &self.bytes[4..];
        while let [a, b, c, d, behind @ ..] = rest {
            let (value, next) = behind.split_at(usize::from(u16::from_be_bytes([*c, *d])));
            if u16::from_be_bytes([*a, *b]) == wanted {
                return Some(value);
            }
            rest = next;
        }
        None
    }
}

pub(crate) fn option(code: u16, value: &[u8]) -> Vec<u8> {
    let len = u16::try_from(value.len()).unwrap();
    [&code.to_be_bytes()[..], &len.to_be_bytes(), value].concat()
}

pub(crate) fn prefix(network: &str, len: u8, preferred_s: u32, valid_s: u32) -> Vec<u8> {
    let network: std::net::Ipv6Addr = network.parse().unwrap();
    let lifetimes = [preferred_s, valid_s].map(u32::to_be_bytes);
    option(
        26,
        &[lifetimes.as_flattened(), &[len], &network.octets()].concat(),
    )
}

pub(crate) fn association(t1_s: u32, t2_s: u32, options: &[u8]) -> Vec<u8> {
    let times = [1, t1_s, t2_s].map(u32::to_be_bytes);
    option(25, &[times.as_flattened(), options].concat())
}

/// What most servers delegate: renewed after 100 s, rebound after 160 s, over after 400 s.
pub(crate) fn usual() -> Vec<u8> {
    association(100, 160, &prefix(PREFIX, 56, 200, 400))
}

pub(crate) fn status(code: u16) -> Vec<u8> {
    option(13, &code.to_be_bytes())
}

pub(crate) struct World {
    pub(crate) client: Client,
    pub(crate) now: Instant,
    due: Option<Instant>,
}

impl World {
    /// A client whose link has just come up.
    pub(crate) fn new() -> Self {
        Self::seeded([5; 16])
    }

    pub(crate) fn seeded(seed: [u8; 16]) -> Self {
        let mut client = Client::new([2, 0, 0, 0, 0, 1], seed);
        client.link(true, Instant(0));
        Self {
            client,
            now: Instant(0),
            due: Some(Instant(0)),
        }
    }

    /// A client that has the usual prefix.
    pub(crate) fn bound() -> Self {
        let mut world = Self::new();
        let solicit = world.next();
        world.answer(&solicit, ADVERTISE, &usual());
        let request = world.next();
        assert_eq!(request.kind(), REQUEST);
        world.answer(&request, REPLY, &usual());
        assert!(world.client.delegation().is_some());
        world
    }

    fn poll(&mut self) -> Option<Sent> {
        let mut sent = Vec::new();
        let at_ms = self.now.0;
        self.due = self.client.poll(self.now, &mut |payload| {
            sent.push(Sent {
                at_ms,
                bytes: payload.to_vec(),
            });
        });
        assert!(sent.len() <= 1, "one at a time");
        sent.pop()
    }

    /// All that is sent in this time.
    pub(crate) fn wait_ms(&mut self, ms: u64) -> Vec<Sent> {
        let end = self.now.after_ms(ms);
        let mut sent = Vec::new();
        loop {
            sent.extend(self.poll());
            match self.due {
                Some(due) if due <= end => {
                    assert!(due > self.now, "a deadline that stands still");
                    self.now = due;
                }
                _ => break,
            }
        }
        self.now = end;
        sent
    }

    /// The next message, whenever it comes.
    pub(crate) fn next(&mut self) -> Sent {
        for _ in 0..10 {
            if let Some(sent) = self.poll() {
                return sent;
            }
            self.now = self.due.expect("something is due");
        }
        panic!("nothing is sent");
    }

    pub(crate) fn answer(&mut self, to: &Sent, kind: u8, options: &[u8]) {
        self.answer_from(SERVER, to, kind, options);
    }

    pub(crate) fn answer_from(&mut self, server: &[u8], to: &Sent, kind: u8, options: &[u8]) {
        let message = [
            &[kind],
            &to.bytes[1..4],
            &option(1, CLIENT),
            &option(2, server),
            options,
        ];
        self.receive(&message.concat());
    }

    pub(crate) fn receive(&mut self, message: &[u8]) {
        self.client.receive(message, self.now);
    }

    pub(crate) fn prefix(&self) -> Option<String> {
        self.client
            .delegation()
            .map(|had| format!("{}/{}", had.prefix, had.prefix_len))
    }
}
