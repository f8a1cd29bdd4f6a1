//! The words of the command line.

use std::fmt::Display;
use std::num::NonZeroU16;
use std::path::PathBuf;
use std::str::FromStr;

use clamp_core::Clamp;
use clap::{ArgGroup, Args, Parser, Subcommand};

#[cfg(target_os = "linux")]
use crate::bridge::BridgeArguments;
#[cfg(target_os = "linux")]
use crate::lab::LabArguments;
use crate::policy::Policy;
#[cfg(target_os = "linux")]
use crate::router::RouterArguments;
use crate::rules::{Interfaces, Rule, Rules};
use crate::simulate::SimulateArguments;

const EXAMPLES: &str = "\
Examples:
  host-sim clamp before.pcap after.pcap --link-mtu 1492
      as a router on a DSL line would: IPv4 to 1452, IPv6 to 1432
  host-sim clamp line.pcapng clamped.pcapng --link-mtu 1500 --tunnels
      a capture of the line itself: PPPoE, GRE, 6in4... are subtracted where they occur
  tcpdump -w - | host-sim clamp - - --max-mss-v4 1360 --json > clamped.pcap
      the report goes to stderr, a line of JSON a SYN
  host-sim check lan.pcap wan.pcap --routed --link-mtu 1500
      did the router between a LAN and a PPPoE line clamp rightly, and touch nothing else?
  host-sim clamp before.pcap after.pcap --link-mtu 1492 --rule '-A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu'
      what the old firewall's line makes of it; nft and firewalld lines are understood, too

Exit codes: 0 fine, 1 found a fault, 2 bad usage or input";

const RULE_EXAMPLES: &str = "\
Examples:
  host-sim explain 'iptables -t mangle -A FORWARD -o ppp0 -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu'
      what the line from an article does, and what it doesn't
  host-sim explain --link-mtu 1492 'nft add rule inet filter forward tcp flags syn tcp option maxseg size set rt mtu'
      the same for nft, in numbers
  host-sim explain --json 'firewall-cmd --permanent --policy lan-wan --add-rich-rule=\"rule tcp-mss-clamp\"'
      the same for firewalld, for machines

A rule with a word that can't be honoured is refused with the word and its place.

Exit codes: 0 fine, 2 bad usage, or a rule that can't be honoured";

#[cfg(target_os = "linux")]
const NETWORK_EXAMPLES: &str = "\
Examples:
  host-sim lab black-hole --native
      a download that hangs without the clamp, and finishes with it; nothing but this program
  host-sim lab black-hole --capture wires
      the same around the firmware's image in QEMU, with captures of every wire
  host-sim bridge --left port1 --right port2 --link-mtu 1492
      a bump in the wire beside a router that does not clamp
  host-sim bridge --left port1 --right port2 --rule '-A FORWARD -o port2 -p tcp --syn -j TCPMSS --set-mss 1400'
      only what the old firewall's line takes
  host-sim router --lan port1 --lan-address 192.168.1.1/24 --wan port2 --wan-address 198.51.100.2/24 --gateway 198.51.100.1 --wan-mtu 1492
      the firmware's router between two interfaces of this machine
  host-sim router --lan port1 --lan-address 192.168.1.1/24 --wan tap:wan --wan-address 198.51.100.2/24 --gateway 198.51.100.1
      the same with a TAP on one side: ip tuntap add dev wan mode tap user $USER, or it is made

Exit codes: 0 fine, 1 not as it should be, 2 bad usage, or something can't be used";

const DIAGNOSE_EXAMPLES: &str = "\
Examples:
  host-sim diagnose line.pcapng
      which connections lose large packets, in which direction, and the line that cures it
  sudo tcpdump -i eth0 -w - tcp or icmp or icmp6 | host-sim diagnose -
      the same while it happens: end the capture with Ctrl-C
  host-sim diagnose lan.pcap wan.pcap
      the two sides of a router: is there a clamp between them?

Exit codes: 0 no black hole, 1 a black hole, 2 bad usage, or a capture that can't be read to its end";

const SIMULATE_EXAMPLES: &str = "\
Examples:
  host-sim simulate --list
      the faults of real life that are built in
  host-sim simulate masquerading-server-goes-deaf --variants
      with the cure, without it, and without the fault
  host-sim simulate my-line.toml --timeline --picture my-line.html --capture wires
      a scenario of your own: as text, as a picture for any browser, and as captures for Wireshark
  host-sim simulate --swarm --runs 1000 --seed 7
      random networks and faults; what fails is shrunk to the smallest scenario that does

Exit codes: 0 all that must hold does, 1 something does not, 2 bad usage or a scenario that can't be";

