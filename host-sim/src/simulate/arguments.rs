//! The words of `host-sim simulate`.

use std::path::PathBuf;

use clap::Args;

/// What `host-sim simulate` is asked to do.
#[derive(Debug, Args)]
pub(crate) struct SimulateArguments {
    /// The scenario: a file, or the name of one that is built in (see --list)
    #[arg(
        value_name = "SCENARIO",
        required_unless_present_any = ["list", "swarm"], conflicts_with_all = ["list", "swarm"]
    )]
    pub(crate) scenario: Option<String>,
    /// Name the scenarios that are built in
    #[arg(long)]
    pub(crate) list: bool,
    /// Print the scenario's file instead of running it
    #[arg(long, requires = "scenario")]
    pub(crate) print: bool,
    /// Also without its cure, without its fault, and without both, and hold each to what it says
    #[arg(long, requires = "scenario")]
    pub(crate) variants: bool,
    /// Take this away: the cure, the fault, or both
    #[arg(
        long,
        value_name = "WHAT",
        value_enum,
        requires = "scenario",
        conflicts_with = "variants"
    )]
    pub(crate) without: Option<Without>,
    /// What all that is random is drawn from; printed with every failure
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// How often to run, each time with the next seed
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) runs: u32,
    /// Write what passes over each link to this directory, as captures that Wireshark opens
    #[arg(long, value_name = "DIR", requires = "scenario")]
    pub(crate) capture: Option<PathBuf>,
    /// Print what happened, line by line
    #[arg(long, requires = "scenario", conflicts_with = "json")]
    pub(crate) timeline: bool,
    /// Draw what happened, as one HTML file for any browser
    #[arg(
        long,
        value_name = "FILE",
        requires = "scenario",
        conflicts_with = "variants"
    )]
    pub(crate) picture: Option<PathBuf>,
    /// Random networks and faults instead of a scenario; what fails is shrunk to the smallest
    /// scenario that does
    #[arg(long, conflicts_with = "list")]
    pub(crate) swarm: bool,
    /// No new network of a swarm after so many seconds
    #[arg(long, value_name = "N", requires = "swarm")]
    pub(crate) seconds: Option<u32>,
    /// Where the smallest failing scenario of a swarm goes
    #[arg(
        long,
        value_name = "FILE",
        requires = "swarm",
        default_value = "smallest.toml"
    )]
    pub(crate) smallest: PathBuf,
    /// Report for machines, as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// What is taken away from a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Without {
    /// Nothing is done about the fault
    Cure,
    /// Nothing is wrong, and the cure is there all the same
    Fault,
    /// Nothing is wrong, and nothing is done
    Both,
}
