//! The linker scripts of the boards.

use std::env;
use std::fs;
use std::path::PathBuf;

/// The boards whose binaries are linked with cortex-m-rt's script, and where their memory is.
const BOARDS: [(&str, &str); 3] = [
    ("mps2-an500", include_str!("memory/mps2-an500.x")),
    ("emcraft-sf2", include_str!("memory/emcraft-sf2.x")),
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
    for (board, memory) in BOARDS {
        let folder = out.join(board);
        let written =
            fs::create_dir_all(&folder).and_then(|()| fs::write(folder.join("memory.x"), memory));
        if let Err(error) = written {
            panic!("{}: {error}", folder.display());
        }
        println!("cargo::rustc-link-arg-bin={board}=-L{}", folder.display());
        println!("cargo::rustc-link-arg-bin={board}=-Tlink.x");
        println!("cargo::rustc-link-arg-bin={board}=-Tdefmt.x");
        // Sections start on the pages of a PC otherwise: padding in the flash.
        println!("cargo::rustc-link-arg-bin={board}=--nmagic");
    }
}