/// Lowers the MSS of TCP SYNs in captures, and checks what other clamps did to them.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Copy a capture, its SYNs clamped
    #[command(after_help = EXAMPLES)]
    Clamp(ClampArguments),
    /// Compare the captures before and after any clamp
    #[command(after_help = EXAMPLES)]
    Check(CheckArguments),
    /// Find path-MTU black holes in a capture from anywhere on the path, and what cures them
    #[command(after_help = DIAGNOSE_EXAMPLES)]
    Diagnose(DiagnoseArguments),
    /// Say what a firewall's rule that clamps does, and what it doesn't
    #[command(after_help = RULE_EXAMPLES)]
    Explain(ExplainArguments),
    /// Simulate a network: find out what hangs, what cures it, and why
    #[command(after_help = SIMULATE_EXAMPLES)]
    Simulate(SimulateArguments),
    /// Clamp what passes between two interfaces, and change nothing else
    #[cfg(target_os = "linux")]
    #[command(after_help = NETWORK_EXAMPLES)]
    Bridge(BridgeArguments),
    /// Route between two interfaces: the firmware's router in this process
    #[cfg(target_os = "linux")]
    #[command(after_help = NETWORK_EXAMPLES)]
    Router(RouterArguments),
    /// The router's firmware in QEMU, a client and a server around it
    #[cfg(target_os = "linux")]
    #[command(after_help = NETWORK_EXAMPLES)]
    Lab(LabArguments),
}

/// What `host-sim check` is asked to do.
#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    /// The capture from before the clamp, `-` for standard input
    #[arg(value_name = "BEFORE")]
    pub(crate) before: PathBuf,
    /// The capture from behind it, `-` for standard input
    #[arg(value_name = "AFTER")]
    pub(crate) after: PathBuf,
    #[command(flatten)]
    pub(crate) policy: PolicyFlags,
    /// The captures are of the two sides of a router: link layers, TTL, and addresses and ports
    /// under NAT may differ
    #[arg(long)]
    pub(crate) routed: bool,
    /// How many packets of each capture wait for their partners
    #[arg(long, value_name = "PACKETS", default_value = "4096")]
    pub(crate) window: NonZeroU16,
    /// Report for machines: a line of JSON a finding, a summary last
    #[arg(long)]
    pub(crate) json: bool,
}

/// What `host-sim diagnose` is asked to do.
#[derive(Debug, Args)]
pub(crate) struct DiagnoseArguments {
    /// A capture from the client, the server or a router between them: pcap or pcapng, `-` for
    /// standard input
    #[arg(value_name = "CAPTURE")]
    pub(crate) capture: PathBuf,
    /// Another one of the same connections from elsewhere, to find the clamps between them
    #[arg(value_name = "OTHER_CAPTURE")]
    pub(crate) other: Option<PathBuf>,
    /// Look into IPIP, 6in4, 4in6, 6in6 and GRE, too
    #[arg(long)]
    pub(crate) tunnels: bool,
    /// For machines: a line of JSON a finding, a summary last
    #[arg(long)]
    pub(crate) json: bool,
}

/// What `host-sim explain` is asked to do.
#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// A rule of iptables, ip6tables, firewalld or nft, in quotes; any number, also as --rule
    #[arg(value_name = "RULE", allow_hyphen_values = true)]
    pub(crate) rules: Vec<Rule>,
    /// A rule
    #[arg(long, value_name = "RULE", allow_hyphen_values = true)]
    pub(crate) rule: Vec<Rule>,
    /// What the link carries, so that ceilings are numbers
    #[arg(long, value_name = "N", value_parser = link_mtu, allow_negative_numbers = true)]
    pub(crate) link_mtu: Option<u32>,
    /// For machines: a line of JSON a rule
    #[arg(long)]
    pub(crate) json: bool,
}

/// What `host-sim clamp` is asked to do.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("ceiling")
    .args(["link_mtu", "max_mss_v4", "max_mss_v6", "rule"])
    .required(true)
    .multiple(true))]
pub(crate) struct ClampArguments {
    /// The capture to read: pcap or pcapng, `-` for standard input
    #[arg(value_name = "IN")]
    pub(crate) input: PathBuf,
    /// Where to write it, byte for byte but for MSS values and their checksums; `-` for standard
    /// output
    #[arg(value_name = "OUT")]
    pub(crate) output: PathBuf,
    #[command(flatten)]
    pub(crate) policy: PolicyFlags,
    /// Report for machines: a line of JSON a SYN, a summary last
    #[arg(long)]
    pub(crate) json: bool,
}

