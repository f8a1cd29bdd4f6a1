//! The access concentrator, held to the RFCs by a customer that says every byte itself.

mod authentication;
mod discovery;
mod ipv6;
mod negotiation;
mod session;

use std::time::Duration;

use md5::{Digest, Md5};

use super::control::{Control, code as control};
use super::frame::{Frame, Mac, code, protocol, tag, tag_bytes};
use super::{AccessConcentrator, Authentication, Settings};

const CUSTOMER: Mac = [0x02, 0, 0, 0, 0, 1];
const NEIGHBOUR: Mac = [0x02, 0, 0, 0, 0, 2];
const EVERYBODY: Mac = [0xff; 6];
/// What the customer is given, and what it calls itself on the link.
const ADDRESS: [u8; 4] = [10, 64, 0, 10];
const INTERFACE: [u8; 8] = [2, 0, 0, 0, 0, 0, 0, 1];

/// A PPP packet: its protocol, and what follows.
type Ppp = (u16, Vec<u8>);
/// A discovery frame: its code, its session, and its tags.
type Discovered = (u8, u16, Vec<(u16, Vec<u8>)>);

/// A customer, the line, and the access concentrator at its end.
struct Line {
    concentrator: AccessConcentrator,
    mac: Mac,
    id: u16,
    now: Duration,
}

impl Line {
    fn new(settings: Settings) -> Self {
        Self {
            concentrator: AccessConcentrator::new(settings, 1),
            mac: CUSTOMER,
            id: 0,
            now: Duration::ZERO,
        }
    }

    /// Sends a frame and says nothing of what comes back.
    fn send(&mut self, to: Mac, vlan: Option<u16>, code: u8, session: u16, payload: &[u8]) {
        let frame = Frame {
            to,
            from: self.mac,
            vlan,
            code,
            session,
            payload,
        };
        self.concentrator.receive(&frame.bytes(), self.now);
    }

    /// Everything that was sent to the customer.
    fn frames(&mut self) -> Vec<Vec<u8>> {
        std::iter::from_fn(|| self.concentrator.next_frame()).collect()
    }

    /// The discovery frames among what was sent.
    fn discovered(&mut self) -> Vec<Discovered> {
        let frames = self.frames();
        let frames = frames.iter().map(|bytes| Frame::parse(bytes).unwrap());
        let frames = frames.filter(|frame| frame.code != code::SESSION);
        let owned = |(kind, value): &(u16, &[u8])| (*kind, value.to_vec());
        frames
            .map(|frame| {
                let tags = frame.tags().iter().map(owned).collect();
                (frame.code, frame.session, tags)
            })
            .collect()
    }

    /// The PPP packets among what was sent.
    fn packets(&mut self) -> Vec<Ppp> {
        let frames = self.frames();
        let frames = frames.iter().map(|bytes| Frame::parse(bytes).unwrap());
        frames
            .filter_map(|frame| frame.ppp().map(|(kind, packet)| (kind, packet.to_vec())))
            .collect()
    }

    fn padi(&mut self, tags: &[(u16, &[u8])]) -> Vec<Discovered> {
        self.send(EVERYBODY, None, code::PADI, 0, &tag_bytes(tags));
        self.discovered()
    }

    fn padr(&mut self, tags: &[(u16, &[u8])]) -> Vec<Discovered> {
        let to = self.concentrator.settings.mac;
        self.send(to, None, code::PADR, 0, &tag_bytes(tags));
        self.discovered()
    }

    /// The cookie of an offer.
    fn cookie(&mut self) -> Vec<u8> {
        let offers = self.padi(&[(tag::SERVICE_NAME, b"")]);
        let (_, _, tags) = &offers[0];
        let cookie = tags.iter().find(|(kind, _)| *kind == tag::AC_COOKIE);
        cookie.expect("a cookie").1.clone()
    }

    /// Discovery to its end; the first words of the session are left to be taken.
    fn discover(&mut self, more: &[(u16, &[u8])]) {
        let cookie = self.cookie();
        let tags = [(tag::SERVICE_NAME, &b""[..]), (tag::AC_COOKIE, &cookie)];
        let to = self.concentrator.settings.mac;
        let tags = tag_bytes(&[&tags[..], more].concat());
        self.send(to, None, code::PADR, 0, &tags);
        let pads = self.concentrator.next_frame().expect("an answer");
        let pads = Frame::parse(&pads).expect("a whole frame");
        assert_eq!(pads.code, code::PADS);
        self.id = pads.session;
    }

