//! The clamp around an embassy-net driver.

use core::task::Context;

use clamp_core::{Clamp, Outcome};
use embassy_net_driver::{Capabilities, Driver, HardwareAddress, LinkState, RxToken, TxToken};

use crate::medium::{Clamping, Direction, Medium};

/// An embassy-net driver whose SYNs are clamped both ways.
pub struct ClampedDriver<D, O> {
    driver: D,
    clamp: Clamp,
    observe: O,
}

impl<D: Driver, O: Fn(Direction, Outcome)> ClampedDriver<D, O> {
    /// Wraps `driver`. Whether it carries Ethernet frames or bare packets is read from its hardware
    /// address, frame by frame.
    pub fn new(driver: D, clamp: Clamp, observe: O) -> Self {
        Self {
            driver,
            clamp,
            observe,
        }
    }

    /// The driver inside.
    pub fn into_inner(self) -> D {
        self.driver
    }

    fn medium(&self) -> Medium {
        match self.driver.hardware_address() {
            HardwareAddress::Ethernet(_) => Medium::Ethernet,
            HardwareAddress::Ip => Medium::Ip,
            _ => Medium::Other,
        }
    }
}

impl<D: Driver, O: Fn(Direction, Outcome)> Driver for ClampedDriver<D, O> {
    type RxToken<'a>
        = ClampedToken<'a, D::RxToken<'a>, O>
    where
        Self: 'a;
    type TxToken<'a>
        = ClampedToken<'a, D::TxToken<'a>, O>
    where
        Self: 'a;

    fn receive(
        &mut self,
        context: &mut Context<'_>,
    ) -> Option<(Self::RxToken<'_>, Self::TxToken<'_>)> {
        let clamping = Clamping {
            medium: self.medium(),
            clamp: self.clamp,
            observe: &self.observe,
        };
        let (receive, transmit) = self.driver.receive(context)?;
        Some((
            ClampedToken {
                token: receive,
                clamping,
            },
            ClampedToken {
                token: transmit,
                clamping,
            },
        ))
    }

    fn transmit(&mut self, context: &mut Context<'_>) -> Option<Self::TxToken<'_>> {
        let clamping = Clamping {
            medium: self.medium(),
            clamp: self.clamp,
            observe: &self.observe,
        };
        let token = self.driver.transmit(context)?;
        Some(ClampedToken { token, clamping })
    }

    fn link_state(&mut self, context: &mut Context<'_>) -> LinkState {
        self.driver.link_state(context)
    }

    fn capabilities(&self) -> Capabilities {
        self.driver.capabilities()
    }

    fn hardware_address(&self) -> HardwareAddress {
        self.driver.hardware_address()
    }
}

/// A token whose frame is clamped on its way.
pub struct ClampedToken<'a, T, O> {
    token: T,
    clamping: Clamping<'a, O>,
}

impl<T: RxToken, O: Fn(Direction, Outcome)> RxToken for ClampedToken<'_, T, O> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, f: F) -> R {
        self.token.consume(|frame| {
            self.clamping.clamp(Direction::Received, frame);
            f(frame)
        })
    }
}

impl<T: TxToken, O: Fn(Direction, Outcome)> TxToken for ClampedToken<'_, T, O> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, f: F) -> R {
        self.token.consume(len, |frame| {
            let result = f(frame);
            self.clamping.clamp(Direction::Sent, frame);
            result
        })
    }
}