/// The policy, as flags.
#[derive(Clone, Debug, Args)]
pub(crate) struct PolicyFlags {
    /// What the link carries after the Ethernet header and its VLAN tags, in bytes (1492 for a
    /// router on a DSL line; 1500 for a capture of the line itself)
    #[arg(long, value_name = "N", value_parser = link_mtu, allow_negative_numbers = true)]
    pub(crate) link_mtu: Option<u32>,
    /// A fixed ceiling for IPv4, in bytes of TCP payload
    #[arg(long, value_name = "N", value_parser = max_mss, allow_negative_numbers = true)]
    pub(crate) max_mss_v4: Option<u16>,
    /// A fixed ceiling for IPv6, in bytes of TCP payload
    #[arg(long, value_name = "N", value_parser = max_mss, allow_negative_numbers = true)]
    pub(crate) max_mss_v6: Option<u16>,
    /// Clamp what this rule of iptables, ip6tables, firewalld or nft takes, and to what it says; where
    /// that is the path's MTU, --link-mtu names it. Any number, the first that matches wins
    #[arg(long, value_name = "RULE", allow_hyphen_values = true,
        conflicts_with_all = ["max_mss_v4", "max_mss_v6"])]
    pub(crate) rule: Vec<Rule>,
    /// Look into IPIP, 6in4, 4in6, 6in6 and GRE, too
    #[arg(long)]
    pub(crate) tunnels: bool,
    /// Insert an MSS option into SYNs that have none
    #[arg(long)]
    pub(crate) insert_missing: bool,
}

impl PolicyFlags {
    /// The policy that these flags ask for, where the command can't do without one.
    ///
    /// # Errors
    /// As [`PolicyFlags::policy`], or none at all, in words.
    pub(crate) fn required_policy(&self, interfaces: &Interfaces) -> Result<Policy, String> {
        self.policy(interfaces)?.ok_or_else(|| {
            "no ceiling: give --link-mtu, --max-mss-v4, --max-mss-v6 or --rule".into()
        })
    }

    /// The policy that these flags ask for, or `None` where they set no ceiling.
    ///
    /// # Errors
    /// A ceiling that the clamp refuses, or a rule that can't be honoured between `interfaces`, in
    /// words.
    pub(crate) fn policy(&self, interfaces: &Interfaces) -> Result<Option<Policy>, String> {
        if !self.rule.is_empty() {
            return self.rules(interfaces).map(|rules| Some(rules.into()));
        }
        self.clamp().map(|clamp| clamp.map(Policy::from))
    }

    fn rules(&self, interfaces: &Interfaces) -> Result<Rules, String> {
        if self.link_mtu.is_some() && !self.rule.iter().any(Rule::needs_link_mtu) {
            return Err("no --rule clamps to the path's MTU: --link-mtu would do nothing".into());
        }
        let rules = Rules::new(&self.rule, interfaces, self.link_mtu)
            .map_err(|refused| format!("--rule: {refused}"))?;
        Ok(if self.tunnels {
            rules.through_tunnels()
        } else {
            rules
        })
    }

    fn clamp(&self) -> Result<Option<Clamp>, String> {
        let clamp = match (self.link_mtu, self.max_mss_v4, self.max_mss_v6) {
            (None, None, None) => return Ok(None),
            (None, v4, v6) => Clamp::for_max_mss(v4, v6),
            (Some(link_mtu_bytes), v4, v6) => {
                let mut clamp = Clamp::for_link_mtu(link_mtu_bytes);
                if let Some(max_mss) = v4 {
                    clamp = clamp.and_then(|clamp| clamp.max_mss_v4(max_mss));
                }
                if let Some(max_mss) = v6 {
                    clamp = clamp.and_then(|clamp| clamp.max_mss_v6(max_mss));
                }
                clamp
            }
        };
        let clamp = clamp.map_err(|error| error.to_string())?;
        Ok(Some(if self.tunnels {
            clamp.through_tunnels()
        } else {
            clamp
        }))
    }
}

/// A link MTU that a policy can be built on, so that the complaint names the flag.
fn link_mtu(text: &str) -> Result<u32, String> {
    let link_mtu_bytes = whole_number(text, u32::MAX)?;
    match Clamp::for_link_mtu(link_mtu_bytes) {
        Ok(_) => Ok(link_mtu_bytes),
        Err(error) => Err(error.to_string()),
    }
}

/// The same for a fixed ceiling.
fn max_mss(text: &str) -> Result<u16, String> {
    let max_mss = whole_number(text, u16::MAX)?;
    match Clamp::for_max_mss(Some(max_mss), None) {
        Ok(_) => Ok(max_mss),
        Err(error) => Err(error.to_string()),
    }
}

/// A number of bytes, `most` at most.
fn whole_number<N: FromStr + Display + Copy>(text: &str, most: N) -> Result<N, String> {
    text.parse()
        .map_err(|_| format!("not a whole number of bytes up to {most}"))
}
