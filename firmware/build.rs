//! The linker scripts of the boards.

use std::env;
use std::fs;
use std::path::PathBuf;

const MPS2_AN500: &str = include_str!("memory/mps2-an500.x");
const EMCRAFT_SF2: &str = include_str!("memory/emcraft-sf2.x");

/// The boards whose binaries are linked with cortex-m-rt's script, and where their memory is.
const BOARDS: [(&str, &str); 3] = [
    ("mps2-an500", MPS2_AN500),
    ("emcraft-sf2", EMCRAFT_SF2),
    ("nucleo-h743zi", include_str!("memory/nucleo-h743zi.x")),
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=memory");
    let is_board = env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("none")
        && env::var("CARGO_CFG_TARGET_ARCH").as_deref() == Ok("arm");
    if !is_board {
        return;
    }
    let Some(out) = env::var_os("OUT_DIR").map(PathBuf::from) else {
        panic!("cargo sets OUT_DIR");
    };
    // This one runs on whichever board in QEMU has the target's processor.
    let memory = match env::var("TARGET").as_deref() {
        Ok("thumbv7em-none-eabihf") => MPS2_AN500,
        _ => EMCRAFT_SF2,
    };
    let others = [("instructions", memory), ("router-only", MPS2_AN500)];
    for (board, memory) in BOARDS.into_iter().chain(others) {
        let folder = out.join(board);
        let written =
            fs::create_dir_all(&folder).and_then(|()| fs::write(folder.join("memory.x"), memory));
        if let Err(error) = written {
            panic!("{}: {error}", folder.display());
        }
        // The names of a board's interrupts: ours have none, as their tables hold the handlers themselves. The Nucleo's
        // come with its HAL.
        if board != "nucleo-h743zi"
            && let Err(error) = fs::write(folder.join("device.x"), "")
        {
            panic!("{}: {error}", folder.display());
        }
        println!("cargo::rustc-link-arg-bin={board}=-L{}", folder.display());
        println!("cargo::rustc-link-arg-bin={board}=-Tlink.x");
        println!("cargo::rustc-link-arg-bin={board}=-Tdefmt.x");
        // Sections start on the pages of a PC otherwise: padding in the flash.
        println!("cargo::rustc-link-arg-bin={board}=--nmagic");
        // One copy of functions with the same instructions. Rust promises nobody that two functions have two addresses.
        println!("cargo::rustc-link-arg-bin={board}=--icf=all");
    }
}
