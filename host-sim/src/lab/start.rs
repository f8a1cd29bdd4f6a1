//! Starts the router that was asked for.

use super::arguments::RouterChoice;
use super::native::Native;
use super::plan;
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
    let asked = choice
        .rate_mbits_per_second
        .map(|rate| u64::from(rate) * 1_000_000);
    if choice.native {
        let native = Native::new(clamp, u128::from(choice.seed).to_be_bytes())?;
        return Ok((
            RouterBox::Native(Box::new(native)),
            asked.unwrap_or(NATIVE_BITS_PER_SECOND),
        ));
    }
    let image = match &choice.image {
        Some(image) => image.clone(),
        None => choice.machine.find_image()?,
    };
    let words = format!(
        "seed={:032x} wan-mtu={} clamp={}",
        choice.seed,
        plan::WAN_MTU_BYTES,
        if clamp { "on" } else { "off" }
    );
    let qemu = Qemu::start(choice.machine, &image, &words, choice.console.as_deref())?;
    Ok((
        RouterBox::Emulated(qemu),
        asked.unwrap_or(choice.machine.rate_bits_per_second()),
    ))
}
