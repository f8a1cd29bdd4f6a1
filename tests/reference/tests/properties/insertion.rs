//! Inserting a missing MSS option, against the oracle and against the clamp itself.

use clamp_core::{Clamp, Insertion, LinkType, Outcome, Reason, Refusal};
use proptest::prelude::*;
use reference::frames::{self, Hex, check};
use reference::oracle;

use crate::clamp_of;

/// Room behind the frame, filled with what must survive.
fn with_room(bytes: &[u8], room: usize) -> Vec<u8> {
    let mut buffer = bytes.to_vec();
    buffer.resize(bytes.len() + room, 0xee);
    buffer
}

/// Room for the option, or not quite.
fn room() -> impl Strategy<Value = usize> {
    prop_oneof![4 => Just(4_usize), 1 => 0_usize..4, 1 => 5_usize..100]
}

#[test]
fn a_frame_grows_as_the_oracle_lets_it_grow() {
    let inputs = || (frames::policy(), frames::frame_without_mss(), room());
    check(16, inputs, |(policy, frame, room)| {
        let bytes = frame.bytes();
        let buffer = with_room(&bytes, room);
        let expected = oracle::insert_in_frame(&policy, &buffer, bytes.len());
        let mut ours = buffer.clone();
        let insertion = clamp_of(policy).insert_in_frame(&mut ours, bytes.len());
        prop_assert_eq!(insertion, expected.outcome);
        prop_assert_eq!(Hex(ours), Hex(expected.bytes));
        Ok(())
    });
}

#[test]
fn a_bare_packet_grows_as_the_oracle_lets_it_grow() {
    let inputs = || {
        (
            frames::policy(),
            frames::packet_without_mss(),
            0_usize..6,
            room(),
        )
    };
    check(12, inputs, |(policy, packet, behind, room)| {
        let bytes = with_room(&packet.bytes(), behind);
        let buffer = with_room(&bytes, room);
        let expected = oracle::insert_in_packet(&policy, &buffer, bytes.len());
        let mut ours = buffer.clone();
        let insertion = clamp_of(policy).insert_in_packet(&mut ours, bytes.len());
        prop_assert_eq!(insertion, expected.outcome);
        prop_assert_eq!(Hex(ours), Hex(expected.bytes));
        Ok(())
    });
}

#[test]
fn a_capture_grows_as_the_oracle_lets_it_grow() {
    let inputs = || (frames::policy(), frames::capture_without_mss(), room());
    check(16, inputs, |(policy, capture, room)| {
        let bytes = capture.bytes();
        let wire_len = capture.wire_len();
        let buffer = with_room(&bytes, room);
        let link = capture.link;
        let expected = oracle::insert_in_captured(&policy, link, &buffer, bytes.len(), wire_len);
        let mut ours = buffer.clone();
        let clamp = clamp_of(policy);
        let insertion = clamp.insert_in_captured(link, &mut ours, bytes.len(), wire_len);
        prop_assert_eq!(insertion, expected.outcome);
        prop_assert_eq!(Hex(ours), Hex(expected.bytes));
        Ok(())
    });
}

#[test]
fn what_has_an_mss_is_not_touched() {
    check(
        8,
        || (frames::policy(), frames::sent_frame()),
        |(policy, sent)| {
            let clamp = clamp_of(policy);
            let bytes = sent.bytes();
            let mut buffer = with_room(&bytes, 4);
            if clamp.judge_frame(&bytes) != Outcome::LeftAlone(Reason::NoMss) {
                let insertion = clamp.insert_in_frame(&mut buffer, bytes.len());
                prop_assert_eq!(insertion, Insertion::NotMissing);
                prop_assert_eq!(buffer, with_room(&bytes, 4));
            }
            Ok(())
        },
    );
}

#[test]
fn an_inserted_mss_fits_and_is_inserted_once() {
    check(
        12,
        || (frames::policy(), frames::frame_without_mss()),
        |(policy, frame)| {
            let clamp: Clamp = clamp_of(policy);
            let bytes = frame.bytes();
            let mut buffer = with_room(&bytes, 4);
            if let Insertion::Inserted { mss, len } =
                clamp.insert_in_frame(&mut buffer, bytes.len())
            {
                prop_assert!(mss >= 48);
                prop_assert!((bytes.len()..=bytes.len() + 4).contains(&len));
                // What an option soup holds behind the inserted one may have become reachable, not larger.
                prop_assert_eq!(clamp.judge_frame(&buffer[..len]), Outcome::Fits { mss });
                let again = clamp.insert_in_frame(&mut buffer, len);
                prop_assert_eq!(again, Insertion::NotMissing);
            }
            Ok(())
        },
    );
}

#[test]
fn a_frame_longer_than_its_buffer_changes_nothing() {
    check(
        1,
        || (frames::policy(), frames::frame_without_mss()),
        |(policy, frame)| {
            let bytes = frame.bytes();
            let mut buffer = bytes.clone();
            let insertion = clamp_of(policy).insert_in_captured(
                LinkType::Ethernet,
                &mut buffer,
                bytes.len() + 1,
                bytes.len() + 1,
            );
            prop_assert_eq!(insertion, Insertion::Refused(Refusal::NoRoom));
            prop_assert_eq!(buffer, bytes);
            Ok(())
        },
    );
}
