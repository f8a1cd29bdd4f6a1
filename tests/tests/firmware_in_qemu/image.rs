//! The boards, and their images as this workspace builds them.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// A board that QEMU emulates.
pub(crate) struct Board {
    /// The binary's name, and QEMU's of the machine.
    pub(crate) name: &'static str,
    target: &'static str,
    pub(crate) mac: [u8; 6],
    image: OnceLock<PathBuf>,
}

pub(crate) static MPS2_AN500: Board = Board {
    name: "mps2-an500",
    target: "thumbv7em-none-eabihf",
    mac: [0x02, 0x00, 0x5e, 0x10, 0x05, 0x00],
    image: OnceLock::new(),
};

pub(crate) static EMCRAFT_SF2: Board = Board {
    name: "emcraft-sf2",
    target: "thumbv7m-none-eabi",
    mac: [0x02, 0x00, 0x5e, 0x10, 0x05, 0xf2],
    image: OnceLock::new(),
};

impl Board {
    /// The image, built once a test run, as a user builds it.
    pub(crate) fn image(&self) -> &Path {
        self.image.get_or_init(|| self.build())
    }

    fn build(&self) -> PathBuf {
        let target_dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("firmware");
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let status = Command::new(cargo)
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
            .args([
                "build",
                "--quiet",
                "--profile",
                "firmware",
                "-p",
                "clamp-firmware",
            ])
            .args(["--bin", self.name, "--target", self.target])
            .arg("--target-dir")
            .arg(&target_dir)
            .status()
            .expect("cargo starts");
        assert!(status.success(), "the image of {} builds", self.name);
        target_dir
            .join(self.target)
            .join("firmware")
            .join(self.name)
    }
}
