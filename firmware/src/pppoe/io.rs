//! The way out, and what every automaton needs at hand.

use crate::shared::hash::Random;
use crate::shared::time::Instant;

use super::frame::Session;
use super::status::Counters;

/// A station's Ethernet address.
pub type Mac = [u8; 6];

/// The longest header that [`Transmit::send`] is given, in bytes.
pub const MAX_HEADER_BYTES: usize = 16;

/// What the client sends through: the WAN's Ethernet port.
pub trait Transmit {
    /// Queues one frame from the port's own address, in the port's VLAN: behind its Ethernet header
    /// comes `header`, of at most [`MAX_HEADER_BYTES`], and then `rest`. Both together fit the
    /// port's MTU. `false` says that the frame is lost, which the client counts.
    fn send(&mut self, destination: Mac, ethertype: u16, header: &[u8], rest: &[u8]) -> bool;
}

/// The moment, the way out, the session, and the one source of random numbers.
pub(crate) struct Io<'a> {
    pub(crate) now: Instant,
    pub(crate) out: &'a mut dyn Transmit,
    /// The open session, in which PPP packets go.
    pub(crate) session: Option<Session>,
    pub(crate) random: &'a mut Random,
    pub(crate) counters: &'a mut Counters,
}

impl Io<'_> {
    pub(crate) fn send(&mut self, destination: Mac, ethertype: u16, header: &[u8], rest: &[u8]) {
        let counter = if self.out.send(destination, ethertype, header, rest) {
            &mut self.counters.frames_sent
        } else {
            &mut self.counters.frames_lost
        };
        *counter = counter.wrapping_add(1);
    }

    /// The moment in about `ms` milliseconds.
    pub(crate) fn about_ms(&mut self, ms: u32) -> Instant {
        about_ms(self.random, self.now, ms)
    }
}

/// The moment `ms` milliseconds after `now`, give or take an eighth, so that the customers of an
/// access concentrator that restarts don't come all at once.
pub(crate) fn about_ms(random: &mut Random, now: Instant, ms: u32) -> Instant {
    let eighth = ms >> 3;
    let quarter = u64::from(ms >> 2);
    let jitter = u64::from(random.next()).saturating_mul(quarter) >> 32;
    now.after_ms(u64::from(ms.saturating_sub(eighth)).saturating_add(jitter))
}

/// The earlier of two deadlines.
pub(crate) fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// Whether a deadline has come.
pub(crate) fn is_due(due: Option<Instant>, now: Instant) -> bool {
    due.is_some_and(|due| due <= now)
}
