//! embassy-time on SysTick: a tick each millisecond.
//!
//! SysTick is in every Cortex-M (Armv7-M Architecture Reference Manual, B3.3), so the boards share
//! this. Every tick wakes the processor for a few dozen instructions.

use core::cell::{Cell, RefCell};
use core::task::Waker;

use cortex_m::peripheral::{SYST, syst::SystClkSource};
use critical_section::Mutex;
use embassy_time_driver::{Driver, TICK_HZ};
use embassy_time_queue_utils::Queue;

/// Counts SysTick's interrupts.
pub struct Clock {
    ticks: Mutex<Cell<u64>>,
    /// The tick at which the first task in the queue wants to be woken.
    alarm: Mutex<Cell<u64>>,
    queue: Mutex<RefCell<Queue>>,
}

impl Clock {
    /// A clock that stands still.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            ticks: Mutex::new(Cell::new(0)),
            alarm: Mutex::new(Cell::new(u64::MAX)),
            queue: Mutex::new(RefCell::new(Queue::new())),
        }
    }

    /// Sets SysTick going, on a processor clock of `core_hz`.
    ///
    /// # Panics
    /// When a tick takes more than SysTick's 24 bits can count.
    pub fn start(&self, mut systick: SYST, core_hz: u32) {
        // TICK_HZ is 1,000: the cast keeps the value.
        let reload = core_hz / TICK_HZ as u32 - 1;
        assert!(reload < 1 << 24, "the processor is too fast for SysTick");
        systick.set_clock_source(SystClkSource::Core);
        systick.set_reload(reload);
        systick.clear_current();
        systick.enable_interrupt();
        systick.enable_counter();
    }

    /// What the SysTick exception handler calls.
    pub fn on_tick(&self) {
        critical_section::with(|section| {
            let ticks = self.ticks.borrow(section);
            ticks.set(ticks.get() + 1);
            let alarm = self.alarm.borrow(section);
            if ticks.get() >= alarm.get() {
                let mut queue = self.queue.borrow_ref_mut(section);
                alarm.set(queue.next_expiration(ticks.get()));
            }
        });
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}

impl Driver for Clock {
    fn now(&self) -> u64 {
        critical_section::with(|section| self.ticks.borrow(section).get())
    }

    fn schedule_wake(&self, at: u64, waker: &Waker) {
        critical_section::with(|section| {
            let mut queue = self.queue.borrow_ref_mut(section);
            if queue.schedule_wake(at, waker) {
                // The next tick looks at the queue: also at a moment that is over by now.
                let alarm = self.alarm.borrow(section);
                alarm.set(alarm.get().min(at));
            }
        });
    }
}
