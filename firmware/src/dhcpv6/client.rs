//! The client: one exchange after the other (RFC 8415, section 18.2).

use core::fmt;

use super::delegation::{Delegation, end_of};
use super::exchange::{CONFIRMATIONS, Exchange, RENEWALS, REQUESTS, SOLICIT_LIMIT_MS, Timing};
use super::message::{
    ADVERTISE, Duid, Incoming, NO_BINDING, Outgoing, Prefix, REBIND, RENEW, REPLY, REQUEST,
    SOLICIT, own_duid,
};
use crate::shared::hash::{HashKey, Random};
use crate::shared::time::Instant;

/// The shortest time after which a delegation is renewed, whatever the server says, in milliseconds.
pub const MIN_RENEWAL_MS: u64 = 10_000;
/// How long the first Solicit waits at most, so that a street whose power is back doesn't call in chorus (section
/// 18.2.1).
const SOLICIT_DELAY_MS: u16 = 1_000;
/// How long after a refusal everything begins again: doubled each time, up to two minutes.
const RETRY_MS: u64 = 1_000;
const RETRY_LIMIT_MS: u64 = 120_000;
/// A server that wants to be taken (section 18.2.1).
const TAKE_ME: u8 = 255;

/// What the client is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// There is no link.
    #[default]
    NoLink,
    /// Asks who delegates.
    Soliciting,
    /// Asks one server for its offer.
    Requesting,
    /// Has a prefix.
    Bound,
    /// Asks its server for more time.
    Renewing,
    /// Asks any server for more time.
    Rebinding,
}

/// What was counted since the client was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Messages handed out to be sent.
    pub sent: u64,
    /// Messages handed in.
    pub received: u64,
    /// Those that weren't acted upon.
    pub discarded: u64,
    /// Times that a prefix was delegated anew, or its time prolonged.
    pub delegations: u64,
    /// Delegations that ended, of age or by the server's word.
    pub ends: u64,
}

/// What a server would delegate.
struct Offer {
    server: Duid,
    preference: u8,
    prefix: Prefix,
}

/// A client on one link.
pub struct Client {
    duid: [u8; 10],
    random: Random,
    phase: Phase,
    exchange: Option<Exchange>,
    /// The best offer so far.
    offer: Option<Offer>,
    /// Who delegated, or is asked to.
    server: Duid,
    /// The prefix that is asked for.
    wanted: Option<Prefix>,
    delegation: Option<Delegation>,
    renew_at: Option<Instant>,
    rebind_at: Option<Instant>,
    solicit_limit_ms: u32,
    /// Refusals in a row.
    refusals: u8,
    counters: Counters,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("phase", &self.phase)
            .field("delegation", &self.delegation)
            .field("counters", &self.counters)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// A client without a link. The Ethernet address, by which servers know the box again, stays the same after every
    /// start; the seed should be of entropy, and feeds transaction identifiers and jitter.
    #[must_use]
    pub fn new(mac: [u8; 6], seed: [u8; 16]) -> Self {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = seed;
        let [low, high] = [[a, b, c, d, e, f, g, h], [i, j, k, l, m, n, o, p]];
        let key = u64::from_le_bytes(low) ^ u64::from_le_bytes(high).rotate_left(3);
        Self {
            duid: own_duid(mac),
            random: Random::new(HashKey::new(key.to_le_bytes())),
            phase: Phase::NoLink,
            exchange: None,
            offer: None,
            server: Duid::new(),
            wanted: None,
            delegation: None,
            renew_at: None,
            rebind_at: None,
            solicit_limit_ms: SOLICIT_LIMIT_MS,
            refusals: 0,
            counters: Counters::default(),
        }
    }

    /// Tells whether there is a link over which packets pass. A delegation outlives the time without one; when the link
    /// is back, it is confirmed with a Rebind (section 18.2.12).
    pub fn link(&mut self, is_up: bool, now: Instant) {
        if is_up == (self.phase != Phase::NoLink) {
            return;
        }
        self.refusals = 0;
        if !is_up {
            self.phase = Phase::NoLink;
            self.exchange = None;
        } else if self.delegation.is_some() {
            self.begin(Phase::Rebinding, CONFIRMATIONS, now);
        } else {
            let delay_ms = u64::from(self.random.below(SOLICIT_DELAY_MS));
            self.solicit(now.after_ms(delay_ms));
        }
    }

