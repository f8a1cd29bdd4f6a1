//! What Linux does to a packet that it forwards through a rule that clamps the MSS.
//!
//! A model in plain Rust, written to be compared with the kernel itself: given the bytes of a packet it
//! says which bytes come out at the other side, or that none do. It covers the three ways to have a
//! Linux router clamp, because they match differently before they rewrite:
//!
//! | engine | matches | rewrites |
//! |---|---|---|
//! | `iptables-legacy` | `ip_tables` and its `tcp` match | the `TCPMSS` target |
//! | `iptables-nft` | nf_tables expressions | the same `TCPMSS` target, through a shim |
//! | `nft` | nf_tables expressions | nf_tables' own `tcp option` statement |
//!
//! # What was learned from the kernel (seen on 6.18)
//!
//! Before any rule ([`ingress`]):
//! - a packet whose IP length reaches past the frame is dropped, one that ends before it is trimmed, so
//!   Ethernet padding never crosses a Linux router;
//! - IPv4 needs a right header checksum and well-formed options; IPv6 looks into a hop-by-hop header only
//!   when it comes first, and drops what asks for it or pads more than 7 bytes;
//! - an IPv6 payload length of 0 means no payload, except before a hop-by-hop header: then the whole
//!   frame stays the packet, without a jumbo option too, and TCPMSS rewrites in it.
//!
//! Matching ([`matching`]):
//! - the legacy `tcp` match drops what it cannot read: less than 20 bytes of TCP, an IPv4 fragment
//!   with offset 1 (8 bytes), an IPv6 extension header that is cut; nf_tables only does not match;
//! - legacy walks through the IPv6 authentication header, nf_tables stops in front of it, so only
//!   legacy breaks authenticated IPv6 packets; in IPv4 neither looks behind it;
//! - neither counts extension headers.
//!
//! What else a rule may ask ([`selection`]): `-m tcpmss` drops a segment whose options it can't read,
//! over nf_tables also a later fragment that seems to be one;
//! nft compares the first kind 2 of any length from 4 on, and without one leaves the rule.
//!
//! Rewriting: see [`tcpmss`] and [`maxseg`].

pub mod checksum;
pub mod ingress;
mod install;
pub mod matching;
pub mod maxseg;
pub mod selection;
pub mod tcpmss;

pub use install::install;

use selection::Selection;

/// What matches and what rewrites: see the module's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// `iptables-legacy` and `ip6tables-legacy` with `-j TCPMSS`.
    IptablesLegacy,
    /// `iptables-nft` and `ip6tables-nft` with `-j TCPMSS`.
    IptablesNft,
    /// `nft` with `tcp flags syn tcp option maxseg size set`.
    Nft,
}

/// Where the ceiling comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The smaller MTU of the routes forward and back: `--clamp-mss-to-pmtu`, `size set rt mtu`.
    RouteMtu,
    /// A fixed MSS in bytes: `--set-mss N`, `size set N`.
    Fixed(u16),
}

/// A Linux router with one rule.
#[derive(Clone, Copy, Debug)]
pub struct LinuxRouter {
    /// What matches and rewrites.
    pub engine: Engine,
    /// Where the ceiling comes from.
    pub rule: Rule,
    /// Which packets the rule is for.
    pub selection: Selection,
    /// MTU of the route that packets take, in bytes.
    pub mtu_forward_bytes: u32,
    /// MTU of the route back to where they came from, in bytes.
    pub mtu_back_bytes: u32,
    /// Whether this kernel gets the checksum right for an MSS at an odd offset. None did when this was
    /// written; a patch was pending.
    pub odd_offset_fixed: bool,
}

/// Where a packet was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DropPoint {
    /// By IP itself, before any rule saw it.
    Ip,
    /// By the rule's match, which could not read what it was asked about.
    Match,
    /// By the rule's target.
    Target,
}

/// What the rule did to a packet that was forwarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Not matched, or matched and left as it was.
    Untouched,
    /// The option at `at` (its offset in the TCP header) was lowered.
    Lowered {
        /// Offset of the option's kind byte from the start of the TCP header.
        at: usize,
        /// What the option's length byte says.
        option_length: u8,
    },
    /// A missing option was inserted.
    Inserted,
}

/// What becomes of a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It does not come out.
    Dropped(DropPoint),
    /// It comes out as these bytes, the TTL or hop limit one lower and nothing behind the IP length.
    Forwarded(Vec<u8>, Action),
}

/// The version a packet came in as: what the Ethernet type said, not its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum IpVersion {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl IpVersion {
    /// The smallest IP header and TCP header together, in bytes: what is taken off an MTU.
    #[must_use]
    pub fn smallest_headers_bytes(self) -> u32 {
        match self {
            IpVersion::V4 => 40,
            IpVersion::V6 => 60,
        }
    }
}

/// No route has a larger MTU in bytes, whatever `ip route` was told.
pub const ROUTE_MTU_LIMIT_BYTES: u32 = 65_520;

impl LinuxRouter {
    /// The smaller MTU of the two routes, as the kernel has stored them, in bytes.
    #[must_use]
    pub fn route_mtu_bytes(&self) -> u32 {
        self.mtu_forward_bytes
            .min(self.mtu_back_bytes)
            .min(ROUTE_MTU_LIMIT_BYTES)
    }

    /// What this router does to a packet: `arrived` is everything behind the Ethernet header.
    #[must_use]
    pub fn forward(&self, version: IpVersion, arrived: &[u8]) -> Fate {
        let Some(mut packet) = ingress::accept(version, arrived) else {
            return Fate::Dropped(DropPoint::Ip);
        };
        let transport = match self.match_rule(version, &packet) {
            matching::Verdict::Matches(transport) => transport,
            matching::Verdict::Passes => return Fate::Forwarded(packet, Action::Untouched),
            matching::Verdict::Drops => return Fate::Dropped(DropPoint::Match),
        };
        let action = match self.engine {
            Engine::IptablesLegacy | Engine::IptablesNft => {
                tcpmss::rewrite(self, version, &mut packet)
            }
            Engine::Nft => Some(maxseg::rewrite(self, version, &mut packet, transport)),
        };
        match action {
            Some(action) => Fate::Forwarded(packet, action),
            None => Fate::Dropped(DropPoint::Target),
        }
    }
}

/// The 16-bit word at `at`, in network order.
fn word(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

/// Writes a 16-bit word in network order.
fn put_word(bytes: &mut [u8], at: usize, value: u16) {
    bytes[at..at + 2].copy_from_slice(&value.to_be_bytes());
}

/// How far the option at `at` reaches, by the rule that the kernel's walks share: kinds 0 and 1, and a
/// length of 0, advance one byte. `None` where the length byte would lie behind `bytes`.
fn option_length(bytes: &[u8], at: usize) -> Option<usize> {
    if bytes[at] <= 1 {
        return Some(1);
    }
    bytes.get(at + 1).map(|length| usize::from(*length).max(1))
}
