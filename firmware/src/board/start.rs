//! The steps of a board's start that do not depend on its chips.

use embassy_executor::Spawner;
use embassy_net::{Ipv4Cidr, Ipv6Cidr, StaticConfigV4, StaticConfigV6};
use embassy_net_driver::HardwareAddress;
use embassy_net_driver_channel as channel;
use semihosting::experimental::env;
use semihosting::sys::arm_compat::{sys_clock, sys_time};
use static_cell::ConstStaticCell;

use super::boot_arguments::{BootArguments, Failure, WanMode};
use super::carrier::INNER_BUFFER_BYTES;
use super::cause_of_reboot::{CauseOfReboot, Fault};
use super::own_stack::{ECHOES, Sockets, echo_task, stack_task};
use super::reboot::take_cause;
use super::trunk::{
    IPV4_PREFIX_LEN, IPV6_PREFIX_LEN, LAN_IPV4, LAN_IPV6, trunk_config, trunk_dhcp, trunk_pppoe,
};
use crate::router::Router;
use crate::router::uplink::{Chosen, Fixed};

/// The longest command line that is read, in bytes.
const COMMAND_LINE_BYTES: usize = 512;
/// Packets that wait in each direction between the router and the box's own stack.
const INNER_QUEUE: usize = 4;

/// Says who starts, and why the last run ended if it did so by a panic or a fault. Returns whether it did.
pub fn introduce(board: &str) -> bool {
    let cause = introduce_without_words(board);
    let message = cause.message();
    if let Some(message) = message {
        defmt::error!("rebooted after: {=str}", message);
    }
    message.is_some() || cause.fault().is_some()
}

/// [`introduce`] for an image whose panics are faults, which have no message.
// On a frame of its own, too.
#[inline(never)]
pub fn introduce_without_words(board: &str) -> CauseOfReboot {
    defmt::info!("{=str} starts", board);
    let cause = take_cause();
    if let Some(Fault { at, called_from }) = cause.fault() {
        defmt::error!(
            "rebooted after: hard fault at {=u32:#010x}, called from {=u32:#010x}",
            at,
            called_from
        );
    }
    cause
}

/// The boot arguments that QEMU or a debugger hands over. One that means nothing ends the image: a box
/// that runs otherwise than it was told helps nobody. Without a seed among them, the PC's clock makes one,
/// which an attacker can guess: QEMU's boards have no source of randomness.
// On a frame of its own, too.
#[inline(never)]
pub fn arguments(was_rebooted: bool) -> BootArguments {
    let mut arguments = match env::args::<COMMAND_LINE_BYTES>() {
        Ok(line) => {
            // The first word is the image's own name.
            let words = (&line).skip(1).map(|word| word.unwrap_or("(not UTF-8)"));
            match BootArguments::parse(words) {
                Ok(arguments) => arguments,
                Err(error) => refuse(&error),
            }
        }
        // No command line: nothing was said.
        Err(_) => BootArguments::default(),
    };
    if was_rebooted {
        arguments.rehearse = None;
    }
    arguments.seed.get_or_insert_with(seed_from_clock);
    defmt::info!("clamp {=bool}", !arguments.clamp_off);
    arguments
}

/// Fails as the arguments say, if they do. To be called with everything running, the watchdog too.
pub fn rehearse(arguments: &BootArguments) {
    match arguments.rehearse {
        Some(Failure::Panic) => panic!("a rehearsed panic"),
        Some(Failure::Hang) => loop {
            core::hint::spin_loop();
        },
        None => {}
    }
}

/// Says what is wrong with the arguments or the configuration, and ends the image.
fn refuse(error: &dyn core::fmt::Display) -> ! {
    defmt::error!("{}", defmt::Display2Format(error));
    semihosting::process::exit(1)
}

/// Starts the router of the demo configuration in `place`, with the uplink that the arguments choose.
// On a frame of its own, which goes: that of a binary's `main` stays for ever.
#[inline(never)]
pub fn trunk_router_with_uplink<const SESSIONS: usize>(
    place: &'static ConstStaticCell<Router<SESSIONS, Chosen>>,
    mac: [u8; 6],
    arguments: &BootArguments,
) -> &'static mut Router<SESSIONS, Chosen> {
    let seed = arguments.seed.unwrap_or_default();
    // Not what the router's keys are drawn from.
    let uplink_seed = arguments.stack_seed().rotate_left(17).to_le_bytes();
    let [a, b, c, d, e, f, g, h] = uplink_seed;
    let uplink_seed = [a, b, c, d, e, f, g, h, h, g, f, e, d, c, b, a];
    let uplink = match arguments.wan {
        WanMode::Static => Chosen::Fixed(Fixed),
        WanMode::Dhcp => Chosen::Dhcp(trunk_dhcp(mac, arguments, uplink_seed)),
        WanMode::Pppoe => match trunk_pppoe(mac, arguments, uplink_seed) {
            Ok(pppoe) => Chosen::Pppoe(pppoe),
            Err(error) => refuse(&error),
        },
    };
    let router = place.take();
    match trunk_config(mac, arguments) {
        Ok(config) => router.start(config, uplink, seed),
        Err(error) => refuse(&error),
    }
    router
}

/// What the PC's clock says, in place of a source of randomness.
pub fn seed_from_clock() -> [u8; 16] {
    let mut seed = [0; 16];
    let time = [sys_time().unwrap_or(0), sys_clock().unwrap_or(0)];
    for (part, number) in seed.chunks_exact_mut(4).zip(time) {
        part.copy_from_slice(&number.to_le_bytes());
    }
    seed
}

/// Starts the box's own stack, at the box's addresses in the LAN, and returns the router's end of the wire to it.
pub fn own_stack(spawner: Spawner, seed: u64) -> channel::Runner<'static, INNER_BUFFER_BYTES> {
    static WIRE: ConstStaticCell<channel::State<INNER_BUFFER_BYTES, INNER_QUEUE, INNER_QUEUE>> =
        ConstStaticCell::new(channel::State::new());
    static SOCKETS: ConstStaticCell<Sockets> = ConstStaticCell::new(Sockets::new());

    let (to_router, device) = channel::new(WIRE.take(), HardwareAddress::Ip);
    let mut config = embassy_net::Config::ipv4_static(StaticConfigV4 {
        address: Ipv4Cidr::new(LAN_IPV4, IPV4_PREFIX_LEN),
        gateway: Some(LAN_IPV4),
        dns_servers: Default::default(),
    });
    config.ipv6 = embassy_net::ConfigV6::Static(StaticConfigV6 {
        address: Ipv6Cidr::new(LAN_IPV6, IPV6_PREFIX_LEN),
        gateway: Some(LAN_IPV6),
        dns_servers: Default::default(),
    });
    let (stack, runner) = embassy_net::new(device, config, SOCKETS.take(), seed);
    let Ok(task) = stack_task(runner) else {
        unreachable!("a board starts its stack once")
    };
    spawner.spawn(task);
    for _ in 0..ECHOES {
        let Ok(task) = echo_task(stack) else {
            unreachable!("as many echoes fit as are started")
        };
        spawner.spawn(task);
    }
    to_router
}
