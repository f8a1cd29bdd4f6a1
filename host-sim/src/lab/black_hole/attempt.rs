//! One download from behind the black hole.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::lab::hop::Hop;
use crate::lab::network::Network;
use crate::lab::plan;
use crate::lab::transfer::Transfer;

/// How long an image may take to boot.
const BOOT: Duration = Duration::from_secs(20);

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Attempt {
    #[serde(flatten)]
    pub(super) transfer: Transfer,
    pub(super) black_hole: BlackHole,
}

/// What the hop swallowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct BlackHole {
    pub(super) swallowed_packets: u64,
    /// Length in bytes of the packet that was tried most often, and how often.
    pub(super) most_tried_len: usize,
    pub(super) most_tried_times: u64,
}

impl Attempt {
    /// Downloads `file` through `network`.
    pub(super) fn make(
        network: &mut Network<Hop>,
        file: &[u8],
        from_port: u16,
    ) -> Result<Self, String> {
        let booted = network.run(
            BOOT,
            |_, _, _| {},
            |network| network.provider.has_heard_the_router(),
        )?;
        if !booted {
            return Err(format!(
                "the router did not answer at {} within {} s: is it this lab's image? (--console \
                 FILE keeps what it says)",
                plan::WAN_IPV4,
                BOOT.as_secs()
            ));
        }
        let transfer = Transfer::make(network, file, from_port)?;
        let hop = &network.provider;
        let most_tried = hop.most_tried();
        Ok(Self {
            transfer,
            black_hole: BlackHole {
                swallowed_packets: hop.swallowed_packets(),
                most_tried_len: most_tried.map_or(0, |swallowed| swallowed.packet_len),
                most_tried_times: most_tried.map_or(0, |swallowed| swallowed.times),
            },
        })
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.transfer)?;
        let BlackHole {
            swallowed_packets,
            most_tried_len,
            most_tried_times,
        } = self.black_hole;
        if swallowed_packets == 0 {
            writeln!(
                f,
                "   no packet was too long: the longest had {} bytes",
                self.transfer.longest_packet_len
            )
        } else {
            writeln!(
                f,
                "   {swallowed_packets} packets vanished; one of {most_tried_len} bytes was sent \
                 {most_tried_times} times"
            )
        }
    }
}
