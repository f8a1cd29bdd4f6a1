//! What each peer costs in flash, and the clamp beside them: each function below, linked alone for a bare-metal
//! target with everything it reaches and nothing else. `cargo bench -p tests --bench side_by_side` links them
//! one by one, as `--cfg entry` says, and prints the sizes.

#![cfg_attr(target_os = "none", no_std, no_main)]

#[cfg(target_os = "none")]
mod entry {
    #![allow(
        dead_code,
        unused_imports,
        reason = "only one entry is compiled at a time"
    )]

    use core::alloc::{GlobalAlloc, Layout};
    use core::hint::spin_loop;
    use core::ptr::null_mut;
    use core::sync::atomic::{AtomicUsize, Ordering};

    use clamp_core::{Clamp, Outcome};

    const CEILING: u16 = 1452;
    const DSL: Clamp = match Clamp::for_max_mss(Some(CEILING), None) {
        Ok(clamp) => clamp,
        Err(_) => panic!("a ceiling under 48"),
    };

    // SAFETY: the names are this program's own, and nothing else is linked with it.
    #[cfg(entry = "clamp_core")]
    #[unsafe(no_mangle)]
    fn clamp_core(frame: &mut [u8]) -> Outcome {
        DSL.frame(frame)
    }

    // SAFETY: as above.
    #[cfg(entry = "smoltcp_in_place")]
    #[unsafe(no_mangle)]
    fn smoltcp_in_place(frame: &mut [u8]) {
        peers::smoltcp_in_place(frame, CEILING);
    }

    // SAFETY: as above.
    #[cfg(entry = "smoltcp_repr")]
    #[unsafe(no_mangle)]
    fn smoltcp_repr(frame: &mut [u8]) {
        peers::smoltcp_repr(frame, CEILING);
    }

    // SAFETY: as above.
    #[cfg(entry = "etherparse")]
    #[unsafe(no_mangle)]
    fn etherparse(frame: &mut [u8]) {
        peers::etherparse(frame, CEILING);
    }

    // SAFETY: as above.
    #[cfg(entry = "pnet")]
    #[unsafe(no_mangle)]
    fn pnet(frame: &mut [u8]) {
        peers::pnet(frame, CEILING);
    }

    /// The least that pnet's lists of options can be had with: memory that never comes back.
    struct NeverFrees;

    const HEAP_AT: usize = 0x2000_0000;
    const HEAP_END: usize = 0x2000_4000;

    static NEXT: AtomicUsize = AtomicUsize::new(HEAP_AT);

    // SAFETY: each byte above `NEXT` is handed out once, and nothing else is placed there.
    unsafe impl GlobalAlloc for NeverFrees {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            let most = layout.size() + layout.align();
            let start = NEXT.fetch_add(most, Ordering::Relaxed);
            if start + most > HEAP_END {
                return null_mut();
            }
            core::ptr::with_exposed_provenance_mut(start.next_multiple_of(layout.align()))
        }

        unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
    }

    #[global_allocator]
    static ALLOCATOR: NeverFrees = NeverFrees;

    /// Most peers can panic; the least that a program can do then.
    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
        loop {
            spin_loop();
        }
    }
}

#[cfg(not(target_os = "none"))]
fn main() {
    println!("This program is linked for a bare-metal target and measured, not run.");
}
