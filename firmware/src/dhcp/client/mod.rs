//! The client: frames and time in, leases out, again and again (RFC 2131, section 4.4).

mod conflict;

use core::fmt;
use core::net::Ipv4Addr;

use crate::pppoe::{Mac, Transmit, doubled};
use crate::router::ethernet::{ARP, BROADCAST, IPV4};
use crate::shared::hash::{HashKey, Random};
use crate::shared::time::Instant;

use self::conflict::PROBES;
use super::datagram::{self, datagram};
use super::exchange::Exchange;
use super::lease::Lease;
use super::message::{Kind, Reply, Request};
use super::options::SERVER_IDENTIFIER;
use super::settings::{Owned, Settings};
use super::status::{Discard, Phase, Reason, Status};

/// The most frames that one received frame is answered with, what is due because of it included.
pub const MAX_FRAMES_PER_FRAME: usize = 3;

/// RFC 2131, section 3.1, step 5: a request is sent so often, in a minute, before it begins anew.
const MAX_REQUESTS: u8 = 4;
/// The old address isn't worth as long a wait.
const MAX_REBOOT_REQUESTS: u8 = 2;
/// RFC 2131, section 4.4.5: no sooner is a lease's prolongation asked for again.
const MIN_RENEW_WAIT_MS: u64 = 60_000;
/// RFC 2131, section 3.1, step 5: after an address that was somebody else's.
const CONFLICT_WAIT_MS: u32 = 10_000;
/// After a refusal: at once, then 1 s, doubled each time, up to a minute.
const RETRY_MS: u32 = 1_000;
const RETRY_LIMIT_MS: u32 = 64_000;

#[derive(Clone, Copy)]
enum State {
    NoLink,
    Waiting,
    Discovering(Exchange),
    Requesting(Exchange, Lease),
    Rebooting(Exchange, Lease),
    /// Asks for so many times more whether somebody has the address.
    Probing(Lease, u8),
    Bound(Lease),
    Renewing(Exchange, Lease),
    Rebinding(Exchange, Lease),
}

/// A DHCP client on one Ethernet port.
pub struct Client {
    settings: Owned,
    random: Random,
    status: Status,
    state: State,
    /// When there is something to do if nothing comes.
    due: Option<Instant>,
    /// The lease of before the link was lost, or the address that was refused least.
    former: Option<Lease>,
    failures: u8,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("status", &self.status)
            .field("lease", &self.lease())
            .finish_non_exhaustive()
    }
}

impl Client {
    /// A client without a link. The seed, which should be of entropy, feeds transaction identifiers and jitter.
    #[must_use]
    pub fn new(settings: &Settings<'_>, seed: [u8; 16]) -> Self {
        Self {
            settings: Owned::new(settings),
            random: Random::new(HashKey::folded(seed)),
            status: Status::default(),
            state: State::NoLink,
            due: None,
            former: None,
            failures: 0,
        }
    }

    /// Tells whether the port has a link. Without one there is no lease; with one, the client begins at the next
    /// [`poll`](Self::poll), with the address that it had if its time isn't over (RFC 2131, section 3.2).
    pub fn link(&mut self, is_up: bool, now: Instant) {
        let has_link = !matches!(self.state, State::NoLink);
        if is_up == has_link {
            return;
        }
        if is_up {
            self.failures = 0;
            self.go(State::Waiting, Some(now), now);
        } else {
            self.former = self.lease().copied().or(self.former);
            self.status.last_reason = Some(Reason::LinkLost);
            self.go(State::NoLink, None, now);
        }
    }

    /// The address, while it may be used.
    #[must_use]
    pub fn lease(&self) -> Option<&Lease> {
        match &self.state {
            State::Bound(lease) | State::Renewing(_, lease) | State::Rebinding(_, lease) => {
                Some(lease)
            }
            _ => None,
        }
    }

    /// What the owner decided.
    pub(crate) fn settings(&self) -> &Owned {
        &self.settings
    }

    /// Where the client is, and what was before.
    #[must_use]
    pub fn status(&self) -> &Status {
        &self.status
    }

    /// Takes what follows the Ethernet header and tags of a frame to the port's own address or to everybody, and sends
    /// what follows from it. Returns whether it was the client's: a message of a server, or ARP while there is no lease.
    /// Call [`poll`](Self::poll) for the new deadline.
    pub fn receive(
        &mut self,
        source: Mac,
        ethertype: u16,
        payload: &[u8],
        now: Instant,
        out: &mut dyn Transmit,
    ) -> bool {
        let result = match ethertype {
            IPV4 => match datagram::message(payload) {
                None => return false,
                Some(message) => message.and_then(|bytes| self.reply(source, bytes, now, out)),
            },
            ARP if self.lease().is_none() => {
                self.arp(payload, now, out);
                Ok(())
            }
            _ => return false,
        };
        if let Err(reason) = result {
            self.status.counters.discarded.count(reason);
        }
        true
    }

