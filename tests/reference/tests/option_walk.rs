//! One step of the option walk, all of it: every kind and every length byte, at every place among options of every
//! size, in both IP versions. What must come out is said in one line, without a walk.

use clamp_core::{Clamp, Outcome, Reason};
use reference::frames::hex;
use reference::oracle::sum;

/// Nothing else in the options is an option: all other bytes are no-operations, and so the value is 257.
const FILLER: u8 = 1;
const FROM: u16 = 257;
const TO: u16 = 48;
const MSS: u8 = 2;
const AUTHENTICATION: u8 = 29;
const MOST_OPTIONS: usize = 40;

struct Template {
    packet: Vec<u8>,
    tcp_at: usize,
}

/// A SYN with so many bytes of options, all no-operations.
fn template(version: u8, options_len: usize) -> Template {
    let len = u16::try_from(20 + options_len).expect("60 at most");
    let (mut packet, tcp_at) = if version == 4 {
        let mut packet = hex("45000000 12344000 40060000 c0000201 c6336402");
        packet[2..4].copy_from_slice(&(len + 20).to_be_bytes());
        (packet, 20)
    } else {
        let mut packet = hex(
            "60000000 00000640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002",
        );
        packet[4..6].copy_from_slice(&len.to_be_bytes());
        (packet, 40)
    };
    packet.extend(hex("c00001bb 00000000 00000000 0002faf0 00000000"));
    packet[tcp_at + 12] = u8::try_from(len / 4).expect("15 at most") << 4;
    packet.resize(packet.len() + options_len, FILLER);
    Template { packet, tcp_at }
}

/// What must become of one option among no-operations.
fn expected(kind: u8, len: u8, room: usize) -> Outcome {
    let fits = usize::from(len) <= room;
    match (kind, len) {
        (AUTHENTICATION, 4..) if fits => Outcome::LeftAlone(Reason::TcpAo),
        (MSS, 4) if fits => Outcome::Clamped { from: FROM, to: TO },
        _ => Outcome::LeftAlone(Reason::NoMss),
    }
}

fn is_valid(template: &Template, packet: &[u8]) -> bool {
    let segment = &packet[template.tcp_at..];
    let addresses = if template.tcp_at == 20 { 12..20 } else { 8..40 };
    let pseudo = sum::pseudo_header(&packet[addresses], segment.len());
    sum::is_valid(&[pseudo.as_slice(), segment].concat())
}

/// Without optimisation, the kinds that mean something and a few that don't.
fn kinds() -> Vec<u8> {
    if cfg!(debug_assertions) {
        vec![0, 1, 2, 3, 4, 8, 19, 29, 30, 34, 254, 255]
    } else {
        (0..=u8::MAX).collect()
    }
}

#[test]
fn every_kind_length_place_and_size_in_both_ip_versions() {
    let clamp = Clamp::for_max_mss(Some(TO), Some(TO)).expect("48 is the least");
    let mut frames = 0_u64;
    for (version, options_len) in [4, 6].into_iter().flat_map(|version| {
        (4..=MOST_OPTIONS)
            .step_by(4)
            .map(move |options_len| (version, options_len))
    }) {
        let template = template(version, options_len);
        let options_at = template.tcp_at + 20;
        let mut packet = template.packet.clone();
        for place in 0..options_len - 1 {
            let at = options_at + place;
            for kind in kinds() {
                for len in 0..=u8::MAX {
                    packet[at..at + 2].copy_from_slice(&[kind, len]);
                    let outcome = clamp.packet(&mut packet);
                    frames += 1;
                    assert_eq!(
                        outcome,
                        expected(kind, len, options_len - place),
                        "IPv{version}, {options_len} bytes of options, {kind} {len} at {place}"
                    );
                    let is_as_before = packet[at..at + 2] == [kind, len]
                        && packet[..at] == template.packet[..at]
                        && packet[at + 2..] == template.packet[at + 2..];
                    assert_eq!(!is_as_before, matches!(outcome, Outcome::Clamped { .. }));
                    if !is_as_before {
                        let mut before = with_option(&template, at, [kind, len]);
                        let was_valid = is_valid(&template, &before);
                        assert_eq!(is_valid(&template, &packet), was_valid);
                        before[at + 2..at + 4].copy_from_slice(&TO.to_be_bytes());
                        let checksum = template.tcp_at + 16..template.tcp_at + 18;
                        before[checksum.clone()].copy_from_slice(&packet[checksum]);
                        assert_eq!(
                            packet, before,
                            "the MSS and the checksum, and no other byte"
                        );
                        packet.clone_from(&template.packet);
                    }
                }
            }
            packet[at..at + 2].copy_from_slice(&[FILLER, FILLER]);
        }
    }
    println!("{frames} frames");
}

fn with_option(template: &Template, at: usize, option: [u8; 2]) -> Vec<u8> {
    let mut packet = template.packet.clone();
    packet[at..at + 2].copy_from_slice(&option);
    packet
}
