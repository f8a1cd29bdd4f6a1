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

    /// The image of the present sources.
    ///
    /// # Panics
    /// With what cargo said, when it can't be built.
    #[must_use]
    pub fn image(self) -> PathBuf {
        build_image(self.name(), self.target()).unwrap_or_else(|error| panic!("{error}"))
    }
}

/// Builds the firmware's binary `name` for `target` as it is shipped, unless it is there, and returns
/// its path.
///
/// # Errors
/// What cargo said, when it can't be built.
pub fn build_image(name: &str, target: &str) -> Result<PathBuf, String> {
    let built = Command::new(env!("CARGO"))
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .args(["build", "--profile", "firmware", "-p", "clamp-firmware"])
        .args(["--bin", name, "--target", target])
        .args(["--message-format", "json-render-diagnostics"])
        .output()
        .map_err(|error| format!("cargo: {error}"))?;
    let said = String::from_utf8_lossy(&built.stderr);
    if !built.status.success() {
        return Err(format!("{name} does not build for {target}: {said}"));
    }
    // Whatever the target directory is, cargo says where it put the program.
    String::from_utf8_lossy(&built.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .find_map(|message| Some(PathBuf::from(message["executable"].as_str()?)))
        .ok_or_else(|| format!("cargo built no program: {said}"))
}
