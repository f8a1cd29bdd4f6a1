//! The programs on the hosts: a file that goes one way over one connection.
//!
//! The host that opens the connection asks with a few bytes, and the other sends the file; or it sends
//! the file, and the other answers with a few bytes. What arrives is held to what was sent.

use std::time::Duration;

use super::scenario::Carries;

/// What is asked and answered with.
const SMALL: [u8; 16] = *b"a request, small";
/// The file's bytes repeat after so many, a prime: other bytes in every packet.
const PERIOD: usize = 251;
/// How much is handed to the connection at a time.
const PIECE: usize = 64 * 1024;

/// A connection, as a program sees it.
pub(crate) trait Stream {
    /// The handshake is over, and nothing was closed.
    fn is_established(&mut self) -> bool;
    /// Takes in bytes to send, as many as there is room for.
    fn send(&mut self, bytes: &[u8]) -> usize;
    /// Hands over what has come.
    fn receive(&mut self, read: &mut dyn FnMut(&[u8]));
    /// Nothing more is sent.
    fn close(&mut self);
}

/// Which end of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Client,
    Server,
}

/// One program, on one host.
#[derive(Clone, Debug)]
pub(crate) struct Transfer {
    role: Role,
    carries: Carries,
    bytes: usize,
    sent: usize,
    small_sent: usize,
    small_received: usize,
    closed: bool,
    pub(crate) progress: Progress,
}

/// How far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) connected_at: Option<Duration>,
    /// Of the file, at the end that it goes to.
    pub(crate) received: usize,
    pub(crate) damaged: bool,
    /// When something came last, at the end that the file goes to.
    pub(crate) heard_at: Option<Duration>,
    pub(crate) completed_at: Option<Duration>,
}

impl Transfer {
    pub(crate) fn new(role: Role, carries: Carries, bytes: u32) -> Self {
        Self {
            role,
            carries,
            bytes: usize::try_from(bytes).unwrap_or(usize::MAX),
            sent: 0,
            small_sent: 0,
            small_received: 0,
            closed: false,
            progress: Progress::default(),
        }
    }

    /// Whether the file goes to this end.
    pub(crate) fn is_receiver(&self) -> bool {
        (self.role == Role::Client) == (self.carries == Carries::Download)
    }

    /// What the program does when it gets a turn.
    pub(crate) fn work(&mut self, stream: &mut dyn Stream, now: Duration) {
        if self.progress.connected_at.is_none() && stream.is_established() {
            self.progress.connected_at = Some(now);
        }
        if self.is_receiver() {
            self.take_file(stream, now);
        } else {
            stream.receive(&mut |bytes| self.small_received += bytes.len());
            self.give_file(stream);
        }
    }

    fn take_file(&mut self, stream: &mut dyn Stream, now: Duration) {
        let progress = &mut self.progress;
        stream.receive(&mut |bytes| {
            progress.heard_at = Some(now);
            progress.damaged |= !is_of_file(bytes, progress.received);
            progress.received += bytes.len();
        });
        let is_complete = self.progress.received >= self.bytes;
        if is_complete && self.progress.completed_at.is_none() {
            self.progress.completed_at = Some(now);
            self.progress.damaged |= self.progress.received > self.bytes;
        }
        // A client asks first; a server answers last.
        if self.role == Role::Client || is_complete {
            self.say_little(stream);
        }
        if is_complete && self.small_sent == SMALL.len() {
            self.close(stream);
        }
    }

    fn give_file(&mut self, stream: &mut dyn Stream) {
        if self.role == Role::Server && self.small_received < SMALL.len() {
            return;
        }
        while self.sent < self.bytes {
            let piece = (self.bytes - self.sent).min(PIECE);
            let taken = stream.send(file(self.sent, piece));
            if taken == 0 {
                return;
            }
            self.sent += taken;
        }
        if self.role == Role::Server || self.small_received >= SMALL.len() {
            self.close(stream);
        }
    }

    fn say_little(&mut self, stream: &mut dyn Stream) {
        if self.small_sent < SMALL.len() {
            self.small_sent += stream.send(&SMALL[self.small_sent..]);
        }
    }

    fn close(&mut self, stream: &mut dyn Stream) {
        if !self.closed {
            self.closed = true;
            stream.close();
        }
    }
}

/// Enough of the file's bytes to take a piece from at any place in the period.
static FILE: [u8; PIECE + PERIOD] = {
    let mut bytes = [0; PIECE + PERIOD];
    let mut at = 0;
    while at < bytes.len() {
        #[expect(clippy::cast_possible_truncation, reason = "the period fits a byte")]
        let byte = (at % PERIOD) as u8;
        bytes[at] = byte;
        at += 1;
    }
    bytes
};

/// The file's bytes from `at` on; at most a piece.
fn file(at: usize, len: usize) -> &'static [u8] {
    let start = at % PERIOD;
    &FILE[start..start + len.min(PIECE)]
}

fn is_of_file(bytes: &[u8], mut at: usize) -> bool {
    bytes.chunks(PIECE).all(|bytes| {
        let is_right = bytes == file(at, bytes.len());
        at += bytes.len();
        is_right
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_wrong_byte_is_seen_wherever_it_is() {
        let at = 1_000_000;
        let mut bytes = file(at, 5000).to_vec();
        assert!(is_of_file(&bytes, at));
        assert!(!is_of_file(&bytes, at + 1));
        bytes[4321] ^= 1;
        assert!(!is_of_file(&bytes, at));
    }
}
