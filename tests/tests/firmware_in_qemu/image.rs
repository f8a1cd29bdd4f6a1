//! The boards, and their images as this workspace builds them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use object::{Object, ObjectSymbol};
use tests::lab::build_image;

/// A board that QEMU emulates.
pub(crate) struct Board {
    /// The binary's name.
    pub(crate) name: &'static str,
    /// QEMU's name of the machine.
    pub(crate) machine: &'static str,
    target: &'static str,
    pub(crate) mac: [u8; 6],
    image: OnceLock<PathBuf>,
}

pub(crate) static MPS2_AN500: Board = Board {
    name: "mps2-an500",
    machine: "mps2-an500",
    target: "thumbv7em-none-eabihf",
    mac: [0x02, 0x00, 0x5e, 0x10, 0x05, 0x00],
    image: OnceLock::new(),
};

pub(crate) static EMCRAFT_SF2: Board = Board {
    name: "emcraft-sf2",
    machine: "emcraft-sf2",
    target: "thumbv7m-none-eabi",
    mac: [0x02, 0x00, 0x5e, 0x10, 0x05, 0xf2],
    image: OnceLock::new(),
};

/// The first one's image without the box's own stack, PPPoE, DHCP and boot arguments.
pub(crate) static ROUTER_ONLY: Board = Board {
    name: "router-only",
    machine: MPS2_AN500.machine,
    target: MPS2_AN500.target,
    mac: MPS2_AN500.mac,
    image: OnceLock::new(),
};

impl Board {
    /// The image, built once a test run, as a user builds it.
    pub(crate) fn image(&self) -> &Path {
        self.image.get_or_init(|| {
            build_image(self.name, self.target).unwrap_or_else(|error| panic!("{error}"))
        })
    }

    /// The address of the first symbol whose name has `part` in it.
    pub(crate) fn address_of(&self, part: &str) -> u64 {
        let bytes = fs::read(self.image()).expect("the image reads");
        let file = object::File::parse(bytes.as_slice()).expect("an ELF file");
        let symbol = file
            .symbols()
            .find(|symbol| symbol.name().is_ok_and(|name| name.contains(part)));
        match symbol {
            Some(symbol) => symbol.address(),
            None => panic!("{}: no symbol has {part} in its name", self.name),
        }
    }
}
