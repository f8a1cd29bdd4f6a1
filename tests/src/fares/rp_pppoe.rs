//! The clamp of rp-pppoe's client (`pppoe -m`), a process for each ceiling.
//!
//! What the client does to every frame (it drops what is not of its session or not whole, and cuts padding off) is no part
//! of the clamp. So a client without `-m` is asked, too: what it does not hand on is not asked of the clamp, and
//! what the clamp must hand on is what that other client makes of the bytes that the corpus expects.
//!
//! The clamp runs under valgrind's memcheck, for it takes lengths as a packet tells them and reads behind the frame.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use reference::conformance::{Call, Case, Fare, Verdict, judge};
use tempfile::{TempDir, tempdir};

use super::ceiling_v4;
use super::table::Row;
use crate::rp_pppoe::{CEILINGS, PPP_AT, RpPppoe, name, ppp_frame, program, session_frame};

const PPPOE_SESSION: [u8; 2] = [0x88, 0x64];
const PPPOE_OVERHEAD_BYTES: u32 = 8;
const PPP_IPV4: [u8; 2] = [0x00, 0x21];
/// Nothing that a clamp looks into.
const PPP_IPCP: [u8; 2] = [0x80, 0x21];
/// Comes out behind the frame that was sent before it.
const MARKER: &[u8] = b"marker";
/// What memcheck says of bytes that nobody wrote, and of an address where there are none.
const OVERREADS: [&str; 2] = ["uninitialised", "Invalid read"];

pub(super) fn row(cases: &[Case]) -> Result<Row, String> {
    Ok(Row::new(name()?, verdicts(cases)?))
}

/// What each case comes to.
fn verdicts(cases: &[Case]) -> Result<Vec<Verdict>, String> {
    let mut clamps = Clamps::new()?;
    let mut unclamped = RpPppoe::start(Command::new(program()?), None)?;
    cases
        .iter()
        .map(|case| {
            let Some((ceiling, frame)) = question(case) else {
                return Ok(Verdict::NotAsked);
            };
            let Some(input) = hand_on(&mut unclamped, &frame)? else {
                return Ok(Verdict::NotAsked);
            };
            let right_answer = hand_on(&mut unclamped, &in_session(case.call, &case.output))?;
            let handed_on = Case {
                input,
                output: right_answer.ok_or("the right answer is not handed on")?,
                ..case.clone()
            };
            let fare = clamps.ask(ceiling, &frame);
            fare.map(|fare| judge(&handed_on, &fare))
                .map_err(|error| format!("at {:?}: {error}", case.name))
        })
        .collect()
}

/// The ceiling for `-m`, and a frame of the session; `None` for what is not IPv4, is in no session, has no ceiling that
/// the option takes, or asks for an insertion.
fn question(case: &Case) -> Option<(u16, Vec<u8>)> {
    let overhead_bytes = match case.call {
        Call::Packet if case.input.first().is_none_or(|first| first >> 4 != 6) => 0,
        Call::Frame
            if case.input.get(12..14) == Some(&PPPOE_SESSION)
                && !matches!(
                    case.input.get(PPP_AT..),
                    Some([0x00, 0x57, ..] | [0x57, ..])
                ) =>
        {
            PPPOE_OVERHEAD_BYTES
        }
        Call::Packet | Call::Frame | Call::InsertInFrame { .. } => return None,
    };
    let ceiling = ceiling_v4(&case.policy, overhead_bytes);
    let ceiling = ceiling.filter(|ceiling| CEILINGS.contains(ceiling))?;
    Some((ceiling, in_session(case.call, &case.input)))
}

/// A bare packet gets a session around it.
fn in_session(call: Call, bytes: &[u8]) -> Vec<u8> {
    match call {
        Call::Packet => session_frame(PPP_IPV4, bytes),
        Call::Frame | Call::InsertInFrame { .. } => bytes.to_vec(),
    }
}

/// What the client hands to PPP of a frame; `None` when nothing.
fn hand_on(client: &mut RpPppoe, frame: &[u8]) -> Result<Option<Vec<u8>>, String> {
    client.send(frame);
    client.send(&session_frame(PPP_IPCP, MARKER));
    let mut handed_on = None;
    loop {
        let line = client.next_line()?;
        let ppp = ppp_frame(&line).ok_or_else(|| format!("{line:02x?} is no PPP frame"))?;
        if ppp.strip_prefix(&PPP_IPCP) == Some(MARKER) {
            return Ok(handed_on);
        }
        handed_on = Some(ppp);
    }
}

/// Clients with the clamp, by their ceilings, under memcheck.
struct Clamps {
    running: BTreeMap<u16, RpPppoe>,
    shim: PathBuf,
    _directory: TempDir,
}

impl Clamps {
    fn new() -> Result<Self, String> {
        let directory = tempdir().map_err(|error| error.to_string())?;
        Ok(Self {
            running: BTreeMap::new(),
            shim: compile_shim(directory.path())?,
            _directory: directory,
        })
    }

    fn ask(&mut self, ceiling: u16, frame: &[u8]) -> Result<Fare, String> {
        let mut client = match self.running.remove(&ceiling) {
            Some(client) => client,
            None => self.start(ceiling)?,
        };
        let handed_on = hand_on(&mut client, frame);
        let said = client.said()?;
        if OVERREADS.iter().any(|overread| said.contains(overread)) {
            // The client is gone, or is not used again: memcheck tells of a place in the code only once.
            return Ok(Fare::Overread);
        }
        if !said.is_empty() {
            return Err(said);
        }
        let fare = handed_on?.map_or(Fare::Dropped, Fare::Bytes);
        self.running.insert(ceiling, client);
        Ok(fare)
    }

    fn start(&self, ceiling: u16) -> Result<RpPppoe, String> {
        let mut memcheck = Command::new("valgrind");
        memcheck
            .args(["--tool=memcheck", "--quiet", "--vgdb=no"])
            .arg(program()?)
            .env("LD_PRELOAD", &self.shim);
        RpPppoe::start(memcheck, Some(ceiling))
    }
}

/// What has memcheck know where a frame ends.
fn compile_shim(directory: &Path) -> Result<PathBuf, String> {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/src/fares/recv_as_read.c");
    let shim = directory.join("recv_as_read.so");
    let compiled = Command::new("cc")
        .args(["-O2", "-Wall", "-shared", "-fPIC", source, "-o"])
        .arg(&shim)
        .output()
        .map_err(|error| format!("cc: {error} (apt-get install gcc libc6-dev)"))?;
    match compiled.status.success() {
        true => Ok(shim),
        false => Err(String::from_utf8_lossy(&compiled.stderr).into_owned()),
    }
}
