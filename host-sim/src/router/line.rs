//! What there is to say of the line: how far it is, under which addresses, and why it went down.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use firmware::pppoe::Phase;
use firmware::router::uplink::{Chosen, Dhcp, Pppoe, Uplink, Wan};
use serde::Serialize;

/// The state of a line whose addresses aren't the owner's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Line {
    /// `dhcp` or `pppoe`.
    kind: &'static str,
    /// How far it is.
    phase: String,
    /// What it carries, while it is up.
    up: Option<Up>,
    /// Why it went down last, or didn't come up.
    last_reason: Option<String>,
    /// The prefix that the LAN is numbered from.
    prefix: Option<String>,
    /// How often a DHCP server has prolonged the lease.
    #[serde(skip_serializing_if = "Option::is_none")]
    renewals: Option<u64>,
}

/// What a line carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Up {
    address: Option<Ipv4Addr>,
    gateway: Option<Ipv4Addr>,
    mtu_bytes: u16,
    ipv6: bool,
    name_servers: Vec<IpAddr>,
}

impl Up {
    fn of(uplink: &impl Uplink, name_servers: [Option<Ipv4Addr>; 2]) -> Option<Self> {
        let Wan::Up(addresses) = uplink.wan() else {
            return None;
        };
        Some(Self {
            address: addresses.ipv4.map(|ipv4| ipv4.interface.address),
            gateway: addresses.ipv4.map(|ipv4| ipv4.gateway),
            mtu_bytes: addresses.mtu_bytes,
            ipv6: addresses.ipv6.is_some(),
            name_servers: name_servers.into_iter().flatten().map(IpAddr::V4).collect(),
        })
    }
}

impl Line {
    /// The state of this uplink, if it has any.
    pub(super) fn of(uplink: &Chosen) -> Option<Self> {
        match uplink {
            Chosen::Fixed(_) => None,
            Chosen::Dhcp(dhcp) => Some(Self::of_dhcp(dhcp)),
            Chosen::Pppoe(pppoe) => Some(Self::of_pppoe(pppoe)),
        }
    }

    fn of_dhcp(dhcp: &Dhcp) -> Self {
        let status = dhcp.status();
        Self {
            kind: "dhcp",
            phase: status.phase.to_string(),
            up: Up::of(dhcp, dhcp.lease().map_or([None; 2], |lease| lease.dns)),
            last_reason: status.last_reason.map(|reason| reason.to_string()),
            prefix: prefix(dhcp),
            renewals: Some(status.counters.renewals),
        }
    }

    fn of_pppoe(pppoe: &Pppoe) -> Self {
        let status = pppoe.status();
        Self {
            kind: "pppoe",
            phase: words(status.phase).to_owned(),
            up: Up::of(
                pppoe,
                pppoe
                    .session()
                    .and_then(|session| session.ipv4)
                    .map_or([None; 2], |ipv4| ipv4.dns),
            ),
            last_reason: status.last_reason.map(|reason| reason.to_string()),
            prefix: prefix(pppoe),
            renewals: None,
        }
    }

    /// Whether there is more to say than was said: it came up or went down, carries something else, or failed anew.
    pub(super) fn is_news_to(&self, before: Option<&Self>) -> bool {
        let known = |line: &Self| {
            (
                line.up.clone(),
                line.prefix.clone(),
                line.last_reason.clone(),
            )
        };
        let silent = (None, None, None);
        known(self) != before.map_or(silent, known)
    }
}

fn prefix(uplink: &impl Uplink) -> Option<String> {
    let delegation = uplink.prefixes()?.delegation()?;
    Some(format!("{}/{}", delegation.prefix, delegation.prefix_len))
}

fn words(phase: Phase) -> &'static str {
    match phase {
        Phase::Off => "off",
        Phase::NoLink => "no link",
        Phase::Waiting => "waiting",
        Phase::Discovery => "discovery",
        Phase::Request => "asking for a session",
        Phase::Establish => "establishing the link",
        Phase::Authenticate => "authenticating",
        Phase::Network => "negotiating addresses",
        Phase::Up => "up",
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(up) = &self.up else {
            write!(f, "line down ({}, {})", self.kind, self.phase)?;
            return match &self.last_reason {
                Some(reason) => write!(f, ": {reason}"),
                None => Ok(()),
            };
        };
        write!(f, "line up ({}): MTU {}", self.kind, up.mtu_bytes)?;
        if let Some((address, gateway)) = up.address.zip(up.gateway) {
            write!(f, ", {address} by way of {gateway}")?;
        }
        if up.ipv6 {
            write!(f, ", IPv6")?;
        }
        if let Some(prefix) = &self.prefix {
            write!(f, ", LAN from {prefix}")?;
        }
        for (n, server) in up.name_servers.iter().enumerate() {
            let lead = if n == 0 { ", name servers " } else { " and " };
            write!(f, "{lead}{server}")?;
        }
        Ok(())
    }
}
