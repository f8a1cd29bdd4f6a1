//! One control protocol that runs: the table of [`automaton`](super::automaton) with its timer, its
//! counters and its identifiers (RFC 1661, sections 4 and 5).

mod configure;

use crate::shared::time::Instant;

use super::automaton::{Action, Event, State, transition};
use super::control::{
    CODE_REJECT, CONFIGURE_ACK, CONFIGURE_NAK, CONFIGURE_REJECT, CONFIGURE_REQUEST, ECHO_REPLY,
    OptionList, Packet, TERMINATE_ACK, TERMINATE_REQUEST, send,
};
use super::io::{Io, is_due};
use super::negotiation::Negotiation;
use super::retry::doubled;
use super::status::Discard;

/// The restart timer: 1 s, 2 s, then always the RFC's 3 s (section 4.6).
const RESTART_MS: u32 = 1_000;
const RESTART_LIMIT_MS: u32 = 3_000;
/// How often a request is sent (Max-Configure and Max-Terminate, section 4.6).
const MAX_CONFIGURE: u8 = 10;
const MAX_TERMINATE: u8 = 2;
/// What gave up because nobody answered begins again after so long, in milliseconds, if the session
/// goes on: a line that was bad for half a minute shouldn't cost IPv4 until tomorrow.
const REVIVE_MS: u64 = 30_000;
/// Where a rejected packet is cut off so that it fits the smallest MRU that we agree to, in bytes.
const MAX_REJECTED_BYTES: usize = 512;

/// What a layer tells those above and below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// It opened.
    Up,
    /// It is open no longer.
    Down,
    /// It gave up, or was ended.
    Finished,
}

/// A packet that an action sends.
#[derive(Clone, Copy, Default)]
struct Answer<'a> {
    code: u8,
    identifier: u8,
    front: &'a [u8],
    data: &'a [u8],
}

impl Answer<'_> {
    /// One that says all by its code, which the action knows.
    fn to(packet: &Packet<'_>) -> Self {
        Self {
            identifier: packet.identifier,
            ..Self::default()
        }
    }
}

/// A control protocol in one state or another. What the protocols have in common is done for
/// `Layer<dyn Negotiation>`, so that it is there once.
pub(crate) struct Layer<N: ?Sized> {
    state: State,
    /// How often the request that is out may be repeated.
    restarts: u8,
    /// How often it was sent, which decides how long to wait.
    sent: u8,
    due: Option<Instant>,
    last_identifier: u8,
    /// The Configure-Request that is out. Of several answers to it, the first counts: a repeated one
    /// would otherwise close what it opened.
    asked: Option<u8>,
    naks: u8,
    pub(crate) negotiation: N,
}

impl<N: Negotiation + 'static> Layer<N> {
    pub(crate) fn new(negotiation: N) -> Self {
        Self {
            state: State::Initial,
            restarts: 0,
            sent: 0,
            due: None,
            last_identifier: 0,
            asked: None,
            naks: 0,
            negotiation,
        }
    }

    fn common(&mut self) -> &mut Layer<dyn Negotiation> {
        self
    }

    /// The layer below is ready, and this one is wanted.
    pub(crate) fn open(&mut self, io: &mut Io<'_>) {
        self.happen(Event::Open, io);
        self.happen(Event::Up, io);
    }

    /// Takes an event that no packet brings.
    pub(crate) fn happen(&mut self, event: Event, io: &mut Io<'_>) -> Option<Signal> {
        self.common().happens(event, io)
    }

    /// Answers an Echo-Request (RFC 1661, section 5.8).
    pub(crate) fn echo(&mut self, identifier: u8, magic: [u8; 4], data: &[u8], io: &mut Io<'_>) {
        let answer = Answer {
            code: ECHO_REPLY,
            identifier,
            front: &magic,
            data,
        };
        self.common().step(Event::Echo, answer, io);
    }

    /// Repeats what wasn't answered.
    pub(crate) fn poll(&mut self, io: &mut Io<'_>) -> Option<Signal> {
        if is_due(self.due, io.now) {
            self.common().restart(io)
        } else {
            None
        }
    }

    /// Takes a packet.
    pub(crate) fn receive(
        &mut self,
        packet: &Packet<'_>,
        io: &mut Io<'_>,
    ) -> Result<Option<Signal>, Discard> {
        self.common().take(packet, io)
    }
}

impl<N: Negotiation + ?Sized> Layer<N> {
    pub(crate) fn is_open(&self) -> bool {
        self.state == State::Opened
    }

    /// Whether it is open, or may still come to be without the peer's beginning.
    pub(crate) fn is_alive(&self) -> bool {
        self.state >= State::RequestSent
    }

    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.due
    }

    pub(crate) fn next_identifier(&mut self) -> u8 {
        self.last_identifier = self.last_identifier.wrapping_add(1);
        self.last_identifier
    }
}

impl Layer<dyn Negotiation> {
    fn happens(&mut self, event: Event, io: &mut Io<'_>) -> Option<Signal> {
        self.step(event, Answer::default(), io)
    }

