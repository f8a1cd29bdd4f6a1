//! Each kind of finding, made to occur, and nothing else with it.

use std::error::Error as _;
use std::slice::from_ref;

use clamp_core::Clamp;

use super::samples::{
    MSS_1460, PLAIN, Tcp, check_frames, checked, clamped, cut_frames, data, frames, in_memory, syn,
    to_1492, with,
};
use crate::check::{CheckOptions, Packet, Summary, run};

/// Where the TCP header is in these frames.
const TCP_AT: usize = 34;
const CHECKSUM_AT: usize = TCP_AT + 16;
const MSS_AT: usize = TCP_AT + 22;

fn with_policy(policy: Clamp) -> CheckOptions {
    CheckOptions {
        policy: Some(policy.into()),
        ..PLAIN
    }
}

/// Checks one frame that became another, beside a clean one; hands back the report's findings.
fn findings_of(before: Vec<u8>, after: Vec<u8>, options: &CheckOptions) -> (Summary, Vec<String>) {
    let clean = data(900, b"unchanged").frame();
    let (summary, report) = check_frames(&[clean.clone(), before], &[clean, after], options);
    assert_eq!(summary.paired, 2, "{report}");
    let lines = report
        .lines()
        .filter(|line| line.starts_with("packet 2 -> 2: "))
        .map(|line| line["packet 2 -> 2: ".len()..].to_string())
        .collect::<Vec<_>>();
    assert_eq!(summary.total_findings(), lines.len() as u64, "{report}");
    (summary, lines)
}

#[test]
fn a_clean_clamp_has_no_finding() {
    let before = syn(&MSS_1460).frame();
    let after = clamped(before.clone(), to_1492());
    let (summary, lines) = findings_of(before, after, &with_policy(to_1492()));
    assert_eq!(lines, [""; 0]);
    assert_eq!(summary.clamped, 1);
    assert_eq!(summary.lowered, [((1460, 1452), 1)].into());
}

#[test]
fn a_changed_byte_of_a_data_segment() {
    let before = data(7, b"payload").frame();
    let after = with(before.clone(), TCP_AT + 20, b"P");
    let (summary, lines) = findings_of(before, after, &PLAIN);
    assert_eq!(summary.findings, [1, 0, 0, 0, 1, 0, 0, 0, 0, 0]);
    assert_eq!(
        lines[0],
        "1 byte(s) changed that a clamp may not change: byte 54 (TCP byte 20) was 70 and is 50"
    );
}

#[test]
fn a_changed_option_kind_beside_a_clean_clamp() {
    let before = syn(&[2, 4, 5, 0xb4, 1, 3, 3, 7]).frame();
    let mut after = syn(&[2, 4, 5, 0xac, 1, 1, 1, 1]).frame();
    after[CHECKSUM_AT..CHECKSUM_AT + 2].copy_from_slice(&{
        let honest = clamped(before.clone(), to_1492());
        [honest[CHECKSUM_AT], honest[CHECKSUM_AT + 1]]
    });
    let (summary, lines) = findings_of(before, after, &PLAIN);
    assert_eq!(
        summary.findings,
        [1, 0, 0, 0, 1, 0, 0, 0, 0, 0],
        "{lines:?}"
    );
    assert!(lines[0].contains("was 030307 and is 010101"), "{lines:?}");
}

