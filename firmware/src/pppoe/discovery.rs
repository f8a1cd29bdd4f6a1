//! From nothing to a session (RFC 2516, section 5; RFC 4638, section 4).

use heapless::{Deque, Vec};

use crate::shared::bytes::u16_at;
use crate::shared::time::Instant;

use super::frame::{self, DISCOVERY, Frame, PADI, PADO, PADR, PADS, Session};
use super::io::{Io, Mac, is_due};
use super::retry::doubled;
use super::settings::Owned;
use super::status::{Discard, Message, Reason, message};
use super::tags::{self, TagList};

/// PADIs go out until somebody answers: after 1 s, 2 s, 4 s ... 64 s.
const PADI_MS: u32 = 1_000;
const PADI_LIMIT_MS: u32 = 64_000;
/// One access concentrator is asked for a session so many times, after 1 s, 2 s, 4 s, 8 s, 8 s.
const MAX_PADRS: u8 = 5;
const PADR_MS: u32 = 1_000;
const PADR_LIMIT_MS: u32 = 8_000;

/// How many offers are kept: one that is taken, and others in case that it fails.
const MAX_OFFERS: usize = 4;
/// The longest AC-Cookie and Relay-Session-Id that are kept, in bytes; an offer with longer ones
/// can't be taken. Cookies of 16 to 20 bytes are what is seen, and a relay's are 12.
const MAX_COOKIE_BYTES: usize = 128;
const MAX_RELAY_BYTES: usize = 32;

/// An access concentrator that would open a session, and what it wants to be given back.
struct Offer {
    access_concentrator: Mac,
    cookie: Option<Vec<u8, MAX_COOKIE_BYTES>>,
    relay: Option<Vec<u8, MAX_RELAY_BYTES>>,
}

/// A session that was opened.
pub(crate) struct Opened {
    pub(crate) session: Session,
    /// The most bytes of a PPP packet's payload that the access concentrator agreed to.
    pub(crate) max_payload: Option<u16>,
}

/// What comes of a frame, or of a time-out.
pub(crate) enum Found {
    Nothing,
    Opened(Opened),
    /// Nobody who made an offer opens a session.
    Failed(Reason, Message),
}

/// What is being done.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Idle,
    /// A PADI is out.
    Soliciting,
    /// A PADR to the first offer is out.
    Requesting,
}

/// The automaton of the discovery stage.
pub(crate) struct Discovery {
    step: Step,
    host_uniq: [u8; 8],
    /// The one that was taken, then those that wait.
    offers: Deque<Offer, MAX_OFFERS>,
    /// How many of the step's frames were sent.
    sent: u8,
    due: Option<Instant>,
    /// What is asked for by PPP-Max-Payload.
    max_payload: Option<u16>,
}

impl Discovery {
    pub(crate) const fn new() -> Self {
        Self {
            step: Step::Idle,
            host_uniq: [0; 8],
            offers: Deque::new(),
            sent: 0,
            due: None,
            max_payload: None,
        }
    }

    /// Asks who is there; `max_payload`, if more than PPPoE's 1492 bytes are wanted.
    pub(crate) fn start(&mut self, max_payload: Option<u16>, settings: &Owned, io: &mut Io<'_>) {
        *self = Self::new();
        self.max_payload = max_payload;
        let [a, b, c, d] = io.random.next().to_be_bytes();
        let [e, f, g, h] = io.random.next().to_be_bytes();
        self.host_uniq = [a, b, c, d, e, f, g, h];
        self.step = Step::Soliciting;
        self.solicit(settings, io);
    }

