//! The firmware's images, built when a test needs them.

use std::path::PathBuf;
use std::process::Command;

/// A machine that QEMU emulates, and the target that its image is built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Machine {
    /// Cortex-M7, LAN9118.
    Mps2An500,
    /// Cortex-M3, SmartFusion2.
    EmcraftSf2,
}

impl Machine {
    /// Its name, to QEMU, cargo and host-sim.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Machine::Mps2An500 => "mps2-an500",
            Machine::EmcraftSf2 => "emcraft-sf2",
        }
    }

    fn target(self) -> &'static str {
        match self {
            Machine::Mps2An500 => "thumbv7em-none-eabihf",
            Machine::EmcraftSf2 => "thumbv7m-none-eabi",
        }
    }

    /// Builds the image of the present sources, unless it is there, and returns its path.
    ///
    /// # Panics
    /// With what cargo said, when it can't be built.
    #[must_use]
    pub fn image(self) -> PathBuf {
        let workspace = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
        let built = Command::new(env!("CARGO"))
            .current_dir(&workspace)
            .args([
                "build",
                "--profile",
                "firmware",
                "--package",
                "clamp-firmware",
            ])
            .args(["--bin", self.name(), "--target", self.target()])
            .args(["--message-format", "json-render-diagnostics"])
            .output()
            .unwrap_or_else(|error| panic!("cargo: {error}"));
        let said = String::from_utf8_lossy(&built.stderr);
        assert!(built.status.success(), "{said}");
        // Whatever the target directory is, cargo says where it put the program.
        String::from_utf8_lossy(&built.stdout)
            .lines()
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
            .find_map(|message| Some(PathBuf::from(message["executable"].as_str()?)))
            .unwrap_or_else(|| panic!("cargo built no program: {said}"))
    }
}
