//! What MTU the path has, as far as a capture tells.

use serde::Serialize;

/// MTUs that links really have, and what they are, the largest first.
const KNOWN_LINKS: [(u32, &str); 13] = [
    (9000, "jumbo frames"),
    (1500, "Ethernet"),
    (1492, "PPPoE"),
    (1480, "IPIP, 6in4 or L2TP in IPv4"),
    (1476, "GRE"),
    (1472, "6in4 in PPPoE"),
    (1468, "GRE in PPPoE"),
    (1460, "IPv4 in IPv6 (DS-Lite)"),
    (1454, "PPPoE over a provider's tunnel"),
    (1420, "WireGuard"),
    (1412, "WireGuard in PPPoE"),
    (1400, "IPsec and mobile networks"),
    (1280, "the least that IPv6 allows"),
];
/// What IPv6 packets every link carries whole (RFC 8200, section 5).
pub(super) const IPV6_LEAST_MTU_BYTES: u32 = 1280;
/// What IPv4 packets every host takes (RFC 791): a hole for smaller ones has another reason.
pub(super) const IPV4_LEAST_MTU_BYTES: u32 = 576;

/// What is known of a path's MTU.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PathMtu {
    /// The largest IP packet that passed, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least_bytes: Option<u32>,
    /// The smallest that did not, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below_bytes: Option<u32>,
    /// What a router said in ICMP, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said_bytes: Option<u32>,
}

/// A link MTU to configure, and why this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Advice {
    pub(super) mtu_bytes: u32,
    pub(super) reason: Reason,
    /// The next one to try where this one does not cure.
    pub(super) otherwise: Option<(u32, &'static str)>,
}

/// Why an MTU is advised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// A router said so in ICMP.
    Said,
    /// Of the MTUs that links have, it is the largest that fits what was seen.
    Link(&'static str),
    /// The largest packet that passed.
    Passed,
}

impl PathMtu {
    /// The MTU to configure.
    pub(super) fn advice(&self, is_v6: bool) -> Advice {
        let least = if is_v6 {
            IPV6_LEAST_MTU_BYTES
        } else {
            IPV4_LEAST_MTU_BYTES
        };
        let at_least = self.at_least_bytes.unwrap_or(0).max(least);
        let below = self.below_bytes.unwrap_or(u32::MAX);
        if let Some(mtu_bytes) = self.said_bytes
            && (least..below).contains(&mtu_bytes)
        {
            return Advice {
                mtu_bytes,
                reason: Reason::Said,
                otherwise: None,
            };
        }
        let mut fitting = KNOWN_LINKS
            .into_iter()
            .filter(|&(mtu_bytes, _)| at_least <= mtu_bytes && mtu_bytes < below);
        match fitting.next() {
            Some((mtu_bytes, link)) => Advice {
                mtu_bytes,
                reason: Reason::Link(link),
                otherwise: fitting.next(),
            },
            None => Advice {
                mtu_bytes: at_least,
                reason: Reason::Passed,
                otherwise: None,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PathMtu, Reason};

    #[test]
    fn what_a_router_said_goes_first() {
        let path = PathMtu {
            at_least_bytes: Some(600),
            below_bytes: Some(1500),
            said_bytes: Some(1400),
        };
        let advice = path.advice(false);
        assert_eq!((advice.mtu_bytes, advice.reason), (1400, Reason::Said));
    }

    #[test]
    fn else_the_largest_link_that_fits_what_was_seen() {
        let mut path = PathMtu {
            at_least_bytes: Some(663),
            below_bytes: Some(1500),
            said_bytes: None,
        };
        let advice = path.advice(false);
        assert_eq!(advice.mtu_bytes, 1492);
        assert_eq!(advice.otherwise.map(|(mtu_bytes, _)| mtu_bytes), Some(1480));
        path.below_bytes = Some(1412);
        assert_eq!(path.advice(false).mtu_bytes, 1400);
    }

    #[test]
    fn else_the_largest_packet_that_passed_and_never_less_than_every_link_carries() {
        let mut path = PathMtu {
            at_least_bytes: Some(1380),
            below_bytes: Some(1390),
            said_bytes: Some(0),
        };
        assert_eq!(path.advice(true).mtu_bytes, 1380);
        path.at_least_bytes = None;
        path.below_bytes = Some(700);
        assert_eq!(path.advice(false).mtu_bytes, 576);
    }
}
