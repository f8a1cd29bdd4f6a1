//! A driver with the frames that wait for room in it.

use core::task::Context;

use embassy_net_driver::{Driver, TxToken};

use super::backlog::{Backlog, BacklogPlace, write_pieces};
use super::unplugged::Unplugged;
use crate::drivers::MAX_FRAME_BYTES;

/// A wire of a [`Carrier`](super::Carrier): the driver of its chip, and room for the second and later frames that one
/// received frame brings about.
pub struct Wire<D> {
    pub(super) driver: D,
    pub(super) backlog: Backlog,
}

impl Wire<Unplugged> {
    /// A wire that isn't there.
    #[must_use]
    pub fn unplugged() -> Self {
        Self::new(Unplugged, &mut [])
    }
}

impl<D> Wire<D> {
    /// The wire at `driver`. As many frames wait as there are places in `backlog`.
    #[must_use]
    pub const fn new(driver: D, backlog: &'static mut [BacklogPlace]) -> Self {
        Self {
            driver,
            backlog: Backlog::new(backlog),
        }
    }
}

impl<D: Driver> Wire<D> {
    /// Sends what waits, as long as the driver has room.
    pub(super) fn flush(&mut self, context: &mut Context<'_>) {
        while let Some(frame) = self.backlog.oldest() {
            let Some(token) = self.driver.transmit(context) else {
                return;
            };
            token.consume(frame.len(), |buffer| buffer.copy_from_slice(frame));
            self.backlog.pop();
        }
    }

    /// The way out, while the router works on a frame of another wire.
    pub(super) fn way(&mut self) -> Way<'_, D> {
        Way {
            sender: Sender::Driver(&mut self.driver),
            backlog: &mut self.backlog,
        }
    }
}

/// The way out through a wire.
pub(super) struct Way<'a, D: Driver + 'a> {
    pub(super) sender: Sender<'a, D>,
    pub(super) backlog: &'a mut Backlog,
}

/// How a driver can be sent through: by itself, or, while its received frame is being worked on, by the
/// one token that came with the frame.
pub(super) enum Sender<'a, D: Driver + 'a> {
    Driver(&'a mut D),
    Token(Option<D::TxToken<'a>>),
}

impl<D: Driver> Way<'_, D> {
    pub(super) fn send(&mut self, context: &mut Context<'_>, header: &[u8], packet: &[u8]) -> bool {
        let len = header.len() + packet.len();
        if len > MAX_FRAME_BYTES {
            return false;
        }
        // Frames that wait go first.
        if !self.backlog.is_empty() {
            return self.backlog.push(header, packet);
        }
        let fill = |buffer: &mut [u8]| write_pieces(buffer, header, packet);
        match &mut self.sender {
            Sender::Driver(driver) => match driver.transmit(context) {
                Some(token) => token.consume(len, fill),
                None => return self.backlog.push(header, packet),
            },
            Sender::Token(token) => match token.take() {
                Some(token) => token.consume(len, fill),
                None => return self.backlog.push(header, packet),
            },
        }
        true
    }
}
