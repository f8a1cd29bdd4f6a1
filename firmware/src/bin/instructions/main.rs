//! Counts the instructions that the router spends on a packet, on the processor that it is built for.
//!
//! Under `qemu-system-arm -icount shift=10` every instruction takes 1,024 ns of the machine's time, which
//! SysTick counts. The frames are in memory, so no driver is in the figures. `cargo bench -p tests --bench
//! router` builds this, runs it on both machines and prints the table.
#![cfg_attr(target_os = "none", no_std, no_main)]
#![deny(unsafe_code)]

#[cfg(not(target_os = "none"))]
fn main() {
    eprintln!(
        "this image is for a board: `cargo bench -p tests --bench router` builds and runs it"
    );
    std::process::exit(2);
}

#[cfg(target_os = "none")]
mod bench;
#[cfg(target_os = "none")]
mod clamp;
#[cfg(target_os = "none")]
mod frames;
#[cfg(target_os = "none")]
mod meter;
#[cfg(target_os = "none")]
mod worst;

#[cfg(target_os = "none")]
mod image {
    use core::panic::PanicInfo;

    use cortex_m_rt::entry;
    // Who links the boards' code links a logger; nothing here logs.
    use defmt_semihosting as _;
    use firmware::router::Router;
    use firmware::router::uplink::Fixed;
    use static_cell::ConstStaticCell;

    use crate::bench::{Bench, SESSIONS};
    use crate::meter::Meter;

    type Place = ConstStaticCell<Router<SESSIONS>>;

    /// A line that carries full-size Ethernet frames, and the DSL line of the boards' demo.
    const ETHERNET_MTU_BYTES: u16 = 1500;
    const DSL_MTU_BYTES: u16 = firmware::board::WAN_MTU_BYTES;

    #[entry]
    fn main() -> ! {
        static ETHERNET: Place = Place::new(Router::blank(Fixed));
        static DSL: Place = Place::new(Router::blank(Fixed));
        static FULL: Place = Place::new(Router::blank(Fixed));

        let Some(core) = cortex_m::Peripherals::take() else {
            unreachable!("a board starts once")
        };
        let meter = Meter::calibrate(core.SYST);
        crate::clamp::measure(&meter);
        let mut bench = Bench::new(&ETHERNET, ETHERNET_MTU_BYTES, &meter);
        bench.start();
        bench.datagrams();
        bench.segments();
        bench.segments_v6();
        Bench::new(&DSL, DSL_MTU_BYTES, &meter).handshakes();
        Bench::new(&FULL, DSL_MTU_BYTES, &meter).full_table();
        semihosting::process::exit(0)
    }

    /// cortex-m-rt wants a table that isn't empty.
    const ANY_INTERRUPT: u8 = 0;
    firmware::interrupt_table!(ANY_INTERRUPT => unreachable!("nothing may interrupt a measurement"));

    #[panic_handler]
    fn panic(panic: &PanicInfo<'_>) -> ! {
        semihosting::println!("{panic}");
        semihosting::process::exit(101)
    }
}
