//! Whether the peer still lives: it answers LCP's Echo-Requests (RFC 1661, section 5.8).

use crate::shared::time::Instant;

use super::io::{Io, is_due};

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    Nothing,
    /// To ask.
    Ask,
    /// Nothing more: it is dead.
    Dead,
}

/// The count of unanswered requests.
pub(crate) struct Echo {
    due: Option<Instant>,
    unanswered: u8,
}

impl Echo {
    pub(crate) const fn new() -> Self {
        Self {
            due: None,
            unanswered: 0,
        }
    }

    /// LCP is open.
    pub(crate) fn start(&mut self, interval_ms: u32, io: &mut Io<'_>) {
        self.unanswered = 0;
        self.due = Some(io.about_ms(interval_ms));
    }

    /// LCP is no longer open.
    pub(crate) fn stop(&mut self) {
        *self = Self::new();
    }

    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.due
    }

    pub(crate) fn answered(&mut self) {
        self.unanswered = 0;
    }

    pub(crate) fn poll(&mut self, interval_ms: u32, failures: u8, io: &mut Io<'_>) -> Due {
        if !is_due(self.due, io.now) {
            return Due::Nothing;
        }
        if self.unanswered >= failures {
            self.stop();
            return Due::Dead;
        }
        self.unanswered = self.unanswered.saturating_add(1);
        self.due = Some(io.about_ms(interval_ms));
        Due::Ask
    }
}
