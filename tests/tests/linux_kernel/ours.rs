//! The same frame through our clamp, and what may be said about it without asking Linux.

use clamp_core::{Clamp, Insertion, LinkType, MIN_MSS, Outcome};
use host_sim::policy::Policy;
use host_sim::rules::{Rules, Way};
use tests::linux::{IpVersion, LinuxRouter, Rule, checksum, ingress};

use crate::generator::{ETHERNET_HEADER_LEN, Injected};
use crate::options::kinds_2;

/// Our side of the comparison.
pub(crate) struct Ours {
    /// `None` where no policy can be built: a ceiling under 48 or a link MTU under 88.
    policy: Option<Policy>,
}

/// A clamp that lowers nothing, for frames that no rule matches.
const LOWERS_NOTHING: Clamp = match Clamp::for_max_mss(Some(u16::MAX), Some(u16::MAX)) {
    Ok(clamp) => clamp,
    Err(_) => panic!("the largest ceiling is one"),
};

/// Which clamp a frame gets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Choice {
    Clamp(Clamp),
    /// The policy was refused.
    Refused,
    /// It is a SYN that no rule matches.
    Unmatched,
}

/// What our clamp made of a frame.
pub(crate) struct Clamped {
    /// What the call said.
    pub(crate) outcome: Outcome,
    /// Whether it is a SYN that no rule matches.
    pub(crate) is_unmatched: bool,
    /// The frame after the call.
    pub(crate) frame: Vec<u8>,
}

impl Ours {
    /// The policy that says what the router's rule says.
    pub(crate) fn like(router: &LinuxRouter) -> Ours {
        let mtu_bytes = router.mtu_forward_bytes.min(router.mtu_back_bytes);
        let policy = match router.rule {
            Rule::RouteMtu => Clamp::for_link_mtu(mtu_bytes),
            Rule::Fixed(mss) => Clamp::for_max_mss(Some(mss), Some(mss)),
        };
        Ours {
            policy: policy.ok().map(Policy::from),
        }
    }

    /// The policy that a rule's own words say, between the interfaces of the lab.
    pub(crate) fn ruled(rules: Rules) -> Ours {
        Ours {
            policy: Some(rules.into()),
        }
    }

    /// The clamp for a frame that goes from left to right.
    fn clamp_for(&self, injected: &Injected) -> Choice {
        let Some(policy) = &self.policy else {
            return Choice::Refused;
        };
        let mut frame = injected.frame.clone();
        let wire_len = frame.len();
        let way = Way::LEFT_TO_RIGHT;
        let chosen = policy.clamp_for(LinkType::Ethernet, &mut frame, wire_len, way);
        assert_eq!(frame, injected.frame, "to choose a clamp changes nothing");
        chosen.map_or(Choice::Unmatched, Choice::Clamp)
    }

    /// Whether there is no such policy, so that every frame is left as it is.
    pub(crate) fn is_refused(&self) -> bool {
        self.policy.is_none()
    }

    /// Clamps; where the policy was refused the outcome is that of the lowest ceiling, and the frame stays.
    pub(crate) fn clamp(&self, injected: &Injected) -> Clamped {
        let mut frame = injected.frame.clone();
        let choice = self.clamp_for(injected);
        let outcome = match choice {
            Choice::Unmatched => LOWERS_NOTHING.judge_frame(&frame),
            Choice::Clamp(policy) => {
                let judged = policy.judge_frame(&frame);
                let outcome = policy.frame(&mut frame);
                assert_eq!(judged, outcome, "judged and done: {:02x?}", injected.frame);
                assert_packet_is_clamped_alike(policy, injected, outcome, &frame);
                outcome
            }
            Choice::Refused => match Clamp::for_max_mss(Some(MIN_MSS), Some(MIN_MSS)) {
                Ok(lowest) => lowest.judge_frame(&frame),
                Err(error) => panic!("{MIN_MSS} must be a ceiling: {error}"),
            },
        };
        if let Outcome::Clamped { to, .. } = outcome {
            if self.policy.is_some() {
                assert_checksum_kept(injected, &frame);
                assert_none_above(to, injected.version, &frame);
            }
        } else {
            assert_eq!(
                frame, injected.frame,
                "only clamped frames change: {outcome:?}"
            );
        }
        Clamped {
            outcome,
            is_unmatched: choice == Choice::Unmatched,
            frame,
        }
    }

