//! The router on Emcraft's SmartFusion2 system-on-module (Cortex-M3), as QEMU's `emcraft-sf2` models it.
#![cfg_attr(target_os = "none", no_std, no_main)]
#![deny(unsafe_code)]

#[cfg(not(target_os = "none"))]
fn main() {
    eprintln!("this image is for a board: build it with --target thumbv7m-none-eabi");
    std::process::exit(2);
}

#[cfg(target_os = "none")]
mod image {
    use cortex_m_rt::entry;
    use defmt_semihosting as _;
    use embassy_executor::raw::Executor;
    use embassy_sync::waitqueue::AtomicWaker;
    use firmware::board::{
        self, BACKLOG_PLACES, BacklogPlace, Carrier, Clock, LineLog, Unplugged, Wire,
    };
    use firmware::drivers::{DmaRing, DmaRingMemory, Mmio, SmartFusion2Emac};
    use firmware::router::Router;
    use firmware::router::uplink::{Chosen, Fixed};
    use static_cell::{ConstStaticCell, StaticCell};

    /// The processor's clock, as QEMU's board sets it.
    const CORE_HZ: u32 = 142_000_000;
    /// The MAC's interrupt (UG0331, table of the Cortex-M3's interrupts).
    const ETHERNET_INTERRUPT: u8 = 12;
    const MAC: [u8; 6] = [0x02, 0x00, 0x5e, 0x10, 0x05, 0xf2];
    const SESSIONS: usize = 1024;
    /// Buffers each way.
    const BUFFERS: usize = 32;

    type Ethernet = SmartFusion2Emac<'static, Mmio, DmaRing<BUFFERS>>;

    #[allow(unsafe_code, reason = "where the chips are")]
    // SAFETY: the memory map of UG0331 and QEMU's `hw/arm/msf2-soc.c` have the MAC here, with registers
    // up to 0x19f.
    const ETHERNET: Mmio = unsafe { Mmio::new(0x4004_1000, 0x1a0) };

    type Frames = Carrier<Ethernet, Unplugged, SESSIONS, Chosen>;

    static EXECUTOR: StaticCell<Executor> = StaticCell::new();
    static ROUTER: ConstStaticCell<Router<SESSIONS, Chosen>> =
        ConstStaticCell::new(Router::blank(Chosen::Fixed(Fixed)));
    static BACKLOG: ConstStaticCell<[BacklogPlace; BACKLOG_PLACES]> =
        ConstStaticCell::new([BacklogPlace::EMPTY; BACKLOG_PLACES]);
    static CARRIER: StaticCell<Frames> = StaticCell::new();
    static ETHERNET_WAKER: AtomicWaker = AtomicWaker::new();
    static TO_RECEIVE: DmaRingMemory<BUFFERS> = DmaRingMemory::new();
    static TO_SEND: DmaRingMemory<BUFFERS> = DmaRingMemory::new();
    embassy_time_driver::time_driver_impl!(static CLOCK: Clock = Clock::new());
    firmware::board_handlers!(CLOCK);
    firmware::interrupt_table!(ETHERNET_INTERRUPT => Ethernet::on_interrupt(&ETHERNET, &ETHERNET_WAKER));

    #[entry]
    fn main() -> ! {
        let arguments = board::arguments(board::introduce("emcraft-sf2"));
        let (Some(core), Some(to_receive), Some(to_send)) = (
            cortex_m::Peripherals::take(),
            TO_RECEIVE.take_to_receive(),
            TO_SEND.take_to_send(),
        ) else {
            unreachable!("a board starts once")
        };
        CLOCK.start(core.SYST, CORE_HZ);
        let ethernet = Ethernet::new(ETHERNET, to_receive, to_send, MAC, &ETHERNET_WAKER);
        board::enable_interrupt(ETHERNET_INTERRUPT);
        let router = board::trunk_router_with_uplink(&ROUTER, MAC, &arguments);
        board::rehearse(&arguments);
        let executor = EXECUTOR.init_with(|| Executor::new(core::ptr::null_mut()));
        board::run(executor, |spawner| {
            let stack = board::own_stack(spawner, arguments.stack_seed());
            let carrier = CARRIER.init_with(|| {
                let ethernet = Wire::new(ethernet, BACKLOG.take());
                Carrier::new(router, ethernet, Wire::unplugged(), stack)
            });
            match carry(carrier) {
                Ok(task) => spawner.spawn(task),
                Err(error) => panic!("{error}"),
            }
        })
    }

    /// The SmartFusion2 has a watchdog, of which QEMU knows nothing: here nothing is fed.
    #[embassy_executor::task]
    async fn carry(carrier: &'static mut Frames) -> ! {
        let mut log = LineLog::default();
        carrier
            .run(|uplink| {
                log.look(uplink);
            })
            .await
    }
}