    pub(crate) fn stop(&mut self) {
        *self = Self::new();
    }

    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.due
    }

    /// Whether `station` was asked for a session and hasn't answered.
    pub(crate) fn is_requesting_from(&self, station: Mac) -> bool {
        self.asked() == Some(station)
    }

    /// Whether a PADR is out.
    pub(crate) fn is_requesting(&self) -> bool {
        self.step == Step::Requesting
    }

    fn asked(&self) -> Option<Mac> {
        let offer = self.offers.front().filter(|_| self.is_requesting())?;
        Some(offer.access_concentrator)
    }

    /// Takes a discovery frame other than a PADT.
    pub(crate) fn receive(
        &mut self,
        source: Mac,
        frame: &Frame<'_>,
        settings: &Owned,
        io: &mut Io<'_>,
    ) -> Result<Found, Discard> {
        match frame.code {
            PADO => self.offer(source, frame, settings, io),
            PADS => self.confirmation(source, frame, settings, io),
            _ => Err(Discard::UnknownCode),
        }
    }

    /// Sends again what wasn't answered, or asks the next one.
    pub(crate) fn poll(&mut self, settings: &Owned, io: &mut Io<'_>) -> Found {
        if !is_due(self.due, io.now) {
            return Found::Nothing;
        }
        match self.step {
            Step::Idle => self.due = None,
            Step::Soliciting => self.solicit(settings, io),
            Step::Requesting if self.sent < MAX_PADRS => self.request(settings, io),
            Step::Requesting => {
                return self.refused(Reason::NoSession, Message::new(), settings, io);
            }
        }
        Found::Nothing
    }

    fn offer(
        &mut self,
        source: Mac,
        frame: &Frame<'_>,
        settings: &Owned,
        io: &mut Io<'_>,
    ) -> Result<Found, Discard> {
        if self.step == Step::Idle {
            return Err(Discard::Unexpected);
        }
        let tags = Tags::read(frame.payload)?;
        if frame.session_id != 0 {
            return Err(Discard::OtherSession);
        }
        self.is_ours(&tags)?;
        let wanted = settings.access_concentrator.as_deref();
        let is_wanted = match wanted {
            Some(wanted) => tags.ac_name == Some(wanted.as_bytes()),
            None => true,
        };
        let service = settings.service_name.as_bytes();
        let has_service = service.is_empty() || offers_service(frame.payload, service);
        if tags.error.is_some() || !is_wanted || !has_service {
            return Err(Discard::UnwantedOffer);
        }
        let repeated = |offer: &Offer| offer.access_concentrator == source;
        if self.offers.iter().any(repeated) {
            return Err(Discard::Unexpected);
        }
        let copy = |_| Discard::NoRoomForOffer;
        let offer = Offer {
            access_concentrator: source,
            cookie: tags.cookie.map(Vec::from_slice).transpose().map_err(copy)?,
            relay: tags.relay.map(Vec::from_slice).transpose().map_err(copy)?,
        };
        self.offers
            .push_back(offer)
            .map_err(|_| Discard::NoRoomForOffer)?;
        if self.step == Step::Soliciting {
            self.step = Step::Requesting;
            self.sent = 0;
            self.request(settings, io);
        }
        Ok(Found::Nothing)
    }

    fn confirmation(
        &mut self,
        source: Mac,
        frame: &Frame<'_>,
        settings: &Owned,
        io: &mut Io<'_>,
    ) -> Result<Found, Discard> {
        if self.asked() != Some(source) {
            return Err(Discard::Unexpected);
        }
        let tags = Tags::read(frame.payload)?;
        self.is_ours(&tags)?;
        if let Some((reason, text)) = tags.error {
            return Ok(self.refused(reason, message(text), settings, io));
        }
        // 0 opens nothing, and the highest number is reserved (RFC 2516, section 4).
        if frame.session_id == 0 || frame.session_id == u16::MAX {
            return Ok(self.refused(Reason::GenericError, Message::new(), settings, io));
        }
        let max_payload = match (self.max_payload, tags.max_payload) {
            (Some(asked), Some(granted)) => Some(asked.min(granted)),
            _ => None,
        };
        let session = Session {
            access_concentrator: source,
            id: frame.session_id,
        };
        self.stop();
        Ok(Found::Opened(Opened {
            session,
            max_payload,
        }))
    }

    /// An answer belongs to our question if it repeats our Host-Uniq.
    fn is_ours(&self, tags: &Tags<'_>) -> Result<(), Discard> {
        if tags.host_uniq == Some(&self.host_uniq[..]) {
            Ok(())
        } else {
            Err(Discard::OtherHost)
        }
    }

    /// The first offer is none; the next one is asked, if there is one.
    fn refused(
        &mut self,
        reason: Reason,
        message: Message,
        settings: &Owned,
        io: &mut Io<'_>,
    ) -> Found {
        self.offers.pop_front();
        if self.offers.is_empty() {
            self.stop();
            return Found::Failed(reason, message);
        }
        self.sent = 0;
        self.request(settings, io);
        Found::Nothing
    }

    fn solicit(&mut self, settings: &Owned, io: &mut Io<'_>) {
        let wait_ms = doubled(PADI_MS, self.sent, PADI_LIMIT_MS);
        self.sent = self.sent.saturating_add(1);
        self.due = Some(io.about_ms(wait_ms));
        let tags = self.common_tags(settings);
        send(PADI, [0xff; 6], &tags, io);
    }

    fn request(&mut self, settings: &Owned, io: &mut Io<'_>) {
        let wait_ms = doubled(PADR_MS, self.sent, PADR_LIMIT_MS);
        self.sent = self.sent.saturating_add(1);
        self.due = Some(io.about_ms(wait_ms));
        let Some(offer) = self.offers.front() else {
            return;
        };
        let mut tags = self.common_tags(settings);
        if let Some(cookie) = &offer.cookie {
            tags.push(tags::AC_COOKIE, cookie);
        }
        if let Some(relay) = &offer.relay {
            tags.push(tags::RELAY_SESSION_ID, relay);
        }
        send(PADR, offer.access_concentrator, &tags, io);
    }

    fn common_tags(&self, settings: &Owned) -> TagList {
        let mut tags = TagList::default();
        tags.push(tags::SERVICE_NAME, settings.service_name.as_bytes());
        tags.push(tags::HOST_UNIQ, &self.host_uniq);
        if let Some(max_payload) = self.max_payload {
            tags.push(tags::PPP_MAX_PAYLOAD, &max_payload.to_be_bytes());
        }
        tags
    }
}

