//! Panics and faults: the cause is kept, the box starts again, and says what it was.

use core::cell::UnsafeCell;
use core::mem::MaybeUninit;
use core::panic::PanicInfo;

use cortex_m_rt::ExceptionFrame;

use super::cause_of_reboot::{CauseOfReboot, Fault};

/// Memory that cortex-m-rt leaves as it is at start (its section `.uninit`), so that it outlasts a
/// reboot.
struct Kept(UnsafeCell<MaybeUninit<CauseOfReboot>>);

#[allow(unsafe_code, reason = "memory that outlasts a reboot")]
// SAFETY: there is one core. `take_cause` runs before interrupts are on, `reboot` with them off, and
// neither returns while the other runs.
unsafe impl Sync for Kept {}

#[allow(unsafe_code, reason = "memory that outlasts a reboot")]
// SAFETY: nobody counts on this static having its initial value, which is: none.
#[unsafe(link_section = ".uninit.CAUSE")]
static CAUSE: Kept = Kept(UnsafeCell::new(MaybeUninit::uninit()));

/// The record is read word by word: as a whole, each of its bytes would be two instructions in the flash.
const CAUSE_WORDS: usize = size_of::<CauseOfReboot>() / size_of::<u32>();

/// Takes the cause of the last reboot, if there was one since power-on. To be called once, at start.
#[allow(unsafe_code, reason = "memory that outlasts a reboot")]
#[must_use]
pub(super) fn take_cause() -> CauseOfReboot {
    let cause = CAUSE.0.get();
    let mut words = [0; CAUSE_WORDS];
    for (at, word) in words.iter_mut().enumerate() {
        // SAFETY: the pointer stays inside of a static of this size and alignment. Volatile, so that the compiler
        // takes these words for what somebody else wrote, as the program before the reboot did.
        *word = unsafe { cause.cast::<u32>().add(at).read_volatile() };
    }
    // SAFETY: the type has the size of its words, and is made of integers, for which any bytes are a value.
    let taken = unsafe { core::mem::transmute::<[u32; CAUSE_WORDS], CauseOfReboot>(words) };
    // SAFETY: the pointer is that of a static of this size and alignment.
    unsafe {
        cause
            .cast::<CauseOfReboot>()
            .write_volatile(CauseOfReboot::NONE);
    }
    taken
}

#[allow(unsafe_code, reason = "memory that outlasts a reboot")]
fn reboot(keep: impl FnOnce(&mut CauseOfReboot)) -> ! {
    cortex_m::interrupt::disable();
    let mut cause = CauseOfReboot::NONE;
    keep(&mut cause);
    // SAFETY: as in `take_cause`.
    unsafe { CAUSE.0.get().cast::<CauseOfReboot>().write_volatile(cause) };
    cortex_m::peripheral::SCB::sys_reset()
}

/// What the binary's panic handler calls.
pub fn after_panic(panic: &PanicInfo<'_>) -> ! {
    reboot(|cause| match panic.location() {
        Some(place) => cause.keep(format_args!("{place}: {}", panic.message())),
        None => cause.keep(panic.message()),
    })
}

/// What the binary's handler of hard faults calls.
pub fn after_fault(frame: &ExceptionFrame) -> ! {
    let fault = Fault {
        at: frame.pc(),
        called_from: frame.lr(),
    };
    reboot(|cause| cause.keep_fault(fault))
}
