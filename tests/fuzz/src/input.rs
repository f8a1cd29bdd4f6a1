//! A policy and a frame out of the bytes of one input.

use tests::oracle::Policy;

/// How many bytes of an input say the policy.
const POLICY_LEN: usize = 8;

/// One input of the core's targets: 8 bytes of policy, then the frame or packet.
pub struct Input<'a> {
    /// The policy.
    pub policy: Policy,
    /// Bytes that the buffer has behind the frame, for insertion.
    pub room_bytes: usize,
    /// The frame or packet.
    pub frame: &'a [u8],
}

impl<'a> Input<'a> {
    /// Reads an input; `None` when it is too short to say a policy, or says one that is refused.
    pub fn read(data: &'a [u8]) -> Option<Self> {
        let (head, frame) = data.split_first_chunk::<POLICY_LEN>()?;
        let [
            kinds,
            room,
            link_high,
            link_low,
            v4_high,
            v4_low,
            v6_high,
            v6_low,
        ] = *head;
        let link_mtu_bytes = match kinds & 7 {
            0 => None,
            1 => Some(u32::from_be_bytes([link_high, link_low, v4_high, v4_low])),
            2 => Some(u32::from(u16::from_be_bytes([link_high, link_low]))),
            choice => Some([1492, 1500, 1508, 576, 1280][usize::from(choice) - 3]),
        };
        let policy = Policy {
            link_mtu_bytes,
            max_mss_v4: (kinds & 8 != 0).then(|| u16::from_be_bytes([v4_high, v4_low])),
            max_mss_v6: (kinds & 16 != 0).then(|| u16::from_be_bytes([v6_high, v6_low])),
            tunnels: kinds & 32 == 0,
        };
        policy.clamp().ok()?;
        Some(Self {
            policy,
            room_bytes: usize::from(room & 7),
            frame,
        })
    }

    /// The mutable frame part of an input, for a mutation.
    pub fn frame_mut(data: &mut [u8]) -> &mut [u8] {
        data.get_mut(POLICY_LEN..).unwrap_or_default()
    }
}
