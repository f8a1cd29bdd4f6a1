//! The emulated machines that the firmware has an image for.

use std::env;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

/// Profiles that images are built in: `firmware` is the boards' own.
const PROFILES: [&str; 2] = ["firmware", "release"];

/// A machine that QEMU emulates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Machine {
    /// Cortex-M7 with a LAN9118, whose registers the processor moves every byte through
    Mps2An500,
    /// Cortex-M3 with the Ethernet MAC of a SmartFusion2, which fetches frames by itself
    EmcraftSf2,
}

impl Machine {
    /// Its name, to QEMU and to cargo.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Mps2An500 => "mps2-an500",
            Self::EmcraftSf2 => "emcraft-sf2",
        }
    }

    /// The MAC address that its image has.
    pub(crate) fn mac(self) -> [u8; 6] {
        match self {
            Self::Mps2An500 => [0x02, 0x00, 0x5e, 0x10, 0x05, 0x00],
            Self::EmcraftSf2 => [0x02, 0x00, 0x5e, 0x10, 0x05, 0xf2],
        }
    }

    fn target(self) -> &'static str {
        match self {
            Self::Mps2An500 => "thumbv7em-none-eabihf",
            Self::EmcraftSf2 => "thumbv7m-none-eabi",
        }
    }

    /// How fast frames go to it, in bits a second: the LAN9118 holds six long ones, and loses the
    /// seventh without a word.
    pub(crate) fn rate_bits_per_second(self) -> u64 {
        match self {
            Self::Mps2An500 => 20_000_000,
            Self::EmcraftSf2 => 100_000_000,
        }
    }

    /// The image that cargo built last: beside this program, or under the current directory.
    pub(crate) fn find_image(self) -> Result<PathBuf, String> {
        let program = env::current_exe().unwrap_or_default();
        let set = env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
        program
            .ancestors()
            .skip(1)
            .map(Path::to_path_buf)
            .chain(set)
            .chain([PathBuf::from("target")])
            .flat_map(|directory| {
                PROFILES.map(|profile| {
                    directory
                        .join(self.target())
                        .join(profile)
                        .join(self.name())
                })
            })
            .filter(|image| image.is_file())
            .max_by_key(|image| image.metadata().and_then(|image| image.modified()).ok())
            .ok_or_else(|| {
                format!(
                    "the firmware for {name} is not built yet: cargo build --profile firmware \
                     -p clamp-firmware --bin {name} --target {target} (or give its path with --image, \
                     or take --native, which runs the same router in this process)",
                    name = self.name(),
                    target = self.target(),
                )
            })
    }
}
