//! What happened in a run, frame by frame.

use std::time::Duration;

/// What became of a frame that was put on a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Fate {
    Arrived,
    /// It arrived with a bit turned over.
    Corrupted,
    Lost,
    /// Longer than what the link carries.
    TooBigForLink,
    /// An ICMP error that somebody's firewall drops.
    Filtered,
    QueueFull,
    LinkDown,
}

impl Fate {
    pub(crate) fn is_drop(self) -> bool {
        !matches!(self, Self::Arrived | Self::Corrupted)
    }

    /// In words.
    pub(crate) fn said(self) -> &'static str {
        match self {
            Self::Arrived => "arrived",
            Self::Corrupted => "corrupted",
            Self::Lost => "lost",
            Self::TooBigForLink => "too big for the link",
            Self::Filtered => "ICMP filtered",
            Self::QueueFull => "queue full",
            Self::LinkDown => "link down",
        }
    }
}

/// Why a router did not pass a packet on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Refusal {
    /// Too big for the way out; its sender was told.
    TooBig,
    /// Too big for the way out, and nobody was told.
    TooBigInSilence,
    /// Anything else.
    Other(&'static str),
}

impl Refusal {
    /// In words.
    pub(crate) fn said(self) -> &'static str {
        match self {
            Self::TooBig => "too big, and said so",
            Self::TooBigInSilence => "too big, in silence",
            Self::Other(why) => why,
        }
    }

    pub(crate) fn is_too_big(self) -> bool {
        matches!(self, Self::TooBig | Self::TooBigInSilence)
    }
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub(crate) enum Happening {
    /// A frame was put on a link.
    Passage {
        link: usize,
        /// The end that it goes to.
        towards: usize,
        put_at: Duration,
        left_at: Duration,
        arrives_at: Duration,
        fate: Fate,
        frame: Vec<u8>,
    },
    /// A node dropped a packet.
    Refused {
        node: usize,
        at: Duration,
        why: Refusal,
        packet: Vec<u8>,
    },
    /// A link changed.
    Changed {
        link: usize,
        at: Duration,
        what: String,
    },
}

impl Happening {
    pub(crate) fn at(&self) -> Duration {
        match self {
            Self::Passage { put_at: at, .. }
            | Self::Refused { at, .. }
            | Self::Changed { at, .. } => *at,
        }
    }
}
