//! rp-pppoe's client in user space, as Debian ships it, in a session that needs no access concentrator to begin:
//! it is told the session's number, as its own server tells it. Frames come over a wire between two namespaces,
//! and what it hands to PPP comes out of its standard output.

mod hdlc;

use std::fs::read_to_string;
use std::io::Read;
use std::ops::RangeInclusive;
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use host_sim::guest;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::lab::{Namespace, PacketSocket, lay_wire, run};
use hdlc::FLAG;
pub use hdlc::ppp_frame;

/// The ceilings that `-m` takes.
pub const CEILINGS: RangeInclusive<u16> = 536..=1452;
/// Where a session's packet begins in a frame: the PPP protocol field.
pub const PPP_AT: usize = 14 + 6;

const CLIENT_MAC: [u8; 6] = [2, 0, 0, 0, 0, 1];
const CONCENTRATOR_MAC: [u8; 6] = [2, 0, 0, 0, 0, 2];
const SESSION: u16 = 0x2a;
/// How long it may take for a frame.
const PATIENCE: Duration = Duration::from_secs(30);
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// The program.
///
/// # Errors
/// What to do when it is not there yet.
pub fn program() -> Result<PathBuf, String> {
    let program = guest::packages()?.join("usr/sbin/pppoe");
    match program.is_file() {
        true => Ok(program),
        false => Err(format!("{} is missing", program.display())),
    }
}

/// What tables call its clamp: "rp-pppoe 3.15, `pppoe -m`".
///
/// # Errors
/// When it is not there, or can't be started.
pub fn name() -> Result<String, String> {
    let said = Command::new(program()?).arg("-V").output();
    let said = said.map_err(|error| error.to_string())?.stdout;
    let said = String::from_utf8_lossy(&said);
    let version = said.rsplit(' ').next().unwrap_or_default().trim();
    Ok(format!("rp-pppoe {version}, `pppoe -m`"))
}

/// A frame of the session, from its access concentrator.
///
/// # Panics
/// When the packet is longer than PPPoE's length field tells.
#[must_use]
pub fn session_frame(ppp_protocol: [u8; 2], packet: &[u8]) -> Vec<u8> {
    let payload_len = u16::try_from(ppp_protocol.len() + packet.len()).expect("a short one");
    [
        &CLIENT_MAC[..],
        &CONCENTRATOR_MAC,
        b"\x88\x64\x11\0",
        &SESSION.to_be_bytes(),
        &payload_len.to_be_bytes(),
        &ppp_protocol,
        packet,
    ]
    .concat()
}

/// The client, in a namespace, and the other end of its line.
pub struct RpPppoe {
    program: Child,
    line: PacketSocket,
    // Kept for their threads: a namespace lives as long as its thread does.
    _ends: [Namespace; 2],
}

impl RpPppoe {
    /// Starts [`program`], or what it runs under with the program as its last argument, with a ceiling or without its
    /// clamp.
    ///
    /// # Errors
    /// Why it can't be started, or did not begin to listen.
    ///
    /// # Panics
    /// Without the right to make network namespaces.
    pub fn start(mut command: Command, ceiling: Option<u16>) -> Result<Self, String> {
        let client = Namespace::new("client");
        let concentrator = Namespace::new("access concentrator");
        lay_wire(&client, "wan", &concentrator, "line");
        client.run(|| run(&format!("ip link set wan address {}", colons(CLIENT_MAC))));
        let session = format!("{SESSION}:{}", colons(CONCENTRATOR_MAC));
        command
            .args(["-n", "-e", &session, "-I", "wan"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(ceiling) = ceiling {
            command.args(["-m", &ceiling.to_string()]);
        }
        let program = client
            .run(move || command.spawn())
            .map_err(|error| format!("valgrind: {error} (apt-get install valgrind)"))?;
        let rp_pppoe = Self {
            program,
            line: concentrator.run(|| PacketSocket::open("line")),
            _ends: [client, concentrator],
        };
        rp_pppoe.wait_for_its_socket()?;
        Ok(rp_pppoe)
    }

    fn wait_for_its_socket(&self) -> Result<(), String> {
        let end = Instant::now() + PATIENCE;
        let sockets = format!("/proc/{}/net/packet", self.program.id());
        while Instant::now() < end {
            let is_open = read_to_string(&sockets).is_ok_and(|list| list.contains(" 8864 "));
            if is_open {
                return Ok(());
            }
            sleep(BETWEEN_LOOKS);
        }
        Err("pppoe did not open its socket".to_owned())
    }

    /// Sends it a frame.
    pub fn send(&self, frame: &[u8]) {
        self.line.send(frame);
    }

    /// What it writes for one frame: [`ppp_frame`] has what is in it.
    ///
    /// # Errors
    /// When it writes nothing for long, or ends.
    pub fn next_line(&mut self) -> Result<Vec<u8>, String> {
        let stdout = self.program.stdout.as_mut().ok_or("no standard output")?;
        let mut line = Vec::new();
        while line.len() < 2 || line.last() != Some(&FLAG) {
            if !has_come(stdout, PATIENCE)? {
                return Err("pppoe handed nothing to PPP".to_owned());
            }
            // Byte by byte, as the next line may be there already.
            let mut byte = [0];
            match stdout.read(&mut byte) {
                Ok(0) => return Err("pppoe ended too early".to_owned()),
                Ok(_) => line.extend(byte),
                Err(error) => return Err(error.to_string()),
            }
        }
        Ok(line)
    }

    /// What it, or what it runs under, has said on its standard error since the last look.
    ///
    /// # Errors
    /// When that can't be read.
    pub fn said(&mut self) -> Result<String, String> {
        let stderr = self.program.stderr.as_mut().ok_or("no standard error")?;
        let mut said = Vec::new();
        while has_come(stderr, Duration::ZERO)? {
            let mut piece = [0; 256];
            match stderr.read(&mut piece) {
                Ok(0) => break,
                Ok(length) => said.extend(&piece[..length]),
                Err(error) => return Err(error.to_string()),
            }
        }
        Ok(String::from_utf8_lossy(&said).into_owned())
    }

    /// Ends it, by the end of its input, and returns what it said until then.
    ///
    /// # Errors
    /// When that can't be read.
    pub fn end(mut self) -> Result<String, String> {
        drop(self.program.stdin.take());
        let mut said = String::new();
        let stderr = self.program.stderr.as_mut().ok_or("no standard error")?;
        stderr
            .read_to_string(&mut said)
            .map_err(|error| error.to_string())?;
        Ok(said)
    }
}

impl Drop for RpPppoe {
    fn drop(&mut self) {
        // Gone already where all went well.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// Whether something can be read, or the writer is gone.
fn has_come(pipe: &impl AsFd, patience: Duration) -> Result<bool, String> {
    let mut ready = [PollFd::new(pipe.as_fd(), PollFlags::POLLIN)];
    let timeout = PollTimeout::try_from(patience).map_err(|error| error.to_string())?;
    poll(&mut ready, timeout)
        .map(|ready| ready > 0)
        .map_err(|error| error.to_string())
}

fn colons(mac: [u8; 6]) -> String {
    mac.map(|byte| format!("{byte:02x}")).join(":")
}
