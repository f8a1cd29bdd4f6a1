//! The client: frames and time in, sessions out, again and again.

use core::fmt;
use core::ops::Range;

use crate::shared::hash::{HashKey, Random};
use crate::shared::rate_limit::RateLimit;
use crate::shared::time::Instant;

use super::discovery::{Discovery, Found, Opened};
use super::frame::{
    DISCOVERY, Frame, HEADER_BYTES, PADT, SESSION, SESSION_DATA, Session, ppp_protocol,
};
use super::io::{Io, Mac, Transmit, about_ms, earlier, is_due};
use super::line::{Family, Line};
use super::link::{End, Link};
use super::retry::Retry;
use super::settings::{Owned, Settings, SettingsError};
use super::status::{Discard, Message, Phase, Reason, Status};

/// The most frames that one received frame is answered with.
pub const MAX_FRAMES_PER_FRAME: usize = 4;
/// How many sessions of which we know nothing are ended each second.
const STALE_SESSIONS_PER_SECOND: u16 = 4;

/// An IP packet that came in the open session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inbound {
    /// By which PPP protocol it came.
    pub family: Family,
    /// Where it lies in the payload that was handed to [`Client::receive`]: to the end that PPPoE's
    /// length field gives, without Ethernet's padding. The packet itself isn't looked at.
    pub range: Range<usize>,
}

/// The automata, one before a session and one in it.
struct Parts<'a> {
    settings: &'a Owned,
    discovery: &'a mut Discovery,
    link: &'a mut Link,
}

/// A PPPoE client on one Ethernet port.
pub struct Client {
    settings: Owned,
    random: Random,
    status: Status,
    has_link: bool,
    is_wanted: bool,
    discovery: Discovery,
    session: Option<Session>,
    link: Link,
    /// A session of whose end the peer may not have heard.
    left: Option<Session>,
    line: Option<Line>,
    retry: Retry,
    /// No password is sent before.
    not_before: Instant,
    stale: RateLimit,
}

impl fmt::Debug for Client {
    /// Without credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("status", &self.status)
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// A client without a link. The seed, which should be of entropy, feeds Host-Uniq, magic numbers,
    /// identifiers and jitter.
    ///
    /// # Errors
    /// The first field that can't be, and why.
    pub fn new(settings: &Settings<'_>, seed: [u8; 16]) -> Result<Self, SettingsError> {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = seed;
        let [low, high] = [[a, b, c, d, e, f, g, h], [i, j, k, l, m, n, o, p]];
        let mut key = [0; 8];
        for (byte, (low, high)) in key.iter_mut().zip(low.into_iter().zip(high)) {
            *byte = low ^ high.rotate_left(3);
        }
        let settings = Owned::new(settings)?;
        let mut random = Random::new(HashKey::new(key));
        Ok(Self {
            link: Link::new(&settings, &mut random),
            settings,
            random,
            status: Status::default(),
            has_link: false,
            is_wanted: true,
            discovery: Discovery::new(),
            session: None,
            left: None,
            line: None,
            retry: Retry::default(),
            not_before: Instant(0),
            stale: RateLimit::new(STALE_SESSIONS_PER_SECOND),
        })
    }

    /// Tells whether the port has a link. Without one, the session is over at once; with one,
    /// discovery begins at the next [`poll`](Self::poll).
    pub fn link(&mut self, is_up: bool, now: Instant) {
        if is_up == self.has_link {
            return;
        }
        self.has_link = is_up;
        if is_up {
            self.retry.new_link();
            self.link.new_wiring();
            self.rest(now);
        } else {
            self.ended(Reason::LinkLost, Message::new(), now);
        }
    }

    /// Ends the session, tells the peer, and stays off until [`dial`](Self::dial).
    pub fn hang_up(&mut self, now: Instant, out: &mut dyn Transmit) {
        self.is_wanted = false;
        self.end(Reason::HungUp, Message::new(), now, out);
    }

    /// Begins at the next [`poll`](Self::poll): after [`hang_up`](Self::hang_up), or sooner than the
    /// client would after a failure.
    pub fn dial(&mut self, now: Instant) {
        self.is_wanted = true;
        self.not_before = now;
        if self.is_resting() {
            self.rest(now);
        }
    }

