//! The images, and what is in them.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use object::{Object, ObjectSection, ObjectSymbol, SectionFlags, SectionKind, SymbolKind};
use tests::lab::build_image;

/// Which part of the image a function belongs to: the first of these that its name has in it.
const PARTS: [(&str, &[&str]); 6] = [
    ("router", &["8firmware6router", "firmware..router"]),
    ("clamp", &["clamp_core"]),
    (
        "own stack",
        &["smoltcp", "embassy_net", "own_stack", "managed"],
    ),
    ("board and driver", &["8firmware", "firmware..", "embassy"]),
    ("log and boot arguments", &["defmt", "semihosting"]),
    (
        "formatting and the rest of core",
        &["_ZN4core", "$LT$", "_R"],
    ),
];

/// A linked image.
pub(crate) struct Image {
    path: PathBuf,
}

/// What an image takes.
pub(crate) struct Size {
    pub(crate) flash_bytes: u64,
    pub(crate) ram_bytes: u64,
    /// RAM that doesn't start as zeros, and so costs as much flash.
    pub(crate) initialised_bytes: u64,
    /// The flash, by what is in it.
    pub(crate) parts: Vec<(&'static str, u64)>,
}

impl Image {
    /// Builds the firmware's binary `name`, as it is shipped.
    pub(crate) fn build(name: &str, target: &str) -> Result<Self, String> {
        let path = build_image(name, target)?;
        Ok(Self { path })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn size(&self) -> Result<Size, String> {
        let place = self.path.display();
        let bytes = fs::read(&self.path).map_err(|error| format!("{place}: {error}"))?;
        let file = object::File::parse(bytes.as_slice()).map_err(|error| error.to_string())?;
        let (mut flash_bytes, mut ram_bytes, mut initialised_bytes) = (0, 0, 0);
        for section in file.sections() {
            let is_loaded =
                matches!(section.flags(), SectionFlags::Elf { sh_flags } if sh_flags & 2 != 0);
            if !is_loaded {
                continue;
            }
            match section.kind() {
                SectionKind::UninitializedData => ram_bytes += section.size(),
                // Initialised data lies in flash, and is copied to its place at start.
                SectionKind::Data => {
                    flash_bytes += section.size();
                    ram_bytes += section.size();
                    initialised_bytes += section.size();
                }
                _ => flash_bytes += section.size(),
            }
        }
        let mut parts: Vec<(&str, u64)> = PARTS.iter().map(|(part, _)| (*part, 0)).collect();
        // Functions with the same instructions share a place.
        let mut places = HashSet::new();
        for symbol in file
            .symbols()
            .filter(|symbol| symbol.kind() == SymbolKind::Text)
            .filter(|symbol| places.insert(symbol.address()))
        {
            let name = symbol.name().unwrap_or_default();
            let part = PARTS
                .iter()
                .position(|(_, marks)| marks.iter().any(|mark| name.contains(mark)));
            if let Some(part) = part {
                parts[part].1 += symbol.size();
            }
        }
        let named: u64 = parts.iter().map(|(_, bytes)| bytes).sum();
        parts.push(("constants and start-up", flash_bytes.saturating_sub(named)));
        Ok(Size {
            flash_bytes,
            ram_bytes,
            initialised_bytes,
            parts,
        })
    }
}
