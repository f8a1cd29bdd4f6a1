//! A scenario: who is there, what goes wrong on the way, and what must hold. README.md beside this
//! crate describes every key.

mod check;
mod expect;
mod load;
mod quality;
mod suggest;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub(crate) use expect::{Expect, FlowExpect, LinkExpect, NetworkExpect};
pub(crate) use load::{Variant, Variants, load};
pub(crate) use quality::{LinkSpec, Quality};
pub(crate) use suggest::nearest;

/// How long a scenario runs at most if it does not say so.
const UNTIL_S: u32 = 60;

/// A scenario as it stands in its file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scenario {
    /// One line.
    pub(crate) title: String,
    /// What happens to whom in real life.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) story: String,
    /// What is wrong, in one line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) fault: String,
    /// What helps, in one line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) cure: String,
    /// When the run ends if nothing ends it before, in seconds of virtual time.
    #[serde(default = "until_s", skip_serializing_if = "is_usual_until")]
    pub(crate) until_s: u32,
    pub(crate) hosts: BTreeMap<String, HostSpec>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) routers: BTreeMap<String, RouterSpec>,
    pub(crate) links: BTreeMap<String, LinkSpec>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) tunnels: BTreeMap<String, TunnelSpec>,
    pub(crate) flows: BTreeMap<String, FlowSpec>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) changes: Vec<Change>,
    #[serde(default, skip_serializing_if = "Expect::is_empty")]
    pub(crate) expect: Expect,
    /// The patches `cure` and `fault`; empty once they are read.
    #[serde(default, skip_serializing_if = "toml::Table::is_empty")]
    without: toml::Table,
}

impl Scenario {
    /// A scenario without words, changes, tunnels or expectations.
    pub(crate) fn bare(
        title: String,
        until_s: u32,
        hosts: BTreeMap<String, HostSpec>,
        routers: BTreeMap<String, RouterSpec>,
        links: BTreeMap<String, LinkSpec>,
        flows: BTreeMap<String, FlowSpec>,
    ) -> Self {
        Self {
            title,
            story: String::new(),
            fault: String::new(),
            cure: String::new(),
            until_s,
            hosts,
            routers,
            links,
            tunnels: BTreeMap::new(),
            flows,
            changes: Vec::new(),
            expect: Expect::default(),
            without: toml::Table::new(),
        }
    }
}

/// Whether a scenario keeps all that its types don't say.
pub(crate) fn is_possible(scenario: &Scenario) -> bool {
    check::check(scenario).is_ok()
}

fn until_s() -> u32 {
    UNTIL_S
}

fn is_usual_until(until_s: &u32) -> bool {
    *until_s == UNTIL_S
}

/// A host: it has one link.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HostSpec {
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) stack: Stack,
    /// The MTU of its interface, where that is not its link's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) mtu_bytes: Option<u16>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) syn: SynShape,
    /// Sends the first bytes in the SYN (RFC 7413).
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) fast_open: bool,
    /// The MSS that it takes for granted when a SYN says none, where that is not the standard's
    /// (RFC 9293, section 3.7.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) mss_if_none_bytes: Option<u16>,
}

/// Which TCP a host has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Stack {
    /// smoltcp: always sets DF, and does not listen to Fragmentation Needed or Packet Too Big.
    #[default]
    Plain,
    /// The simulator's own, without any path MTU discovery.
    Deaf,
    /// The simulator's own, which honours ICMP (RFC 1191, RFC 8201).
    Icmp,
    /// The same, which besides finds out by itself (RFC 4821), as Linux does with
    /// `tcp_mtu_probing=1`.
    Probing,
}

/// What the options of a host's SYNs look like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SynShape {
    #[default]
    Usual,
    WithoutMss,
    MssTwice,
    /// Behind one NOP, so that it straddles two words of the checksum.
    MssAtOddOffset,
}

