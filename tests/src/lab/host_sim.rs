//! host-sim in a namespace, until it is told to stop.

use std::ffi::OsString;
use std::io::{self, Write};
use std::os::unix::thread::JoinHandleExt;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{JoinHandle, spawn};
use std::time::{Duration, Instant};

use host_sim::Exit;
use nix::sys::pthread::pthread_kill;
use nix::sys::signal::{SigSet, Signal};

use super::Namespace;

const STARTING: Duration = Duration::from_secs(10);
const SAYING: Duration = Duration::from_secs(60);

/// Runs `host-sim` with the words of `command_line` to its end; returns how it ended, its report and its
/// complaints.
#[must_use]
pub fn host_sim(command_line: &str) -> (Exit, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let exit = host_sim::run(words(command_line), &mut out, &mut err);
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (exit, text(out), text(err))
}

fn words(command_line: &str) -> Vec<OsString> {
    ["host-sim"]
        .into_iter()
        .chain(quoted_words(command_line))
        .map(OsString::from)
        .collect()
}

/// Words at blanks, and those in single quotes as one.
fn quoted_words(command_line: &str) -> impl Iterator<Item = &str> {
    let pieces = command_line.split('\'').enumerate();
    pieces.flat_map(|(place, piece)| match place % 2 {
        0 => piece.split_whitespace().collect(),
        _ => vec![piece],
    })
}

/// A command of host-sim that runs until Ctrl-C. It ends with this value.
pub struct HostSim {
    thread: Option<JoinHandle<(Exit, String)>>,
    complaints: Receiver<String>,
}

impl HostSim {
    /// Starts `host-sim` with the words of `command_line` in `namespace`, and waits until it says that
    /// it works.
    ///
    /// # Panics
    /// When it does not.
    #[must_use]
    pub fn start(namespace: &Namespace, command_line: &str) -> HostSim {
        let arguments = words(command_line);
        let (tell, complaints) = channel();
        // A thread is born into the namespace of the one that starts it.
        let thread = namespace.run(move || {
            spawn(move || {
                // For the whole life of the thread, so that the signal can hurt nobody else.
                block(Signal::SIGINT);
                let mut out = Vec::new();
                let exit = host_sim::run(arguments, &mut out, &mut Lines::new(tell));
                (exit, String::from_utf8_lossy(&out).into_owned())
            })
        });
        let host_sim = HostSim {
            thread: Some(thread),
            complaints,
        };
        match host_sim.complaints.recv_timeout(STARTING) {
            Ok(line) if line.contains("Ctrl-C ends it") => host_sim,
            Ok(line) => panic!("`host-sim {command_line}`: {line}"),
            Err(error) => panic!("`host-sim {command_line}` said nothing: {error}"),
        }
    }

    /// Waits until it says something with `words` in it, and returns what it said.
    ///
    /// # Panics
    /// When it doesn't in time.
    #[must_use]
    pub fn says(&self, words: &str) -> String {
        let end = Instant::now() + SAYING;
        let mut said = Vec::new();
        while let Ok(line) = self
            .complaints
            .recv_timeout(end.saturating_duration_since(Instant::now()))
        {
            if line.contains(words) {
                return line;
            }
            said.push(line);
        }
        panic!("host-sim didn't say `{words}`, but {said:?}")
    }

    /// Presses Ctrl-C, and returns the report.
    ///
    /// # Panics
    /// When it did not end well.
    #[must_use]
    pub fn stop(mut self) -> String {
        let (exit, report) = self.interrupt().expect("it ran until now");
        let complaints: Vec<String> = self.complaints.try_iter().collect();
        assert_eq!(exit, Exit::Fine, "{complaints:?}");
        report
    }

    /// Waits until it ends by itself, and returns how, and its complaints.
    ///
    /// # Panics
    /// When it panicked.
    #[must_use]
    pub fn ended(mut self) -> (Exit, Vec<String>) {
        let thread = self.thread.take().expect("nobody has waited before");
        let (exit, _) = thread.join().expect("host-sim does not panic");
        (exit, self.complaints.try_iter().collect())
    }

    fn interrupt(&mut self) -> Option<(Exit, String)> {
        let thread = self.thread.take()?;
        // It may have ended already.
        let _ = pthread_kill(thread.as_pthread_t(), Signal::SIGINT);
        thread.join().ok()
    }
}

impl Drop for HostSim {
    fn drop(&mut self) {
        self.interrupt();
    }
}

fn block(signal: Signal) {
    let mut signals = SigSet::empty();
    signals.add(signal);
    signals
        .thread_block()
        .unwrap_or_else(|error| panic!("blocking {signal}: {error}"));
}

/// Hands on what is written, line by line.
struct Lines {
    tell: Sender<String>,
    begun: Vec<u8>,
}

impl Lines {
    fn new(tell: Sender<String>) -> Lines {
        Lines {
            tell,
            begun: Vec::new(),
        }
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.begun.extend_from_slice(bytes);
        while let Some(end) = self.begun.iter().position(|&byte| byte == b'\n') {
            let line: Vec<u8> = self.begun.drain(..=end).collect();
            // Nobody listens any more when the test is over.
            let _ = self.tell.send(String::from_utf8_lossy(&line).into_owned());
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
