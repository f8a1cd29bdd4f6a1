//! A clamp in another process, asked a line at a time.

use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tests::conformance::{Case, Fare, policy_in_words};
use tests::frames::{Hex, hex};

/// The program, and what it has said.
pub(crate) struct Program {
    process: Child,
    questions: Option<ChildStdin>,
    /// Ends when the program's output does.
    answers: Receiver<io::Result<String>>,
    patience: Duration,
}

impl Program {
    pub(crate) fn start(command: &str, patience: Duration) -> io::Result<Self> {
        let mut process = Command::new("sh")
            .args(["-c", command])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // A group of its own, so that what the shell starts can be ended with it.
            .process_group(0)
            .spawn()?;
        let questions = process.stdin.take();
        let output = process.stdout.take();
        let output = output.ok_or_else(|| io::Error::other("no standard output"))?;
        let (said, answers) = channel();
        thread::spawn(move || {
            for line in BufReader::new(output).lines() {
                // Nobody listens any more once a case went wrong.
                if said.send(line).is_err() {
                    return;
                }
            }
        });
        Ok(Self {
            process,
            questions,
            answers,
            patience,
        })
    }

    pub(crate) fn ask(&mut self, case: &Case) -> io::Result<Fare> {
        let digits: String = Hex(case.input.clone())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let policy = policy_in_words(&case.policy);
        if let Some(questions) = &mut self.questions {
            let asked = writeln!(questions, "{policy}\t{}\t{digits}", case.call);
            // One that has ended may have answered before.
            asked.or_else(|error| match error.kind() {
                ErrorKind::BrokenPipe => Ok(()),
                _ => Err(error),
            })?;
        }
        let answer = match self.answers.recv_timeout(self.patience) {
            Ok(answer) => answer?,
            Err(RecvTimeoutError::Disconnected) => {
                return Err(io::Error::other("it ended before it answered"));
            }
            Err(RecvTimeoutError::Timeout) => {
                return Err(io::Error::other(format!(
                    "no answer in {:?}: it hangs, or keeps its answers in a buffer; flush standard \
                     output after each line",
                    self.patience
                )));
            }
        };
        match answer.trim_end() {
            "dropped" => Ok(Fare::Dropped),
            "not asked" => Ok(Fare::NotAsked),
            digits
                if digits.len().is_multiple_of(2)
                    && digits.chars().all(|digit| digit.is_ascii_hexdigit()) =>
            {
                Ok(Fare::Bytes(hex(digits)))
            }
            other => Err(io::Error::other(format!("{other:?} is no answer"))),
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // The end of its input ends it; one that goes on all the same is ended.
        self.questions = None;
        if let Ok(group) = i32::try_from(self.process.id()) {
            // It fails where all of it is gone already.
            let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
        }
        let _ = self.process.wait();
    }
}