fn send(code: u8, destination: Mac, tags: &TagList, io: &mut Io<'_>) {
    let header = frame::header(code, 0, tags.as_slice().len());
    io.send(destination, DISCOVERY, &header, tags.as_slice());
}

/// What an answer says. Of a tag that comes twice, the first counts.
#[derive(Default)]
struct Tags<'a> {
    ac_name: Option<&'a [u8]>,
    host_uniq: Option<&'a [u8]>,
    cookie: Option<&'a [u8]>,
    relay: Option<&'a [u8]>,
    max_payload: Option<u16>,
    error: Option<(Reason, &'a [u8])>,
}

impl<'a> Tags<'a> {
    fn read(payload: &'a [u8]) -> Result<Self, Discard> {
        let mut tags = Self::default();
        tags::for_each(payload, |kind, value| {
            let field = match kind {
                tags::AC_NAME => &mut tags.ac_name,
                tags::HOST_UNIQ => &mut tags.host_uniq,
                tags::AC_COOKIE => &mut tags.cookie,
                tags::RELAY_SESSION_ID => &mut tags.relay,
                tags::PPP_MAX_PAYLOAD => {
                    let number = u16_at(value, 0).filter(|_| value.len() == 2);
                    tags.max_payload = tags.max_payload.or(number);
                    return;
                }
                _ => {
                    tags.error = tags.error.or(error(kind).map(|reason| (reason, value)));
                    return;
                }
            };
            field.get_or_insert(value);
        })?;
        Ok(tags)
    }
}

fn error(kind: u16) -> Option<Reason> {
    match kind {
        tags::SERVICE_NAME_ERROR => Some(Reason::ServiceNameError),
        tags::AC_SYSTEM_ERROR => Some(Reason::AcSystemError),
        tags::GENERIC_ERROR => Some(Reason::GenericError),
        _ => None,
    }
}

fn offers_service(payload: &[u8], service: &[u8]) -> bool {
    let mut found = false;
    let walk = tags::for_each(payload, |kind, value| {
        found |= kind == tags::SERVICE_NAME && value == service;
    });
    walk.is_ok() && found
}
