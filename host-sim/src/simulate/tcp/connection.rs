//! A connection: the handshake, and both halves behind it.

use std::time::Duration;

use super::super::packet::{ACK, FIN, RST, SYN, headers_len};
use super::super::scenario::SynShape;
use super::options;
use super::path_mtu::{Discovery, PathMtu};
use super::receive::{Receive, WINDOW};
use super::segment::Segment;
use super::send::Send;

/// What a host's connections have in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) discovery: Discovery,
    pub(crate) ip: u8,
    /// Of the interface.
    pub(crate) mtu_bytes: u16,
    pub(crate) syn: SynShape,
    pub(crate) fast_open: bool,
    /// What is taken for granted when a SYN says no MSS.
    pub(crate) mss_if_none: u16,
}

impl Settings {
    fn mss(&self) -> u16 {
        self.mtu_bytes.saturating_sub(headers_len(self.ip))
    }

    fn path(&self, peer_mss: Option<u16>) -> PathMtu {
        let peer_mss = peer_mss.unwrap_or(self.mss_if_none);
        PathMtu::new(self.discovery, self.ip, self.mtu_bytes, peer_mss)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    SynToSend,
    SynSent,
    SynReceived,
    Established,
    Reset,
}

/// One end of a TCP connection.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    settings: Settings,
    state: State,
    /// Our SYN's number, and the peer's.
    own_initial: u32,
    peer_initial: u32,
    send: Send,
    receive: Receive,
    /// Whether the SYN or SYN-ACK has to be sent.
    syn_due: bool,
}

impl Connection {
    /// A connection that is to be opened.
    pub(crate) fn open(settings: Settings, initial: u32) -> Self {
        Self {
            settings,
            state: State::SynToSend,
            own_initial: initial,
            peer_initial: 0,
            send: Send::new(settings.path(Some(settings.mss()))),
            receive: Receive::default(),
            syn_due: true,
        }
    }

    /// A connection that this SYN opens.
    pub(crate) fn accept(settings: Settings, initial: u32, syn: &Segment, now: Duration) -> Self {
        let mut connection = Self {
            settings,
            state: State::SynReceived,
            own_initial: initial,
            peer_initial: syn.sequence,
            send: Send::new(settings.path(syn.mss)),
            receive: Receive::default(),
            syn_due: true,
        };
        connection.receive.begin();
        // Data in the SYN counts where Fast Open is spoken (RFC 7413, section 4.2).
        if settings.fast_open {
            connection.receive.segment(1, &syn.payload, false, now);
        }
        connection
    }

    pub(crate) fn is_established(&self) -> bool {
        self.state == State::Established
    }

