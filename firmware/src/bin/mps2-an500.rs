//! The router on ARM's MPS2 board with the Cortex-M7 image AN500, as QEMU's `mps2-an500` models it.
#![cfg_attr(target_os = "none", no_std, no_main)]
#![deny(unsafe_code)]

#[cfg(not(target_os = "none"))]
fn main() {
    eprintln!("this image is for a board: build it with --target thumbv7em-none-eabihf");
    std::process::exit(2);
}

#[cfg(target_os = "none")]
mod image {
    use cortex_m_rt::{entry, exception};
    use defmt_semihosting as _;
    use embassy_executor::raw::Executor;
    use embassy_sync::waitqueue::AtomicWaker;
    use firmware::board::{
        self, BACKLOG_PLACES, BacklogPlace, Carrier, Clock, LineLog, Unplugged, Watchdog, Wire,
    };
    use firmware::drivers::{Lan9118, Lan9118Buffers, Mmio};
    use firmware::router::Router;
    use firmware::router::uplink::{Chosen, Fixed};
    use static_cell::{ConstStaticCell, StaticCell};

    /// The processor's clock, and the watchdog's (ARM DAI 0500).
    const CORE_HZ: u32 = 25_000_000;
    /// The Ethernet chip's interrupt.
    const ETHERNET_INTERRUPT: u8 = 13;
    const MAC: [u8; 6] = [0x02, 0x00, 0x5e, 0x10, 0x05, 0x00];
    const SESSIONS: usize = 1024;
    const WATCHDOG_TIMEOUT_MS: u32 = 5_000;

    #[allow(unsafe_code, reason = "where the chips are")]
    // SAFETY: QEMU's `hw/arm/mps2.c` and ARM DAI 0500 have a LAN9118 here, with registers up to 0xff.
    const ETHERNET: Mmio = unsafe { Mmio::new(0xa000_0000, 0x100) };
    #[allow(unsafe_code, reason = "where the chips are")]
    // SAFETY: the same have a CMSDK watchdog here, with registers up to 0xfff.
    const WATCHDOG: Mmio = unsafe { Mmio::new(0x4000_8000, 0x1000) };

    type Frames = Carrier<Lan9118<'static, Mmio>, Unplugged, SESSIONS, Chosen>;

    static EXECUTOR: StaticCell<Executor> = StaticCell::new();
    static ROUTER: ConstStaticCell<Router<SESSIONS, Chosen>> =
        ConstStaticCell::new(Router::blank(Chosen::Fixed(Fixed)));
    static BUFFERS: ConstStaticCell<Lan9118Buffers> = ConstStaticCell::new(Lan9118Buffers::EMPTY);
    static BACKLOG: ConstStaticCell<[BacklogPlace; BACKLOG_PLACES]> =
        ConstStaticCell::new([BacklogPlace::EMPTY; BACKLOG_PLACES]);
    static CARRIER: StaticCell<Frames> = StaticCell::new();
    static ETHERNET_WAKER: AtomicWaker = AtomicWaker::new();
    embassy_time_driver::time_driver_impl!(static CLOCK: Clock = Clock::new());
    firmware::board_handlers!(CLOCK);
    firmware::interrupt_table!(ETHERNET_INTERRUPT => Lan9118::on_interrupt(&ETHERNET, &ETHERNET_WAKER));

    #[entry]
    fn main() -> ! {
        let arguments = board::arguments(board::introduce("mps2-an500"));
        let Some(core) = cortex_m::Peripherals::take() else {
            unreachable!("a board starts once")
        };
        CLOCK.start(core.SYST, CORE_HZ);
        let ethernet = match Lan9118::new(ETHERNET, MAC, &ETHERNET_WAKER, BUFFERS.take()) {
            Ok(driver) => driver,
            Err(error) => panic!("{error}"),
        };
        board::enable_interrupt(ETHERNET_INTERRUPT);
        let router = board::trunk_router_with_uplink(&ROUTER, MAC, &arguments);
        let watchdog = Watchdog::start(WATCHDOG, CORE_HZ, WATCHDOG_TIMEOUT_MS);
        board::rehearse(&arguments);
        let executor = EXECUTOR.init_with(|| Executor::new(core::ptr::null_mut()));
        board::run(executor, |spawner| {
            let stack = board::own_stack(spawner, arguments.stack_seed());
            let carrier = CARRIER.init_with(|| {
                let ethernet = Wire::new(ethernet, BACKLOG.take());
                Carrier::new(router, ethernet, Wire::unplugged(), stack)
            });
            match carry(carrier, watchdog) {
                Ok(task) => spawner.spawn(task),
                Err(error) => panic!("{error}"),
            }
        })
    }

    #[embassy_executor::task]
    async fn carry(carrier: &'static mut Frames, watchdog: Watchdog) -> ! {
        let mut log = LineLog::default();
        carrier
            .run(|uplink| {
                watchdog.feed();
                log.look(uplink);
            })
            .await
    }

    /// The watchdog's first bite. It interrupts critical sections too, and gives nothing back to them.
    #[allow(unsafe_code, reason = "cortex-m-rt asks for it")]
    #[exception]
    unsafe fn NonMaskableInt() -> ! {
        panic!("the watchdog bit: no frame was looked for in {WATCHDOG_TIMEOUT_MS} ms")
    }
}
