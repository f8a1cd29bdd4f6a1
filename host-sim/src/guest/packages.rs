//! What guests are made of.

use std::env;
use std::path::{Path, PathBuf};

const KERNEL: &str = "packages/usr/bin/linux.uml";
const REGISTERS: &str = "wide_registers.so";

/// Debian packages, unpacked by `guests/fetch.sh`.
#[derive(Debug)]
pub(super) struct Packages {
    directory: PathBuf,
}

impl Packages {
    /// Those that were fetched into cargo's target directory: the one that this program is in, or the
    /// one of the current directory.
    pub(super) fn find() -> Result<Self, String> {
        let program = env::current_exe().unwrap_or_default();
        let set = env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
        program
            .ancestors()
            .skip(1)
            .map(Path::to_path_buf)
            .chain(set)
            .chain([PathBuf::from("target")])
            .map(|directory| directory.join("guests"))
            .find(|directory| directory.join(KERNEL).is_file())
            .and_then(|directory| directory.canonicalize().ok())
            .map(|directory| Self { directory })
            .ok_or_else(|| {
                "the Linux guests are not there yet: bash host-sim/guests/fetch.sh (it unpacks Debian \
                 packages into cargo's target directory, and needs no root)"
                    .to_owned()
            })
    }

    /// The kernel, a program.
    pub(super) fn kernel(&self) -> PathBuf {
        self.directory.join(KERNEL)
    }

    /// What is loaded before it: see `guests/wide_registers.c`.
    pub(super) fn registers(&self) -> PathBuf {
        self.directory.join(REGISTERS)
    }

    /// Where the packages are unpacked.
    pub(super) fn unpacked(&self) -> PathBuf {
        self.directory.join("packages")
    }
}
