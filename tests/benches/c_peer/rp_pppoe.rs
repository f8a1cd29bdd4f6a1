//! rp-pppoe's client under callgrind, in a session that needs no access concentrator to begin: it is
//! told the session's number, as its own server tells it. Frames come over a wire between two namespaces,
//! and what it hands to PPP comes out of its standard output.

use std::fs::read_to_string;
use std::io::Read;
use std::os::fd::AsFd;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use tests::callgrind::collected;
use tests::lab::{Namespace, PacketSocket, lay_wire, run};

pub(crate) const CLIENT_MAC: [u8; 6] = [2, 0, 0, 0, 0, 1];
pub(crate) const CONCENTRATOR_MAC: [u8; 6] = [2, 0, 0, 0, 0, 2];
pub(crate) const SESSION: u16 = 7;

/// Two lengths of a train: what is the same for both is what the program takes to begin and to end.
const SHORT_TRAIN: u64 = 10;
const LONG_TRAIN: u64 = 110;
const FRAMES: u64 = LONG_TRAIN - SHORT_TRAIN;
const PATIENCE: Duration = Duration::from_secs(30);
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// Asynchronous HDLC framing (RFC 1662, section 4), as PPP has it over a serial line.
const FLAG: u8 = 0x7e;
const ESCAPE: u8 = 0x7d;
const ESCAPED: u8 = 0x20;
const ADDRESS_AND_CONTROL: [u8; 2] = [0xff, 0x03];
const CHECK_SEQUENCE_LEN: usize = 2;

/// What `-m` adds to the instructions of a frame: the clamp, and the look whether to clamp.
/// `expected` is the PPP frame that must come out.
pub(crate) fn instructions_a_frame(
    frame: &[u8],
    ceiling: u16,
    expected: &[u8],
) -> Result<u64, String> {
    let slope = |ceiling| -> Result<(u64, Vec<u8>), String> {
        let (short, _) = RpPppoe::start(ceiling)?.train(SHORT_TRAIN, frame)?;
        let (long, line) = RpPppoe::start(ceiling)?.train(LONG_TRAIN, frame)?;
        Ok((long - short, line))
    };
    let (without, unclamped_line) = slope(None)?;
    let (with, line) = slope(Some(ceiling))?;
    if ppp_frame(&line).as_deref() != Some(expected) {
        return Err(format!("{} made {line:02x?} of it", RpPppoe::NAME));
    }
    // Each escaped byte costs the framing more, clamp or not.
    if line.len() != unclamped_line.len() {
        return Err("the clamped frame has more bytes to escape than the other".to_owned());
    }
    with.checked_sub(without)
        .map(|added| (added + FRAMES / 2) / FRAMES)
        .ok_or_else(|| "with its clamp it takes less than without".to_owned())
}

/// The PPP frame in a line: without flags, escapes, address, control and check sequence.
fn ppp_frame(line: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = line.strip_prefix(&[FLAG])?.strip_suffix(&[FLAG])?.iter();
    let mut frame = Vec::new();
    while let Some(&byte) = bytes.next() {
        frame.push(match byte {
            ESCAPE => bytes.next()? ^ ESCAPED,
            byte => byte,
        });
    }
    frame.truncate(frame.len().checked_sub(CHECK_SEQUENCE_LEN)?);
    frame.strip_prefix(&ADDRESS_AND_CONTROL).map(<[u8]>::to_vec)
}

/// The client, in a namespace, and the other end of its line.
pub(crate) struct RpPppoe {
    program: Child,
    line: PacketSocket,
    // Kept for their threads: a namespace lives as long as its thread does.
    _ends: [Namespace; 2],
}

impl RpPppoe {
    pub(crate) const NAME: &str = "rp-pppoe 3.15, `pppoe -m`";

    fn start(ceiling: Option<u16>) -> Result<RpPppoe, String> {
        let client = Namespace::new("client");
        let concentrator = Namespace::new("access concentrator");
        lay_wire(&client, "wan", &concentrator, "line");
        client.run(|| run(&format!("ip link set wan address {}", colons(CLIENT_MAC))));
        let mut command = command(ceiling)?;
        let program = client
            .run(move || command.spawn())
            .map_err(|error| format!("valgrind: {error} (apt-get install valgrind)"))?;
        let rp_pppoe = RpPppoe {
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

    /// Sends it a frame so many times; returns the instructions of its whole life, and its last line.
    fn train(mut self, frames: u64, frame: &[u8]) -> Result<(u64, Vec<u8>), String> {
        let mut line = Vec::new();
        for _ in 0..frames {
            self.line.send(frame);
            line = self.next_line()?;
        }
        // The end of its input ends it.
        drop(self.program.stdin.take());
        let mut log = String::new();
        let stderr = self.program.stderr.as_mut().expect("a pipe");
        stderr
            .read_to_string(&mut log)
            .map_err(|error| error.to_string())?;
        let instructions = collected(&log).ok_or(log)?;
        Ok((instructions, line))
    }

    /// What it writes for one frame.
    fn next_line(&mut self) -> Result<Vec<u8>, String> {
        let stdout = self.program.stdout.as_mut().expect("a pipe");
        let mut line = Vec::new();
        while line.len() < 2 || line.last() != Some(&FLAG) {
            let mut ready = [PollFd::new(stdout.as_fd(), PollFlags::POLLIN)];
            let timeout = PollTimeout::try_from(PATIENCE).expect("a short time");
            match poll(&mut ready, timeout) {
                Ok(0) => return Err("pppoe handed nothing to PPP".to_owned()),
                Ok(_) => {}
                Err(error) => return Err(error.to_string()),
            }
            let mut piece = [0; 256];
            match stdout.read(&mut piece) {
                Ok(0) => return Err("pppoe ended too early".to_owned()),
                Ok(length) => line.extend(&piece[..length]),
                Err(error) => return Err(error.to_string()),
            }
        }
        Ok(line)
    }
}

impl Drop for RpPppoe {
    fn drop(&mut self) {
        // Gone already where all went well.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

fn command(ceiling: Option<u16>) -> Result<Command, String> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
    let program = target
        .map(|target| target.join("guests/packages/usr/sbin/pppoe"))
        .filter(|program| program.is_file())
        .ok_or("pppoe is not there yet: bash host-sim/guests/fetch.sh")?;
    let mut command = Command::new("valgrind");
    command
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args([
            "-n",
            "-e",
            &format!("{SESSION}:{}", colons(CONCENTRATOR_MAC)),
        ])
        .args(["-I", "wan"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if let Some(ceiling) = ceiling {
        command.args(["-m", &ceiling.to_string()]);
    }
    Ok(command)
}

fn colons(mac: [u8; 6]) -> String {
    mac.map(|byte| format!("{byte:02x}")).join(":")
}
