//! What SPEC promises about every call, held without the oracle.

use clamp_core::{Outcome, Reason};
use proptest::prelude::*;
use reference::frames::{self, Content, Hex, Length, Packet, V4, check};
use reference::oracle::{Policy, sum};

use crate::clamp_of;

#[test]
fn clamping_twice_is_clamping_once() {
    check(
        8,
        || (frames::policy(), frames::sent_frame()),
        |(policy, sent)| {
            let clamp = clamp_of(policy);
            let mut once = sent.bytes();
            let first = clamp.frame(&mut once);
            let mut twice = once.clone();
            let second = clamp.frame(&mut twice);
            prop_assert_eq!(&once, &twice);
            match first {
                Outcome::Clamped { to, .. } => prop_assert_eq!(second, Outcome::Fits { mss: to }),
                other => prop_assert_eq!(second, other),
            }
            Ok(())
        },
    );
}

#[test]
fn judging_says_what_clamping_does() {
    let inputs = || {
        (
            frames::policy(),
            frames::sent_frame(),
            frames::sent_packet(),
        )
    };
    check(8, inputs, |(policy, frame, packet)| {
        let clamp = clamp_of(policy);
        let mut bytes = frame.bytes();
        prop_assert_eq!(clamp.judge_frame(&bytes), clamp.frame(&mut bytes));
        let mut bytes = packet.bytes();
        prop_assert_eq!(clamp.judge_packet(&bytes), clamp.packet(&mut bytes));
        Ok(())
    });
}

#[test]
fn an_ethernet_capture_that_is_whole_is_a_frame() {
    check(
        8,
        || (frames::policy(), frames::sent_frame()),
        |(policy, sent)| {
            let clamp = clamp_of(policy);
            let mut as_frame = sent.bytes();
            let mut as_capture = as_frame.clone();
            let outcome = clamp.frame(&mut as_frame);
            let link = clamp_core::LinkType::Ethernet;
            let wire_len = as_capture.len();
            prop_assert_eq!(
                clamp.captured(link, &mut as_capture, wire_len, &mut ()),
                outcome
            );
            prop_assert_eq!(as_frame, as_capture);
            Ok(())
        },
    );
}

/// Every changed byte is the value of a `02 04 hi lo`, but for one pair: the checksum.
#[test]
fn only_mss_values_and_one_checksum_change_and_no_mss_is_raised() {
    check(
        12,
        || (frames::policy(), frames::sent_frame()),
        |(policy, sent)| {
            let before = sent.bytes();
            let mut after = before.clone();
            let outcome = clamp_of(policy).frame(&mut after);
            prop_assert_eq!(before.len(), after.len());
            let Outcome::Clamped { from, to } = outcome else {
                prop_assert_eq!(before, after);
                return Ok(());
            };
            prop_assert!((48..from).contains(&to));

            let mut of_no_option = Vec::new();
            let mut lowered_from = Vec::new();
            for at in (0..before.len()).filter(|&at| before[at] != after[at]) {
                let option = (2..=3)
                    .filter_map(|back| at.checked_sub(back))
                    .find(|&start| {
                        before
                            .get(start..start + 4)
                            .is_some_and(|o| o.starts_with(&[2, 4]))
                            && after[start + 2..start + 4] == to.to_be_bytes()
                    });
                match option {
                    Some(start) => {
                        lowered_from
                            .push(u16::from_be_bytes([before[start + 2], before[start + 3]]));
                    }
                    None => of_no_option.push(at),
                }
            }
            prop_assert!(of_no_option.len() <= 2, "{:?} changed", of_no_option);
            if let [first, second] = of_no_option[..] {
                prop_assert_eq!(first + 1, second);
            }
            prop_assert!(
                lowered_from.iter().all(|&mss| mss > to),
                "{:?}",
                lowered_from
            );
            prop_assert_eq!(lowered_from.iter().max(), Some(&from));
            Ok(())
        },
    );
}

/// So every checksum around the segment stays as right or wrong as it was: TCP's own, GRE's, UDP's.
#[test]
fn the_ones_complement_sum_of_the_whole_frame_stays() {
    check(
        12,
        || (frames::policy(), frames::sent_frame()),
        |(policy, sent)| {
            let before = sent.bytes();
            let mut after = before.clone();
            let _ = clamp_of(policy).frame(&mut after);
            prop_assert_eq!(
                sum::ones_complement_sum(&before),
                sum::ones_complement_sum(&after)
            );
            Ok(())
        },
    );
}

#[test]
fn a_checksum_is_valid_after_exactly_where_it_was_before() {
    check(8, frames::segment, |segment| {
        let packet = Packet::V4(V4 {
            version: 4,
            header_length: None,
            options: Hex::default(),
            total_length: Length::Right,
            fragment: 0,
            header_checksum_wrong_by: 0,
            content: Content::Segment(segment),
        });
        let is_valid = |packet: &[u8]| {
            let pseudo = sum::pseudo_header(&packet[12..20], packet.len() - 20);
            sum::is_valid(&[pseudo.as_slice(), &packet[20..]].concat())
        };
        let before = packet.bytes();
        let mut after = before.clone();
        let outcome = clamp_of(Policy::link_mtu(576)).packet(&mut after);
        prop_assert_eq!(is_valid(&before), is_valid(&after));
        if matches!(outcome, Outcome::Clamped { .. }) {
            // A recomputed checksum is never ffff (RFC 1624 section 3).
            prop_assert_ne!(&after[36..38], [0xff, 0xff]);
        }
        Ok(())
    });
}

#[test]
fn a_ceiling_above_every_mss_changes_nothing() {
    check(4, frames::sent_frame, |sent| {
        let before = sent.bytes();
        let mut after = before.clone();
        let policy = Policy::link_mtu(u32::MAX).through_tunnels();
        let outcome = clamp_of(policy).frame(&mut after);
        let is_clamped = matches!(outcome, Outcome::Clamped { .. });
        prop_assert!(!is_clamped);
        prop_assert_ne!(outcome, Outcome::LeftAlone(Reason::CeilingTooLow));
        prop_assert_eq!(before, after);
        Ok(())
    });
}
