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

/// The interrupt table of a board on which one chip interrupts: its input of the NVIC, and what to do then. The table
/// ends there, as no input behind it is ever enabled; any other interrupt or exception is a panic.
#[macro_export]
macro_rules! interrupt_table {
    ($number:ident => $handle:expr) => {
        #[allow(unsafe_code, reason = "where cortex-m-rt wants the table")]
        // SAFETY: the section holds this table and nothing else, and no other static has this name.
        #[unsafe(link_section = ".vector_table.interrupts")]
        #[unsafe(no_mangle)]
        static __INTERRUPTS: [unsafe extern "C" fn(); $number as usize + 1] = {
            unsafe extern "C" {
                fn DefaultHandler();
            }
            extern "C" fn handle() {
                $handle;
            }

            let mut table = [DefaultHandler as unsafe extern "C" fn(); $number as usize + 1];
            table[$number as usize] = handle;
            table
        };

        #[allow(unsafe_code, reason = "cortex-m-rt asks for it")]
        #[cortex_m_rt::exception]
        unsafe fn DefaultHandler(number: i16) -> ! {
            panic!("interrupt {number} came, which nobody asked for")
        }
    };
}

/// The handlers that every board's binary has: panics and hard faults reboot, woken tasks pend the
/// executor, and SysTick drives the given [`Clock`](crate::board::Clock), if there is one.
#[macro_export]
macro_rules! board_handlers {
    ($clock:path) => {
        $crate::board_handlers!();
        $crate::tick_handler!($clock);
    };
    () => {
        #[panic_handler]
        fn panic(panic: &core::panic::PanicInfo<'_>) -> ! {
            $crate::board::after_panic(panic)
        }

        $crate::fault_handlers!();
    };
}

/// As [`board_handlers`], for an image that has no room for words: a panic is a fault at the function of `core` that
/// panics, called from the line that is wrong. `addr2line` of the two addresses says what the message would have said.
#[macro_export]
macro_rules! board_handlers_without_words {
    ($clock:path) => {
        #[panic_handler]
        fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
            cortex_m::asm::udf()
        }

        $crate::fault_handlers!();
        $crate::tick_handler!($clock);
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! fault_handlers {
    () => {
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

#[doc(hidden)]
#[macro_export]
macro_rules! tick_handler {
    ($clock:path) => {
        #[cortex_m_rt::exception]
        fn SysTick() {
            $clock.on_tick();
        }
    };
}
