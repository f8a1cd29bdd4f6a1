//! Whether packets of more than 1492 bytes arrive, there and back, before one is sent that matters
//! (RFC 4638, section 5.2): LCP echoes of the full size are answered, or else they don't.

use crate::shared::time::Instant;

use super::control::{ECHO_REQUEST, send};
use super::io::{Io, is_due};
use super::lcp::LCP;

/// The full-size Echo-Request is sent up to so many times, each after so long.
const MAX_SENT: u8 = 3;
const REPEAT_MS: u64 = 1_000;
/// Code, identifier, length and magic number.
const HEADER_BYTES: u16 = 8;

/// What the echoes are filled with.
static PADDING: [u8; 1500] = [0; 1500];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Idle,
    Asking,
    Passed,
}

/// The test of one negotiated size.
pub(crate) struct FullSize {
    step: Step,
    size_bytes: u16,
    identifier: u8,
    sent: u8,
    due: Option<Instant>,
}

impl FullSize {
    pub(crate) const fn new() -> Self {
        Self {
            step: Step::Idle,
            size_bytes: 0,
            identifier: 0,
            sent: 0,
            due: None,
        }
    }

    /// Asks for an echo of `size_bytes`, under an identifier that no other echo has.
    pub(crate) fn start(
        &mut self,
        size_bytes: u16,
        identifier: u8,
        magic: [u8; 4],
        io: &mut Io<'_>,
    ) {
        if self.step == Step::Passed && self.size_bytes == size_bytes {
            return;
        }
        *self = Self::new();
        self.step = Step::Asking;
        self.size_bytes = size_bytes;
        self.identifier = identifier;
        self.ask(magic, io);
    }

    pub(crate) fn stop(&mut self) {
        *self = Self::new();
    }

    /// LCP is no longer open: what isn't known has to be asked again, what is known remains.
    pub(crate) fn interrupt(&mut self) {
        if self.is_asking() {
            self.stop();
        }
    }

    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.due
    }

    /// Whether it isn't known yet.
    pub(crate) fn is_asking(&self) -> bool {
        self.step == Step::Asking
    }

    /// An Echo-Reply of `len` bytes, header and all, came.
    pub(crate) fn answered(&mut self, identifier: u8, len: usize) {
        if self.is_asking() && identifier == self.identifier && len >= usize::from(self.size_bytes)
        {
            self.step = Step::Passed;
            self.due = None;
        }
    }

    /// Asks again. Returns whether it failed for good.
    pub(crate) fn poll(&mut self, magic: [u8; 4], io: &mut Io<'_>) -> bool {
        if !is_due(self.due, io.now) {
            return false;
        }
        if self.sent < MAX_SENT {
            self.ask(magic, io);
            return false;
        }
        self.stop();
        true
    }

    fn ask(&mut self, magic: [u8; 4], io: &mut Io<'_>) {
        self.sent = self.sent.saturating_add(1);
        self.due = Some(io.now.after_ms(REPEAT_MS));
        let len = usize::from(self.size_bytes.saturating_sub(HEADER_BYTES));
        let padding = PADDING.get(..len).unwrap_or(&PADDING);
        send(LCP, ECHO_REQUEST, self.identifier, &magic, padding, io);
    }
}