    /// Takes the payload of a datagram to [`CLIENT_PORT`](super::CLIENT_PORT). Call [`poll`](Self::poll) for what
    /// follows from it.
    pub fn receive(&mut self, payload: &[u8], now: Instant) {
        self.counters.received = self.counters.received.wrapping_add(1);
        if self.accept(payload, now).is_none() {
            self.counters.discarded = self.counters.discarded.wrapping_add(1);
        }
    }

    /// Does what is due by now, and returns when to call next if no datagram comes before; `None` when nothing is due
    /// ever. Each payload for `send` goes to [`SERVERS`](super::SERVERS).
    pub fn poll(&mut self, now: Instant, send: &mut dyn FnMut(&[u8])) -> Option<Instant> {
        let is_due = |due: Option<Instant>| due.is_some_and(|due| due <= now);
        let valid_until = self.delegation.and_then(|had| had.valid_until);
        if is_due(valid_until) {
            self.lose(now);
        }
        let has_server = matches!(self.phase, Phase::Bound | Phase::Renewing);
        if has_server && is_due(self.rebind_at) {
            self.begin(Phase::Rebinding, RENEWALS, now);
        } else if self.phase == Phase::Bound && is_due(self.renew_at) {
            self.begin(Phase::Renewing, RENEWALS, now);
        }
        if is_due(self.exchange.as_ref().map(|exchange| exchange.due)) {
            self.go_on(now, send);
        }
        let phase_due = match (&self.exchange, self.phase) {
            (Some(exchange), Phase::Renewing) => [Some(exchange.due), self.rebind_at],
            (Some(exchange), _) => [Some(exchange.due), None],
            (None, Phase::Bound) => [self.renew_at, self.rebind_at],
            (None, _) => [None, None],
        };
        let valid_until = self.delegation.and_then(|had| had.valid_until);
        phase_due.into_iter().chain([valid_until]).flatten().min()
    }

    /// The prefix, while it is ours.
    #[must_use]
    pub fn delegation(&self) -> Option<&Delegation> {
        self.delegation.as_ref()
    }

