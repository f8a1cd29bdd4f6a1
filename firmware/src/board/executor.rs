//! The executor's loop: it sleeps when no task has anything to do.
//!
//! embassy's own loop for threads sleeps by WFE, which QEMU ends at once: the emulation would use a
//! whole processor of the PC.

use core::sync::atomic::{AtomicBool, Ordering};

use embassy_executor::{Spawner, raw};

static WORK: AtomicBool = AtomicBool::new(true);

/// Notes that a task was woken. The board's binary exports it as `__pender`.
pub fn pend() {
    WORK.store(true, Ordering::Release);
}

/// On a frame of its own, which goes: tasks hold kilobytes on their way to their places, and [`run`]'s frame stays
/// for ever.
#[inline(never)]
fn spawn_first(spawner: Spawner, spawn: impl FnOnce(Spawner)) {
    spawn(spawner);
}

/// Spawns the first tasks and runs all of them until power-off.
#[allow(unsafe_code, reason = "the raw executor's `poll` is unsafe")]
pub fn run(executor: &'static raw::Executor, spawn: impl FnOnce(Spawner)) -> ! {
    spawn_first(executor.spawner(), spawn);
    loop {
        // SAFETY: `poll` may not run twice at once or from inside of itself. This loop is its only
        // caller, and runs in thread mode, once: `executor` is borrowed for ever.
        unsafe { executor.poll() };
        // With interrupts off, an interrupt that wakes a task after the look at WORK still ends the
        // sleep (Armv7-M Architecture Reference Manual, B1.5.19), and is served right after it.
        cortex_m::interrupt::free(|_| {
            if WORK.load(Ordering::Acquire) {
                WORK.store(false, Ordering::Release);
            } else {
                cortex_m::asm::wfi();
            }
        });
    }
}
