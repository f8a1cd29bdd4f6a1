//! Outcome for outcome and byte for byte, the clamp does what the oracle does.

use clamp_core::{Layer, Trail};
use proptest::prelude::*;
use proptest::sample::Index;
use reference::frames::{self, ALL_LINK_TYPES, Hex, check};
use reference::oracle;

use crate::clamp_of;

#[test]
fn a_frame_comes_out_as_the_oracle_writes_it() {
    check(
        24,
        || (frames::policy(), frames::sent_frame()),
        |(policy, sent)| {
            let bytes = sent.bytes();
            let expected = oracle::frame(&policy, &bytes);
            let mut ours = bytes.clone();
            let outcome = clamp_of(policy).frame(&mut ours);
            prop_assert_eq!(outcome, expected.outcome);
            prop_assert_eq!(ours, expected.bytes);
            Ok(())
        },
    );
}

#[test]
fn a_bare_packet_comes_out_as_the_oracle_writes_it() {
    check(
        12,
        || (frames::policy(), frames::sent_packet()),
        |(policy, sent)| {
            let bytes = sent.bytes();
            let expected = oracle::packet(&policy, &bytes);
            let mut ours = bytes.clone();
            let outcome = clamp_of(policy).packet(&mut ours);
            prop_assert_eq!(outcome, expected.outcome);
            prop_assert_eq!(ours, expected.bytes);
            Ok(())
        },
    );
}

#[test]
fn a_capture_of_any_link_type_comes_out_as_the_oracle_writes_it() {
    check(
        16,
        || (frames::policy(), frames::capture()),
        |(policy, capture)| {
            let bytes = capture.bytes();
            let expected = oracle::captured(&policy, capture.link, &bytes, capture.wire_len());
            let mut ours = bytes.clone();
            let outcome =
                clamp_of(policy).captured(capture.link, &mut ours, capture.wire_len(), &mut ());
            prop_assert_eq!(outcome, expected.outcome);
            prop_assert_eq!(ours, expected.bytes);
            Ok(())
        },
    );
}

/// Keeps what the clamp says it walked through.
#[derive(Default)]
struct Walked(Vec<(Layer, usize)>);

impl Trail for Walked {
    fn passed(&mut self, layer: Layer, at: usize) {
        self.0.push((layer, at));
    }
}

#[test]
fn the_trail_to_a_syn_is_every_header_the_oracle_passed() {
    check(
        12,
        || (frames::policy(), frames::capture()),
        |(policy, capture)| {
            let mut bytes = capture.bytes();
            let wire_len = capture.wire_len();
            let expected = oracle::headers(&policy, capture.link, &bytes, wire_len);
            let mut walked = Walked::default();
            let clamp = clamp_of(policy);
            let _ = clamp.captured(capture.link, &mut bytes, wire_len, &mut walked);
            if let Some(expected) = expected {
                prop_assert_eq!(walked.0, expected);
            } else {
                let in_order = walked.0.is_sorted_by_key(|(_, at)| *at);
                prop_assert!(in_order, "{:?}", walked.0);
                let within = walked.0.iter().all(|(_, at)| *at <= wire_len);
                prop_assert!(within, "{:?}", walked.0);
            }
            Ok(())
        },
    );
}

#[test]
fn a_frame_cut_at_every_length_comes_out_as_the_oracle_writes_it() {
    check(
        1,
        || (frames::policy(), frames::frame()),
        |(policy, frame)| {
            let whole = frame.bytes();
            let clamp = clamp_of(policy);
            for len in 0..=whole.len().min(400) {
                let expected = oracle::frame(&policy, &whole[..len]);
                let mut ours = whole[..len].to_vec();
                prop_assert_eq!(clamp.frame(&mut ours), expected.outcome, "at {} bytes", len);
                prop_assert_eq!(ours, expected.bytes, "at {} bytes", len);
            }
            Ok(())
        },
    );
}

#[test]
fn a_capture_cut_at_every_length_comes_out_as_the_oracle_writes_it() {
    check(
        1,
        || (frames::policy(), frames::capture()),
        |(policy, capture)| {
            let clamp = clamp_of(policy);
            for len in 0..=capture.wire.len().min(400) {
                let cut = &capture.wire[..len];
                let expected = oracle::captured(&policy, capture.link, cut, capture.wire_len());
                let mut ours = cut.to_vec();
                let outcome = clamp.captured(capture.link, &mut ours, capture.wire_len(), &mut ());
                prop_assert_eq!(outcome, expected.outcome, "at {} bytes", len);
                prop_assert_eq!(ours, expected.bytes, "at {} bytes", len);
            }
            Ok(())
        },
    );
}

#[test]
fn a_byte_changed_anywhere_comes_out_as_the_oracle_writes_it() {
    let changes = || prop::collection::vec((any::<Index>(), any::<u8>()), 1..4);
    check(
        12,
        || (frames::policy(), frames::frame(), changes()),
        |(policy, frame, changes)| {
            let mut bytes = frame.bytes();
            for (at, byte) in changes {
                let at = at.index(bytes.len().min(200));
                bytes[at] = byte;
            }
            let expected = oracle::frame(&policy, &bytes);
            let mut ours = bytes.clone();
            prop_assert_eq!(clamp_of(policy).frame(&mut ours), expected.outcome);
            prop_assert_eq!(ours, expected.bytes);
            Ok(())
        },
    );
}

#[test]
fn pure_random_bytes_come_out_as_the_oracle_writes_them() {
    let inputs = || {
        (
            frames::policy(),
            prop::sample::select(ALL_LINK_TYPES.to_vec()),
            prop::collection::vec(any::<u8>(), 0..200).prop_map(Hex),
            prop_oneof![Just(0_usize), 0_usize..300, Just(usize::MAX)],
        )
    };
    check(8, inputs, |(policy, link, bytes, wire_len)| {
        let clamp = clamp_of(policy);
        let wire_len = wire_len.max(bytes.len());
        let expected = oracle::captured(&policy, link, &bytes, wire_len);
        let mut ours = bytes.to_vec();
        prop_assert_eq!(
            clamp.captured(link, &mut ours, wire_len, &mut ()),
            expected.outcome
        );
        prop_assert_eq!(ours, expected.bytes);

        let expected = oracle::packet(&policy, &bytes);
        let mut ours = bytes.to_vec();
        prop_assert_eq!(clamp.packet(&mut ours), expected.outcome);
        prop_assert_eq!(ours, expected.bytes);
        Ok(())
    });
}