    /// Inserts a missing option; `None` where the policy was refused, or no rule matches.
    pub(crate) fn insert(&self, injected: &Injected) -> Option<(Insertion, Vec<u8>)> {
        let Choice::Clamp(policy) = self.clamp_for(injected) else {
            return None;
        };
        let mut buffer = injected.frame.clone();
        buffer.extend([0; 4]);
        let mut bare = buffer[ETHERNET_HEADER_LEN..].to_vec();
        let insertion = policy.insert_in_frame(&mut buffer, injected.frame.len());
        let bare_len = injected.frame.len() - ETHERNET_HEADER_LEN;
        // What it says is the same but for the length of the link header.
        let _ = policy.insert_in_packet(&mut bare, bare_len);
        assert_eq!(bare, buffer[ETHERNET_HEADER_LEN..], "the bare packet");
        let len = match insertion {
            Insertion::Inserted { len, .. } => len,
            Insertion::NotMissing | Insertion::Refused(_) => injected.frame.len(),
        };
        buffer.truncate(len);
        Some((insertion, buffer))
    }
}

/// The packet of a frame as it would leave a router: trimmed to its IP length, its TTL one lower.
/// `None` where a router drops it.
pub(crate) fn as_forwarded(version: IpVersion, frame: &[u8]) -> Option<Vec<u8>> {
    ingress::accept(version, &frame[ETHERNET_HEADER_LEN..])
}

/// The same packet without its Ethernet header. Which version it is comes from its first byte then, so
/// a malformed one may be malformed otherwise.
fn assert_packet_is_clamped_alike(
    policy: Clamp,
    injected: &Injected,
    outcome: Outcome,
    frame: &[u8],
) {
    let mut packet = injected.frame[ETHERNET_HEADER_LEN..].to_vec();
    let packet_outcome = policy.packet(&mut packet);
    assert_eq!(packet, frame[ETHERNET_HEADER_LEN..]);
    if !matches!(outcome, Outcome::Malformed(_)) {
        assert_eq!(packet_outcome, outcome, "bare: {:02x?}", injected.frame);
    }
}

/// Linux is no witness for the second MSS option: that none is left above the ceiling is seen here.
fn assert_none_above(ceiling: u16, version: IpVersion, frame: &[u8]) {
    let options = kinds_2(version, &frame[ETHERNET_HEADER_LEN..]).unwrap_or_default();
    let well_formed = options
        .iter()
        .filter(|option| option.is_whole && option.length == 4);
    let largest = well_formed
        .filter_map(|option| option.value)
        .map(u16::from_be_bytes)
        .max();
    assert!(
        largest.is_some_and(|largest| largest <= ceiling),
        "an MSS of {largest:?} is left above {ceiling}: {frame:02x?}"
    );
}

/// A clamp may change MSS values and the TCP checksum, and those cancel out: the one's complement sum
/// of all bytes stays what it was, right or wrong.
fn assert_checksum_kept(injected: &Injected, after: &[u8]) {
    let before = &injected.frame;
    // The TCP header starts at an even offset, so the frame's words are the segment's words.
    let zero_is_zero = |sum: u16| if sum == 0xffff { 0 } else { sum };
    assert_eq!(
        zero_is_zero(checksum::sum(before)),
        zero_is_zero(checksum::sum(after)),
        "the clamp broke or repaired a checksum: {before:02x?} became {after:02x?}"
    );
}
