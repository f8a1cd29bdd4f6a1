//! What must hold.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Everything that must hold of a run.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expect {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) flows: BTreeMap<String, FlowExpect>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) links: BTreeMap<String, LinkExpect>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) network: Option<NetworkExpect>,
}

impl Expect {
    pub(super) fn is_empty(&self) -> bool {
        self.flows.is_empty() && self.links.is_empty() && self.network.is_none()
    }
}

/// What must hold of one flow.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FlowExpect {
    /// The whole file arrives, as it was sent, so soon after the flow's start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) completes_within_s: Option<f64>,
    /// The connection stands, part of the file is missing, and nothing comes any more; or not so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) hangs: Option<bool>,
    /// The handshake comes to its end; or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) connects: Option<bool>,
    /// What arrives is not what was sent; or is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) damaged: Option<bool>,
    /// The MSS of the SYN that reaches the host that the flow is to; 0 is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) mss_at_server: Option<u16>,
    /// The MSS of the SYN-ACK that reaches the host that opened the flow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) mss_at_client: Option<u16>,
    /// The longest packet of the file's direction that arrives, from the IP header on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) largest_packet_bytes: Option<u16>,
    /// The payloads of segments as they leave the file's sender, in order of first appearance; those
    /// that are sent again, under 256 bytes, and the file's last do not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) segment_bytes: Option<Vec<u16>>,
    /// How often the sender sent the same bytes again at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sent_again_at_most: Option<u64>,
    /// The same, at the least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sent_again_at_least: Option<u64>,
}

/// What must hold of one link.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinkExpect {
    /// No packet sent onto it is longer, from the IP header on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) no_packet_above_bytes: Option<u16>,
    /// A packet of this length passes, and none is longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) largest_packet_bytes: Option<u16>,
}

/// What must hold of the whole.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NetworkExpect {
    /// An ICMP error about a packet too big arrives at a host; or none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) icmp_seen: Option<bool>,
    /// Some packet is dropped for being too big; or none is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) too_big_seen: Option<bool>,
    /// No packet is dropped any more from this moment on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) nothing_lost_after_s: Option<f64>,
    /// What a swarm holds its networks to holds here, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) invariants: Option<bool>,
}
