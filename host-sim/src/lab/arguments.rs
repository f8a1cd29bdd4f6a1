//! The words of `host-sim lab`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::machine::Machine;
use crate::interface::InterfaceName;

/// What `host-sim lab` is asked to do.
#[derive(Debug, Args)]
pub(crate) struct LabArguments {
    #[command(subcommand)]
    pub(crate) command: LabCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LabCommand {
    /// Download something from behind a PMTU black hole, without the clamp and with it
    BlackHole(BlackHoleArguments),
    /// Dial a PPPoE line, and download something over it, without the clamp and with it
    Pppoe(PppoeArguments),
    /// Put the router between two real networks
    Join(JoinArguments),
}

/// Which router the lab is built around.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub(crate) struct RouterChoice {
    /// The machine that QEMU emulates
    #[arg(long, value_enum, default_value = "mps2-an500", value_name = "MACHINE")]
    pub(crate) machine: Machine,
    /// The firmware's image, if not the one that cargo built
    #[arg(long, value_name = "ELF", conflicts_with = "native")]
    pub(crate) image: Option<PathBuf>,
    /// The same router in this process, without QEMU
    #[arg(long)]
    pub(crate) native: bool,
    /// Where the firmware's log goes, as it comes (see defmt-print)
    #[arg(long, value_name = "FILE", conflicts_with = "native")]
    pub(crate) console: Option<PathBuf>,
    /// How fast frames go to the router, in Mbit/s, if not as fast as its network card stands
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub(crate) rate_mbits_per_second: Option<u16>,
    /// What the router draws its ports and hashes from
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
}

impl RouterChoice {
    /// How fast frames go to the router: as asked, or `usual`.
    pub(super) fn bits_per_second(&self, usual: u64) -> u64 {
        let asked = self.rate_mbits_per_second;
        asked.map_or(usual, |rate| u64::from(rate) * 1_000_000)
    }
}

/// What `host-sim lab black-hole` is asked to do.
#[derive(Debug, Args)]
pub(crate) struct BlackHoleArguments {
    /// Only the half without the clamp
    #[arg(long)]
    pub(crate) no_clamp: bool,
    #[command(flatten)]
    pub(crate) router: RouterChoice,
    /// How much to download, in bytes
    #[arg(long, value_name = "N", default_value_t = 200_000,
          value_parser = clap::value_parser!(u32).range(10_000..=100_000_000))]
    pub(crate) bytes: u32,
    /// Write what passes over each wire to this directory, as captures that Wireshark opens
    #[arg(long, value_name = "DIR")]
    pub(crate) capture: Option<PathBuf>,
    /// Report for machines, as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// What `host-sim lab pppoe` is asked to do.
#[derive(Debug, Args)]
pub(crate) struct PppoeArguments {
    /// Only the half without the clamp
    #[arg(long)]
    pub(crate) no_clamp: bool,
    #[command(flatten)]
    pub(crate) router: RouterChoice,
    /// Linux in our router's place, to compare with
    #[arg(long, conflicts_with_all = ["native", "image", "console"])]
    pub(crate) linux_router: bool,
    /// An access concentrator in this process, in the place of a real one
    #[arg(long)]
    pub(crate) in_process: bool,
    /// The VLAN that the provider wants its line in
    #[arg(long, value_name = "ID", value_parser = clap::value_parser!(u16).range(1..=4094))]
    pub(crate) vlan: Option<u16>,
    /// What the session carries, in bytes of IP packet; over 1492 by RFC 4638
    #[arg(long, value_name = "N", default_value_t = 1492,
          value_parser = clap::value_parser!(u16).range(1280..=1500))]
    pub(crate) mtu: u16,
    /// How much to download, in bytes
    #[arg(long, value_name = "N", default_value_t = 200_000,
          value_parser = clap::value_parser!(u32).range(10_000..=100_000_000))]
    pub(crate) bytes: u32,
    /// Write what passes over each wire to this directory, as captures that Wireshark opens
    #[arg(long, value_name = "DIR")]
    pub(crate) capture: Option<PathBuf>,
    /// Report for machines, as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// What `host-sim lab join` is asked to do.
#[derive(Debug, Args)]
pub(crate) struct JoinArguments {
    /// The interface that the router's LAN is joined to; tap:NAME is the other end of that TAP, which is made
    /// where there is none
    #[arg(long, value_name = "IF", requires = "wan")]
    pub(crate) lan: Option<InterfaceName>,
    /// The interface that its WAN is joined to
    #[arg(long, value_name = "IF", requires = "lan")]
    pub(crate) wan: Option<InterfaceName>,
    /// Make two network namespaces, lab-lan and lab-wan, and join those
    #[arg(long, conflicts_with_all = ["lan", "wan"], required_unless_present = "lan")]
    pub(crate) netns: bool,
    /// Leave SYNs as they are
    #[arg(long)]
    pub(crate) no_clamp: bool,
    #[command(flatten)]
    pub(crate) router: RouterChoice,
    /// Write what passes over each wire to this directory, as captures that Wireshark opens
    #[arg(long, value_name = "DIR")]
    pub(crate) capture: Option<PathBuf>,
    /// Report for machines, as JSON
    #[arg(long)]
    pub(crate) json: bool,
}
