//! The watchdog of ARM's Cortex-M System Design Kit (ARM DDI 0479, 3.4 and table 3-9), which is in the MPS2
//! boards and in QEMU's model of them.
//!
//! It counts down on the processor's clock. At zero it raises the non-maskable interrupt and starts over; at
//! the second zero in a row it resets the processor.

use crate::drivers::{Mmio, Registers};

mod register {
    pub(super) const LOAD: usize = 0x000;
    pub(super) const CONTROL: usize = 0x008;
    pub(super) const INTERRUPT_CLEAR: usize = 0x00c;
    pub(super) const LOCK: usize = 0xc00;
}

/// CONTROL: reset at the second zero, interrupt and counter on.
const RESET_AND_INTERRUPT: u32 = 1 << 1 | 1;
/// LOCK: this opens the other registers, anything else closes them.
const UNLOCK: u32 = 0x1acc_e551;

/// A running watchdog.
pub struct Watchdog {
    registers: Mmio,
}

impl Watchdog {
    /// Starts it: who has not fed it for `timeout_ms` gets the interrupt, and after as long again the
    /// reset.
    ///
    /// # Panics
    /// When the time is more than the counter holds, on a clock of `core_hz`.
    #[must_use]
    pub fn start(registers: Mmio, core_hz: u32, timeout_ms: u32) -> Self {
        let ticks = u64::from(core_hz) * u64::from(timeout_ms) / 1_000;
        let Ok(ticks) = u32::try_from(ticks) else {
            panic!("the watchdog can't count to {timeout_ms} ms");
        };
        registers.write(register::LOCK, UNLOCK);
        registers.write(register::LOAD, ticks);
        registers.write(register::CONTROL, RESET_AND_INTERRUPT);
        registers.write(register::LOCK, 0);
        Self { registers }
    }

    /// Puts off the bite: clearing the interrupt reloads the counter.
    pub fn feed(&self) {
        self.registers.write(register::LOCK, UNLOCK);
        self.registers.write(register::INTERRUPT_CLEAR, 1);
        self.registers.write(register::LOCK, 0);
    }
}
