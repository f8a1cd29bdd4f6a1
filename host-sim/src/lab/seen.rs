//! What an onlooker learns from the frames that pass.

use clamp_core::{Clamp, Outcome};

const ETHERNET_HEADER_LEN: usize = 14;
/// A policy that no SYN fits, so that judging one says what its MSS is.
const LOWEST: Clamp = match Clamp::for_max_mss(Some(48), Some(48)) {
    Ok(clamp) => clamp,
    Err(_) => panic!("the smallest ceiling that a policy takes"),
};

/// What was seen in one direction of an untagged wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// The MSS of the last SYN, in bytes of TCP payload.
    pub(crate) mss: Option<u16>,
    /// The longest packet, in bytes from the IP header on.
    pub(crate) longest_packet_len: usize,
}

impl Seen {
    pub(crate) fn look(&mut self, frame: &[u8]) {
        if let Outcome::Clamped { from: mss, .. } | Outcome::Fits { mss } =
            LOWEST.judge_frame(frame)
        {
            self.mss = Some(mss);
        }
        let packet_len = frame.len().saturating_sub(ETHERNET_HEADER_LEN);
        self.longest_packet_len = self.longest_packet_len.max(packet_len);
    }
}
