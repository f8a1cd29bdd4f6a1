//! The way of a frame through the router, linked alone for a bare-metal target with everything that it
//! reaches and nothing else; a panic among that is a link error. `cargo bench -p tests --bench
//! panic_free` links it.
#![cfg_attr(target_os = "none", no_std, no_main)]

#[cfg(target_os = "none")]
mod entry {
    use firmware::router::time::Instant;
    use firmware::router::{Router, Wires};

    const SESSIONS: usize = 1024;

    /// The way out, of which nothing is known here.
    struct Queue<'a>(&'a mut dyn Wires);

    impl Wires for Queue<'_> {
        fn send(&mut self, wire: usize, header: &[u8], packet: &[u8]) -> bool {
            self.0.send(wire, header, packet)
        }
    }

    /// A frame that came, or none; then what is due.
    // SAFETY: the name is this program's own, and nothing else is linked with it.
    #[unsafe(no_mangle)]
    fn router(
        router: &mut Router<SESSIONS>,
        frame: Option<(usize, &mut [u8])>,
        now: Instant,
        wires: &mut dyn Wires,
    ) -> Option<Instant> {
        let mut queue = Queue(wires);
        if let Some((wire, frame)) = frame {
            router.receive(wire, frame, now, &mut queue);
        }
        router.poll(now, &mut queue)
    }

    unsafe extern "Rust" {
        /// Defined nowhere: a panic that the linker can't leave out is a link error.
        fn the_router_can_panic() -> !;
    }

    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
        // SAFETY: never called, since a program that could call it does not link.
        unsafe { the_router_can_panic() }
    }
}

#[cfg(not(target_os = "none"))]
fn main() {
    println!("This program is linked for a bare-metal target and measured, not run.");
}
