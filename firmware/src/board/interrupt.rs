//! Interrupts and exceptions.

use cortex_m::interrupt::InterruptNumber;
use cortex_m::peripheral::NVIC;

#[derive(Clone, Copy)]
struct Number(u8);

#[allow(unsafe_code, reason = "naming an interrupt that a driver handles")]
// SAFETY: the number is what was given, and never changes; the NVIC's registers have room for 8 bits.
unsafe impl InterruptNumber for Number {
    fn number(self) -> u16 {
        u16::from(self.0)
    }
}

/// Lets the chip on this input of the NVIC interrupt.
#[allow(unsafe_code, reason = "letting an interrupt happen")]
pub fn enable_interrupt(number: u8) {
    // SAFETY: no critical section of ours masks single interrupts, so there is none to break.
    unsafe { NVIC::unmask(Number(number)) }
}

/// The handlers that every board's binary has: panics and hard faults reboot, woken tasks pend the
/// executor, and SysTick drives the given [`Clock`](crate::board::Clock), if there is one.
#[macro_export]
macro_rules! board_handlers {
    ($clock:path) => {
        $crate::board_handlers!();

        #[cortex_m_rt::exception]
        fn SysTick() {
            $clock.on_tick();
        }
    };
    () => {
        #[panic_handler]
        fn panic(panic: &core::panic::PanicInfo<'_>) -> ! {
            $crate::board::after_panic(panic)
        }

        #[allow(unsafe_code, reason = "cortex-m-rt asks for it")]
        #[cortex_m_rt::exception]
        unsafe fn HardFault(frame: &cortex_m_rt::ExceptionFrame) -> ! {
            $crate::board::after_fault(frame)
        }

        #[allow(unsafe_code, reason = "the name that the executor calls")]
        // SAFETY: nothing else has this name, and the executor calls it with this signature.
        #[unsafe(export_name = "__pender")]
        fn pender(_: *mut ()) {
            $crate::board::pend();
        }
    };
}
