//! What the clamp costs in flash: each function below, linked alone for a bare-metal target with
//! everything it reaches and nothing else; a panic among that is a link error. `cargo bench -p tests
//! --bench footprint` links them one by one, as `--cfg entry` says, and prints the sizes.

#![cfg_attr(any(target_os = "none", alone), no_std, no_main)]

#[cfg(any(target_os = "none", alone))]
mod entry {
    #![allow(
        dead_code,
        unused_imports,
        reason = "only one entry is compiled at a time"
    )]

    use clamp_core::{Clamp, Insertion, LinkType, Outcome};

    /// A policy that the compiler knows: it leaves out what this one never does.
    const DSL: Clamp = match Clamp::for_link_mtu(1492) {
        Ok(clamp) => clamp,
        Err(_) => panic!("a link MTU under 88"),
    };

    // SAFETY: the names are this program's own, and nothing else is linked with it.
    #[cfg(entry = "packet")]
    #[unsafe(no_mangle)]
    fn packet(clamp: &Clamp, packet: &mut [u8]) -> Outcome {
        clamp.packet(packet)
    }

    // SAFETY: as above.
    #[cfg(entry = "packet_without_tunnels")]
    #[unsafe(no_mangle)]
    fn packet_without_tunnels(packet: &mut [u8]) -> Outcome {
        DSL.packet(packet)
    }

    // SAFETY: as above.
    #[cfg(entry = "frame")]
    #[unsafe(no_mangle)]
    fn frame(clamp: &Clamp, frame: &mut [u8]) -> Outcome {
        clamp.frame(frame)
    }

    // SAFETY: as above.
    #[cfg(entry = "frame_without_tunnels")]
    #[unsafe(no_mangle)]
    fn frame_without_tunnels(frame: &mut [u8]) -> Outcome {
        DSL.frame(frame)
    }

    // SAFETY: as above.
    #[cfg(entry = "insert_in_frame")]
    #[unsafe(no_mangle)]
    fn insert_in_frame(clamp: &Clamp, buffer: &mut [u8], frame_len: usize) -> Insertion {
        clamp.insert_in_frame(buffer, frame_len)
    }

    /// All of them, so that one program shows that none can panic.
    // SAFETY: as above.
    #[cfg(entry = "every_call")]
    #[unsafe(no_mangle)]
    fn every_call(
        clamp: &Clamp,
        call: u8,
        link_type: LinkType,
        bytes: &mut [u8],
        len: usize,
    ) -> Result<Outcome, Insertion> {
        match call {
            0 => Ok(clamp.frame(bytes)),
            1 => Ok(clamp.packet(bytes)),
            2 => Ok(clamp.judge_frame(bytes)),
            3 => Ok(clamp.judge_packet(bytes)),
            4 => Ok(clamp.captured(link_type, bytes, len, &mut ())),
            5 => Err(clamp.insert_in_frame(bytes, len)),
            6 => Err(clamp.insert_in_packet(bytes, len)),
            _ => Err(clamp.insert_in_captured(link_type, bytes, len, len)),
        }
    }

    /// A program that can panic, and so must not link: the check that it doesn't is no empty one.
    // SAFETY: as above.
    #[cfg(entry = "a_panic_on_purpose")]
    #[unsafe(no_mangle)]
    fn a_panic_on_purpose(frame: &[u8], at: usize) -> u8 {
        frame[at]
    }

    unsafe extern "Rust" {
        /// Defined nowhere: a panic that the linker can't leave out is a link error.
        fn the_clamp_can_panic() -> !;
    }

    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
        // SAFETY: never called, since a program that could call it does not link.
        unsafe { the_clamp_can_panic() }
    }
}

#[cfg(not(any(target_os = "none", alone)))]
fn main() {
    println!("This program is linked for a bare-metal target and measured, not run.");
}
