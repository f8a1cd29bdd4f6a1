//! A wire that isn't there.

use core::convert::Infallible;
use core::task::Context;

use embassy_net_driver::{Capabilities, Driver, HardwareAddress, LinkState, RxToken, TxToken};

/// The driver of a second wire on a board with one network chip: nothing comes in or goes out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unplugged;

/// A token of [`Unplugged`]: there is none.
#[derive(Clone, Copy, Debug)]
pub struct NoToken(Infallible);

impl RxToken for NoToken {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, _: F) -> R {
        match self.0 {}
    }
}

impl TxToken for NoToken {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, _: usize, _: F) -> R {
        match self.0 {}
    }
}

impl Driver for Unplugged {
    type RxToken<'a> = NoToken;
    type TxToken<'a> = NoToken;

    fn receive(&mut self, _: &mut Context<'_>) -> Option<(NoToken, NoToken)> {
        None
    }

    fn transmit(&mut self, _: &mut Context<'_>) -> Option<NoToken> {
        None
    }

    fn link_state(&mut self, _: &mut Context<'_>) -> LinkState {
        LinkState::Down
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::default()
    }

    fn hardware_address(&self) -> HardwareAddress {
        HardwareAddress::Ip
    }
}
