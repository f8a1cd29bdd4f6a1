//! A guest's root directory: a shell, a script, and places to mount everything else.

use std::fs::{OpenOptions, copy, create_dir_all};
use std::io::{Result, Write};
use std::os::unix::fs::{OpenOptionsExt, symlink};
use std::path::Path;

use tempfile::TempDir;

use super::packages::Packages;

const PLACES: [&str; 12] = [
    "bin",
    "dev",
    "etc",
    "host",
    "lib/modules",
    "packages",
    "proc",
    "run",
    "sys",
    "tmp",
    "usr",
    "var",
];
const LINKS: [(&str, &str); 3] = [
    ("bin/sh", "busybox"),
    // Where programs expect the loader and the libraries that guest and host share.
    ("lib64", "/host/lib64"),
    ("lib/x86_64-linux-gnu", "/host/lib/x86_64-linux-gnu"),
];
const START: &str = include_str!("../../guests/start.sh");

/// A temporary directory; it goes with this value.
#[derive(Debug)]
pub(super) struct Root(TempDir);

impl Root {
    /// A root whose first process is what every guest does, and then `script`.
    pub(super) fn assemble(packages: &Packages, script: &str) -> Result<Self> {
        let root = tempfile::Builder::new().prefix("guest-").tempdir()?;
        let path = root.path();
        for place in PLACES {
            create_dir_all(path.join(place))?;
        }
        for (link, target) in LINKS {
            symlink(target, path.join(link))?;
        }
        copy(
            packages.unpacked().join("bin/busybox"),
            path.join("bin/busybox"),
        )?;
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o755)
            .open(path.join("init"))?
            .write_all([START, script, "obey\n"].concat().as_bytes())?;
        Ok(Self(root))
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }
}