    /// Sends a PPP packet, and returns what comes back in the session.
    fn ppp(&mut self, protocol: u16, packet: &[u8]) -> Vec<Ppp> {
        let to = self.concentrator.settings.mac;
        let payload = [&protocol.to_be_bytes(), packet].concat();
        self.send(to, None, code::SESSION, self.id, &payload);
        self.packets()
    }

    fn control(&mut self, protocol: u16, code: u8, identifier: u8, data: &[u8]) -> Vec<Ppp> {
        let packet = Control {
            code,
            identifier,
            data,
        };
        self.ppp(protocol, &packet.bytes())
    }

    /// Agrees to the request that is among `packets`.
    fn agree(&mut self, protocol: u16, packets: &[Ppp]) -> Vec<Ppp> {
        let (identifier, data) = request(protocol, packets);
        self.control(protocol, control::CONFIGURE_ACK, identifier, &data)
    }

    /// What is said when so much time has passed.
    fn wait(&mut self, time: Duration) -> Vec<Ppp> {
        self.now += time;
        self.concentrator.poll(self.now);
        self.packets()
    }

    /// Discovery and LCP; returns what is said when that is open.
    fn establish(&mut self) -> Vec<Ppp> {
        self.discover(&[]);
        let asked = self.packets();
        let agreed = self.control(protocol::LCP, control::CONFIGURE_REQUEST, 1, &[]);
        assert_eq!(agreed, [ppp(protocol::LCP, control::CONFIGURE_ACK, 1, &[])]);
        self.agree(protocol::LCP, &asked)
    }

    /// Says the password to whichever question; returns what is said then.
    fn log_in(&mut self, asked: &[Ppp], name: &str, password: &str) -> Vec<Ppp> {
        match self.concentrator.settings.authentication {
            Authentication::Pap => {
                let data = [counted(name), counted(password)].concat();
                self.control(protocol::PAP, 1, 9, &data)
            }
            Authentication::Chap => {
                let (_, challenge) = asked.iter().find(|(of, _)| *of == protocol::CHAP).unwrap();
                let (identifier, value) = (challenge[1], &challenge[5..21]);
                let response = Md5::new()
                    .chain_update([identifier])
                    .chain_update(password)
                    .chain_update(value)
                    .finalize();
                let data = [&[16], &response[..], name.as_bytes()].concat();
                self.control(protocol::CHAP, 2, identifier, &data)
            }
        }
    }

    /// Everything until packets may pass; returns what was said last.
    fn dial(&mut self) -> Vec<Ppp> {
        let asked = self.establish();
        let asked = self.log_in(&asked, "customer", "secret");
        self.control(
            protocol::IPCP,
            control::CONFIGURE_REQUEST,
            1,
            &[&[3, 6], &ADDRESS[..]].concat(),
        );
        self.agree(protocol::IPCP, &asked);
        if self.concentrator.settings.ipv6.is_none() {
            return Vec::new();
        }
        self.control(
            protocol::IPV6CP,
            control::CONFIGURE_REQUEST,
            1,
            &[&[1, 10], &INTERFACE[..]].concat(),
        );
        self.agree(protocol::IPV6CP, &asked)
    }
}

/// The identifier and the options of the Configure-Request of this protocol.
fn request(protocol: u16, packets: &[Ppp]) -> (u8, Vec<u8>) {
    let request = packets
        .iter()
        .find(|(of, packet)| *of == protocol && packet[0] == control::CONFIGURE_REQUEST);
    let (_, packet) = request.unwrap_or_else(|| panic!("no request of {protocol:04x}"));
    (packet[1], packet[4..].to_vec())
}

/// A control packet, byte by byte.
fn ppp(protocol: u16, code: u8, identifier: u8, data: &[u8]) -> Ppp {
    let length = u16::try_from(data.len() + 4).unwrap().to_be_bytes();
    (protocol, [&[code, identifier], &length[..], data].concat())
}

/// A text with its length before it.
fn counted(text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).unwrap();
    [&[length], text.as_bytes()].concat()
}

/// An IPv4 packet of this length that goes there, as far as anybody here looks at it.
fn ipv4(to: [u8; 4], len: usize) -> Vec<u8> {
    let mut packet = vec![0; len];
    packet[0] = 0x45;
    packet[16..20].copy_from_slice(&to);
    packet
}
