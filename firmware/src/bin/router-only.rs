//! The router alone on the MPS2-AN500, without the box's own stack, boot arguments and words for what is wrong with
//! them: what the flash budget holds.
#![cfg_attr(target_os = "none", no_std, no_main)]
#![deny(unsafe_code)]

#[cfg(not(target_os = "none"))]
fn main() {
    eprintln!("this image is for a board: build it with --target thumbv7em-none-eabihf");
    std::process::exit(2);
}

#[cfg(target_os = "none")]
mod image {
    use cortex_m_rt::entry;
    use defmt_semihosting as _;
    use embassy_executor::raw::Executor;
    use embassy_net_driver::HardwareAddress;
    use embassy_net_driver_channel as channel;
    use embassy_sync::waitqueue::AtomicWaker;
    use firmware::board::{
        self, BACKLOG_PLACES, BacklogPlace, Carrier, Clock, INNER_BUFFER_BYTES, Unplugged, Wire,
        trunk_config_without_stack,
    };
    use firmware::drivers::{Lan9118, Lan9118Buffers, Mmio};
    use firmware::router::Router;
    use firmware::router::uplink::Fixed;
    use static_cell::{ConstStaticCell, StaticCell};

    const CORE_HZ: u32 = 25_000_000;
    const ETHERNET_INTERRUPT: u8 = 13;
    const MAC: [u8; 6] = [0x02, 0x00, 0x5e, 0x10, 0x05, 0x00];
    const SESSIONS: usize = 1024;

    #[allow(unsafe_code, reason = "where the chip is")]
    // SAFETY: QEMU's `hw/arm/mps2.c` and ARM DAI 0500 have a LAN9118 here, with registers up to 0xff.
    const ETHERNET: Mmio = unsafe { Mmio::new(0xa000_0000, 0x100) };

    type Frames = Carrier<Lan9118<'static, Mmio>, Unplugged, SESSIONS>;

    static EXECUTOR: StaticCell<Executor> = StaticCell::new();
    static ROUTER: ConstStaticCell<Router<SESSIONS>> = ConstStaticCell::new(Router::blank(Fixed));
    static BUFFERS: ConstStaticCell<Lan9118Buffers> = ConstStaticCell::new(Lan9118Buffers::EMPTY);
    static BACKLOG: ConstStaticCell<[BacklogPlace; BACKLOG_PLACES]> =
        ConstStaticCell::new([BacklogPlace::EMPTY; BACKLOG_PLACES]);
    static CARRIER: StaticCell<Frames> = StaticCell::new();
    static NOBODY: ConstStaticCell<channel::State<INNER_BUFFER_BYTES, 1, 1>> =
        ConstStaticCell::new(channel::State::new());
    static ETHERNET_WAKER: AtomicWaker = AtomicWaker::new();
    embassy_time_driver::time_driver_impl!(static CLOCK: Clock = Clock::new());
    firmware::board_handlers_without_words!(CLOCK);
    firmware::interrupt_table!(ETHERNET_INTERRUPT => Lan9118::on_interrupt(&ETHERNET, &ETHERNET_WAKER));

    #[entry]
    fn main() -> ! {
        board::introduce_without_words("router-only");
        let Some(core) = cortex_m::Peripherals::take() else {
            unreachable!("a board starts once")
        };
        CLOCK.start(core.SYST, CORE_HZ);
        let Ok(ethernet) = Lan9118::new(ETHERNET, MAC, &ETHERNET_WAKER, BUFFERS.take()) else {
            panic!("the LAN9118 does not answer")
        };
        board::enable_interrupt(ETHERNET_INTERRUPT);
        let router = router();
        // Where the box's own stack would be, nobody takes the packets.
        let (wire, _device) = channel::new(NOBODY.take(), HardwareAddress::Ip);
        let executor = EXECUTOR.init_with(|| Executor::new(core::ptr::null_mut()));
        board::run(executor, |spawner| {
            let carrier = CARRIER.init_with(|| {
                let ethernet = Wire::new(ethernet, BACKLOG.take());
                Carrier::new(router, ethernet, Wire::unplugged(), wire)
            });
            match carry(carrier) {
                Ok(task) => spawner.spawn(task),
                Err(_) => unreachable!("a board starts once"),
            }
        })
    }

    /// On a frame of its own, which goes: that of `main` stays for ever.
    #[inline(never)]
    fn router() -> &'static mut Router<SESSIONS> {
        let Ok(config) = trunk_config_without_stack(MAC) else {
            unreachable!("the demo configuration is valid")
        };
        let router = ROUTER.take();
        router.start(config, Fixed, board::seed_from_clock());
        router
    }

    #[embassy_executor::task]
    async fn carry(carrier: &'static mut Frames) -> ! {
        carrier.run(|_| ()).await
    }
}
