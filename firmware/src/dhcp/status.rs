//! What the owner wants to know: where the client is, why the last lease ended, and how often what happened.

use core::fmt;

use crate::shared::counted::counted;
use crate::shared::time::Instant;

/// How far the client is (RFC 2131, figure 5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Nothing is plugged in.
    #[default]
    NoLink,
    /// Waits before it tries again.
    Waiting,
    /// Asks who has an address for it (SELECTING).
    Discovering,
    /// Asks for an address that it was offered (REQUESTING).
    Requesting,
    /// Asks for the address that it had before (REBOOTING).
    Rebooting,
    /// Asks whether somebody else has the address (RFC 5227).
    Probing,
    /// Has an address.
    Bound,
    /// Has an address, and asks its server to keep it.
    Renewing,
    /// Has an address, and asks every server to keep it.
    Rebinding,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoLink => "no link",
            Self::Waiting => "waiting",
            Self::Discovering => "discovering",
            Self::Requesting => "requesting",
            Self::Rebooting => "asking for the old address",
            Self::Probing => "probing",
            Self::Bound => "bound",
            Self::Renewing => "renewing",
            Self::Rebinding => "rebinding",
        })
    }
}

/// Why an address, or the attempt to get one, was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The Ethernet link went down.
    LinkLost,
    /// A server refused (DHCPNAK).
    Refused,
    /// The server whose offer was taken said no more.
    NoAnswer,
    /// Another station has the address.
    Conflict,
    /// No server prolonged the lease.
    Expired,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LinkLost => "link lost",
            Self::Refused => "refused by the server",
            Self::NoAnswer => "no answer to the request",
            Self::Conflict => "the address is somebody else's",
            Self::Expired => "lease expired",
        })
    }
}

/// Where the client is, and what was before. All but the phase outlives leases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// How far the client is.
    pub phase: Phase,
    /// Since when it has had its address without a break.
    pub bound_since: Option<Instant>,
    /// Why the last lease, or attempt, ended.
    pub last_reason: Option<Reason>,
    /// What was counted.
    pub counters: Counters,
}

/// What was counted since the client was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Leases obtained.
    pub leases: u64,
    /// Leases prolonged.
    pub renewals: u64,
    /// Refusals of servers.
    pub refusals: u64,
    /// Addresses that somebody else had.
    pub conflicts: u64,
    /// Frames that were sent.
    pub frames_sent: u64,
    /// Frames that could not be sent.
    pub frames_lost: u64,
    /// Messages that were not acted upon.
    pub discarded: Discards,
}

counted! {
    /// Why a message wasn't acted upon.
    enum Discard;
    /// Messages that were not acted upon, by reason.
    struct Discards;
    /// Shorter than its format or its length field say.
    Truncated => truncated,
    /// A wrong UDP checksum.
    Checksum => checksum,
    /// No reply of a DHCP server.
    NotDhcp => not_dhcp,
    /// An option that reaches past its area.
    MalformedOption => malformed_option,
    /// To another client.
    OtherClient => other_client,
    /// An answer to what wasn't asked, or no longer.
    Unexpected => unexpected,
    /// Of another server, or about another address, than what was asked for.
    OtherLease => other_lease,
    /// Without what every offer has: a server, a lease time.
    Incomplete => incomplete,
    /// An address or a router that no host can have.
    NotHost => not_host,
    /// No router that leads to everybody else.
    NoRouter => no_router,
    /// An address or a router in one of the LANs, which could never be reached.
    InsideLan => inside_lan,
}
