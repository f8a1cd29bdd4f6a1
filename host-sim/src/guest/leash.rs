//! A guest's processes, and how they end.

use std::io::Result;
use std::process::{Child, Command};
use std::sync::mpsc::{Sender, channel};
use std::thread::{Builder, JoinHandle};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::packages::Packages;
use super::root::Root;

/// User-mode Linux leaves its session, and helpers of its own behind when it is killed. This shell
/// stays, and ends all of them and removes their root when it is told to, which setpriv sees to when this process dies. The
/// first wire is its standard input, which a command in the background would lose.
const KEEPER: &str = r#"
root=$1
shift
{ "$@" <&3 & } 3<&0
guest=$!
trap 'kill -KILL "-$guest"; rm -rf "$root"; exit' TERM
wait "$guest"
"#;

/// What starts a guest: its two cards are standard input and output, its console is standard error.
pub(super) fn command(packages: &Packages, root: &Root, macs: [&str; 2]) -> Command {
    let path = root.path().display();
    let mut command = Command::new("setpriv");
    command
        .args(["--pdeathsig", "TERM", "--", "sh", "-c", KEEPER, "sh"])
        .arg(root.path())
        .arg("env")
        .arg(format!("LD_PRELOAD={}", packages.registers().display()))
        // At random addresses, user-mode Linux now and then dies of its first page.
        .args(["setarch", "--addr-no-randomize"])
        .arg(packages.kernel())
        .args(["mem=64M", "quiet", "con=null", "con0=fd:2", "con1=null"])
        .args(["root=/dev/root", "rootfstype=hostfs", "ro", "init=/init"])
        .args(["zswap.enabled=0", "umid=guest"])
        .arg(format!("rootflags={path}"))
        .arg(format!("uml_dir={path}/"))
        .arg(format!("PACKAGES={}", packages.unpacked().display()))
        .args(macs.iter().enumerate().map(|(card, mac)| {
            // Only on the line do packets get longer than Ethernet's.
            let mtu_bytes = if card == 0 { 1508 } else { 1500 };
            format!("vec{card}:transport=fd,fd={card},mtu={mtu_bytes},depth=64,mac={mac}")
        }));
    command
}

/// The processes; they end with this value.
#[derive(Debug)]
pub(super) struct Leash {
    let_go: Option<Sender<()>>,
    holder: Option<JoinHandle<()>>,
}

impl Leash {
    /// Starts `command` in a thread that lives as long as the leash: Linux takes the death of the
    /// thread that started a process for the death of its parent.
    pub(super) fn start(command: &mut Command) -> Result<Self> {
        let mut command = std::mem::replace(command, Command::new(""));
        let (let_go, told) = channel::<()>();
        let (report, reported) = channel();
        let holder = Builder::new().name("guest".to_owned()).spawn(move || {
            let started = command.spawn();
            // Its ends of the wires are the guest's alone, so that its end is noticed.
            drop(command);
            match started {
                Ok(mut child) => {
                    let _ = report.send(Ok(()));
                    // Nothing is ever sent: the sender goes.
                    let _ = told.recv();
                    end(&mut child);
                }
                Err(error) => {
                    let _ = report.send(Err(error));
                }
            }
        })?;
        let leash = Self {
            let_go: Some(let_go),
            holder: Some(holder),
        };
        // The thread sends one of both.
        reported.recv().unwrap_or(Ok(())).map(|()| leash)
    }
}

fn end(child: &mut Child) {
    // It may be gone already.
    if let Ok(id) = i32::try_from(child.id()) {
        let _ = kill(Pid::from_raw(id), Signal::SIGTERM);
    }
    let _ = child.wait();
}

impl Drop for Leash {
    fn drop(&mut self) {
        self.let_go = None;
        if let Some(holder) = self.holder.take() {
            let _ = holder.join();
        }
    }
}