#[test]
fn an_mss_changed_in_a_segment_signed_with_tcp_ao() {
    let options = [2, 4, 5, 0xb4, 29, 4, 1, 1];
    let before = syn(&options).frame();
    let after = syn(&[2, 4, 5, 0xac, 29, 4, 1, 1]).frame();
    let (summary, _) = findings_of(before, after, &PLAIN);
    assert_eq!(summary.findings, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn a_removed_option_is_a_changed_length() {
    let before = syn(&[2, 4, 5, 0xb4, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1]).frame();
    let after = syn(&MSS_1460).frame();
    let (summary, lines) = findings_of(before, after, &PLAIN);
    assert_eq!(summary.findings[1], 1, "{lines:?}");
    assert!(lines.contains(&"length changed from 70 to 58 bytes".to_string()));
}

#[test]
fn a_raised_mss() {
    let before = syn(&[2, 4, 5, 0x78]).frame();
    let after = syn(&MSS_1460).frame();
    let (summary, lines) = findings_of(before, after, &PLAIN);
    assert_eq!(summary.findings, [0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(
        lines,
        ["MSS raised from 1400 to 1460 at byte 56 (TCP byte 22)"]
    );
}

#[test]
fn an_inserted_option_is_a_finding_unless_asked_for() {
    let before = syn(&[1, 1, 1, 1]).frame();
    let after = syn(&[2, 4, 2, 0x18, 1, 1, 1, 1]).frame();
    let (summary, lines) = findings_of(before.clone(), after.clone(), &PLAIN);
    assert_eq!(
        summary.findings,
        [0, 0, 0, 1, 0, 0, 0, 0, 0, 0],
        "{lines:?}"
    );
    let asked = CheckOptions {
        insert_missing: true,
        ..PLAIN
    };
    let (summary, lines) = findings_of(before, after, &asked);
    assert_eq!(lines, [""; 0]);
    assert_eq!(summary.inserted, 1);
}

#[test]
fn an_inserted_option_above_what_the_sender_assumed_is_a_raised_mss() {
    let asked = CheckOptions {
        insert_missing: true,
        ..PLAIN
    };
    let before = syn(&[1, 1, 1, 1]).frame();
    let after = syn(&[2, 4, 5, 0xb4, 1, 1, 1, 1]).frame();
    let (summary, lines) = findings_of(before, after, &asked);
    assert_eq!(summary.findings, [0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
    assert!(lines[0].starts_with("MSS raised from 536 to 1460"));
}

#[test]
fn a_checksum_that_linux_makes_wrong_at_an_odd_offset() {
    let before = syn(&[1, 2, 4, 5, 0xb4, 0, 0, 0]).frame();
    let right = clamped(before.clone(), to_1492());
    let sum = |frame: &[u8]| u16::from_be_bytes([frame[CHECKSUM_AT], frame[CHECKSUM_AT + 1]]);
    let unswapped = sum(&before) + 8;
    let after = with(right.clone(), CHECKSUM_AT, &unswapped.to_be_bytes());
    let (summary, lines) = findings_of(before, after, &with_policy(to_1492()));
    assert_eq!(summary.findings, [0, 0, 0, 0, 1, 0, 0, 0, 0, 0]);
    assert_eq!(
        lines,
        [format!(
            "TCP checksum was right before and is wrong after: {:#06x} expected, {unswapped:#06x} \
             found at byte 50 (TCP byte 16)",
            sum(&right)
        )]
    );
    assert_eq!(summary.clamped, 0);
}

#[test]
fn a_checksum_of_ffff_where_recomputation_gives_0000() {
    let mut before = syn(&MSS_1460);
    // Ports that bring the checksum of the clamped segment to zero.
    let rest = {
        let frame = clamped(before.frame(), to_1492());
        u16::from_be_bytes([frame[CHECKSUM_AT], frame[CHECKSUM_AT + 1]])
    };
    let port = u32::from(before.ports[0]) + u32::from(rest);
    before.ports[0] = u16::try_from(if port > 0xffff { port - 0xffff } else { port }).unwrap();
    let right = clamped(before.frame(), to_1492());
    assert_eq!(right[CHECKSUM_AT..CHECKSUM_AT + 2], [0, 0]);
    let after = with(right, CHECKSUM_AT, &[0xff, 0xff]);
    let (summary, lines) = findings_of(before.frame(), after, &PLAIN);
    assert_eq!(summary.findings, [0, 0, 0, 0, 1, 0, 0, 0, 0, 0]);
    assert!(lines[0].contains("RFC 1624"), "{lines:?}");
}

#[test]
fn a_repaired_checksum() {
    let before = with(syn(&MSS_1460).frame(), CHECKSUM_AT, &[0x12, 0x34]);
    let after = syn(&[2, 4, 5, 0xac]).frame();
    let (summary, lines) = findings_of(before, after, &PLAIN);
    assert_eq!(summary.findings, [0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
    assert!(lines[0].contains("0x123c expected"), "{lines:?}");
}

#[test]
fn a_wrong_checksum_that_is_wrong_by_another_amount() {
    let before = with(syn(&MSS_1460).frame(), CHECKSUM_AT, &[0x12, 0x34]);
    let honest = clamped(before.clone(), to_1492());
    let (_, lines) = findings_of(before.clone(), honest.clone(), &PLAIN);
    assert_eq!(
        lines, [""; 0],
        "wrong by the same amount is what a clamp does"
    );
    let after = with(honest, CHECKSUM_AT, &[0x12, 0x34]);
    let (summary, lines) = findings_of(before, after, &PLAIN);
    assert_eq!(summary.findings, [0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
    assert!(lines[0].contains("0x123c expected, 0x1234 found"));
}

#[test]
fn a_syn_above_the_ceiling() {
    let frame = syn(&MSS_1460).frame();
    let (summary, lines) = findings_of(frame.clone(), frame, &with_policy(to_1492()));
    assert_eq!(summary.findings, [0, 0, 0, 0, 0, 0, 0, 1, 0, 0]);
    assert_eq!(lines, ["SYN left with MSS 1460, above the ceiling of 1452"]);
}

#[test]
fn a_second_mss_option_left_above_the_ceiling() {
    let before = syn(&[2, 4, 5, 0xb4, 2, 4, 5, 0xb4]).frame();
    let after = syn(&[2, 4, 5, 0xac, 2, 4, 5, 0xb4]).frame();
    let (summary, _) = findings_of(before, after, &with_policy(to_1492()));
    assert_eq!(summary.findings, [0, 0, 0, 0, 0, 0, 0, 1, 0, 0]);
}

#[test]
fn an_unpaired_syn_above_the_ceiling_left_too() {
    let clean = data(900, b"unchanged").frame();
    let alone = syn(&MSS_1460).frame();
    let (summary, report) = check_frames(
        from_ref(&clean),
        &[clean.clone(), alone],
        &with_policy(to_1492()),
    );
    assert_eq!((summary.only_after, summary.findings[7]), (1, 1));
    assert!(report.contains("packet 2 after: SYN left with MSS 1460"));
}

#[test]
fn captures_without_a_common_packet() {
    let (summary, report) = check_frames(
        &[data(1, b"one").frame()],
        &[Tcp {
            destination: [203, 0, 113, 1],
            ..data(2, b"another one")
        }
        .frame()],
        &PLAIN,
    );
    assert_eq!(summary.findings, [0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    assert_eq!((summary.only_before, summary.only_after), (1, 1));
    assert!(report.contains("nothing was checked"));
}

#[test]
fn a_cut_capture_is_judged_by_what_is_there() {
    let mut segment = syn(&MSS_1460);
    segment.payload = vec![0x55; 600];
    let before = segment.frame();
    let after = clamped(before.clone(), to_1492());
    let snapped = |frames: &[Vec<u8>]| cut_frames(frames, MSS_AT + 2);
    let (summary, report) = checked(
        snapped(from_ref(&before)),
        snapped(from_ref(&after)),
        &with_policy(to_1492()),
    );
    assert_eq!(
        (summary.total_findings(), summary.clamped),
        (0, 1),
        "{report}"
    );
    let (summary, report) = checked(
        snapped(from_ref(&before)),
        frames(from_ref(&after)),
        &with_policy(to_1492()),
    );
    assert_eq!(
        (summary.total_findings(), summary.clamped),
        (0, 1),
        "{report}"
    );
    let unfollowed = with(after, CHECKSUM_AT, &before[CHECKSUM_AT..CHECKSUM_AT + 2]);
    let (summary, report) = checked(snapped(&[before]), snapped(&[unfollowed]), &PLAIN);
    assert_eq!(summary.findings, [0, 0, 0, 0, 0, 0, 1, 0, 0, 0], "{report}");
}

#[test]
fn no_cut_of_either_capture_makes_a_finding_of_a_clean_clamp() {
    let before = syn(&[8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2, 4, 5, 0xb4, 1]).frame();
    let after = clamped(before.clone(), to_1492());
    let clean = vec![0xff; 20];
    for cut_before in 20..=before.len() {
        for cut_after in (20..=after.len()).step_by(3) {
            let (summary, report) = checked(
                cut_frames(&[clean.clone(), before.clone()], cut_before),
                cut_frames(&[clean.clone(), after.clone()], cut_after),
                &with_policy(to_1492()),
            );
            assert_eq!(
                summary.total_findings(),
                0,
                "cut at {cut_before} and {cut_after}: {report}"
            );
        }
    }
}

#[test]
fn a_link_type_that_nobody_looks_behind_is_compared_byte_for_byte() {
    let of_ieee_802_11 = |frames: &[Vec<u8>]| {
        let packets = frames.iter().zip(1..).map(|(frame, number)| Packet {
            number,
            link_type: 105,
            bytes: frame.clone(),
            wire_len: frame.len(),
            timestamp_ns: None,
        });
        in_memory(packets.collect())
    };
    let before = syn(&MSS_1460).frame();
    let after = clamped(before.clone(), to_1492());
    for routed in [false, true] {
        let (summary, report) = checked(
            of_ieee_802_11(&[vec![7; 40], before.clone()]),
            of_ieee_802_11(&[vec![7; 40], after.clone()]),
            &CheckOptions {
                routed,
                ..with_policy(to_1492())
            },
        );
        assert_eq!((summary.paired, summary.findings[0]), (2, 2), "{report}");
        let (summary, report) = checked(
            of_ieee_802_11(&[vec![7; 40], before.clone()]),
            of_ieee_802_11(&[vec![7; 40], with(before.clone(), 30, &[9])]),
            &with_policy(to_1492()),
        );
        assert_eq!((summary.paired, summary.findings[0]), (2, 1), "{report}");
    }
}

#[test]
fn a_truncated_capture_is_checked_up_to_its_fault() {
    let mut file = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0];
    file.extend([0; 8]);
    file.extend([0, 0, 1, 0, 1, 0, 0, 0]);
    let frame = syn(&MSS_1460).frame();
    for _ in 0..2 {
        let len = u32::try_from(frame.len()).unwrap().to_le_bytes();
        file.extend([[0; 4], [0; 4], len, len].concat());
        file.extend(&frame);
    }
    let cut = &file[..file.len() - 1];
    let mut report = Vec::new();
    let error = run(&file[..], cut, &PLAIN, &mut report).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the capture after: byte 98: a packet record says 58 bytes but the file ends after 57"
    );
    assert!(error.source().is_some());
    let report = String::from_utf8(report).unwrap();
    assert!(report.contains("paired: 1"), "{report}");
    assert!(report.contains("packet 2 only before"), "{report}");
    let error = run(&b"no capture"[..], cut, &PLAIN, &mut Vec::new()).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("the capture before: not a pcap")
    );
}

#[test]
fn json_lines_name_the_finding_and_end_in_the_summary() {
    let before = syn(&[2, 4, 5, 0x78]).frame();
    let after = syn(&MSS_1460).frame();
    let (_, report) = check_frames(
        &[before],
        &[after],
        &CheckOptions {
            json: true,
            ..PLAIN
        },
    );
    let lines: Vec<serde_json::Value> = report
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["finding"], "mss_raised");
    assert_eq!(
        (&lines[0]["from"], &lines[0]["to"]),
        (&1400.into(), &1460.into())
    );
    assert_eq!(lines[0]["packet"]["after"], 1);
    assert_eq!(lines[0]["place"]["layer"], "TCP");
    assert_eq!(lines[1]["summary"]["paired"], 1);
    assert_eq!(lines[1]["findings"]["mss_raised"], 1);
}
