//! An access concentrator of this project's own, where a real one is not to be had, or where time has
//! to be virtual: the far end of PPPoE, without I/O. Frames and the time go in, frames come out, and
//! the same seed gives the same bytes.
//!
//! It was written from the RFCs, and shares nothing with the client in the firmware: what one of both
//! got wrong, the other must not take for right. It is held to Linux's pppd as a client, and the
//! firmware is held to a real access concentrator by the very tests that run against this one.
//!
//! ```
//! use std::time::Duration;
//! use host_sim::access_concentrator::{AccessConcentrator, Settings};
//!
//! let mut concentrator = AccessConcentrator::new(Settings::default(), 1);
//! // A PADI without tags: who is there, for any service?
//! let mut padi = vec![0xff; 6];
//! padi.extend([2, 0, 0, 0, 0, 1, 0x88, 0x63, 0x11, 0x09, 0, 0, 0, 4, 1, 1, 0, 0]);
//! concentrator.receive(&padi, Duration::ZERO);
//! let pado = concentrator.next_frame().unwrap();
//! assert_eq!(pado[15], 0x07);
//! ```

mod authentication;
pub(crate) mod control;
mod discovery;
mod draws;
pub(crate) mod frame;
mod ipv6;
mod layers;
mod negotiation;
mod session;
mod settings;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use draws::Draws;
use frame::{Frame, code, protocol, tag, tag_bytes};
use ipv6::is_for_this_link;
use negotiation::Outbox;
use session::Session;

pub use frame::Mac;
pub use session::{Phase, Reason};
pub use settings::{Authentication, Customer, Deafness, FrameKind, Ipv6Settings, Settings};

/// Frames that wait to be taken, at most; a slow taker loses what comes after.
const MOST_WAITING: usize = 4096;
/// Ended sessions that are remembered, at most.
const MOST_REMEMBERED: usize = 64;

/// How a session is ended from this end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// LCP's Terminate-Request, and a PADT.
    Polite,
    /// A PADT alone.
    Padt,
    /// Not a word: this end has forgotten about it.
    Silent,
}

/// What became of a packet for a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// On its way.
    Sent,
    /// Longer than the session carries. Whether anybody hears of it is the caller's business.
    TooBig {
        /// What it carries, in bytes of IP packet.
        mtu_bytes: u16,
    },
    /// Nobody has this address.
    NoCustomer,
}

/// A session, seen from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionState {
    /// Its number on the line.
    pub id: u16,
    /// The customer's MAC address.
    pub mac: Mac,
    /// How far it has come.
    pub phase: Phase,
    /// The customer's address, once IPCP is open.
    pub ipv4: Option<Ipv4Addr>,
    /// The customer's prefix, once it was delegated.
    pub ipv6_prefix: Option<Ipv6Addr>,
    /// The longest packet that goes to the customer, in bytes from the IP header on.
    pub mtu_bytes: u16,
}

/// The access concentrator.
#[derive(Debug)]
pub struct AccessConcentrator {
    settings: Settings,
    draws: Draws,
    sessions: BTreeMap<u16, Session>,
    last_id: u16,
    frames: VecDeque<Vec<u8>>,
    packets: VecDeque<Vec<u8>>,
    ended: VecDeque<(u16, Reason)>,
}

impl AccessConcentrator {
    /// An access concentrator that draws cookies, magic numbers and challenges from `seed`.
    #[must_use]
    pub fn new(settings: Settings, seed: u64) -> Self {
        Self {
            settings,
            draws: Draws::new(seed),
            sessions: BTreeMap::new(),
            last_id: 0,
            frames: VecDeque::new(),
            packets: VecDeque::new(),
            ended: VecDeque::new(),
        }
    }

    /// How it is set up. Changes count for sessions that begin after them.
    pub fn settings(&mut self) -> &mut Settings {
        &mut self.settings
    }