    /// Does what is due by now, and returns when to call next if no frame comes before; `None` when nothing is due
    /// ever.
    pub fn poll(&mut self, now: Instant, out: &mut dyn Transmit) -> Option<Instant> {
        // The longest chain without a wait in it: an address that nobody else has, whose lease ended while that was asked,
        // and a new beginning.
        for _ in 0..3 {
            if self.due.is_some_and(|due| due <= now) {
                self.act(now, out);
            }
        }
        self.due
    }

    fn act(&mut self, now: Instant, out: &mut dyn Transmit) {
        if self.lease().is_some_and(|lease| lease.is_over(now)) {
            return self.give_up(Reason::Expired, now);
        }
        match self.state {
            State::NoLink => self.due = None,
            State::Waiting => self.begin(now, out),
            State::Discovering(exchange) => self.discover(exchange, now, out),
            State::Requesting(exchange, _) if exchange.times >= MAX_REQUESTS => {
                self.give_up(Reason::NoAnswer, now);
            }
            State::Rebooting(exchange, _) if exchange.times >= MAX_REBOOT_REQUESTS => {
                let exchange = self.exchange(now);
                self.discover(exchange, now, out);
            }
            State::Requesting(exchange, offer) => self.request(exchange, offer, now, out),
            State::Rebooting(exchange, former) => self.reboot(exchange, former, now, out),
            State::Probing(lease, 0) => self.bind(lease, now, out),
            State::Probing(lease, left) => self.probe(lease, left, now, out),
            State::Bound(lease) => {
                let exchange = self.exchange(now);
                self.prolong(exchange, lease, now, out);
            }
            State::Renewing(exchange, lease) | State::Rebinding(exchange, lease) => {
                self.prolong(exchange, lease, now, out);
            }
        }
    }

    fn begin(&mut self, now: Instant, out: &mut dyn Transmit) {
        let exchange = self.exchange(now);
        match self.former.filter(|former| !former.is_over(now)) {
            Some(former) => self.reboot(exchange, former, now, out),
            None => self.discover(exchange, now, out),
        }
    }

    fn discover(&mut self, exchange: Exchange, now: Instant, out: &mut dyn Transmit) {
        let exchange = exchange.again(now);
        let request = Request {
            // Who had an address before may get it back.
            requested: self.former.map(|former| former.address),
            ..exchange.request(Kind::Discover)
        };
        self.broadcast(request, out);
        let due = exchange.next_due(&mut self.random);
        self.go(State::Discovering(exchange), Some(due), now);
    }

    fn request(&mut self, exchange: Exchange, offer: Lease, now: Instant, out: &mut dyn Transmit) {
        let exchange = exchange.again(now);
        let request = Request {
            requested: Some(offer.address),
            server: Some(offer.server),
            ..exchange.request(Kind::Request)
        };
        self.broadcast(request, out);
        let due = exchange.next_due(&mut self.random);
        self.go(State::Requesting(exchange, offer), Some(due), now);
    }

    fn reboot(&mut self, exchange: Exchange, former: Lease, now: Instant, out: &mut dyn Transmit) {
        let exchange = exchange.again(now);
        let request = Request {
            requested: Some(former.address),
            ..exchange.request(Kind::Request)
        };
        self.broadcast(request, out);
        let due = exchange.next_due(&mut self.random);
        self.go(State::Rebooting(exchange, former), Some(due), now);
    }

    /// Asks for a longer lease: its own server before T2, every server after it.
    fn prolong(&mut self, exchange: Exchange, lease: Lease, now: Instant, out: &mut dyn Transmit) {
        let is_rebinding = lease.rebind_at.is_some_and(|rebind| rebind <= now);
        // Another question, to others, is another exchange.
        let exchange = match self.state {
            State::Renewing(..) if is_rebinding => self.exchange(now),
            _ => exchange,
        };
        let exchange = exchange.again(now);
        let request = Request {
            own_address: Some(lease.address),
            ..exchange.request(Kind::Request)
        };
        let (station, server, state, end) = if is_rebinding {
            let state = State::Rebinding(exchange, lease);
            (BROADCAST, Ipv4Addr::BROADCAST, state, lease.expires_at)
        } else {
            let state = State::Renewing(exchange, lease);
            (lease.station, lease.server, state, lease.rebind_at)
        };
        self.send(station, lease.address, server, request, out);
        // RFC 2131, section 4.4.5: after half of the time that is left, but no less than a minute.
        let due = end.map(|end| {
            let half_ms = end.ms_since(now) >> 1;
            now.after_ms(half_ms.max(MIN_RENEW_WAIT_MS)).min(end)
        });
        self.go(state, due, now);
    }

