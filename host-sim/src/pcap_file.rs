//! What passed over a wire of the lab or of a simulated network, as a capture that Wireshark opens.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Duration;

/// pcap with nanoseconds (draft-ietf-opsawg-pcap, section 4), little-endian on every machine.
const MAGIC_NANOSECONDS: u32 = 0xa1b2_3c4d;
const VERSION: (u16, u16) = (2, 4);
const LINK_TYPE_ETHERNET: u32 = 1;
const SNAP_LEN: u32 = 65_535;

/// A capture being written. The network's clock starts at 0, and so do its time stamps.
#[derive(Debug)]
pub(crate) struct Capture {
    file: BufWriter<File>,
    path: String,
}

impl Capture {
    /// Creates the file `NAME.pcap` in `directory`.
    pub(crate) fn create(directory: &Path, name: &str) -> Result<Self, String> {
        let path = directory.join(format!("{name}.pcap"));
        let in_words = |error| format!("{}: {error}", path.display());
        let mut file = BufWriter::new(File::create(&path).map_err(in_words)?);
        let (major, minor) = VERSION;
        let header = [
            &MAGIC_NANOSECONDS.to_le_bytes()[..],
            &major.to_le_bytes(),
            &minor.to_le_bytes(),
            &[0; 8],
            &SNAP_LEN.to_le_bytes(),
            &LINK_TYPE_ETHERNET.to_le_bytes(),
        ]
        .concat();
        file.write_all(&header).map_err(in_words)?;
        Ok(Self {
            file,
            path: path.display().to_string(),
        })
    }

    /// Adds a frame that passed at `now`.
    pub(crate) fn frame(&mut self, now: Duration, frame: &[u8]) -> Result<(), String> {
        let seconds = u32::try_from(now.as_secs()).unwrap_or(u32::MAX);
        let length = u32::try_from(frame.len()).unwrap_or(u32::MAX);
        let record = [
            seconds.to_le_bytes(),
            now.subsec_nanos().to_le_bytes(),
            length.to_le_bytes(),
            length.to_le_bytes(),
        ]
        .concat();
        self.file
            .write_all(&record)
            .and_then(|()| self.file.write_all(frame))
            .map_err(|error| format!("{}: {error}", self.path))
    }

    /// Writes out what is left.
    pub(crate) fn finish(mut self) -> Result<(), String> {
        self.file
            .flush()
            .map_err(|error| format!("{}: {error}", self.path))
    }
}
