//! What a link does to what it carries.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A link between two nodes, with what holds in both directions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinkSpec {
    pub(crate) ends: [String; 2],
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) mtu_bytes: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) mbits_per_second: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) delay_ms: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) queue_frames: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) loss_percent: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reorder_percent: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) duplicate_percent: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) corrupt_percent: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) filters_icmp: Option<bool>,
    /// A line that a firmware router dials in on, by PPPoE; at its other end, a plain router is the
    /// access concentrator. The MTU is Ethernet's, of which PPPoE takes 8.
    #[serde(default, skip_serializing_if = "super::is_default")]
    pub(crate) pppoe: bool,
    /// What is different towards one of the ends.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) towards: BTreeMap<String, Quality>,
}

/// What a link does in one direction; what is not said is as in [`LinkSpec`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Quality {
    /// The longest packet, from the IP header on; longer ones vanish.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) mtu_bytes: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) mbits_per_second: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) delay_ms: Option<f64>,
    /// How many frames wait for the line at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) queue_frames: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) loss_percent: Option<f64>,
    /// Of so many frames, each arrives a little after those sent behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reorder_percent: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) duplicate_percent: Option<f64>,
    /// Of so many frames, each has one bit turned over, and a right frame check sequence all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) corrupt_percent: Option<f64>,
    /// Drops ICMP errors, as an over-zealous firewall does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) filters_icmp: Option<bool>,
}

impl LinkSpec {
    /// A link that is as links are.
    pub(crate) fn between(ends: [String; 2]) -> Self {
        Self {
            ends,
            ..Self::default()
        }
    }

    /// What it does towards the end of this name.
    pub(crate) fn towards(&self, end: &str) -> Quality {
        let own = self.towards.get(end).cloned().unwrap_or_default();
        Quality {
            mtu_bytes: own.mtu_bytes.or(self.mtu_bytes),
            mbits_per_second: own.mbits_per_second.or(self.mbits_per_second),
            delay_ms: own.delay_ms.or(self.delay_ms),
            queue_frames: own.queue_frames.or(self.queue_frames),
            loss_percent: own.loss_percent.or(self.loss_percent),
            reorder_percent: own.reorder_percent.or(self.reorder_percent),
            duplicate_percent: own.duplicate_percent.or(self.duplicate_percent),
            corrupt_percent: own.corrupt_percent.or(self.corrupt_percent),
            filters_icmp: own.filters_icmp.or(self.filters_icmp),
        }
    }

    /// The MTU of an interface that sends towards the end of this name.
    pub(crate) fn mtu_towards(&self, end: &str) -> u16 {
        self.towards(end).mtu_bytes.unwrap_or(USUAL_MTU_BYTES)
    }
}

/// What a link carries if it does not say so: Ethernet's.
pub(crate) const USUAL_MTU_BYTES: u16 = 1500;
