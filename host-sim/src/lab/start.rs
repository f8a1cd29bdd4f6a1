//! Starts the router that was asked for.

use super::arguments::RouterChoice;
use super::native::Native;
use super::plan;
use super::pppoe::Customer;
use super::qemu::Qemu;
use super::router_box::RouterBox;

/// How fast frames go to a router that nothing emulates, in bits a second.
pub(super) const NATIVE_BITS_PER_SECOND: u64 = 100_000_000;

/// Where the router runs, in words.
pub(super) fn name(choice: &RouterChoice) -> String {
    if choice.native {
        "the router in this process".to_owned()
    } else {
        format!("the firmware on QEMU's {}", choice.machine.name())
    }
}

/// Fails where the router can't be started, before anything else is said or done.
pub(super) fn check(choice: &RouterChoice) -> Result<(), String> {
    if choice.native || choice.image.is_some() {
        return Ok(());
    }
    choice.machine.find_image().map(|_| ())
}

/// The router, and how fast frames go to it, in bits a second.
pub(super) fn router(choice: &RouterChoice, clamp: bool) -> Result<(RouterBox, u64), String> {
    if choice.native {
        let native = Native::new(clamp, u128::from(choice.seed).to_be_bytes())?;
        return Ok(self::native(choice, native));
    }
    let words = format!(
        "wan-mtu={} clamp={}",
        plan::WAN_MTU_BYTES,
        if clamp { "on" } else { "off" }
    );
    emulated(choice, &words)
}

/// The same, on a PPPoE line, in the VLAN `wan_vlan` of the trunk.
pub(super) fn dialing(
    choice: &RouterChoice,
    customer: &Customer,
    wan_vlan: u16,
) -> Result<(RouterBox, u64), String> {
    if choice.native {
        let seed = u128::from(choice.seed).to_be_bytes();
        let native = Native::dialing(customer, wan_vlan, seed)?;
        return Ok(self::native(choice, native));
    }
    let words = format!(
        "wan=pppoe pppoe-user={} pppoe-password={} wan-mtu={} wan-vlan={wan_vlan} clamp={}",
        customer.name,
        customer.password,
        customer.port_mtu_bytes(),
        if customer.clamp { "on" } else { "off" }
    );
    emulated(choice, &words)
}

fn native(choice: &RouterChoice, native: Native) -> (RouterBox, u64) {
    let rate = choice.bits_per_second(NATIVE_BITS_PER_SECOND);
    (RouterBox::Native(native), rate)
}

/// The image, told `words` when it boots.
fn emulated(choice: &RouterChoice, words: &str) -> Result<(RouterBox, u64), String> {
    let machine = choice.machine;
    let image = match &choice.image {
        Some(image) => image.clone(),
        None => machine.find_image()?,
    };
    let words = format!("seed={:032x} {words}", choice.seed);
    let qemu = Qemu::start(machine, &image, &words, choice.console.as_deref())?;
    let rate = choice.bits_per_second(machine.rate_bits_per_second());
    Ok((RouterBox::Emulated(qemu), rate))
}