    /// Takes in bytes to send, as many as there is room for.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> usize {
        self.send.write(bytes)
    }

    /// No more comes from the program.
    pub(crate) fn close(&mut self) {
        self.send.close();
    }

    /// What has come in order.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        self.receive.take()
    }

    /// A segment came.
    pub(crate) fn segment(&mut self, segment: &Segment, now: Duration) {
        if segment.has(RST) {
            self.state = State::Reset;
            return;
        }
        match self.state {
            State::SynToSend | State::Reset => {}
            State::SynSent => self.syn_ack(segment, now),
            State::SynReceived if segment.has(SYN) => self.syn_due = true,
            State::SynReceived | State::Established => self.later(segment, now),
        }
    }

    fn syn_ack(&mut self, segment: &Segment, now: Duration) {
        let acknowledged = self.offset_of_own(segment.acknowledged);
        if !segment.has(SYN | ACK) || acknowledged == 0 || acknowledged > self.send.next() {
            return;
        }
        self.peer_initial = segment.sequence;
        self.receive.begin();
        self.send.path = self.settings.path(segment.mss);
        self.state = State::Established;
        self.acknowledgement(segment, acknowledged, now);
        self.send.send_rest_again();
        self.receive
            .segment(1, &segment.payload, segment.has(FIN), now);
        self.receive.insist();
    }

    fn later(&mut self, segment: &Segment, now: Duration) {
        if segment.has(SYN) {
            // Our acknowledgement of it was lost.
            self.receive.insist();
            return;
        }
        if !segment.has(ACK) {
            return;
        }
        let acknowledged = self.offset_of_own(segment.acknowledged);
        if self.state == State::SynReceived && acknowledged >= 1 {
            self.state = State::Established;
        }
        self.acknowledgement(segment, acknowledged, now);
        let at = self.offset_of_peer(segment.sequence);
        self.receive
            .segment(at, &segment.payload, segment.has(FIN), now);
    }

    fn acknowledgement(&mut self, segment: &Segment, acknowledged: u64, now: Duration) {
        let window_end = acknowledged + u64::from(segment.window);
        let is_bare = segment.sequence_len() == 0;
        self.send
            .acknowledged(acknowledged, window_end, is_bare, now);
    }

    /// An ICMP error says that our segment with this number was too big.
    pub(crate) fn too_big(&mut self, sequence: u32, mtu_bytes: u32) {
        let offset = self.offset_of_own(sequence);
        self.send.too_big(offset, mtu_bytes);
    }

    /// The next segment to send now; ask until there is none.
    pub(crate) fn next_segment(&mut self, now: Duration) -> Option<Segment> {
        if self.send.time_out(now) && self.state != State::Established {
            self.syn_due = true;
        }
        match self.state {
            State::Reset => None,
            State::SynToSend | State::SynSent => self.syn_due.then(|| self.syn(now)),
            State::SynReceived => self.syn_due.then(|| self.answer(now)),
            State::Established => {
                if let Some(range) = self.send.due(now) {
                    let mut segment = self.bare(range.start);
                    segment.payload = self.send.bytes(&range);
                    if self.send.has_fin(&range) {
                        segment.flags |= FIN;
                    }
                    return Some(segment);
                }
                self.receive
                    .is_due(now)
                    .then(|| self.bare(self.send.next()))
            }
        }
    }

    /// When there is something to do if nothing comes before.
    pub(crate) fn next_at(&self) -> Option<Duration> {
        match self.state {
            State::Reset => None,
            _ if self.syn_due => Some(Duration::ZERO),
            _ => [self.send.time_out_at(), self.receive.due_at()]
                .into_iter()
                .flatten()
                .min(),
        }
    }

    fn syn(&mut self, now: Duration) -> Segment {
        let is_first = self.state == State::SynToSend;
        self.state = State::SynSent;
        self.syn_due = false;
        // Data goes with the first SYN only (RFC 7413, section 4.1.3).
        let with_data = self.settings.fast_open && is_first;
        let most = u64::from(self.settings.mss());
        let payload = if with_data {
            self.send.bytes(&(1..1 + most))
        } else {
            Vec::new()
        };
        self.send.syn_sent(payload.len() as u64, now);
        Segment {
            sequence: self.own_initial,
            acknowledged: 0,
            flags: SYN,
            window: WINDOW,
            mss: None,
            options: options::of_syn(self.settings.syn, self.settings.mss(), with_data),
            payload,
        }
    }

    fn answer(&mut self, now: Duration) -> Segment {
        self.syn_due = false;
        self.send.syn_sent(0, now);
        let mut segment = self.bare(0);
        segment.flags |= SYN;
        segment.options = options::of_syn(self.settings.syn, self.settings.mss(), false);
        segment
    }

    /// An acknowledgement, at this offset of what we send.
    fn bare(&mut self, offset: u64) -> Segment {
        self.receive.acknowledged();
        Segment {
            sequence: number(self.own_initial, offset),
            acknowledged: number(self.peer_initial, self.receive.next()),
            flags: ACK,
            window: WINDOW,
            mss: None,
            options: Vec::new(),
            payload: Vec::new(),
        }
    }

    fn offset_of_own(&self, number: u32) -> u64 {
        offset(self.own_initial, number, self.send.una())
    }

    fn offset_of_peer(&self, number: u32) -> u64 {
        offset(self.peer_initial, number, self.receive.next())
    }
}

/// The number of an offset.
#[expect(clippy::cast_possible_truncation, reason = "numbers wrap")]
fn number(initial: u32, offset: u64) -> u32 {
    initial.wrapping_add(offset as u32)
}

/// The offset of a number, near `near`.
fn offset(initial: u32, of: u32, near: u64) -> u64 {
    let ahead = of.wrapping_sub(number(initial, near));
    if ahead <= u32::MAX / 2 {
        near + u64::from(ahead)
    } else {
        near.saturating_sub(u64::from(ahead.wrapping_neg()))
    }
}