/// A router.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RouterSpec {
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) kind: RouterKind,
    /// The link that leads to everybody else. A firmware router needs it, and masquerades there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) uplink: Option<String>,
    /// Whether SYNs are clamped.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) clamp: bool,
    /// Rules of a firewall that say what is clamped and to what, in place of `clamp`: the lines that
    /// `--rule` takes. Interfaces go by the names of links.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) rules: Vec<String>,
    /// How a plain router clamps.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) policy: ClampPolicy,
    /// The MTU of its interface to a link, where that is not the link's.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) mtu_bytes: BTreeMap<String, u16>,
    /// Hosts that a plain router sends to through a link other than the shortest way's.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) routes: BTreeMap<String, String>,
    /// Says nothing about packets that are too big.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) keeps_silent: bool,
    /// How many ICMP errors it sends a second, with a burst of as many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) icmp_errors_per_second: Option<u16>,
    /// Computes TCP checksums anew, as a MAC with checksum offload does: what came corrupted leaves
    /// with a right checksum.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) recomputes_checksums: bool,
}

/// What a router is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RouterKind {
    /// Forwards, says what is too big, and clamps by whatever policy.
    #[default]
    Plain,
    /// The firmware's own.
    Firmware,
}

/// How a plain router clamps, where it does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClampPolicy {
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) by: Clamper,
    /// A fixed ceiling for IPv4, in place of the MTU of the way out and of the way back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) max_mss_v4: Option<u16>,
    /// The same for IPv6.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) max_mss_v6: Option<u16>,
    /// Only SYNs that leave through, or only SYNs that come from the uplink.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) only: Option<Heading>,
    /// Only one IP version: 4 or 6.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) only_ip: Option<u8>,
    /// Leaves SYNs with data alone.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) not_with_data: bool,
    /// Puts an MSS into SYNs that have none.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) insert_missing: bool,
    /// Looks into tunnels.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) tunnels: bool,
}

/// Whose rewrite it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Clamper {
    /// clamp-core's.
    #[default]
    Core,
    /// As `TCPMSS` in Linux does it: the first MSS only, and a wrong checksum where that is at an
    /// odd offset.
    Linux,
}

/// Which way SYNs go, seen from the owner's side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Heading {
    Outward,
    Inward,
}

/// A tunnel between two plain routers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TunnelSpec {
    pub(crate) ends: [String; 2],
    pub(crate) kind: TunnelKind,
    /// The IP version of the outer header: 4 or 6.
    #[serde(default = "four", skip_serializing_if = "is_four")]
    pub(crate) over_ip: u8,
    /// What the tunnel's interface carries.
    pub(crate) mtu_bytes: u16,
}

fn four() -> u8 {
    4
}

fn is_four(version: &u8) -> bool {
    *version == 4
}

/// What a tunnel puts around a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum TunnelKind {
    /// WireGuard's sizes (IP, UDP, 16 bytes in front, 16 behind), not its cryptography.
    #[serde(rename = "wireguard")]
    WireGuard,
    /// One IP header: IPIP, 6in4, 4in6, 6in6.
    #[serde(rename = "ip")]
    Ip,
    /// GRE without options (RFC 2784).
    #[serde(rename = "gre")]
    Gre,
}

/// One TCP connection that carries a file one way.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FlowSpec {
    /// The host that opens it.
    pub(crate) from: String,
    /// The host that it is opened to.
    pub(crate) to: String,
    #[serde(default = "four", skip_serializing_if = "is_four")]
    pub(crate) ip: u8,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) carries: Carries,
    pub(crate) bytes: u32,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) starts_s: f64,
}

/// Which way the file goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Carries {
    /// To the host that opened the connection.
    #[default]
    Download,
    /// From it.
    Upload,
}

/// Something that happens to a link in the middle of it all.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Change {
    pub(crate) at_s: f64,
    pub(crate) link: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) up: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) mtu_bytes: Option<u16>,
}

/// Whether a value is the one that need not be written.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