    fn reply(
        &mut self,
        station: Mac,
        bytes: &[u8],
        now: Instant,
        out: &mut dyn Transmit,
    ) -> Result<(), Discard> {
        if station[0] & 1 != 0 {
            return Err(Discard::NotHost);
        }
        let reply = Reply::read(bytes, self.settings.mac)?;
        let (exchange, asked_for) = match self.state {
            State::Discovering(exchange) => (exchange, None),
            State::Requesting(exchange, lease)
            | State::Rebooting(exchange, lease)
            | State::Renewing(exchange, lease)
            | State::Rebinding(exchange, lease) => (exchange, Some(lease)),
            State::NoLink | State::Waiting | State::Probing(..) | State::Bound(_) => {
                return Err(Discard::Unexpected);
            }
        };
        if reply.transaction_id != exchange.transaction_id {
            return Err(Discard::Unexpected);
        }
        let server = reply.options.address(SERVER_IDENTIFIER);
        // The others' offers were not taken, and what they say of it doesn't count.
        let is_others = match self.state {
            State::Requesting(_, offer) => server != Some(offer.server),
            _ => false,
        };
        if is_others {
            return Err(Discard::OtherLease);
        }
        match (reply.kind, asked_for) {
            (Kind::Offer, None) => {
                let offer = Lease::read(&reply, station, exchange.asked, &self.settings)?;
                self.request(exchange.afresh(), offer, now, out);
            }
            (Kind::Ack, Some(asked_for)) => {
                let lease = Lease::read(&reply, station, exchange.asked, &self.settings)?;
                if lease.address != asked_for.address {
                    return Err(Discard::OtherLease);
                }
                self.granted(lease, now, out);
            }
            (Kind::Nak, Some(_)) => {
                self.status.counters.refusals = self.status.counters.refusals.wrapping_add(1);
                self.former = None;
                self.give_up(Reason::Refused, now);
            }
            _ => return Err(Discard::Unexpected),
        }
        Ok(())
    }

    fn granted(&mut self, lease: Lease, now: Instant, out: &mut dyn Transmit) {
        if self.lease().is_some() {
            let renewals = &mut self.status.counters.renewals;
            *renewals = renewals.wrapping_add(1);
            self.go(State::Bound(lease), lease.renew_at, now);
        } else {
            self.probe(lease, PROBES, now, out);
        }
    }

    /// Begins anew, the later the more often it went wrong.
    fn give_up(&mut self, reason: Reason, now: Instant) {
        let wait_ms = match self.failures {
            0 => 0,
            failures => doubled(RETRY_MS, failures.saturating_sub(1), RETRY_LIMIT_MS),
        };
        let wait_ms = match reason {
            Reason::Conflict => wait_ms.max(CONFLICT_WAIT_MS),
            _ => wait_ms,
        };
        self.failures = self.failures.saturating_add(1);
        self.status.last_reason = Some(reason);
        self.go(State::Waiting, Some(now.after_ms(u64::from(wait_ms))), now);
    }

    fn go(&mut self, state: State, due: Option<Instant>, now: Instant) {
        self.state = state;
        self.due = due;
        self.status.phase = match state {
            State::NoLink => Phase::NoLink,
            State::Waiting => Phase::Waiting,
            State::Discovering(_) => Phase::Discovering,
            State::Requesting(..) => Phase::Requesting,
            State::Rebooting(..) => Phase::Rebooting,
            State::Probing(..) => Phase::Probing,
            State::Bound(_) => Phase::Bound,
            State::Renewing(..) => Phase::Renewing,
            State::Rebinding(..) => Phase::Rebinding,
        };
        self.status.bound_since = match self.lease() {
            Some(_) => self.status.bound_since.or(Some(now)),
            None => None,
        };
    }

    fn exchange(&mut self, now: Instant) -> Exchange {
        Exchange::new(self.random.next(), now)
    }

    fn broadcast(&mut self, request: Request, out: &mut dyn Transmit) {
        let (nobody, everybody) = (Ipv4Addr::UNSPECIFIED, Ipv4Addr::BROADCAST);
        self.send(BROADCAST, nobody, everybody, request, out);
    }

    fn send(
        &mut self,
        station: Mac,
        source: Ipv4Addr,
        destination: Ipv4Addr,
        request: Request,
        out: &mut dyn Transmit,
    ) {
        let message = request.to_bytes(self.settings.mac);
        let sent = out.send(station, IPV4, &[], &datagram(source, destination, message));
        self.count(sent);
    }

    fn count(&mut self, sent: bool) {
        let counters = &mut self.status.counters;
        let counter = if sent {
            &mut counters.frames_sent
        } else {
            &mut counters.frames_lost
        };
        *counter = counter.wrapping_add(1);
    }
}
