//! PPP inside one session, phase by phase (RFC 1661, section 3.2): LCP, then authentication, then the
//! network protocols.

mod establish;

use core::net::Ipv4Addr;

use crate::shared::hash::Random;
use crate::shared::time::Instant;

use super::authentication::{Authentication, Outcome};
use super::automaton::Event;
use super::chap::CHAP;
use super::control::{ECHO_REQUEST, PROTOCOL_REJECT, Packet, send};
use super::echo::{Due, Echo};
use super::frame::Session;
use super::full_size::FullSize;
use super::io::{Io, earlier, is_due};
use super::ipcp::{IPCP, Ipcp};
use super::ipv6cp::{IPV6CP, Ipv6cp, interface_id};
use super::layer::{Layer, Signal};
use super::lcp::{LCP, Lcp};
use super::line::{IPV4, IPV6, Line};
use super::pap::PAP;
use super::settings::Owned;
use super::status::{Discard, Message, Phase, Reason};

/// A session in which no packets pass after so long is given up, in milliseconds.
pub const SETUP_LIMIT_MS: u64 = 90_000;
/// IPv6 needs packets of this size (RFC 8200, section 5), in bytes.
const MIN_MTU_V6_BYTES: u16 = 1280;
/// Where what the peer is told that we don't speak is cut off, in bytes.
const MAX_REJECTED_BYTES: usize = 512;

/// Why a session has to end.
pub(crate) struct End {
    pub(crate) reason: Reason,
    pub(crate) message: Message,
}

impl From<Reason> for End {
    fn from(reason: Reason) -> Self {
        Self {
            reason,
            message: Message::new(),
        }
    }
}

/// What outlives a session, so that the next one is as much like it as the peer allows.
struct Memory {
    /// The address that the last open session had.
    address: Ipv4Addr,
    interface_id: [u8; 8],
    /// Whether full-size packets were lost on this link.
    is_plain: bool,
}

/// PPP over one session.
pub(crate) struct Link {
    phase: Phase,
    lcp: Layer<Lcp>,
    authentication: Authentication,
    ipcp: Layer<Ipcp>,
    ipv6cp: Layer<Ipv6cp>,
    echo: Echo,
    full_size: FullSize,
    setup_due: Option<Instant>,
    /// The peer has asked to terminate, because of what we did before.
    peer_terminates: Option<Reason>,
    memory: Memory,
}

impl Link {
    pub(crate) fn new(settings: &Owned, random: &mut Random) -> Self {
        let memory = Memory {
            address: Ipv4Addr::UNSPECIFIED,
            interface_id: interface_id(random),
            is_plain: false,
        };
        Self {
            phase: Phase::Establish,
            lcp: Layer::new(Lcp::new(0, settings.refuse_pap, random)),
            authentication: Authentication::new(),
            ipcp: Layer::new(Ipcp::new(memory.address)),
            ipv6cp: Layer::new(Ipv6cp::new(memory.interface_id)),
            echo: Echo::new(),
            full_size: FullSize::new(),
            setup_due: None,
            peer_terminates: None,
            memory,
        }
    }

    /// Other wiring may carry what this one lost.
    pub(crate) fn new_wiring(&mut self) {
        self.memory.is_plain = false;
    }

    /// What to ask for by PPP-Max-Payload, if anything.
    pub(crate) fn jumbo_payload(&self, settings: &Owned) -> Option<u16> {
        settings.jumbo_payload().filter(|_| !self.memory.is_plain)
    }

    /// Begins, in a new session.
    pub(crate) fn open(&mut self, max_payload: Option<u16>, settings: &Owned, io: &mut Io<'_>) {
        let mru_bytes = settings.mru_bytes(max_payload);
        self.close_quietly();
        self.lcp = Layer::new(Lcp::new(mru_bytes, settings.refuse_pap, io.random));
        self.ipcp = Layer::new(Ipcp::new(self.memory.address));
        self.ipv6cp = Layer::new(Ipv6cp::new(self.memory.interface_id));
        self.setup_due = Some(io.now.after_ms(SETUP_LIMIT_MS));
        self.lcp.open(io);
    }