    /// Takes what follows the Ethernet header and tags of a frame that `source` sent to the port's
    /// own address, and sends what follows from it. Returns where the IP packet is, if it carries
    /// one that the session may carry. Call [`poll`](Self::poll) for the new deadline.
    pub fn receive(
        &mut self,
        source: Mac,
        ethertype: u16,
        payload: &[u8],
        now: Instant,
        out: &mut dyn Transmit,
    ) -> Option<Inbound> {
        let counters = &mut self.status.counters;
        counters.frames_received = counters.frames_received.wrapping_add(1);
        let result = match ethertype {
            _ if source[0] & 1 != 0 => Err(Discard::NotUnicast),
            DISCOVERY => self.discovery(source, payload, now, out).map(|()| None),
            SESSION => self.session(source, payload, now, out),
            _ => Err(Discard::UnknownCode),
        };
        result.unwrap_or_else(|reason| {
            self.status.counters.discarded.count(reason);
            None
        })
    }

    /// Does what is due by now, and returns when to call next if no frame comes before; `None` when
    /// nothing is due ever.
    pub fn poll(&mut self, now: Instant, out: &mut dyn Transmit) -> Option<Instant> {
        if is_due(self.status.retry_at, now) {
            self.begin(now, out);
        }
        let (parts, mut io) = self.parts(now, out);
        let found = parts.discovery.poll(parts.settings, &mut io);
        self.found(found, now, out);
        if self.session.is_some() {
            let (parts, mut io) = self.parts(now, out);
            let end = parts.link.poll(parts.settings, &mut io);
            self.settle(end, now, out);
        }
        let session_due = self.session.and_then(|_| self.link.next_due());
        earlier(
            self.status.retry_at,
            earlier(session_due, self.discovery.next_due()),
        )
    }

    /// The data path, while there is one.
    #[must_use]
    pub fn line(&self) -> Option<&Line> {
        self.line.as_ref()
    }

    /// Where the client is, and what was before.
    #[must_use]
    pub fn status(&self) -> &Status {
        &self.status
    }

    fn discovery(
        &mut self,
        source: Mac,
        payload: &[u8],
        now: Instant,
        out: &mut dyn Transmit,
    ) -> Result<(), Discard> {
        let frame = Frame::read(payload)?;
        if frame.code == PADT {
            self.is_ours(source, frame.session_id)?;
            let reason = self.link.explain(Reason::PeerHungUp);
            self.ended(reason, Message::new(), now);
            return Ok(());
        }
        let (parts, mut io) = self.parts(now, out);
        let found = parts
            .discovery
            .receive(source, &frame, parts.settings, &mut io)?;
        self.found(found, now, out);
        Ok(())
    }

    fn session(
        &mut self,
        source: Mac,
        payload: &[u8],
        now: Instant,
        out: &mut dyn Transmit,
    ) -> Result<Option<Inbound>, Discard> {
        let frame = Frame::read(payload)?;
        if frame.code != SESSION_DATA {
            return Err(Discard::UnknownCode);
        }
        if let Err(reason) = self.is_ours(source, frame.session_id) {
            self.end_stale(source, frame.session_id, now, out);
            return Err(reason);
        }
        let ppp = frame.payload;
        let (protocol, at) = ppp_protocol(ppp).ok_or(Discard::MalformedProtocol)?;
        if let Some(family) = self.line.as_ref().and_then(|line| line.carries(protocol)) {
            let start = at.saturating_add(HEADER_BYTES);
            let range = start..ppp.len().saturating_add(HEADER_BYTES);
            return Ok(Some(Inbound { family, range }));
        }
        let data = ppp.get(at..).unwrap_or_default();
        let (parts, mut io) = self.parts(now, out);
        let end = parts
            .link
            .receive(protocol, data, parts.settings, &mut io)?;
        self.settle(end, now, out);
        Ok(None)
    }

    /// Ends the session if it has to, and sees whether packets pass.
    fn settle(&mut self, end: Option<End>, now: Instant, out: &mut dyn Transmit) {
        if let Some(End { reason, message }) = end {
            return self.end(reason, message, now, out);
        }
        let Some(session) = self.session else { return };
        self.line = self.link.line(session);
        self.link.is_up(self.line.is_some(), now);
        self.status.phase = self.link.phase();
        if self.line.is_none() {
            self.status.up_since = None;
        } else if self.status.up_since.is_none() {
            self.status.up_since = Some(now);
            let sessions = &mut self.status.counters.sessions;
            *sessions = sessions.wrapping_add(1);
        }
    }

