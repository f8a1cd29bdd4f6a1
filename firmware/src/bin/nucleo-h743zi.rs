//! The router on ST's NUCLEO-H743ZI: the LAN on its own Ethernet (RMII, LAN8742), the WAN on a W5500
//! on SPI1. Built in CI; nobody has run it yet.
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
    use defmt_rtt as _;
    use embassy_executor::Spawner;
    use embassy_executor::raw::Executor;
    use embassy_net_wiznet::chip::W5500;
    use embassy_stm32::eth::{Ethernet, GenericPhy, PacketQueue, Sma};
    use embassy_stm32::exti::ExtiInput;
    use embassy_stm32::gpio::{Level, Output, Pull, Speed};
    use embassy_stm32::mode::Async;
    use embassy_stm32::peripherals::{self, ETH, ETH_SMA, IWDG1};
    use embassy_stm32::spi::{self, Spi};
    use embassy_stm32::time::Hertz;
    use embassy_stm32::wdg::IndependentWatchdog;
    use embassy_stm32::{
        Config as ChipConfig, bind_interrupts, dma, eth, exti, interrupt, rcc, rng,
    };
    use embedded_hal_bus::spi::ExclusiveDevice;
    use firmware::board::{self, BACKLOG_PLACES, BacklogPlace, Carrier, Wire};
    use firmware::router::Router;
    use firmware::router::config as router;
    use firmware::router::uplink::Fixed;
    use static_cell::{ConstStaticCell, StaticCell};

    const SESSIONS: usize = 1024;
    const WATCHDOG_TIMEOUT_US: u32 = 5_000_000;
    /// What both drivers carry at most, in bytes.
    const DRIVER_LIMIT_BYTES: usize = 1514;
    const LAN_MAC: [u8; 6] = [0x02, 0x00, 0x5e, 0x10, 0x74, 0x30];
    const WAN_MAC: [u8; 6] = [0x02, 0x00, 0x5e, 0x10, 0x74, 0x31];

    const LAN: router::EthernetPort = router::EthernetPort {
        wire: 0,
        vlan: None,
        mac: LAN_MAC,
        mtu_bytes: 1500,
    };
    const WAN: router::EthernetPort = router::EthernetPort {
        wire: 1,
        vlan: None,
        mac: WAN_MAC,
        mtu_bytes: 1492,
    };
    const _: () = board::require_frames_fit(&LAN, DRIVER_LIMIT_BYTES);
    const _: () = board::require_frames_fit(&WAN, DRIVER_LIMIT_BYTES);

    type LanDriver = Ethernet<'static, ETH, GenericPhy<Sma<'static, ETH_SMA>>>;
    type WanDriver = embassy_net_wiznet::Device<'static>;
    type Backlog = ConstStaticCell<[BacklogPlace; BACKLOG_PLACES]>;
    type Frames = Carrier<LanDriver, WanDriver, SESSIONS>;
    type WanSpi = ExclusiveDevice<
        Spi<'static, Async, spi::mode::Master>,
        Output<'static>,
        embassy_time::Delay,
    >;
    type WanRunner = embassy_net_wiznet::Runner<
        'static,
        W5500,
        WanSpi,
        ExtiInput<'static, Async>,
        Output<'static>,
    >;

    bind_interrupts!(struct Irqs {
        ETH => eth::InterruptHandler;
        RNG => rng::InterruptHandler<peripherals::RNG>;
        EXTI15_10 => exti::InterruptHandler<interrupt::typelevel::EXTI15_10>;
        DMA1_STREAM0 => dma::InterruptHandler<peripherals::DMA1_CH0>;
        DMA1_STREAM1 => dma::InterruptHandler<peripherals::DMA1_CH1>;
    });
    firmware::board_handlers!();

    static EXECUTOR: StaticCell<Executor> = StaticCell::new();
    static ROUTER: ConstStaticCell<Router<SESSIONS>> = ConstStaticCell::new(Router::blank(Fixed));
    static LAN_BACKLOG: Backlog = Backlog::new([BacklogPlace::EMPTY; BACKLOG_PLACES]);
    static WAN_BACKLOG: Backlog = Backlog::new([BacklogPlace::EMPTY; BACKLOG_PLACES]);
    static CARRIER: StaticCell<Frames> = StaticCell::new();
    static LAN_QUEUE: StaticCell<PacketQueue<8, 16>> = StaticCell::new();
    static WAN_QUEUE: StaticCell<embassy_net_wiznet::State<8, 8>> = StaticCell::new();

    #[entry]
    fn main() -> ! {
        let executor = EXECUTOR.init_with(|| Executor::new(core::ptr::null_mut()));
        board::run(executor, |spawner| match start(spawner) {
            Ok(task) => spawner.spawn(task),
            Err(error) => panic!("{error}"),
        })
    }

    #[embassy_executor::task]
    async fn start(spawner: Spawner) {
        let chip = embassy_stm32::init(clocks());
        board::introduce("nucleo-h743zi");
        let mut watchdog = IndependentWatchdog::new(chip.IWDG1, WATCHDOG_TIMEOUT_US);
        watchdog.unleash();
        let mut random = rng::Rng::new(chip.RNG, Irqs);
        let mut seed = [0; 16];
        random.fill_bytes(&mut seed);

        // embassy-stm32 leaves the checksum insertion of the H7's MAC (bits CIC of the transmit descriptor's
        // fourth word, RM0433, 58.10.3) off, and so it has to stay: a router that repairs checksums on its way
        // out hides its own mistakes and other people's corruption.
        let lan = Ethernet::new(
            LAN_QUEUE.init_with(PacketQueue::new),
            chip.ETH,
            Irqs,
            chip.PA1,
            chip.PA7,
            chip.PC4,
            chip.PC5,
            chip.PG13,
            chip.PB13,
            chip.PG11,
            LAN_MAC,
            chip.ETH_SMA,
            chip.PA2,
            chip.PC1,
        );

        let mut spi_config = spi::Config::default();
        spi_config.frequency = Hertz::mhz(16);
        let spi = Spi::new(
            chip.SPI1,
            chip.PA5,
            chip.PB5,
            chip.PA6,
            chip.DMA1_CH0,
            chip.DMA1_CH1,
            Irqs,
            spi_config,
        );
        let select = Output::new(chip.PD14, Level::High, Speed::VeryHigh);
        let Ok(spi) = ExclusiveDevice::new(spi, select, embassy_time::Delay);
        let interrupt = ExtiInput::new(chip.PD15, chip.EXTI15, Pull::Up, Irqs);
        let reset = Output::new(chip.PF12, Level::High, Speed::Low);
        let queue = WAN_QUEUE.init_with(embassy_net_wiznet::State::new);
        let (wan, wan_runner) = match embassy_net_wiznet::new::<8, 8, W5500, _, _, _>(
            WAN_MAC, queue, spi, interrupt, reset,
        )
        .await
        {
            Ok(parts) => parts,
            Err(error) => panic!("the W5500 does not answer: {error:?}"),
        };

        let router = ROUTER.take();
        router.start(config(), Fixed, seed);
        let stack = board::own_stack(spawner, random.next_u64());
        let carrier = CARRIER.init_with(|| {
            let lan = Wire::new(lan, LAN_BACKLOG.take());
            let wan = Wire::new(wan, WAN_BACKLOG.take());
            Carrier::new(router, lan, wan, stack)
        });
        let (Ok(wan_task), Ok(carry)) = (run_wan(wan_runner), carry(carrier, watchdog)) else {
            unreachable!("a board starts once")
        };
        spawner.spawn(wan_task);
        spawner.spawn(carry);
    }
    /// 400 MHz from the internal oscillator.
    fn clocks() -> ChipConfig {
        let mut config = ChipConfig::default();
        config.rcc.hsi = Some(rcc::HSIPrescaler::DIV1);
        config.rcc.pll1 = Some(rcc::Pll {
            source: rcc::PllSource::HSI,
            prediv: rcc::PllPreDiv::DIV4,
            mul: rcc::PllMul::MUL50,
            fracn: None,
            divp: Some(rcc::PllDiv::DIV2),
            divq: Some(rcc::PllDiv::DIV8),
            divr: None,
        });
        config.rcc.sys = rcc::Sysclk::PLL1_P;
        config.rcc.ahb_pre = rcc::AHBPrescaler::DIV2;
        config.rcc.apb1_pre = rcc::APBPrescaler::DIV2;
        config.rcc.apb2_pre = rcc::APBPrescaler::DIV2;
        config.rcc.apb3_pre = rcc::APBPrescaler::DIV2;
        config.rcc.apb4_pre = rcc::APBPrescaler::DIV2;
        config.rcc.voltage_scale = rcc::VoltageScale::Scale1;
        config
    }

    /// Two wires without tags, IPv4 only; the WAN's address is to be set to what its line has.
    fn config() -> router::Config {
        let lan = router::Lan {
            port: LAN,
            ipv4: router::Ipv4Interface {
                address: board::LAN_IPV4,
                prefix_len: board::IPV4_PREFIX_LEN,
            },
            ipv6: None,
        };
        let settings = router::Settings {
            lans: &[lan],
            wan: router::Wan {
                port: WAN,
                ipv4: router::Ipv4Interface {
                    address: board::WAN_IPV4,
                    prefix_len: board::IPV4_PREFIX_LEN,
                },
                gateway: board::WAN_GATEWAY_IPV4,
                ipv6: None,
            },
            inner: Some(router::Inner {
                wire: board::INNER_WIRE,
                mtu_bytes: board::INNER_MTU_BYTES,
                ipv4: board::LAN_IPV4,
                ipv6: None,
            }),
            forwards: &[],
            clamp: true,
            clamp_through_tunnels: false,
            limits: router::Limits::default(),
        };
        match router::Config::new(&settings) {
            Ok(config) => config,
            Err(error) => panic!("{error}"),
        }
    }

    #[embassy_executor::task]
    async fn run_wan(runner: WanRunner) -> ! {
        runner.run().await
    }

    #[embassy_executor::task]
    async fn carry(
        carrier: &'static mut Frames,
        mut watchdog: IndependentWatchdog<'static, IWDG1>,
    ) -> ! {
        carrier.run(|_| watchdog.pet()).await
    }
}
