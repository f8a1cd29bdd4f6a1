//! A machine of QEMU that counts instructions.

use std::fmt;
use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::image::Image;

/// More than any run takes, on a busy computer too.
const PATIENCE: Duration = Duration::from_secs(60);
/// What one instruction takes of the machine's time, as a power of two in nanoseconds. Long, where SysTick has
/// to tell single instructions.
const SHIFT_TO_COUNT: u32 = 10;
/// Shorter, where ticks interrupt the boot as often as they do on a processor of 16 MHz.
const SHIFT_TO_BOOT: u32 = 6;
const PCAP_HEADER_BYTES: usize = 24;

/// The machine that an image is for.
pub(crate) struct Machine {
    pub(crate) name: &'static str,
    pub(crate) core: &'static str,
    pub(crate) target: &'static str,
}

/// Least and most of the packets of one case.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) least: u32,
    pub(crate) most: u32,
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.least == self.most {
            write!(f, "{}", self.most)
        } else {
            write!(f, "{}–{}", self.least, self.most)
        }
    }
}

/// One line of the image.
#[derive(PartialEq, Eq)]
pub(crate) struct Cost {
    pub(crate) case: String,
    pub(crate) packet_bytes: u32,
    /// Instructions of the router alone.
    pub(crate) plain: Range,
    /// Instructions with the copy into a transmit buffer.
    pub(crate) copied: Range,
    pub(crate) stack_bytes: u32,
}

impl Machine {
    /// Runs the image that counts, to its end.
    pub(crate) fn costs(&self, image: &Image) -> Result<Vec<Cost>, String> {
        let mut qemu = self.qemu(image, SHIFT_TO_COUNT);
        let output = qemu
            .stderr(Stdio::piped())
            .output()
            .map_err(|error| no_qemu(&error))?;
        let text = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() {
            let errors = String::from_utf8_lossy(&output.stderr);
            return Err(format!("{}: {}\n{text}{errors}", self.name, output.status));
        }
        let line = |line| cost(line).ok_or_else(|| format!("{}: not a case: {line}", self.name));
        text.lines().map(line).collect()
    }

    /// Runs a board's image until a frame leaves it.
    pub(crate) fn instructions_to_first_frame(&self, image: &Image) -> Result<u64, String> {
        let capture = tempfile::NamedTempFile::new().map_err(|error| error.to_string())?;
        let dump = format!(
            "filter-dump,id=f0,netdev=n0,file={}",
            capture.path().display()
        );
        let mut qemu = self.qemu(image, SHIFT_TO_BOOT);
        // The capture's times are the machine's, from 1970 on.
        qemu.args(["-rtc", "base=1970-01-01T00:00:00"])
            .args(["-netdev", "hubport,id=n0,hubid=0", "-net", "nic,netdev=n0"])
            .args(["-object", &dump])
            .args(["-append", "seed=00000000000000000000000000000000"])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut qemu = qemu.spawn().map_err(|error| no_qemu(&error))?;
        let deadline = Instant::now() + PATIENCE;
        let mut first = None;
        while first.is_none() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(20));
            first = fs::read(capture.path())
                .ok()
                .as_deref()
                .and_then(first_frame_us);
        }
        let ended = qemu.kill().and_then(|()| qemu.wait());
        ended.map_err(|error| format!("{}: {error}", self.name))?;
        first
            .map(|time_us| (time_us * 1000) >> SHIFT_TO_BOOT)
            .ok_or_else(|| format!("{}: no frame in {PATIENCE:?}", self.name))
    }

    fn qemu(&self, image: &Image, shift: u32) -> Command {
        let mut qemu = Command::new("qemu-system-arm");
        qemu.args(["-M", self.name])
            .args(["-display", "none", "-monitor", "none", "-serial", "null"])
            .args(["-semihosting-config", "enable=on,target=native"])
            .args(["-icount", &format!("shift={shift}")])
            .arg("-kernel")
            .arg(image.path());
        qemu
    }
}

fn no_qemu(error: &std::io::Error) -> String {
    format!("qemu-system-arm: {error} (apt-get install --no-install-recommends qemu-system-arm)")
}

fn cost(line: &str) -> Option<Cost> {
    let mut fields = line.split('|');
    let case = fields.next()?.to_owned();
    let mut number = || fields.next()?.parse().ok();
    Some(Cost {
        case,
        packet_bytes: number()?,
        plain: Range {
            least: number()?,
            most: number()?,
        },
        copied: Range {
            least: number()?,
            most: number()?,
        },
        stack_bytes: number()?,
    })
}

/// The time of a capture's first frame, in microseconds.
fn first_frame_us(capture: &[u8]) -> Option<u64> {
    let record = capture.get(PCAP_HEADER_BYTES..)?;
    let word = |at: usize| {
        let bytes = record.get(at..at + 4)?.try_into().ok()?;
        Some(u64::from(u32::from_le_bytes(bytes)))
    };
    Some(word(0)? * 1_000_000 + word(4)?)
}
