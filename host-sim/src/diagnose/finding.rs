//! What is said of a connection, and what it rests on.

use std::net::SocketAddr;

use serde::Serialize;

use super::path_mtu::PathMtu;

/// What became of the large packets of one direction of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Large packets vanish and nobody says so: the connection hangs.
    BlackHole,
    /// They vanish as well, but the sender noticed by itself and sends smaller ones (RFC 4821, RFC 8899).
    BlackHoleWorkedAround,
    /// It looks like a black hole, and something else would look the same.
    Suspected,
    /// A router said that packets were too big, and the sender heard it: nothing to cure.
    DiscoveryWorks,
}

impl Verdict {
    /// Whether it counts for the exit status.
    pub fn is_black_hole(self) -> bool {
        matches!(self, Self::BlackHole | Self::BlackHoleWorkedAround)
    }
}

/// How sure a verdict is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// Nothing else that is known looks like this.
    High,
    /// Something else would have to coincide.
    Medium,
    /// One of several explanations.
    Low,
}

/// Something that was seen, and in which packet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// The packet's number in the capture, from 1 on.
    pub packet: u64,
    /// What it shows.
    pub shows: String,
}

/// A verdict on one direction of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whose large packets it is about.
    pub sender: SocketAddr,
    /// Where they should have gone.
    pub receiver: SocketAddr,
    /// What became of them.
    pub verdict: Verdict,
    /// How sure that is.
    pub confidence: Confidence,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// What is known of the path from sender to receiver.
    pub path_mtu: PathMtu,
    /// What the sender announced in its SYN, in bytes of payload.
    pub sender_mss: Option<u16>,
    /// What the receiver announced, which the sender keeps to.
    pub receiver_mss: Option<u16>,
    /// ICMP errors about these packets.
    pub too_big_count: u64,
    /// Where the connection is carried in PPPoE here.
    pub in_pppoe: bool,
}
