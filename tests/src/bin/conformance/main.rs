//! Runs any clamp against the conformance corpus. `tests/conformance/README.md` says how.

mod program;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use tests::conformance::{Case, Fare, Verdict, corpus, judge, ours, policy_in_words};
use tests::fares;
use tests::frames::Hex;

use program::Program;

/// Runs a clamp against the conformance corpus.
///
/// Exit codes: 0 every case it was asked is right, 1 some are not, 2 it could not be run or does not keep
/// to the form.
#[derive(Parser)]
#[command(after_help = "Examples:
  conformance                            the clamp of this repository
  conformance --against './my-clamp'     a program that answers on standard output what it is asked on
                                         standard input, a line a case
  conformance --peers                    the Linux kernel's clamps, rp-pppoe's and those on Rust crates, as
                                         tables (root, or under `unshare -rn`)")]
struct Arguments {
    /// A shell command that starts the clamp; without it, the clamp of this repository is asked
    #[arg(long, value_name = "COMMAND")]
    against: Option<String>,
    /// How long it may take for an answer
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 10,
        requires = "against"
    )]
    patience: u64,
    /// Print how the peers fare that the project knows
    #[arg(long, conflicts_with_all = ["against", "quiet"])]
    peers: bool,
    /// Print only the sums
    #[arg(long)]
    quiet: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.peers {
        print!("{}", fares::tables());
        return ExitCode::SUCCESS;
    }
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
    let patience = Duration::from_secs(arguments.patience);
    let mut program = match &arguments.against {
        Some(command) => {
            let started = Program::start(command, patience);
            Some(started.map_err(|error| format!("{command}: {error}"))?)
        }
        None => None,
    };
    let mut sums: BTreeMap<Verdict, usize> = BTreeMap::new();
    for case in corpus() {
        let fare = match &mut program {
            Some(program) => program
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
