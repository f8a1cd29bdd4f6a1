//! A board in QEMU, whose network chip has one end of a socket pair for a wire.

use std::fs;
use std::io::ErrorKind;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use tempfile::{NamedTempFile, TempDir};

use crate::debugger;
use crate::image::Board;
use crate::log;
use crate::stack::Stack;

/// More than any answer takes, on a busy machine too.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// The names of the sockets of the monitor and of the stub for a debugger.
const MONITOR: &str = "monitor";
const DEBUGGER: &str = "debugger";

pub(crate) struct Machine {
    pub(crate) board: &'static Board,
    qemu: Child,
    wire: UnixDatagram,
    log: NamedTempFile,
    /// Where QEMU's monitor and stub listen.
    sockets: TempDir,
}

impl Machine {
    /// Powers the board on, with words for its image.
    pub(crate) fn power_on(board: &'static Board, arguments: &str) -> Self {
        let (wire, inner_end) = UnixDatagram::pair().expect("a socket pair");
        let log = NamedTempFile::new().expect("a file for the log");
        let sockets = TempDir::new().expect("a directory for sockets");
        let listens_at = |name| {
            format!(
                "unix:{},server=on,wait=off",
                sockets.path().join(name).display()
            )
        };
        let output = log.reopen().expect("the log opens twice");
        // QEMU finds its end of the wire as file descriptor 0: that one is inherited without unsafe code.
        let qemu = Command::new("qemu-system-arm")
            .args(["-M", board.machine])
            .args(["-display", "none", "-monitor", "none", "-serial", "null"])
            .args(["-semihosting-config", "enable=on,target=native"])
            .args(["-netdev", "dgram,id=n0,local.type=fd,local.str=0"])
            .args(["-net", "nic,netdev=n0"])
            .args(["-qmp", &listens_at(MONITOR)])
            .args(["-gdb", &listens_at(DEBUGGER)])
            .args(["-append", arguments])
            .arg("-kernel")
            .arg(board.image())
            .stdin(Stdio::from(OwnedFd::from(inner_end)))
            .stdout(output)
            .spawn()
            .unwrap_or_else(|error| match error.kind() {
                ErrorKind::NotFound => panic!(
                    "this test needs QEMU: apt-get install -y --no-install-recommends qemu-system-arm"
                ),
                _ => panic!("qemu-system-arm: {error}"),
            });
        Self {
            board,
            qemu,
            wire,
            log,
            sockets,
        }
    }

    /// Sends one frame. QEMU not being there any more is a failed test.
    pub(crate) fn send(&self, frame: &[u8]) {
        if let Err(error) = self.wire.send(frame) {
            panic!("{}: {error}; log:\n{}", self.board.name, self.log());
        }
    }

    /// The next frame that comes within `patience`.
    pub(crate) fn receive_within(&self, patience: Duration) -> Option<Vec<u8>> {
        let patience = patience.max(Duration::from_millis(1));
        let timeout = self.wire.set_read_timeout(Some(patience));
        timeout.expect("a timeout");
        let mut frame = vec![0; 4096];
        match self.wire.recv(&mut frame) {
            Ok(len) => {
                frame.truncate(len);
                Some(frame)
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                None
            }
            Err(error) => panic!("{}: {error}; log:\n{}", self.board.name, self.log()),
        }
    }

    /// The first frame of which `pick` makes something; others are passed over.
    pub(crate) fn wait_for<T>(&self, what: &str, mut pick: impl FnMut(&[u8]) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        while let Some(left) = deadline.checked_duration_since(Instant::now()) {
            let frame = self.receive_within(left);
            if let Some(found) = frame.as_deref().and_then(&mut pick) {
                return found;
            }
        }
        panic!("{}: no {what}; log:\n{}", self.board.name, self.log())
    }

    /// Says `question` again and again until a frame comes of which `pick` makes something: for the time of
    /// the start, when the chip is not on yet.
    pub(crate) fn ask<T>(
        &self,
        what: &str,
        question: &[u8],
        mut pick: impl FnMut(&[u8]) -> Option<T>,
    ) -> T {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            self.send(question);
            let frame = self.receive_within(Duration::from_millis(50));
            if let Some(found) = frame.as_deref().and_then(&mut pick) {
                return found;
            }
        }
        panic!("{}: no {what}; log:\n{}", self.board.name, self.log())
    }

    /// Waits for QEMU's end.
    pub(crate) fn exit_status(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Some(status) = self.qemu.try_wait().expect("QEMU is our child") {
                return status;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("{}: still running; log:\n{}", self.board.name, self.log())
    }

    /// The strings that the image has logged.
    pub(crate) fn log(&self) -> String {
        log::readable(&self.log_bytes())
    }

    /// What the image has logged, an event each.
    pub(crate) fn events(&self) -> Vec<Vec<u8>> {
        log::events(&self.log_bytes()).collect()
    }

    fn log_bytes(&self) -> Vec<u8> {
        fs::read(self.log.path()).expect("the log reads")
    }

    /// What the stack holds, and has held.
    pub(crate) fn stack(&self) -> Stack {
        Stack::read(self.board, &self.sockets.path().join(MONITOR))
    }

    /// Lets the processor go on at `address`, as if it had been called from `called_from`.
    pub(crate) fn jump(&self, address: u32, called_from: u32) {
        debugger::jump(&self.sockets.path().join(DEBUGGER), address, called_from);
    }

    /// The processor time that QEMU has used, in clock ticks.
    pub(crate) fn processor_time(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.qemu.id()));
        let stat = stat.expect("QEMU is running");
        // Behind the name in parentheses: fields 14 and 15 of proc_pid_stat(5), from the third on.
        let (_, fields) = stat.rsplit_once(')').expect("a name");
        let ticks = fields.split_whitespace().skip(11).take(2);
        let ticks: u64 = ticks
            .map(|field| field.parse::<u64>().expect("a number"))
            .sum();
        Duration::from_millis(ticks * 10)
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.qemu.kill();
        let _ = self.qemu.wait();
    }
}