    /// Ends, and says so once.
    pub(crate) fn close(&mut self, io: &mut Io<'_>) {
        self.lcp.happen(Event::Close, io);
        self.close_quietly();
    }

    /// Ends without a word: the session is gone.
    pub(crate) fn close_quietly(&mut self) {
        self.phase = Phase::Establish;
        self.authentication.stop();
        self.echo.stop();
        self.full_size.stop();
        self.setup_due = None;
        self.peer_terminates = None;
    }

    pub(crate) fn phase(&self) -> Phase {
        self.phase
    }

    /// What an end of the peer's doing says about what we did before.
    pub(crate) fn explain(&self, reason: Reason) -> Reason {
        let is_the_peers = matches!(
            reason,
            Reason::PeerHungUp | Reason::PeerTerminated | Reason::LcpFailed
        );
        match self.phase {
            _ if !is_the_peers => reason,
            Phase::Establish if self.peer_terminates.is_some() => {
                self.peer_terminates.unwrap_or(reason)
            }
            Phase::Establish if self.lcp.negotiation.has_refused_method() => {
                Reason::NoCommonAuthentication
            }
            Phase::Authenticate if self.authentication.has_tried() => {
                Reason::AuthenticationUnanswered
            }
            _ => reason,
        }
    }

    pub(crate) fn next_due(&self) -> Option<Instant> {
        [
            self.lcp.next_due(),
            self.authentication.next_due(),
            self.ipcp.next_due(),
            self.ipv6cp.next_due(),
            self.echo.next_due(),
            self.full_size.next_due(),
        ]
        .into_iter()
        .fold(self.setup_due, earlier)
    }

    /// The data path, when at least one network protocol is open and it is known what fits.
    pub(crate) fn line(&self, session: Session) -> Option<Line> {
        let ipv4 = self.ipcp.is_open().then(|| self.ipcp.negotiation.line());
        let ipv6 = self
            .ipv6cp
            .is_open()
            .then(|| self.ipv6cp.negotiation.line());
        if self.full_size.is_asking() || ipv4.is_none() && ipv6.is_none() {
            return None;
        }
        Some(Line {
            access_concentrator: session.access_concentrator,
            session_id: session.id,
            mtu_bytes: self.lcp.negotiation.mtu_bytes(),
            ipv4,
            ipv6,
        })
    }

    /// Packets pass, or no longer do.
    pub(crate) fn is_up(&mut self, is_up: bool, now: Instant) {
        if is_up {
            self.phase = Phase::Up;
            self.setup_due = None;
        } else {
            if self.phase == Phase::Up {
                self.phase = Phase::Network;
            }
            self.setup_due.get_or_insert(now.after_ms(SETUP_LIMIT_MS));
        }
        if self.ipcp.is_open() {
            self.memory.address = self.ipcp.negotiation.line().local;
        }
    }