    /// What the client is doing.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// What was counted.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    fn begin(&mut self, phase: Phase, timing: Timing, first_due: Instant) {
        self.phase = phase;
        self.offer = None;
        self.exchange = Some(Exchange::new(timing, first_due, &mut self.random));
    }

    fn solicit(&mut self, first_due: Instant) {
        let timing = Timing::solicits(self.solicit_limit_ms);
        self.begin(Phase::Soliciting, timing, first_due);
    }

    /// A server has nothing for us: everything begins again, after a longer wait each time.
    fn refused(&mut self, now: Instant) {
        let factor = 1_u64.checked_shl(u32::from(self.refusals));
        let wait_ms = RETRY_MS.saturating_mul(factor.unwrap_or(u64::MAX));
        self.refusals = self.refusals.saturating_add(1);
        self.solicit(now.after_ms(wait_ms.min(RETRY_LIMIT_MS)));
    }

    /// The prefix isn't ours any more.
    fn lose(&mut self, now: Instant) {
        self.wanted = self.delegation.take().map(|had| had.named());
        self.counters.ends = self.counters.ends.wrapping_add(1);
        let asks_for_more = matches!(
            self.phase,
            Phase::Bound | Phase::Renewing | Phase::Rebinding
        );
        if asks_for_more {
            self.refused(now);
        }
    }

    /// The exchange's time has come: to send, to take the best offer, or to give up.
    fn go_on(&mut self, now: Instant, send: &mut dyn FnMut(&[u8])) {
        if let Some(offer) = self.offer.take() {
            self.server = offer.server;
            self.wanted = Some(offer.prefix);
            self.begin(Phase::Requesting, REQUESTS, now);
        }
        if self
            .exchange
            .as_ref()
            .is_some_and(|exchange| exchange.is_over(now))
        {
            return self.refused(now);
        }
        let Some(exchange) = &mut self.exchange else {
            return;
        };
        let elapsed_hundredths = exchange.send(now, &mut self.random);
        let had = self.delegation.map(|had| had.named());
        let to_one = Some(self.server.as_slice());
        let (kind, server, prefix) = match self.phase {
            Phase::NoLink | Phase::Bound => return,
            // The prefix of before would suit best.
            Phase::Soliciting => (SOLICIT, None, had.or(self.wanted)),
            Phase::Requesting => (REQUEST, to_one, self.wanted),
            Phase::Renewing => (RENEW, to_one, had),
            Phase::Rebinding => (REBIND, None, had),
        };
        let message = Outgoing {
            kind,
            transaction: exchange.transaction,
            client: self.duid,
            server,
            elapsed_hundredths,
            prefix,
        };
        self.counters.sent = self.counters.sent.wrapping_add(1);
        send(&message.to_bytes());
    }

    /// Acts upon a message; `None` if there is nothing to be done about it.
    fn accept(&mut self, payload: &[u8], now: Instant) -> Option<()> {
        let message = Incoming::read(payload)?;
        let exchange = self.exchange.as_ref()?;
        let is_ours = exchange.is_under_way()
            && message.transaction == exchange.transaction
            && message.is_for(&self.duid);
        if !is_ours {
            return None;
        }
        let server = message.server()?;
        if let Some(limit_s) = message.solicit_limit_s() {
            self.solicit_limit_ms = limit_s.saturating_mul(1_000);
        }
        match (self.phase, message.kind) {
            (Phase::Soliciting, ADVERTISE) => self.advertised(server, &message, now),
            (Phase::Requesting | Phase::Renewing, REPLY) if server == self.server => {
                self.replied(server, &message, now)
            }
            (Phase::Rebinding, REPLY) => self.replied(server, &message, now),
            _ => None,
        }
    }

    /// A server offers a prefix: the first while there is time for others, at once when there was time enough or the
    /// server wants it so (section 18.2.1).
    fn advertised(&mut self, server: Duid, message: &Incoming<'_>, now: Instant) -> Option<()> {
        let association = message.association().filter(|_| !message.has_failed())?;
        if association.failure().is_some() {
            return None;
        }
        let usable = |prefix: &Prefix| Delegation::new(*prefix, [None; 2], now).is_some();
        let prefix = association.prefixes().find(usable)?;
        let preference = message.preference();
        let is_better = |best: &Offer| preference > best.preference;
        if self.offer.as_ref().is_none_or(is_better) {
            self.offer = Some(Offer {
                server,
                preference,
                prefix,
            });
        }
        let exchange = self.exchange.as_mut()?;
        if preference == TAKE_ME || exchange.was_repeated() {
            exchange.due = now;
        }
        Some(())
    }

    /// A server says what is ours (section 18.2.10.1).
    fn replied(&mut self, server: Duid, message: &Incoming<'_>, now: Instant) -> Option<()> {
        // What failed for no reason given may yet succeed: it is asked again in time.
        let association = message.association().filter(|_| !message.has_failed())?;
        match (association.failure(), self.phase) {
            (None, _) => {}
            (Some(NO_BINDING), Phase::Renewing | Phase::Rebinding) => {
                self.server = server;
                self.wanted = self.delegation.map(|had| had.named());
                self.begin(Phase::Requesting, REQUESTS, now);
                return Some(());
            }
            (Some(_), Phase::Requesting) => {
                if self.delegation.is_some() {
                    self.lose(now);
                }
                self.refused(now);
                return Some(());
            }
            (Some(_), _) => return None,
        }
        let had = self.delegation;
        let is_it = |prefix: &Prefix| had.is_some_and(|had| had.is(prefix));
        let same = association.prefixes().find(is_it);
        let new = |prefix| Delegation::new(prefix, message.name_servers(), now);
        let Some(delegation) = same
            .and_then(new)
            .or_else(|| association.prefixes().find_map(new))
        else {
            // Only its own word ends the prefix that we have.
            if same.is_some() {
                self.lose(now);
                return Some(());
            }
            return None;
        };
        self.server = server;
        self.bind(delegation, [association.t1_s, association.t2_s], now);
        Some(())
    }

    fn bind(&mut self, delegation: Delegation, [t1_s, t2_s]: [u32; 2], now: Instant) {
        if self
            .delegation
            .is_some_and(|had| had.prefix != delegation.prefix)
        {
            self.counters.ends = self.counters.ends.wrapping_add(1);
        }
        // Section 14.2: what the server leaves to us is half, and four fifths, of the preferred lifetime.
        let preferred_s = delegation.preferred_s(now);
        let share = |tenths: u32| match preferred_s {
            u32::MAX => u32::MAX,
            seconds => (seconds / 10).saturating_mul(tenths),
        };
        let t1_s = if t1_s == 0 { share(5) } else { t1_s };
        let t2_s = if t2_s == 0 { share(8) } else { t2_s };
        let no_sooner = |at: Instant| at.max(now.after_ms(MIN_RENEWAL_MS));
        self.renew_at = end_of(t1_s, now).map(no_sooner);
        self.rebind_at = end_of(t2_s.max(t1_s), now).map(no_sooner);
        self.delegation = Some(delegation);
        self.wanted = Some(delegation.named());
        self.phase = Phase::Bound;
        self.exchange = None;
        self.refusals = 0;
        self.counters.delegations = self.counters.delegations.wrapping_add(1);
    }
}
