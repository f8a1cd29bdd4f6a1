//! Proving who we are, in the way that the peer asks for (RFC 1661, section 3.5).

use heapless::Vec;

use crate::shared::time::Instant;

use super::chap::{self, CHAP};
use super::control::{Packet, send};
use super::io::{Io, is_due};
use super::lcp::Method;
use super::pap::{self, PAP};
use super::settings::{Credentials, MAX_CREDENTIAL_BYTES};
use super::status::{Discard, Message, message};

/// What isn't answered is sent again after 3 s, and 10 times in all.
const REPEAT_MS: u64 = 3_000;
const MAX_SENT: u8 = 10;
/// A challenge has so long to come.
const CHALLENGE_MS: u64 = 30_000;

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Accepted,
    Refused(Message),
    /// The peer says neither.
    Unanswered,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Nothing is asked for.
    Idle,
    /// A challenge should come.
    Awaiting,
    /// The proof is out.
    Proving,
    Accepted,
}

/// The automaton of whichever protocol it is.
pub(crate) struct Authentication {
    method: Option<Method>,
    step: Step,
    /// Of the proof that is out, or was accepted.
    identifier: u8,
    /// The data of the last Response, to send it again.
    response: Vec<u8, { 17 + MAX_CREDENTIAL_BYTES }>,
    sent: u8,
    due: Option<Instant>,
}

impl Authentication {
    pub(crate) const fn new() -> Self {
        Self {
            method: None,
            step: Step::Idle,
            identifier: 0,
            response: Vec::new(),
            sent: 0,
            due: None,
        }
    }

    /// Begins; the peer may say at any time that it wants another proof.
    pub(crate) fn start(&mut self, method: Method, credentials: &Credentials, io: &mut Io<'_>) {
        *self = Self::new();
        self.method = Some(method);
        match method {
            Method::ChapMd5 => {
                self.step = Step::Awaiting;
                self.due = Some(io.now.after_ms(CHALLENGE_MS));
            }
            Method::Pap => {
                self.step = Step::Proving;
                let [.., identifier] = io.random.next().to_be_bytes();
                self.identifier = identifier;
                self.prove(credentials, io);
            }
        }
    }

    pub(crate) fn stop(&mut self) {
        *self = Self::new();
    }

    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.due
    }

    /// Whether the peer has what it needs to refuse us.
    pub(crate) fn has_tried(&self) -> bool {
        self.step == Step::Proving
    }

    /// Sends the proof again, or gives up.
    pub(crate) fn poll(&mut self, credentials: &Credentials, io: &mut Io<'_>) -> Option<Outcome> {
        if !is_due(self.due, io.now) {
            return None;
        }
        if self.step == Step::Proving && self.sent < MAX_SENT {
            self.prove(credentials, io);
            return None;
        }
        self.due = None;
        Some(Outcome::Unanswered)
    }

    /// Takes a packet of `protocol`, which is PAP's or CHAP's.
    pub(crate) fn receive(
        &mut self,
        protocol: u16,
        packet: &Packet<'_>,
        credentials: &Credentials,
        io: &mut Io<'_>,
    ) -> Result<Option<Outcome>, Discard> {
        let (accepts, text) = match (self.method, protocol, packet.code) {
            (Some(Method::ChapMd5), CHAP, chap::CHALLENGE) => {
                return self.challenge(packet, credentials, io).map(|()| None);
            }
            (Some(Method::ChapMd5), CHAP, chap::SUCCESS) => (true, packet.data),
            (Some(Method::ChapMd5), CHAP, chap::FAILURE) => (false, packet.data),
            (Some(Method::Pap), PAP, pap::AUTHENTICATE_ACK) => (true, pap::message(packet.data)),
            (Some(Method::Pap), PAP, pap::AUTHENTICATE_NAK) => (false, pap::message(packet.data)),
            _ => return Err(Discard::Unexpected),
        };
        if !matches!(self.step, Step::Proving | Step::Accepted) {
            return Err(Discard::Unexpected);
        }
        if packet.identifier != self.identifier {
            return Err(Discard::WrongIdentifier);
        }
        match (accepts, self.step) {
            (true, Step::Accepted) => Err(Discard::Unexpected),
            (true, _) => {
                self.step = Step::Accepted;
                self.due = None;
                Ok(Some(Outcome::Accepted))
            }
            (false, _) => {
                self.due = None;
                Ok(Some(Outcome::Refused(without_secrets(text, credentials))))
            }
        }
    }

    /// A challenge may come at any time, in an open session too (RFC 1994, section 2).
    fn challenge(
        &mut self,
        packet: &Packet<'_>,
        credentials: &Credentials,
        io: &mut Io<'_>,
    ) -> Result<(), Discard> {
        let value = chap::response(packet.identifier, packet.data, &credentials.password)?;
        self.response.clear();
        for part in [&value[..], &credentials.username] {
            // There is room for the longest name.
            let _ = self.response.extend_from_slice(part);
        }
        self.identifier = packet.identifier;
        self.sent = 0;
        let was_accepted = self.step == Step::Accepted;
        if !was_accepted {
            self.step = Step::Proving;
        }
        self.prove(credentials, io);
        if was_accepted {
            // The peer repeats its challenge if it missed the answer.
            self.due = None;
        }
        Ok(())
    }

    fn prove(&mut self, credentials: &Credentials, io: &mut Io<'_>) {
        self.sent = self.sent.saturating_add(1);
        self.due = Some(io.now.after_ms(REPEAT_MS));
        let identifier = self.identifier;
        match self.method {
            Some(Method::Pap) => {
                let request = pap::request(credentials);
                send(
                    PAP,
                    pap::AUTHENTICATE_REQUEST,
                    identifier,
                    &[],
                    &request,
                    io,
                );
            }
            Some(Method::ChapMd5) => {
                send(CHAP, chap::RESPONSE, identifier, &[], &self.response, io);
            }
            None => {}
        }
    }
}

/// What the peer wrote, unless it wrote our password: messages are shown.
fn without_secrets(text: &[u8], credentials: &Credentials) -> Message {
    let password = &credentials.password[..];
    let shows = !password.is_empty() && text.windows(password.len()).any(|part| part == password);
    if shows { Message::new() } else { message(text) }
}