    /// A frame arrives from the line. What is not PPPoE, or not whole, is nobody's business.
    pub fn receive(&mut self, bytes: &[u8], now: Duration) {
        let Some(frame) = Frame::parse(bytes) else {
            return;
        };
        let is_for_us =
            frame.to == self.settings.mac || (frame.code == code::PADI && frame.to == [0xff; 6]);
        let is_deaf = kind(&frame).is_some_and(|kind| self.is_deaf_to(kind));
        if frame.vlan != self.settings.vlan || !is_for_us || is_deaf {
            return;
        }
        match frame.code {
            code::PADI => self.offer(&frame),
            code::PADR => self.open(&frame, now),
            code::PADT if self.is_of(&frame) => {
                self.close(frame.session, Some(Reason::CustomersWish));
            }
            code::SESSION => self.session(&frame, now),
            _ => {}
        }
    }

    /// Does what is due, and says when to ask again.
    pub fn poll(&mut self, now: Duration) -> Option<Duration> {
        let ids: Vec<u16> = self.sessions.keys().copied().collect();
        for id in ids {
            self.with_session(id, |session, out| session.poll(now, out));
        }
        self.sessions.values().filter_map(Session::next_at).min()
    }

    /// The next frame to put on the line.
    pub fn next_frame(&mut self) -> Option<Vec<u8>> {
        self.frames.pop_front()
    }

    /// The next packet that a customer sends to the Internet.
    pub fn next_packet(&mut self) -> Option<Vec<u8>> {
        self.packets.pop_front()
    }

    /// The next session that ended, and why.
    pub fn next_ended(&mut self) -> Option<(u16, Reason)> {
        self.ended.pop_front()
    }

    /// Sends a packet from the Internet to the customer whose it is.
    pub fn deliver(&mut self, packet: &[u8]) -> Delivery {
        let Some(to) = destination(packet) else {
            return Delivery::NoCustomer;
        };
        let owner = self.sessions.iter().find(|(_, session)| match to {
            IpAddr::V4(to) => session.ipv4() == Some(to),
            IpAddr::V6(to) => session.ipv6().is_some_and(|access| access.covers(to)),
        });
        let Some((&id, session)) = owner else {
            return Delivery::NoCustomer;
        };
        let mtu_bytes = session.mtu_bytes();
        if packet.len() > usize::from(mtu_bytes) {
            return Delivery::TooBig { mtu_bytes };
        }
        let mac = session.mac;
        let protocol = if to.is_ipv4() {
            protocol::IPV4
        } else {
            protocol::IPV6
        };
        self.send_ppp(mac, id, protocol, packet);
        Delivery::Sent
    }

    /// The sessions, by number.
    #[must_use]
    pub fn sessions(&self) -> Vec<SessionState> {
        self.sessions
            .iter()
            .map(|(&id, session)| SessionState {
                id,
                mac: session.mac,
                phase: session.phase,
                ipv4: session.ipv4(),
                ipv6_prefix: session
                    .ipv6()
                    .filter(|access| access.is_delegated)
                    .map(|access| access.prefix),
                mtu_bytes: session.mtu_bytes(),
            })
            .collect()
    }

    /// Ends a session; one that is not there stays so.
    pub fn end(&mut self, id: u16, how: Ending) {
        match how {
            Ending::Polite => {
                self.with_session(id, |session, out| session.terminate(Reason::OwnWish, out));
            }
            Ending::Padt => {
                self.with_session(id, |session, _| session.end(Reason::OwnWish));
            }
            Ending::Silent => {
                self.sessions.remove(&id);
            }
        }
    }

