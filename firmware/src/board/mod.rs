//! What the boards have in common: everything between a chip's driver and the router that a board's
//! binary would otherwise repeat.
//!
//! The parts without hardware ([`Carrier`], [`BootArguments`], [`CauseOfReboot`]) are built, and tested,
//! on the host too.

mod backlog;
mod boot_arguments;
mod carrier;
mod cause_of_reboot;
mod frame_limit;
mod trunk;
mod unplugged;
mod wire;

pub use backlog::{BACKLOG_PLACES, BacklogPlace};
pub use boot_arguments::{BootArgumentError, BootArguments, Failure, PppoeArguments, WanMode};
pub use carrier::{Carrier, INNER_BUFFER_BYTES, INNER_MTU_BYTES, INNER_WIRE};
pub use cause_of_reboot::CauseOfReboot;
pub use frame_limit::{largest_frame_bytes, require_frames_fit};
pub use trunk::*;
pub use unplugged::Unplugged;
pub use wire::Wire;

#[cfg(all(target_os = "none", target_arch = "arm"))]
mod clock;
#[cfg(all(target_os = "none", target_arch = "arm"))]
mod executor;
#[cfg(all(target_os = "none", target_arch = "arm"))]
mod interrupt;
#[cfg(all(target_os = "none", target_arch = "arm"))]
mod line_log;
#[cfg(all(target_os = "none", target_arch = "arm"))]
mod own_stack;
#[cfg(all(target_os = "none", target_arch = "arm"))]
mod reboot;
#[cfg(all(target_os = "none", target_arch = "arm"))]
mod start;
#[cfg(all(target_os = "none", target_arch = "arm"))]
mod watchdog;

#[cfg(all(target_os = "none", target_arch = "arm"))]
pub use {
    clock::Clock,
    executor::{pend, run},
    interrupt::enable_interrupt,
    line_log::LineLog,
    reboot::{after_fault, after_panic},
    start::{
        arguments, introduce, introduce_without_words, own_stack, rehearse, seed_from_clock,
        trunk_router_with_uplink,
    },
    watchdog::Watchdog,
};
