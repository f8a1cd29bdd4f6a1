//! What runs on the box: the [`router`], the [`pppoe`] and [`dhcp`] clients, and the clamp alone inside somebody else's driver or stack.
//!
//! [`ClampedDriver`] wraps an [`embassy_net_driver::Driver`] and is one; [`ClampedDevice`] wraps a
//! [`smoltcp::phy::Device`] and is one. Both clamp the SYNs that come in, so that the stack behind
//! them sends no segment that the path can't carry, and those that go out, so that its peers don't.
//! What happened to each frame is told to an observer: a closure that counts or logs, or
//! `|_, _| {}`.
//!
//! ```
//! use core::cell::Cell;
//! use clamp_core::{Clamp, Outcome};
//! use firmware::ClampedDriver;
//! # use embassy_net_driver::Driver;
//!
//! const DSL: Clamp = match Clamp::for_link_mtu(1492) {
//!     Ok(clamp) => clamp,
//!     Err(_) => panic!("a link MTU under 88"),
//! };
//!
//! # fn wrap(ethernet: impl Driver) -> u32 {
//! let clamped = Cell::new(0);
//! let driver = ClampedDriver::new(ethernet, DSL, |_direction, outcome| {
//!     if let Outcome::Clamped { .. } = outcome {
//!         clamped.set(clamped.get() + 1);
//!     }
//! });
//! # drop(driver);
//! # clamped.get()
//! # }
//! ```

#![no_std]
#![deny(unsafe_code)]

pub mod board;
mod device;
pub mod dhcp;
pub mod dhcpv6;
mod driver;
pub mod drivers;
mod medium;
pub mod pppoe;
pub mod router;
mod shared;

pub use device::{ClampedDevice, ScratchTooSmall};
pub use driver::ClampedDriver;
pub use medium::Direction;