    /// Takes one PPP packet: `data` of `protocol`, which the line doesn't carry. Returns whether the
    /// session has to end.
    pub(crate) fn receive(
        &mut self,
        protocol: u16,
        data: &[u8],
        settings: &Owned,
        io: &mut Io<'_>,
    ) -> Result<Option<End>, Discard> {
        if protocol == LCP {
            return self.lcp(&Packet::read(data)?, settings, io);
        }
        if !self.lcp.is_open() {
            return Err(Discard::Unexpected);
        }
        let carries_ipv6 = self.carries_ipv6(settings);
        match protocol {
            IPV4 => Err(Discard::NotOpen),
            IPV6 if carries_ipv6 => Err(Discard::NotOpen),
            PAP | CHAP => {
                let packet = Packet::read(data)?;
                let credentials = &settings.credentials;
                let outcome = self
                    .authentication
                    .receive(protocol, &packet, credentials, io)?;
                Ok(outcome.and_then(|outcome| self.authenticated(outcome, settings, io)))
            }
            // What comes too early is nobody's yet (RFC 1661, section 3.5).
            _ if matches!(self.phase, Phase::Establish | Phase::Authenticate) => {
                Err(Discard::Unexpected)
            }
            IPCP => {
                let signal = self.ipcp.receive(&Packet::read(data)?, io)?;
                Ok(self.network_signal(signal))
            }
            IPV6CP if carries_ipv6 => {
                let signal = self.ipv6cp.receive(&Packet::read(data)?, io)?;
                Ok(self.network_signal(signal))
            }
            _ => {
                let identifier = self.lcp.next_identifier();
                let rejected = data.get(..MAX_REJECTED_BYTES).unwrap_or(data);
                let number = protocol.to_be_bytes();
                send(LCP, PROTOCOL_REJECT, identifier, &number, rejected, io);
                Err(Discard::UnknownProtocol)
            }
        }
    }

    /// Does what is due.
    pub(crate) fn poll(&mut self, settings: &Owned, io: &mut Io<'_>) -> Option<End> {
        if is_due(self.setup_due, io.now) {
            return Some(End::from(match self.phase {
                Phase::Establish => self.explain(Reason::LcpFailed),
                Phase::Authenticate => Reason::AuthenticationUnanswered,
                _ => Reason::NoNetworkProtocol,
            }));
        }
        let signal = self.lcp.poll(io);
        if let Some(end) = self.lcp_signal(signal, settings, io) {
            return Some(end);
        }
        if let Some(outcome) = self.authentication.poll(&settings.credentials, io)
            && let Some(end) = self.authenticated(outcome, settings, io)
        {
            return Some(end);
        }
        let signals = [self.ipcp.poll(io), self.ipv6cp.poll(io)];
        for signal in signals {
            if let Some(end) = self.network_signal(signal) {
                return Some(end);
            }
        }
        let magic = self.lcp.negotiation.magic();
        if self.full_size.poll(magic, io) {
            self.renegotiate_plain(settings, io);
        }
        match self
            .echo
            .poll(settings.echo_interval_ms, settings.echo_failures, io)
        {
            Due::Nothing => {}
            Due::Dead => return Some(End::from(Reason::PeerDead)),
            Due::Ask => {
                let counter = &mut io.counters.echo_requests;
                *counter = counter.wrapping_add(1);
                let identifier = self.lcp.next_identifier();
                send(LCP, ECHO_REQUEST, identifier, &magic, &[], io);
            }
        }
        None
    }

    fn authenticated(
        &mut self,
        outcome: Outcome,
        settings: &Owned,
        io: &mut Io<'_>,
    ) -> Option<End> {
        match outcome {
            Outcome::Accepted => {
                self.network(settings, io);
                None
            }
            Outcome::Refused(message) => Some(End {
                reason: Reason::AuthenticationFailed,
                message,
            }),
            Outcome::Unanswered => Some(End::from(Reason::AuthenticationUnanswered)),
        }
    }

    fn network(&mut self, settings: &Owned, io: &mut Io<'_>) {
        self.phase = Phase::Network;
        // Asked for once: if that comes to nothing, the next session starts without.
        self.memory.address = Ipv4Addr::UNSPECIFIED;
        self.ipcp.open(io);
        if self.carries_ipv6(settings) {
            self.ipv6cp.open(io);
        }
    }

    fn network_signal(&mut self, signal: Option<Signal>) -> Option<End> {
        let is_over =
            signal? == Signal::Finished && !self.ipcp.is_alive() && !self.ipv6cp.is_alive();
        is_over.then(|| End::from(Reason::NoNetworkProtocol))
    }

    fn carries_ipv6(&self, settings: &Owned) -> bool {
        settings.ipv6 && self.lcp.negotiation.mtu_bytes() >= MIN_MTU_V6_BYTES
    }
}
