//! The server's side, written apart from the client's code: what a message says, and answers with options one by one.

use std::net::Ipv4Addr;

use crate::packets::{end, udp};

/// The client that is served.
pub(crate) const MAC: [u8; 6] = [2, 0, 0, 0, 0, 2];
pub(crate) const SERVER: &str = "192.0.2.1";
pub(crate) const OFFERED: [u8; 4] = [192, 0, 2, 10];
pub(crate) const OFFER: u8 = 2;
pub(crate) const ACK: u8 = 5;
pub(crate) const NAK: u8 = 6;

/// A message of the client's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) kind: u8,
    pub(crate) transaction_id: u32,
    pub(crate) seconds: u16,
    pub(crate) own_address: [u8; 4],
    pub(crate) options: Vec<(u8, Vec<u8>)>,
}

impl Asked {
    /// Reads the packet of a client, and holds it to what RFC 2131 asks of every message.
    pub(crate) fn read(packet: &[u8]) -> Self {
        let view = crate::packets::View(packet);
        view.assert_sound();
        assert_eq!((view.source().1, view.destination().1), (68, 67));
        let udp = view.payload();
        assert_eq!(udp[4..6], u16::try_from(udp.len()).unwrap().to_be_bytes());
        let message = &udp[8..];
        assert_eq!(message[..4], [1, 1, 6, 0], "a request over Ethernet");
        assert_eq!(message[10..12], [0, 0], "answers may be unicast");
        assert_eq!(message[16..28], [0; 12], "yiaddr, siaddr, giaddr");
        assert_eq!(message[28..34], MAC);
        assert_eq!(message[236..240], [99, 130, 83, 99]);
        assert!(message.len() >= 300, "BOOTP's length");
        let mut options = Vec::new();
        let mut rest = &message[240..];
        while rest[0] != 255 {
            let len = usize::from(rest[1]);
            options.push((rest[0], rest[2..2 + len].to_vec()));
            rest = &rest[2 + len..];
        }
        assert_eq!(options[0].0, 53, "the type comes first");
        Self {
            kind: options[0].1[0],
            transaction_id: u32::from_be_bytes(message[4..8].try_into().unwrap()),
            seconds: u16::from_be_bytes([message[8], message[9]]),
            own_address: message[12..16].try_into().unwrap(),
            options,
        }
    }

    pub(crate) fn option(&self, kind: u8) -> Option<&[u8]> {
        let found = self.options.iter().find(|(of, _)| *of == kind);
        found.map(|(_, value)| value.as_slice())
    }
}

/// An answer, every field of which a test may change.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) transaction_id: u32,
    pub(crate) address: [u8; 4],
    pub(crate) options: Vec<(u8, Vec<u8>)>,
    pub(crate) mac: [u8; 6],
    pub(crate) file: Vec<u8>,
    pub(crate) sname: Vec<u8>,
    pub(crate) to: [u8; 4],
}

impl Answer {
    /// A usual one: an hour, T1 and T2 by the book.
    pub(crate) fn new(kind: u8, transaction_id: u32) -> Self {
        Self {
            transaction_id,
            address: if kind == NAK { [0; 4] } else { OFFERED },
            options: vec![
                (53, vec![kind]),
                (54, vec![192, 0, 2, 1]),
                (51, 3600_u32.to_be_bytes().to_vec()),
                (1, vec![255, 255, 255, 0]),
                (3, vec![192, 0, 2, 1]),
                (6, vec![192, 0, 2, 53, 192, 0, 2, 54, 192, 0, 2, 55]),
            ],
            mac: MAC,
            file: Vec::new(),
            sname: Vec::new(),
            to: [255; 4],
        }
    }

    /// The same with this option, in place of the one it had.
    pub(crate) fn with(mut self, kind: u8, value: &[u8]) -> Self {
        self.options.retain(|(of, _)| *of != kind);
        self.options.push((kind, value.to_vec()));
        self
    }

    pub(crate) fn without(mut self, kind: u8) -> Self {
        self.options.retain(|(of, _)| *of != kind);
        self
    }

    pub(crate) fn message(&self) -> Vec<u8> {
        let mut message = vec![2, 1, 6, 0];
        message.extend(self.transaction_id.to_be_bytes());
        message.extend([0; 8]);
        message.extend(self.address);
        message.extend([0; 8]);
        message.extend(self.mac);
        message.resize(44, 0);
        message.extend(&self.sname);
        message.resize(108, 0);
        message.extend(&self.file);
        message.resize(236, 0);
        message.extend([99, 130, 83, 99]);
        message.extend(written(&self.options));
        message.push(255);
        message
    }

    /// The packet that carries it.
    pub(crate) fn packet(&self) -> Vec<u8> {
        let to = Ipv4Addr::from(self.to).to_string();
        udp(end(SERVER, 67), end(&to, 68), &self.message())
    }
}

/// Options as they go onto the wire.
pub(crate) fn written(options: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (kind, value) in options {
        bytes.extend([*kind, u8::try_from(value.len()).unwrap()]);
        bytes.extend(value);
    }
    bytes
}