    /// The restart timer ran off.
    fn restart(&mut self, io: &mut Io<'_>) -> Option<Signal> {
        self.due = None;
        if self.state == State::Stopped {
            self.happens(Event::Down, io);
            return self.happens(Event::Up, io);
        }
        if self.restarts > 0 {
            return self.happens(Event::Timeout, io);
        }
        let was_asking = self.is_alive();
        let signal = self.happens(Event::LastTimeout, io);
        if was_asking {
            self.due = Some(io.now.after_ms(REVIVE_MS));
        }
        signal
    }

    fn take(&mut self, packet: &Packet<'_>, io: &mut Io<'_>) -> Result<Option<Signal>, Discard> {
        if self.state <= State::Starting {
            return Err(Discard::Unexpected);
        }
        let signal = match packet.code {
            CONFIGURE_REQUEST => return self.configure_request(packet, io),
            CONFIGURE_ACK => return self.configure_ack(packet, io),
            CONFIGURE_NAK | CONFIGURE_REJECT => return self.configure_nak(packet, io),
            TERMINATE_REQUEST => self.step(Event::TerminateRequest, Answer::to(packet), io),
            TERMINATE_ACK => self.happens(Event::TerminateAck, io),
            // The rejected packet is the data; its code is the first byte.
            CODE_REJECT => match packet.data.first() {
                Some(CONFIGURE_REQUEST..=CODE_REJECT) => self.happens(Event::FatalReject, io),
                Some(_) => self.happens(Event::BearableReject, io),
                None => return Err(Discard::MalformedPacket),
            },
            _ => {
                let len = packet.whole.len().min(MAX_REJECTED_BYTES);
                let answer = Answer {
                    code: CODE_REJECT,
                    identifier: self.next_identifier(),
                    data: packet.whole.get(..len).unwrap_or_default(),
                    ..Answer::default()
                };
                self.step(Event::UnknownCode, answer, io)
            }
        };
        Ok(signal)
    }

    fn step(&mut self, event: Event, answer: Answer<'_>, io: &mut Io<'_>) -> Option<Signal> {
        let transition = transition(self.state, event)?;
        let mut signal = None;
        for action in transition.actions {
            match action {
                Action::LayerUp => signal = Some(Signal::Up),
                Action::LayerDown => signal = Some(Signal::Down),
                Action::LayerFinished => signal = Some(Signal::Finished),
                Action::LayerStarted => {}
                Action::InitializeCount => {
                    let terminates = transition.actions.contains(&Action::SendTerminateRequest);
                    self.restarts = if terminates {
                        MAX_TERMINATE
                    } else {
                        MAX_CONFIGURE
                    };
                    self.sent = 0;
                }
                Action::ZeroCount => {
                    self.restarts = 0;
                    self.due = Some(io.now.after_ms(u64::from(RESTART_MS)));
                }
                Action::SendRequest => self.send_request(event, io),
                Action::SendTerminateRequest => {
                    let identifier = self.next_identifier();
                    self.sending(io.now);
                    send(
                        self.negotiation.protocol(),
                        TERMINATE_REQUEST,
                        identifier,
                        &[],
                        &[],
                        io,
                    );
                }
                Action::SendTerminateAck => {
                    let Answer { identifier, .. } = answer;
                    send(
                        self.negotiation.protocol(),
                        TERMINATE_ACK,
                        identifier,
                        &[],
                        &[],
                        io,
                    );
                }
                Action::SendAck
                | Action::SendNak
                | Action::SendCodeReject
                | Action::SendEchoReply => {
                    let Answer {
                        code,
                        identifier,
                        front,
                        data,
                    } = answer;
                    send(
                        self.negotiation.protocol(),
                        code,
                        identifier,
                        front,
                        data,
                        io,
                    );
                }
            }
        }
        self.state = transition.next;
        // The timer runs where something is awaited (section 4.2).
        if self.state < State::Closing || self.state == State::Opened {
            self.due = None;
        }
        signal
    }

    fn send_request(&mut self, event: Event, io: &mut Io<'_>) {
        let repeated = self.asked.filter(|_| event == Event::Timeout);
        let identifier = repeated.unwrap_or_else(|| self.next_identifier());
        self.asked = Some(identifier);
        self.sending(io.now);
        let mut options = OptionList::default();
        self.negotiation.request(&mut options);
        let data = options.as_slice();
        send(
            self.negotiation.protocol(),
            CONFIGURE_REQUEST,
            identifier,
            &[],
            data,
            io,
        );
    }

    /// A request goes out, and the timer starts.
    fn sending(&mut self, now: Instant) {
        let wait_ms = doubled(RESTART_MS, self.sent, RESTART_LIMIT_MS);
        self.sent = self.sent.saturating_add(1);
        self.restarts = self.restarts.saturating_sub(1);
        self.due = Some(now.after_ms(u64::from(wait_ms)));
    }
}
