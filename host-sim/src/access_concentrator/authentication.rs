//! Whether the customer is one: PAP (RFC 1334) and CHAP with MD5 (RFC 1994), the authenticator's side.

use std::time::Duration;

use md5::{Digest, Md5};

use super::control::Control;
use super::frame::protocol;
use super::negotiation::Outbox;
use super::settings::{Authentication, Customer};

/// How long an answer may take, and how often it is asked for.
const ASK_AGAIN: Duration = Duration::from_secs(3);
const MOST_CHALLENGES: u32 = 10;

const PAP_REQUEST: u8 = 1;
const PAP_ACK: u8 = 2;
const PAP_NAK: u8 = 3;
const CHAP_CHALLENGE: u8 = 1;
const CHAP_RESPONSE: u8 = 2;
const CHAP_SUCCESS: u8 = 3;
const CHAP_FAILURE: u8 = 4;
/// CHAP's algorithm number of MD5.
const MD5: u8 = 5;

/// What came of it so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Pending,
    Passed,
    Failed,
}

/// One authentication.
#[derive(Debug)]
pub(super) struct Examination {
    kind: Authentication,
    customers: Vec<Customer>,
    own_name: String,
    identifier: u8,
    challenge: [u8; 16],
    asked: u32,
    ask_again_at: Option<Duration>,
    verdict: Verdict,
}

/// The value of LCP's option for it (RFC 1661, section 6.2).
pub(super) fn option(kind: Authentication) -> Vec<u8> {
    match kind {
        Authentication::Pap => protocol::PAP.to_be_bytes().to_vec(),
        Authentication::Chap => [&protocol::CHAP.to_be_bytes()[..], &[MD5]].concat(),
    }
}

impl Examination {
    pub(super) fn new(
        kind: Authentication,
        customers: &[Customer],
        own_name: &str,
        challenge: [u8; 16],
    ) -> Self {
        Self {
            kind,
            customers: customers.to_vec(),
            own_name: own_name.to_owned(),
            identifier: challenge[0],
            challenge,
            asked: 0,
            ask_again_at: None,
            verdict: Verdict::Pending,
        }
    }

    pub(super) fn next_at(&self) -> Option<Duration> {
        self.ask_again_at
    }

    pub(super) fn start(&mut self, now: Duration, out: &mut Outbox) {
        self.ask(now, out);
    }

    /// Asks again when it is time; who never answers fails.
    pub(super) fn poll(&mut self, now: Duration, out: &mut Outbox) -> Verdict {
        if self.ask_again_at.is_some_and(|at| now >= at) {
            if self.asked >= MOST_CHALLENGES {
                self.verdict = Verdict::Failed;
                self.ask_again_at = None;
            } else {
                self.ask(now, out);
            }
        }
        self.verdict
    }

    /// Deals with what the peer says of itself. Once passed, it gets the same answer again.
    pub(super) fn receive(
        &mut self,
        protocol: u16,
        packet: Control<'_>,
        out: &mut Outbox,
    ) -> Verdict {
        let right = match (self.kind, protocol, packet.code) {
            (Authentication::Pap, protocol::PAP, PAP_REQUEST) => self.knows_password(packet.data),
            (Authentication::Chap, protocol::CHAP, CHAP_RESPONSE)
                if packet.identifier == self.identifier =>
            {
                self.knows_secret(packet.data)
            }
            _ => None,
        };
        let Some(right) = right else {
            return self.verdict;
        };
        self.ask_again_at = None;
        self.verdict = if right {
            Verdict::Passed
        } else {
            Verdict::Failed
        };
        let said: &[u8] = if right { b"Welcome" } else { b"Who are you?" };
        match self.kind {
            Authentication::Pap => {
                let code = if right { PAP_ACK } else { PAP_NAK };
                let length = u8::try_from(said.len()).unwrap_or(0);
                let message = [&[length], said].concat();
                out.control(protocol::PAP, code, packet.identifier, &message);
            }
            Authentication::Chap => {
                let code = if right { CHAP_SUCCESS } else { CHAP_FAILURE };
                out.control(protocol::CHAP, code, packet.identifier, said);
            }
        }
        self.verdict
    }

    /// PAP waits; CHAP asks.
    fn ask(&mut self, now: Duration, out: &mut Outbox) {
        self.asked += 1;
        self.ask_again_at = Some(now + ASK_AGAIN);
        if self.kind == Authentication::Chap {
            let length = u8::try_from(self.challenge.len()).unwrap_or(0);
            let data = [&[length], &self.challenge[..], self.own_name.as_bytes()].concat();
            out.control(protocol::CHAP, CHAP_CHALLENGE, self.identifier, &data);
        }
    }

    /// Judges PAP's name and password, each with its length before it.
    fn knows_password(&self, data: &[u8]) -> Option<bool> {
        let (name, rest) = counted(data)?;
        let (password, _) = counted(rest)?;
        Some(self.customers.iter().any(|customer| {
            customer.name.as_bytes() == name && customer.password.as_bytes() == password
        }))
    }

    /// Judges CHAP's response: MD5 of identifier, secret and challenge (RFC 1994, section 4.1).
    fn knows_secret(&self, data: &[u8]) -> Option<bool> {
        let (response, name) = counted(data)?;
        let right = |customer: &Customer| {
            let expected = Md5::new()
                .chain_update([self.identifier])
                .chain_update(&customer.password)
                .chain_update(self.challenge)
                .finalize();
            expected[..] == *response
        };
        Some(
            self.customers
                .iter()
                .any(|customer| customer.name.as_bytes() == name && right(customer)),
        )
    }
}

/// Bytes with their number before them, and the rest.
fn counted(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&length, rest) = bytes.split_first()?;
    rest.split_at_checked(usize::from(length))
}
