//! Programs of the workspace that are linked to be looked at, not to be run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use object::{Object, ObjectSection, SectionKind};

/// Something that cargo links, with an entry whose name can be chosen.
#[derive(Clone, Copy)]
pub struct Program {
    package: &'static str,
    /// `--example` or `--bin`.
    kind: &'static str,
    name: &'static str,
    /// Where the kind's programs are.
    folder: &'static str,
}

/// The clamp, one call at a time.
pub const CLAMP: Program = Program {
    package: "clamp-core",
    kind: "--example",
    name: "footprint",
    folder: "examples",
};

/// Clamps on others' wire formats, and ours beside them, one at a time.
pub const PEERS: Program = Program {
    package: "peers",
    kind: "--example",
    name: "peers-footprint",
    folder: "examples",
};

/// The PPPoE client.
pub const PPPOE: Program = Program {
    package: "clamp-firmware",
    kind: "--bin",
    name: "pppoe-footprint",
    folder: "",
};

/// The router.
pub const ROUTER: Program = Program {
    package: "clamp-firmware",
    kind: "--bin",
    name: "router-footprint",
    folder: "",
};

/// The host's own target, on which a program without `std` has to leave out what starts others.
pub const HOST: &str = "x86_64-unknown-linux-gnu";

/// What a linked program takes, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Its code.
    pub text: u64,
    /// Its constants.
    pub constants: u64,
    /// Its static RAM.
    pub ram: u64,
}

impl Program {
    /// Links one entry as [`Program::link`] does, and measures it.
    ///
    /// # Errors
    /// What the compiler or the linker said, or why the program can't be read.
    pub fn sizes(self, entry: &str, target: &str, opt_level: &str) -> Result<Sizes, String> {
        let program = self.link(entry, target, opt_level)?;
        let bytes =
            fs::read(&program).map_err(|error| format!("{}: {error}", program.display()))?;
        let file = object::File::parse(bytes.as_slice()).map_err(|error| error.to_string())?;
        let sum = |kinds: &[SectionKind]| {
            file.sections()
                .filter(|section| kinds.contains(&section.kind()))
                .map(|section| section.size())
                .sum()
        };
        Ok(Sizes {
            text: sum(&[SectionKind::Text]),
            constants: sum(&[SectionKind::ReadOnlyData, SectionKind::ReadOnlyString]),
            ram: sum(&[SectionKind::Data, SectionKind::UninitializedData]),
        })
    }

    /// Links one entry and all that it reaches for `target`; returns where the program is.
    ///
    /// # Errors
    /// What the compiler or the linker said.
    pub fn link(self, entry: &str, target: &str, opt_level: &str) -> Result<PathBuf, String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let directory = root.join("target/footprint").join(opt_level);
        let quoted = match opt_level {
            "s" | "z" => format!("\"{opt_level}\""),
            number => number.to_owned(),
        };
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .current_dir(&root)
            .args(["rustc", "--quiet", "--release", "-p", self.package])
            .args([self.kind, self.name, "--target", target])
            .arg("--target-dir")
            .arg(&directory)
            .args(["--config", "profile.release.lto=true"])
            .args(["--config", "profile.release.codegen-units=1"])
            .args(["--config", "profile.release.panic=\"abort\""])
            .args(["--config", &format!("profile.release.opt-level={quoted}")])
            .arg("--");
        if target == HOST {
            cargo.args(["-C", "link-arg=-nostartfiles", "-C", "link-arg=-lc"]);
            cargo.args(["-C", &format!("link-arg=-Wl,--entry={entry}")]);
        } else {
            cargo.args(["-C", "link-arg=--gc-sections"]);
            cargo.args(["-C", &format!("link-arg=--entry={entry}")]);
        }
        let output = cargo
            .args(["--cfg=alone", &format!("--cfg=entry=\"{entry}\"")])
            .output()
            .map_err(|error| format!("cargo: {error}"))?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        let programs = directory.join(target).join("release").join(self.folder);
        Ok(programs.join(self.name))
    }
}
