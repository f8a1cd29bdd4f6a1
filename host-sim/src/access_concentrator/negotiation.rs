//! One layer's negotiation: what RFC 1661's automaton comes to for an end that opens at once, and
//! whose lower layer is up as long as the session lasts.

use std::time::Duration;

use super::control::{Choice, Control, code, option_bytes};

/// Restart timer and Max-Configure (RFC 1661, section 4.6). Not the usual 3 seconds: pppd's first request and
/// ours would be repeated at the same moment, cross, and reopen what they had just opened.
const RESTART: Duration = Duration::from_secs(1);
const MOST_REQUESTS: u32 = 10;

/// What a layer negotiates.
pub(super) trait Layer {
    /// The PPP protocol number.
    const PROTOCOL: u16;

    /// The options that this end asks for.
    fn wishes(&self) -> Vec<Choice>;
    /// What it thinks of the peer's options.
    fn judge(&mut self, options: &[Choice]) -> Verdict;
    /// The peer would rather have these values.
    fn take_hint(&mut self, options: &[Choice]);
    /// The peer does not know these options.
    fn do_without(&mut self, options: &[Choice]);
}

/// What becomes of a Configure-Request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Ack,
    Nak(Vec<Choice>),
    Reject(Vec<Choice>),
}

/// What a packet or the time brought about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    Nothing,
    /// Both ends agree.
    Opened,
    /// They agreed, and start over.
    Reopened,
    /// The peer does not answer.
    GivenUp,
}

#[derive(Debug)]
pub(super) struct Negotiation<L> {
    pub(super) layer: L,
    identifier: u8,
    requests: u32,
    ask_again_at: Option<Duration>,
    /// The peer has agreed to our wishes.
    heard_ack: bool,
    /// We have agreed to the peer's.
    sent_ack: bool,
}

impl<L: Layer> Negotiation<L> {
    pub(super) fn new(layer: L) -> Self {
        Self {
            layer,
            identifier: 0,
            requests: 0,
            ask_again_at: None,
            heard_ack: false,
            sent_ack: false,
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.heard_ack && self.sent_ack
    }

    /// Sends the first request.
    pub(super) fn start(&mut self, now: Duration, out: &mut Outbox) {
        self.requests = 0;
        self.request(now, out);
    }

    pub(super) fn next_at(&self) -> Option<Duration> {
        self.ask_again_at
    }

    /// Asks again when it is time.
    pub(super) fn poll(&mut self, now: Duration, out: &mut Outbox) -> Progress {
        if self.ask_again_at.is_none_or(|at| now < at) {
            return Progress::Nothing;
        }
        if self.requests >= MOST_REQUESTS {
            self.ask_again_at = None;
            return Progress::GivenUp;
        }
        self.request(now, out);
        Progress::Nothing
    }

    /// Deals with the four configuration packets.
    pub(super) fn receive(
        &mut self,
        packet: Control<'_>,
        now: Duration,
        out: &mut Outbox,
    ) -> Progress {
        let was_open = self.is_open();
        if packet.code == code::CONFIGURE_REQUEST {
            // A request whose options overrun it gets no answer.
            let Some(options) = packet.options() else {
                return Progress::Nothing;
            };
            if was_open {
                // The peer has started over, so we do, too (RFC 1661, section 4.3, state Opened).
                self.heard_ack = false;
                self.start(now, out);
            }
            self.sent_ack = self.answer(packet, &options, out);
        } else if packet.identifier == self.identifier && !self.heard_ack {
            match (packet.code, packet.options()) {
                (code::CONFIGURE_ACK, _) if packet.data == option_bytes(&self.layer.wishes()) => {
                    self.heard_ack = true;
                    self.ask_again_at = None;
                }
                (code::CONFIGURE_NAK, Some(options)) => {
                    self.layer.take_hint(&options);
                    self.request(now, out);
                }
                (code::CONFIGURE_REJECT, Some(options)) => {
                    self.layer.do_without(&options);
                    self.request(now, out);
                }
                _ => {}
            }
        }
        match (was_open, self.is_open()) {
            (false, true) => Progress::Opened,
            (true, false) => Progress::Reopened,
            _ => Progress::Nothing,
        }
    }

    fn answer(&mut self, packet: Control<'_>, options: &[Choice], out: &mut Outbox) -> bool {
        let verdict = self.layer.judge(options);
        let is_ack = verdict == Verdict::Ack;
        let (code, data) = match verdict {
            Verdict::Ack => (code::CONFIGURE_ACK, packet.data.to_vec()),
            Verdict::Nak(options) => (code::CONFIGURE_NAK, option_bytes(&options)),
            Verdict::Reject(options) => (code::CONFIGURE_REJECT, option_bytes(&options)),
        };
        out.control(L::PROTOCOL, code, packet.identifier, &data);
        is_ack
    }

    fn request(&mut self, now: Duration, out: &mut Outbox) {
        self.identifier = self.identifier.wrapping_add(1);
        self.requests += 1;
        self.heard_ack = false;
        self.ask_again_at = Some(now + RESTART);
        let wishes = option_bytes(&self.layer.wishes());
        out.control(
            L::PROTOCOL,
            code::CONFIGURE_REQUEST,
            self.identifier,
            &wishes,
        );
    }
}

/// PPP packets on their way to one peer, each with its protocol.
#[derive(Debug, Default)]
pub(super) struct Outbox(pub(super) Vec<(u16, Vec<u8>)>);

impl Outbox {
    pub(super) fn packet(&mut self, protocol: u16, packet: Vec<u8>) {
        self.0.push((protocol, packet));
    }

    pub(super) fn control(&mut self, protocol: u16, code: u8, identifier: u8, data: &[u8]) {
        let packet = Control {
            code,
            identifier,
            data,
        };
        self.packet(protocol, packet.bytes());
    }
}
