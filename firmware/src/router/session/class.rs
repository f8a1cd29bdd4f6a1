//! What a session is worth: how long it may be idle, and in which order sessions go when the table
//! is full.

use super::list::List;
use super::tcp_state::Progress;
use crate::router::ip::{ICMP, ICMPV6, TCP};

/// How exactly the last packet's time is kept: moving a session to the young end of its lists once
/// a second is often enough.
pub(crate) const TOUCH_MS: u64 = 1_000;

/// From the first to go to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// TCP that was reset or finished by both sides.
    Closing,
    /// TCP that isn't established yet.
    HalfOpen,
    /// Echo requests and replies.
    Echo,
    /// UDP, and what has no states that the router knows.
    Datagram,
    /// Established TCP.
    Established,
}

impl Class {
    pub(crate) const ALL: [Self; 5] = [
        Self::Closing,
        Self::HalfOpen,
        Self::Echo,
        Self::Datagram,
        Self::Established,
    ];

    /// The class of a session that has just begun.
    pub(crate) const fn at_first(protocol: u8) -> Self {
        match protocol {
            TCP => Self::HalfOpen,
            ICMP | ICMPV6 => Self::Echo,
            _ => Self::Datagram,
        }
    }

    /// How long a session lives without a packet, at least: [`TOUCH_MS`] longer than it has to.
    pub(crate) const fn timeout_ms(self) -> u64 {
        const MINUTE_MS: u64 = 60_000;
        let idle_ms = match self {
            // The transitory idle-timeout (RFC 5382, REQ-5).
            Self::Closing | Self::HalfOpen => 4 * MINUTE_MS,
            // RFC 5508, REQ-1 b.
            Self::Echo => MINUTE_MS,
            // The recommended time (RFC 4787, REQ-5).
            Self::Datagram => 5 * MINUTE_MS,
            // The established connection idle-timeout (RFC 5382, REQ-5).
            Self::Established => 124 * MINUTE_MS,
        };
        idle_ms.saturating_add(TOUCH_MS)
    }

    /// How long a session has to be idle before it may be given up for a new one: one that is
    /// running never is.
    pub(crate) const fn spared_ms(self) -> u64 {
        match self {
            Self::Closing | Self::HalfOpen | Self::Echo => 0,
            Self::Datagram => 5_000,
            Self::Established => 60_000,
        }
    }
}

impl From<Progress> for Class {
    fn from(progress: Progress) -> Self {
        match progress {
            Progress::HalfOpen => Self::HalfOpen,
            Progress::Established => Self::Established,
            Progress::Closing => Self::Closing,
        }
    }
}

/// The sessions of each class, the one that was idle longest first.
pub(crate) struct ByClass {
    closing: List,
    half_open: List,
    echo: List,
    datagram: List,
    established: List,
}

impl ByClass {
    pub(crate) const EMPTY: Self = Self {
        closing: List::EMPTY,
        half_open: List::EMPTY,
        echo: List::EMPTY,
        datagram: List::EMPTY,
        established: List::EMPTY,
    };

    pub(crate) fn of(&self, class: Class) -> List {
        match class {
            Class::Closing => self.closing,
            Class::HalfOpen => self.half_open,
            Class::Echo => self.echo,
            Class::Datagram => self.datagram,
            Class::Established => self.established,
        }
    }

    pub(crate) fn of_mut(&mut self, class: Class) -> &mut List {
        match class {
            Class::Closing => &mut self.closing,
            Class::HalfOpen => &mut self.half_open,
            Class::Echo => &mut self.echo,
            Class::Datagram => &mut self.datagram,
            Class::Established => &mut self.established,
        }
    }
}
