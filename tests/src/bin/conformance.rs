//! Runs any clamp against the conformance corpus. `tests/conformance/README.md` says how.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitCode, Stdio};

use clap::Parser;
use tests::conformance::{Case, Fare, Verdict, corpus, judge, ours, policy_in_words};
use tests::frames::{Hex, hex};

/// Runs a clamp against the conformance corpus.
///
/// Exit codes: 0 every case it was asked is right, 1 some are not, 2 it could not be run or does not keep
/// to the form.
#[derive(Parser)]
#[command(after_help = "Examples:
  conformance                            the clamp of this repository
  conformance --against './my-clamp'     a program that answers on standard output what it is asked on
                                         standard input, a line a case")]
struct Arguments {
    /// A shell command that starts the clamp; without it, the clamp of this repository is asked
    #[arg(long, value_name = "COMMAND")]
    against: Option<String>,
    /// Print only the sums
    #[arg(long)]
    quiet: bool,
}

/// A clamp in another process, asked a line at a time.
struct Peer {
    process: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Peer {
    fn start(command: &str) -> io::Result<Self> {
        let mut process = Command::new("sh")
            .args(["-c", command])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let questions = process.stdin.take();
        let answers = process.stdout.take().map(BufReader::new);
        let answers = answers.ok_or_else(|| io::Error::other("no standard output"))?;
        Ok(Self {
            process,
            questions,
            answers,
        })
    }

    fn ask(&mut self, case: &Case) -> io::Result<Fare> {
        let digits: String = Hex(case.input.clone())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let policy = policy_in_words(&case.policy);
        if let Some(questions) = &mut self.questions {
            let asked = writeln!(questions, "{policy}\t{}\t{digits}", case.call);
            // One that has ended may have answered before.
            asked.or_else(|error| match error.kind() {
                io::ErrorKind::BrokenPipe => Ok(()),
                _ => Err(error),
            })?;
        }
        let mut answer = String::new();
        if self.answers.read_line(&mut answer)? == 0 {
            return Err(io::Error::other("it ended before it answered"));
        }
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

impl Drop for Peer {
    fn drop(&mut self) {
        // The end of its input ends it; one that goes on all the same is ended.
        self.questions = None;
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("conformance: {error}");
            ExitCode::from(2)
        }
    }
}

/// Whether everything asked was right.
fn run(arguments: &Arguments) -> Result<bool, String> {
    let mut report = io::stdout().lock();
    let mut peer = match &arguments.against {
        Some(command) => Some(Peer::start(command).map_err(|error| format!("{command}: {error}"))?),
        None => None,
    };
    let mut sums: BTreeMap<Verdict, usize> = BTreeMap::new();
    for case in corpus() {
        let fare = match &mut peer {
            Some(peer) => peer
                .ask(&case)
                .map_err(|error| format!("at {:?}: {error}", case.name))?,
            None => Fare::Bytes(ours(&case).0),
        };
        let verdict = judge(&case, &fare);
        *sums.entry(verdict).or_default() += 1;
        if !arguments.quiet && !matches!(verdict, Verdict::Right | Verdict::NotAsked) {
            tell(&mut report, &case, verdict, &fare).map_err(|error| error.to_string())?;
        }
    }
    for verdict in Verdict::ALL {
        let sum = sums.get(&verdict).unwrap_or(&0);
        writeln!(report, "{verdict:<15} {sum:>4}").map_err(|error| error.to_string())?;
    }
    let is_fine = |verdict: &Verdict| matches!(verdict, Verdict::Right | Verdict::NotAsked);
    Ok(sums.keys().all(is_fine))
}

fn tell(report: &mut impl Write, case: &Case, verdict: Verdict, fare: &Fare) -> io::Result<()> {
    writeln!(report, "{verdict}: {}", case.name)?;
    writeln!(report, "  {}", case.spec)?;
    if let Some(why) = &case.why {
        writeln!(report, "  {why}")?;
    }
    writeln!(report, "  {}, {}", policy_in_words(&case.policy), case.call)?;
    writeln!(report, "  in     {:?}", Hex(case.input.clone()))?;
    writeln!(report, "  must   {:?}", Hex(case.output.clone()))?;
    if let Fare::Bytes(bytes) = fare {
        writeln!(report, "  does   {:?}", Hex(bytes.clone()))?;
    }
    writeln!(report)
}
