//! Instructions by SysTick, and stack by paint.

use core::arch::asm;

use cortex_m::peripheral::{SYST, syst::SystClkSource};
use cortex_m::register::msp;

/// SysTick counts down in 24 bits.
const SYSTICK_MAX: u32 = (1 << 24) - 1;
/// What the calibration runs.
const KNOWN_INSTRUCTIONS: u32 = 1000;
/// More stack than any packet takes.
const PAINTED_BYTES: u32 = 16 * 1024;
/// Left to the function that paints.
const OWN_FRAME_BYTES: u32 = 128;
const PAINT: u32 = 0xa5a5_5a5a;

/// What one call took.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) instructions: u32,
    pub(crate) stack_bytes: u32,
}

/// Knows how many ticks an instruction takes.
pub(crate) struct Meter {
    /// Of [`KNOWN_INSTRUCTIONS`].
    known_ticks: u32,
    /// Of reading the time alone.
    empty_ticks: u32,
}

impl Meter {
    /// Starts SysTick and finds out what an instruction takes.
    ///
    /// # Panics
    /// When a loop of known length isn't counted exactly: then QEMU doesn't run with `-icount`.
    #[allow(unsafe_code, reason = "instructions that are known to the last one")]
    pub(crate) fn calibrate(mut systick: SYST) -> Self {
        systick.set_clock_source(SystClkSource::Core);
        systick.set_reload(SYSTICK_MAX);
        systick.clear_current();
        systick.enable_counter();
        let empty_ticks = ticks(|| ());
        // SAFETY: instructions that do nothing.
        let nops = || unsafe { asm!(".rept 1000", "nop", ".endr", options(nomem, nostack)) };
        let meter = Self {
            known_ticks: ticks(nops) - empty_ticks,
            empty_ticks,
        };
        // Two instructions a round, the first of which is one more for the counter's start value.
        let rounds = || {
            // SAFETY: a loop over one register.
            unsafe {
                asm!("movs {0}, #250", "2:", "subs {0}, {0}, #1", "bne 2b", out(reg) _, options(nomem, nostack));
            }
        };
        let counted = meter.instructions(ticks(rounds));
        assert!(
            counted == 501,
            "a loop of 501 instructions is counted as {counted}: QEMU needs -icount shift=10"
        );
        meter
    }

    /// Runs `call` and tells what it took, its call and return included.
    pub(crate) fn cost(&self, call: impl FnOnce()) -> Cost {
        let top = paint();
        let instructions = self.instructions(ticks(call));
        Cost {
            instructions,
            stack_bytes: top - deepest(top),
        }
    }

    fn instructions(&self, ticks: u32) -> u32 {
        let scaled = u64::from(ticks - self.empty_ticks) * u64::from(KNOWN_INSTRUCTIONS);
        let known_ticks = u64::from(self.known_ticks);
        // Less than SysTick counts: the cast keeps the value.
        ((scaled + known_ticks / 2) / known_ticks) as u32
    }
}

#[inline(never)]
fn ticks(call: impl FnOnce()) -> u32 {
    let before = SYST::get_current();
    call();
    before.wrapping_sub(SYST::get_current()) & SYSTICK_MAX
}

/// Paints the free stack; returns where it starts.
#[allow(unsafe_code, reason = "the stack that nobody uses yet")]
#[inline(never)]
fn paint() -> u32 {
    let top = msp::read();
    for address in (top - PAINTED_BYTES..top - OWN_FRAME_BYTES).step_by(4) {
        // SAFETY: below the stack pointer, and what this function may push after it was read, is memory of the
        // stack that nobody uses: no interrupt is on, and the boards have megabytes of it.
        unsafe { (address as *mut u32).write_volatile(PAINT) };
    }
    top
}

/// The lowest address under `top` at which the paint is gone.
#[allow(unsafe_code, reason = "the stack that was used before")]
#[inline(never)]
fn deepest(top: u32) -> u32 {
    let is_used = |address: &u32| {
        // SAFETY: painted by `paint`, or written by the calls since then: initialised memory.
        let word = unsafe { (*address as *const u32).read_volatile() };
        word != PAINT
    };
    let bottom = top - PAINTED_BYTES;
    let deepest = (bottom..top).step_by(4).find(is_used).unwrap_or(top);
    assert!(deepest > bottom, "more stack is used than was painted");
    deepest
}
