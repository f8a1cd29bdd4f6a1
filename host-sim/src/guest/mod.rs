//! Real Linux machines beside the router: a kernel in a process, without root.
//!
//! User-mode Linux is a port of the kernel to its own system calls, so a guest boots in a second or two
//! as a program like any other. What is in it are Debian's packages, unpacked and not installed
//! (`guests/fetch.sh`); what it does is a shell script (`guests/*.sh`), and more of it, line by line,
//! over its console. Its two network cards are datagram sockets that carry raw Ethernet frames.
//!
//! A guest ends with its [`Guest`], and with this process, however that ends.

mod console;
mod leash;
mod packages;
mod root;

use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

use crate::socket_wire::SocketWire;
use console::Console;
use leash::Leash;
use packages::Packages;
use root::Root;

/// How long a guest may take to boot: thirty times what it takes on an idle machine.
const BOOT: Duration = Duration::from_secs(60);
/// How often a guest is booted that does not come to obey. Under load, the host refuses user-mode Linux a
/// process now and then ("can't fork" from its init), and all is well the next time.
const BOOTS: u32 = 3;
/// How long a command may take.
const OBEYING: Duration = Duration::from_secs(20);

/// What a guest is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A provider's access concentrator: rp-pppoe's server with pppd on the first card, a router to the
    /// Internet on the second.
    AccessConcentrator,
    /// A customer's router: pppd, masquerade and the kernel's clamp; the line on the first card, the LAN
    /// on the second.
    LinuxRouter,
}

impl Role {
    fn script(self) -> &'static str {
        match self {
            Self::AccessConcentrator => include_str!("../../guests/access_concentrator.sh"),
            Self::LinuxRouter => include_str!("../../guests/cpe.sh"),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::AccessConcentrator => "access concentrator",
            Self::LinuxRouter => "Linux router",
        }
    }

    /// The MAC addresses of both cards.
    fn macs(self) -> [&'static str; 2] {
        match self {
            Self::AccessConcentrator => ["02:00:00:00:ac:00", "02:00:00:00:ac:01"],
            Self::LinuxRouter => ["02:00:00:00:ce:00", "02:00:00:00:ce:01"],
        }
    }
}

/// Where `guests/fetch.sh` has unpacked Debian's packages.
///
/// # Errors
/// What to do when it has not yet.
pub fn packages() -> Result<PathBuf, String> {
    Packages::find().map(|packages| packages.unpacked())
}

/// One of a guest's network cards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Card {
    /// `vec0`: the access line. It takes packets of 1,508 bytes, so that PPPoE can carry 1,500 (RFC 4638).
    Line = 0,
    /// `vec1`: the Internet behind an access concentrator, or the LAN of a router.
    Behind = 1,
}

/// A running Linux machine.
#[derive(Debug)]
pub struct Guest {
    role: Role,
    wires: [SocketWire; 2],
    console: Console,
    // Ends the processes before the root that they live in goes.
    _leash: Leash,
    _root: Root,
}

impl Guest {
    /// Boots a guest, and waits until it obeys. One that does not come up is booted again, twice at most.
    ///
    /// # Errors
    /// What to do when the packages are not there; what its console said when it does not come up.
    pub fn boot(role: Role) -> Result<Self, String> {
        let packages = Packages::find()?;
        for _ in 1..BOOTS {
            if let Ok(guest) = Self::boot_once(role, &packages) {
                return Ok(guest);
            }
        }
        Self::boot_once(role, &packages)
    }

    fn boot_once(role: Role, packages: &Packages) -> Result<Self, String> {
        let in_words = |error| format!("the {}: {error}", role.name());
        let root = Root::assemble(packages, role.script()).map_err(in_words)?;
        let (line, line_end) = SocketWire::lay().map_err(in_words)?;
        let (behind, behind_end) = SocketWire::lay().map_err(in_words)?;
        let (console, console_end) = UnixStream::pair().map_err(in_words)?;
        let leash = Leash::start(
            leash::command(packages, &root, role.macs())
                .stdin(line_end)
                .stdout(behind_end)
                .stderr(std::os::fd::OwnedFd::from(console_end)),
        )
        .map_err(in_words)?;
        let mut guest = Self {
            role,
            wires: [line, behind],
            console: Console::new(console),
            _leash: leash,
            _root: root,
        };
        guest
            .console
            .answer(BOOT)
            .map_err(|error| format!("the {} did not boot: {error}", role.name()))?;
        Ok(guest)
    }

    /// Whether what guests are made of is there.
    ///
    /// # Errors
    /// What to do when it is not.
    pub fn check() -> Result<(), String> {
        Packages::find().map(|_| ())
    }

    /// Runs one line of shell in the guest, and returns what it said. No frames pass meanwhile: a
    /// command that waits for some is put into the background (`&`).
    ///
    /// # Errors
    /// When it fails, or takes longer than 20 seconds: how, and what it said.
    pub fn shell(&mut self, line: &str) -> Result<String, String> {
        self.console
            .ask(line, OBEYING)
            .map_err(|error| format!("{} of the {}: {error}", line, self.role.name()))
    }

    /// Puts a frame on a wire; one that the guest has no room for is lost.
    ///
    /// # Errors
    /// When the guest is gone: what its console said.
    pub fn send(&mut self, card: Card, frame: &[u8]) -> Result<(), String> {
        let sent = self.wires[card as usize].send(frame);
        sent.map_err(|error| self.ended(&error))
    }

    /// The next frame that the guest sent.
    ///
    /// # Errors
    /// When the guest is gone: what its console said.
    pub fn receive(&mut self, card: Card) -> Result<Option<Vec<u8>>, String> {
        let received = self.wires[card as usize].receive();
        received.map_err(|error| self.ended(&error))
    }

    /// How many frames the guest had no room for.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.wires.iter().map(SocketWire::lost).sum()
    }

    /// What can be read when the guest sends something.
    #[must_use]
    pub fn sources(&self) -> [BorrowedFd<'_>; 2] {
        [self.wires[0].as_fd(), self.wires[1].as_fd()]
    }

    fn ended(&mut self, error: &std::io::Error) -> String {
        format!(
            "the {} is gone: {error}\n{}",
            self.role.name(),
            self.console.said()
        )
    }
}