    fn session(&mut self, frame: &Frame<'_>, now: Duration) {
        let Some((protocol, packet)) = frame.ppp() else {
            return;
        };
        if !self.is_of(frame) {
            return;
        }
        let forwarded = self.with_session(frame.session, |session, out| {
            session
                .receive(protocol, packet, now, out)
                .map(<[u8]>::to_vec)
        });
        if let Some(packet) = forwarded.flatten()
            && self.packets.len() < MOST_WAITING
            && destination(&packet).is_some_and(|to| match to {
                IpAddr::V4(_) => true,
                IpAddr::V6(to) => !is_for_this_link(to),
            })
        {
            self.packets.push_back(packet);
        }
    }

    /// Lets a session work, sends what it has to say, and buries it when it is over.
    fn with_session<T>(
        &mut self,
        id: u16,
        work: impl FnOnce(&mut Session, &mut Outbox) -> T,
    ) -> Option<T> {
        let session = self.sessions.get_mut(&id)?;
        let mut out = Outbox::default();
        let result = work(session, &mut out);
        let (mac, reason) = (session.mac, session.reason);
        for (protocol, packet) in out.0 {
            self.send_ppp(mac, id, protocol, &packet);
        }
        if reason.is_some() {
            self.close(id, reason);
            let error = tag_bytes(&[(tag::GENERIC_ERROR, b"session over")]);
            self.send(mac, code::PADT, id, &error);
        }
        Some(result)
    }

    fn close(&mut self, id: u16, reason: Option<Reason>) {
        self.sessions.remove(&id);
        if let Some(reason) = reason
            && self.ended.len() < MOST_REMEMBERED
        {
            self.ended.push_back((id, reason));
        }
    }

    fn is_of(&self, frame: &Frame<'_>) -> bool {
        let session = self.sessions.get(&frame.session);
        session.is_some_and(|session| session.mac == frame.from)
    }

    fn is_deaf_to(&mut self, kind: FrameKind) -> bool {
        let deafness = self.settings.deaf_to.iter_mut();
        let deafness = deafness.filter(|deafness| deafness.kind == kind && deafness.frames > 0);
        deafness
            .take(1)
            .map(|deafness| deafness.frames -= 1)
            .count()
            > 0
    }

    fn send_ppp(&mut self, to: Mac, session: u16, protocol: u16, packet: &[u8]) {
        let payload = [&protocol.to_be_bytes(), packet].concat();
        self.send(to, code::SESSION, session, &payload);
    }

    fn send(&mut self, to: Mac, code: u8, session: u16, payload: &[u8]) {
        if self.frames.len() < MOST_WAITING {
            let frame = Frame {
                to,
                from: self.settings.mac,
                vlan: self.settings.vlan,
                code,
                session,
                payload,
            };
            self.frames.push_back(frame.bytes());
        }
    }
}

/// What a customer's frame is, if it is something that gets lost on purpose.
pub(crate) fn kind(frame: &Frame<'_>) -> Option<FrameKind> {
    Some(
        match (frame.code, frame.ppp().map(|(protocol, _)| protocol)) {
            (code::PADI, _) => FrameKind::Padi,
            (code::PADR, _) => FrameKind::Padr,
            (code::PADT, _) => FrameKind::Padt,
            (_, Some(protocol::LCP)) => FrameKind::Lcp,
            (_, Some(protocol::PAP | protocol::CHAP)) => FrameKind::Authentication,
            (_, Some(protocol::IPCP)) => FrameKind::Ipcp,
            (_, Some(protocol::IPV6CP)) => FrameKind::Ipv6cp,
            (_, Some(protocol::IPV4 | protocol::IPV6)) => FrameKind::Packet,
            _ => return None,
        },
    )
}

/// Where a packet goes, if it is whole enough to tell.
fn destination(packet: &[u8]) -> Option<IpAddr> {
    match packet.first()? >> 4 {
        4 => {
            let address: [u8; 4] = *packet.get(16..)?.first_chunk()?;
            Some(Ipv4Addr::from(address).into())
        }
        6 => {
            let address: [u8; 16] = *packet.get(24..)?.first_chunk()?;
            Some(Ipv6Addr::from(address).into())
        }
        _ => None,
    }
}