    /// A session belongs to the access concentrator that opened it: nobody else may speak for it.
    fn is_ours(&self, source: Mac, id: u16) -> Result<(), Discard> {
        let named = Session {
            access_concentrator: source,
            id,
        };
        if self.session == Some(named) {
            Ok(())
        } else {
            Err(Discard::OtherSession)
        }
    }

    /// Somebody holds a session with us that we know nothing of, as after a reboot: it has to go
    /// before some access concentrators open another. Not so while a PADR waits for its answer, which
    /// may have been overtaken; and beside an open session only its own access concentrator's.
    fn end_stale(&mut self, source: Mac, id: u16, now: Instant, out: &mut dyn Transmit) {
        let may_be_stale = match self.session {
            Some(session) => session.access_concentrator == source,
            None => !self.discovery.is_requesting_from(source),
        };
        if may_be_stale && self.has_link && self.stale.allows(now) {
            let stale = Session {
                access_concentrator: source,
                id,
            };
            let counters = &mut self.status.counters;
            counters.stale_sessions = counters.stale_sessions.wrapping_add(1);
            stale.terminate(&mut self.io(now, out));
        }
    }

    fn begin(&mut self, now: Instant, out: &mut dyn Transmit) {
        self.status.retry_at = None;
        self.status.phase = Phase::Discovery;
        if let Some(left) = self.left.take() {
            left.terminate(&mut self.io(now, out));
        }
        let max_payload = self.link.jumbo_payload(&self.settings);
        let (parts, mut io) = self.parts(now, out);
        parts.discovery.start(max_payload, parts.settings, &mut io);
    }

    fn found(&mut self, found: Found, now: Instant, out: &mut dyn Transmit) {
        match found {
            Found::Nothing if self.discovery.is_requesting() => self.status.phase = Phase::Request,
            Found::Nothing => {}
            Found::Opened(Opened {
                session,
                max_payload,
            }) => {
                self.session = Some(session);
                let (parts, mut io) = self.parts(now, out);
                parts.link.open(max_payload, parts.settings, &mut io);
                self.settle(None, now, out);
            }
            Found::Failed(reason, message) => self.end(reason, message, now, out),
        }
    }

    /// Ends the session and tells the peer.
    fn end(&mut self, reason: Reason, message: Message, now: Instant, out: &mut dyn Transmit) {
        if let Some(session) = self.session {
            let (parts, mut io) = self.parts(now, out);
            parts.link.close(&mut io);
            session.terminate(&mut io);
        }
        self.ended(reason, message, now);
    }

    /// The session is over, as the peer knows or can't be told.
    fn ended(&mut self, reason: Reason, message: Message, now: Instant) {
        if matches!(reason, Reason::LinkLost | Reason::PeerDead) {
            self.left = self.session.or(self.left);
        }
        self.discovery.stop();
        self.link.close_quietly();
        self.session = None;
        self.line = None;
        if self.is_resting() {
            return self.rest(now);
        }
        let wait_ms = self.retry.after(reason, self.status.uptime_ms(now));
        let retry_at = about_ms(&mut self.random, now, wait_ms);
        if reason.is_about_the_password() {
            self.not_before = retry_at;
        }
        self.status.last_reason = Some(reason);
        self.status.last_message = message;
        self.status.counters.ends = self.status.counters.ends.wrapping_add(1);
        self.status.up_since = None;
        self.rest(retry_at);
    }

    /// Does nothing until `retry_at`, or for good.
    fn rest(&mut self, retry_at: Instant) {
        self.status.phase = match (self.is_wanted, self.has_link) {
            (false, _) => Phase::Off,
            (true, false) => Phase::NoLink,
            (true, true) => Phase::Waiting,
        };
        let waits = self.status.phase == Phase::Waiting;
        self.status.retry_at = waits.then(|| retry_at.max(self.not_before));
    }

    fn is_resting(&self) -> bool {
        matches!(
            self.status.phase,
            Phase::Off | Phase::NoLink | Phase::Waiting
        )
    }

    fn io<'a>(&'a mut self, now: Instant, out: &'a mut dyn Transmit) -> Io<'a> {
        self.parts(now, out).1
    }

    /// The automata and what they need.
    fn parts<'a>(&'a mut self, now: Instant, out: &'a mut dyn Transmit) -> (Parts<'a>, Io<'a>) {
        let io = Io {
            now,
            out,
            session: self.session,
            random: &mut self.random,
            counters: &mut self.status.counters,
        };
        let parts = Parts {
            settings: &self.settings,
            discovery: &mut self.discovery,
            link: &mut self.link,
        };
        (parts, io)
    }
}
