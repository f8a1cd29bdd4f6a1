//! The clamp around a smoltcp device.

use clamp_core::{Clamp, Outcome, Reason};
use smoltcp::phy::{self, Device, DeviceCapabilities, PacketMeta, RxToken, TxToken};
use smoltcp::time::Instant;

use crate::medium::{Clamping, Direction, Medium};

/// A smoltcp device whose SYNs are clamped both ways.
///
/// smoltcp hands received frames on as `&[u8]`, so a SYN that has to be clamped is copied into a
/// scratch buffer of `N` bytes first. All other frames are passed on without a copy.
pub struct ClampedDevice<D, O, const N: usize> {
    device: D,
    clamp: Clamp,
    observe: O,
    scratch: [u8; N],
}

/// The scratch buffer does not hold a frame of the device's largest size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScratchTooSmall {
    /// The device's largest frame, in bytes.
    pub needed: usize,
    /// The `N` that was chosen.
    pub there: usize,
}

impl core::error::Error for ScratchTooSmall {}

impl core::fmt::Display for ScratchTooSmall {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(
            f,
            "a scratch buffer of {} bytes does not hold the device's frames of {}",
            self.there, self.needed
        )
    }
}

impl<D: Device, O: Fn(Direction, Outcome), const N: usize> ClampedDevice<D, O, N> {
    /// Wraps `device`.
    ///
    /// # Errors
    /// [`ScratchTooSmall`] when `N` is under the device's `max_transmission_unit`.
    pub fn new(device: D, clamp: Clamp, observe: O) -> Result<Self, ScratchTooSmall> {
        let needed = device.capabilities().max_transmission_unit;
        if N < needed {
            return Err(ScratchTooSmall { needed, there: N });
        }
        Ok(Self {
            device,
            clamp,
            observe,
            scratch: [0; N],
        })
    }

    /// The device inside.
    pub fn into_inner(self) -> D {
        self.device
    }

    fn medium(&self) -> Medium {
        match self.device.capabilities().medium {
            phy::Medium::Ethernet => Medium::Ethernet,
            phy::Medium::Ip => Medium::Ip,
            #[allow(
                unreachable_patterns,
                reason = "a stack built with more media has more of them"
            )]
            _ => Medium::Other,
        }
    }
}

impl<D: Device, O: Fn(Direction, Outcome), const N: usize> Device for ClampedDevice<D, O, N> {
    type RxToken<'a>
        = ClampedRxToken<'a, D::RxToken<'a>, O>
    where
        Self: 'a;
    type TxToken<'a>
        = ClampedTxToken<'a, D::TxToken<'a>, O>
    where
        Self: 'a;

    fn receive(&mut self, timestamp: Instant) -> Option<(Self::RxToken<'_>, Self::TxToken<'_>)> {
        let clamping = Clamping {
            medium: self.medium(),
            clamp: self.clamp,
            observe: &self.observe,
        };
        let (receive, transmit) = self.device.receive(timestamp)?;
        Some((
            ClampedRxToken {
                token: receive,
                clamping,
                scratch: &mut self.scratch,
            },
            ClampedTxToken {
                token: transmit,
                clamping,
            },
        ))
    }

    fn transmit(&mut self, timestamp: Instant) -> Option<Self::TxToken<'_>> {
        let clamping = Clamping {
            medium: self.medium(),
            clamp: self.clamp,
            observe: &self.observe,
        };
        let token = self.device.transmit(timestamp)?;
        Some(ClampedTxToken { token, clamping })
    }

    fn capabilities(&self) -> DeviceCapabilities {
        self.device.capabilities()
    }
}

/// A received frame that is clamped before the stack reads it.
pub struct ClampedRxToken<'a, T, O> {
    token: T,
    clamping: Clamping<'a, O>,
    scratch: &'a mut [u8],
}

impl<T: RxToken, O: Fn(Direction, Outcome)> RxToken for ClampedRxToken<'_, T, O> {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, f: F) -> R {
        let Clamping {
            medium,
            clamp,
            observe,
        } = self.clamping;
        self.token.consume(|frame| {
            let Some(mut outcome) = medium.judge(clamp, frame) else {
                return f(frame);
            };
            let mut clamped = None;
            if let Outcome::Clamped { .. } = outcome {
                match self.scratch.get_mut(..frame.len()) {
                    Some(copy) => {
                        copy.copy_from_slice(frame);
                        medium.clamp(clamp, copy);
                        clamped = Some(&*copy);
                    }
                    // The device went past the size that it states.
                    None => outcome = Outcome::LeftAlone(Reason::Cut),
                }
            }
            observe(Direction::Received, outcome);
            f(clamped.unwrap_or(frame))
        })
    }

    fn meta(&self) -> PacketMeta {
        self.token.meta()
    }
}

/// A frame to send that is clamped once the stack has written it.
pub struct ClampedTxToken<'a, T, O> {
    token: T,
    clamping: Clamping<'a, O>,
}

impl<T: TxToken, O: Fn(Direction, Outcome)> TxToken for ClampedTxToken<'_, T, O> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, f: F) -> R {
        self.token.consume(len, |frame| {
            let result = f(frame);
            self.clamping.clamp(Direction::Sent, frame);
            result
        })
    }

    fn set_meta(&mut self, meta: PacketMeta) {
        self.token.set_meta(meta);
    }
}
