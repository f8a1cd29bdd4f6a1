//! Real captures, packet by packet through the clamp and file by file through `host-sim clamp`, both
//! held to the oracle. The captures are not part of this repository: where they are absent, the tests
//! say so and pass.

mod records;

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Once;

use clamp_core::{Insertion, LinkType, Outcome};
use host_sim::Exit;
use tests::frames::Hex;
use tests::oracle::{self, Policy};

use self::records::{Record, records};

/// As many as are known to be there; fewer would mean that some were not read.
const TRACES: usize = 95;

/// The captures, in order of their names.
fn traces() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/traces");
    let Ok(entries) = fs::read_dir(&folder) else {
        // Past the harness, which keeps what a passing test prints to itself.
        static SAID: Once = Once::new();
        SAID.call_once(|| {
            let folder = folder.display();
            let _ = writeln!(
                io::stderr(),
                "NOT TESTED: there are no captures in {folder}"
            );
        });
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|suffix| suffix == "pcap" || suffix == "pcapng")
        })
        .collect();
    files.sort();
    assert!(files.len() >= TRACES, "only {} captures", files.len());
    files
}

/// Every packet of every capture, with the name of its file and its number in it.
fn for_each_packet(mut look: impl FnMut(&str, LinkType, &Record, &[u8])) {
    for path in traces() {
        let file = fs::read(&path).expect("a readable capture");
        let name = path
            .file_name()
            .expect("a file")
            .to_string_lossy()
            .into_owned();
        for (index, record) in records(&file).packets.iter().enumerate() {
            if let Some(link) = LinkType::from_pcap(record.link) {
                let place = format!("{name}, packet {}", index + 1);
                look(&place, link, record, record.bytes(&file));
            }
        }
    }
}

/// Holds the clamp to the oracle for every packet; says how many were clamped.
fn hold_packets(policy: Policy) -> usize {
    let clamp = policy.clamp().expect("a sound policy");
    let mut clamped = 0;
    for_each_packet(|place, link, record, captured| {
        let expected = oracle::captured(&policy, link, captured, record.wire_len);
        let mut ours = captured.to_vec();
        let outcome = clamp.captured(link, &mut ours, record.wire_len, &mut ());
        assert_eq!(outcome, expected.outcome, "{place}");
        assert_eq!(Hex(ours), Hex(expected.bytes), "{place}");
        clamped += usize::from(matches!(outcome, Outcome::Clamped { .. }));
    });
    eprintln!("{clamped} clamped by {policy:?}");
    clamped
}

#[test]
fn every_packet_comes_out_as_the_oracle_writes_it_at_link_mtu_1492() {
    let clamped = hold_packets(Policy::link_mtu(1492));
    assert!(
        clamped > 1000 || traces().is_empty(),
        "only {clamped} clamped"
    );
}

#[test]
fn every_packet_comes_out_as_the_oracle_writes_it_at_link_mtu_1400_through_tunnels() {
    let outside = hold_packets(Policy::link_mtu(1400));
    let inside = hold_packets(Policy::link_mtu(1400).through_tunnels());
    assert!(
        inside > outside || traces().is_empty(),
        "no tunnel was entered"
    );
}

#[test]
fn every_packet_comes_out_as_the_oracle_writes_it_at_fixed_ceilings() {
    hold_packets(Policy::max_mss(Some(536), Some(1220)));
    hold_packets(Policy::max_mss(None, Some(1220)).through_tunnels());
    hold_packets(Policy::max_mss(Some(48), Some(48)).through_tunnels());
}

#[test]
fn a_missing_mss_is_inserted_as_the_oracle_inserts_it() {
    let policy = Policy::link_mtu(1492).through_tunnels();
    let clamp = policy.clamp().expect("a sound policy");
    let mut inserted = 0;
    for_each_packet(|place, link, record, captured| {
        for room in [0, 4] {
            let mut ours = captured.to_vec();
            ours.resize(captured.len() + room, 0);
            let (len, wire_len) = (captured.len(), record.wire_len);
            let expected = oracle::insert_in_captured(&policy, link, &ours, len, wire_len);
            let insertion = clamp.insert_in_captured(link, &mut ours, len, wire_len);
            assert_eq!(insertion, expected.outcome, "{place}");
            assert_eq!(Hex(ours), Hex(expected.bytes), "{place}");
            inserted += usize::from(matches!(insertion, Insertion::Inserted { .. }));
        }
    });
    eprintln!("{inserted} inserted");
    assert!(inserted > 0 || traces().is_empty());
}

