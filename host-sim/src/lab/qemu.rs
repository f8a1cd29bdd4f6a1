//! The router's firmware on an emulated microcontroller, one end of a socket pair as its wire.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::machine::Machine;
use crate::programs::is_installed;
use crate::socket_wire::SocketWire;

const PROGRAM: &str = "qemu-system-arm";
/// Part of util-linux: starts a program that ends when its parent does.
const LEASH: &str = "setpriv";

/// A running QEMU; it ends with this value.
pub(crate) struct Qemu {
    child: Child,
    wire: SocketWire,
    complaints: File,
}

impl Qemu {
    /// Starts `image` on `machine`; the firmware reads `words` when it boots. What it says goes to
    /// `console`, if one is given.
    pub(crate) fn start(
        machine: Machine,
        image: &Path,
        words: &str,
        console: Option<&Path>,
    ) -> Result<Self, String> {
        if !image.is_file() {
            return Err(format!("{}: no such image", image.display()));
        }
        let failed = |what: &str| {
            let what = what.to_owned();
            move |error| format!("{what}: {error}")
        };
        let (wire, their_end) = SocketWire::lay().map_err(failed("a socket pair"))?;
        let complaints = tempfile::tempfile().map_err(failed("a temporary file"))?;
        let said = complaints.try_clone().map_err(failed("a temporary file"))?;
        let console = match console {
            Some(path) => File::create(path)
                .map(Stdio::from)
                .map_err(|error| format!("{}: {error}", path.display()))?,
            None => Stdio::null(),
        };
        if !is_installed(PROGRAM) {
            return Err(format!(
                "{PROGRAM} is not installed: apt-get install --no-install-recommends \
                 qemu-system-arm (or take --native, which runs the same router in this process)"
            ));
        }
        // QEMU does not notice when nobody is at the other end of its wire any more: a lab that is
        // killed would leave it behind.
        let mut command = if is_installed(LEASH) {
            let mut command = Command::new(LEASH);
            command.args(["--pdeathsig", "KILL", "--", PROGRAM]);
            command
        } else {
            Command::new(PROGRAM)
        };
        let child = command
            .args(["-machine", machine.name()])
            .args(["-display", "none", "-monitor", "none", "-serial", "null"])
            .args(["-semihosting-config", "enable=on,target=native"])
            .arg("-kernel")
            .arg(image)
            .args(["-append", words])
            // The wire is QEMU's standard input: the one descriptor that it inherits on purpose.
            .args(["-netdev", "dgram,id=wire,local.type=fd,local.str=0"])
            .args(["-net", "nic,netdev=wire"])
            .stdin(their_end)
            .stdout(console)
            .stderr(said)
            // Ctrl-C is for the lab, which then ends QEMU.
            .process_group(0)
            .spawn()
            .map_err(|error| format!("{PROGRAM}: {error}"))?;
        Ok(Self {
            child,
            wire,
            complaints,
        })
    }

    /// Puts a frame on the wire; one that QEMU has no room for is lost and counted.
    pub(crate) fn send(&mut self, frame: &[u8]) -> Result<(), String> {
        self.wire
            .send(frame)
            .map_err(|error| self.ended(&error.to_string()))
    }

    /// The next frame that the firmware sent.
    pub(crate) fn receive(&mut self) -> Result<Option<Vec<u8>>, String> {
        self.wire
            .receive()
            .map_err(|error| self.ended(&error.to_string()))
    }

    /// Finds out whether QEMU is still there.
    pub(crate) fn check(&mut self) -> Result<(), String> {
        match self.child.try_wait() {
            Ok(None) => Ok(()),
            Ok(Some(status)) => Err(self.ended(&status.to_string())),
            Err(error) => Err(self.ended(&error.to_string())),
        }
    }

    /// How many frames QEMU had no room for.
    pub(crate) fn lost(&self) -> u64 {
        self.wire.lost()
    }

    fn ended(&mut self, how: &str) -> String {
        let mut said = String::new();
        // What it said is a help, no more: how it ended is told anyway.
        let _ = self
            .complaints
            .seek(SeekFrom::Start(0))
            .and_then(|_| self.complaints.read_to_string(&mut said));
        format!("QEMU ended: {how}\n{said}").trim_end().to_owned()
    }
}

impl AsFd for Qemu {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.wire.as_fd()
    }
}

impl Drop for Qemu {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