/// Runs `host-sim clamp` on a file and gives back how it ended and what it wrote.
fn host_sim_clamp(path: &Path, flags: &[&str]) -> (Exit, Vec<u8>, String) {
    let folder = tempfile::tempdir().expect("a folder to write to");
    let out = folder.path().join("out");
    let mut arguments = vec![OsString::from("host-sim"), OsString::from("clamp")];
    arguments.extend([path.into(), out.clone().into()]);
    arguments.extend(flags.iter().map(OsString::from));
    let (mut report, mut complaints) = (Vec::new(), Vec::new());
    let exit = host_sim::run(arguments, &mut report, &mut complaints);
    let complaints = String::from_utf8_lossy(&complaints).into_owned();
    (exit, fs::read(out).unwrap_or_default(), complaints)
}

/// OUT is IN byte for byte, but for what the oracle writes into its packets.
fn hold_files(policy: Policy, flags: &[&str]) {
    for path in traces() {
        let file = fs::read(&path).expect("a readable capture");
        let records = records(&file);
        let mut expected = file[..records.sound_until].to_vec();
        for record in &records.packets {
            if let Some(link) = LinkType::from_pcap(record.link) {
                let prediction =
                    oracle::captured(&policy, link, record.bytes(&file), record.wire_len);
                expected[record.at..record.at + record.captured_len]
                    .copy_from_slice(&prediction.bytes);
            }
        }
        let (exit, written, complaints) = host_sim_clamp(&path, flags);
        let is_sound = records.sound_until == file.len();
        let expected_exit = if is_sound { Exit::Fine } else { Exit::BadInput };
        assert_eq!(exit, expected_exit, "{}: {complaints}", path.display());
        let first_difference = written.iter().zip(&expected).position(|(a, b)| a != b);
        assert_eq!(first_difference, None, "{}", path.display());
        assert_eq!(written.len(), expected.len(), "{}", path.display());
        if !is_sound {
            let byte = records.sound_until.to_string();
            assert!(
                complaints.contains(&byte),
                "no byte {byte} in: {complaints}"
            );
        }
    }
}

#[test]
fn every_file_comes_out_as_the_oracle_writes_it_at_link_mtu_1492() {
    hold_files(Policy::link_mtu(1492), &["--link-mtu", "1492"]);
}

#[test]
fn every_file_comes_out_as_the_oracle_writes_it_at_link_mtu_1400_through_tunnels() {
    let policy = Policy::link_mtu(1400).through_tunnels();
    hold_files(policy, &["--link-mtu", "1400", "--tunnels"]);
}

#[test]
fn every_file_comes_out_as_the_oracle_writes_it_at_fixed_ceilings() {
    let flags = ["--max-mss-v4", "536", "--max-mss-v6", "1220", "--json"];
    hold_files(Policy::max_mss(Some(536), Some(1220)), &flags);
}

#[test]
fn every_file_with_missing_options_inserted_holds_the_packets_the_oracle_grows() {
    let policy = Policy::link_mtu(1492);
    let mut grown = 0;
    for path in traces() {
        let file = fs::read(&path).expect("a readable capture");
        let (_, written, _) = host_sim_clamp(&path, &["--link-mtu", "1492", "--insert-missing"]);
        let (before, after) = (records(&file), records(&written));
        assert_eq!(after.sound_until, written.len(), "{}", path.display());
        assert_eq!(
            before.packets.len(),
            after.packets.len(),
            "{}",
            path.display()
        );
        for (index, (old, new)) in before.packets.iter().zip(&after.packets).enumerate() {
            let place = format!("{}, packet {}", path.display(), index + 1);
            let captured = old.bytes(&file);
            let expected = expected_growth(&policy, old, captured);
            assert_eq!(Hex(new.bytes(&written).to_vec()), Hex(expected), "{place}");
            let growth = new.captured_len - old.captured_len;
            assert_eq!(new.wire_len, old.wire_len + growth, "{place}");
            grown += usize::from(growth > 0);
        }
    }
    eprintln!("{grown} packets grew");
    assert!(grown > 0 || traces().is_empty());
}

/// What a packet becomes where missing options are inserted.
fn expected_growth(policy: &Policy, record: &Record, captured: &[u8]) -> Vec<u8> {
    let Some(link) = LinkType::from_pcap(record.link) else {
        return captured.to_vec();
    };
    let mut buffer = captured.to_vec();
    buffer.extend([0; 4]);
    let (len, wire_len) = (captured.len(), record.wire_len);
    let insertion = oracle::insert_in_captured(policy, link, &buffer, len, wire_len);
    match insertion.outcome {
        // A packet longer than its file's snap length would be cut by whoever reads it.
        Insertion::Inserted { len, .. } if record.snap_len == 0 || len <= record.snap_len => {
            insertion.bytes[..len].to_vec()
        }
        _ => oracle::captured(policy, link, captured, wire_len).bytes,
    }
}
