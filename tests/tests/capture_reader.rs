//! The capture reader on real captures: nothing is lost, and another reader finds the same packets.

use std::{
    fs::{self, File},
    io::{Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use host_sim::capture::{Growth, Reader, Writer};
use pcap_parser::{Block, PcapBlockOwned, PcapError, create_reader};

/// What two readers must agree on.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Packet {
    link_type: u16,
    wire_len: usize,
    captured: Vec<u8>,
}

/// The captures beside the workspace. Without them there is nothing to hold here, and the tests in
/// `host-sim` stand alone.
fn captures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/traces");
    let Ok(entries) = fs::read_dir(&folder) else {
        eprintln!("NOT RUN: no folder of captures at ../shared/traces beside the workspace");
        return Vec::new();
    };
    let mut captures: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|end| end == "pcap" || end == "pcapng")
        })
        .collect();
    captures.sort();
    assert!(!captures.is_empty(), "a folder of captures without one");
    captures
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// Copies a capture record by record. All records must be sound in a file that is.
fn copy(path: &Path) -> (Vec<u8>, Vec<Packet>) {
    let mut reader = Reader::open(File::open(path).unwrap()).unwrap();
    let mut output = tempfile::tempfile().unwrap();
    let mut writer = Writer::to_file(output.try_clone().unwrap(), Growth::Never);
    let mut packets = Vec::new();
    while let Some(mut record) = reader
        .next()
        .unwrap_or_else(|fault| panic!("{}: {fault}", name(path)))
    {
        if let Some((packet, captured)) = record.packet() {
            packets.push(Packet {
                link_type: packet.link_type(),
                wire_len: packet.wire_len(),
                captured: captured.to_vec(),
            });
            assert_eq!(packet.number(), packets.len() as u64);
        }
        writer.write(&mut record).unwrap();
    }
    writer.finish().unwrap();
    let mut copied = Vec::new();
    output.seek(SeekFrom::Start(0)).unwrap();
    output.read_to_end(&mut copied).unwrap();
    (copied, packets)
}

#[test]
fn every_capture_comes_out_as_it_went_in() {
    for path in captures() {
        let (copied, _) = copy(&path);
        assert!(
            copied == fs::read(&path).unwrap(),
            "{} came out differently",
            name(&path)
        );
    }
}

#[test]
fn another_reader_finds_the_same_packets() {
    let captures = captures();
    let mut compared = 0;
    for path in &captures {
        let Some(expected) = packets_of_another_reader(path) else {
            // It does not know the modified record header.
            assert_eq!(name(path), "pcap-modified-kuznetzov.pcap");
            continue;
        };
        let (_, packets) = copy(path);
        assert_eq!(packets.len(), expected.len(), "{}", name(path));
        for (number, (packet, expected)) in (1..).zip(packets.iter().zip(&expected)) {
            assert_eq!(packet, expected, "{}, packet {number}", name(path));
        }
        compared += 1;
    }
    assert!(compared + 1 >= captures.len());
}

/// The packets that pcap-parser finds; none where it does not know the format.
fn packets_of_another_reader(path: &Path) -> Option<Vec<Packet>> {
    let mut reader = create_reader(1 << 20, File::open(path).unwrap()).ok()?;
    let mut file_link_type = 0;
    let mut interfaces: Vec<(u16, u32)> = Vec::new();
    let mut packets = Vec::new();
    loop {
        let (used, block) = match reader.next() {
            Ok(block) => block,
            Err(PcapError::Eof) => return Some(packets),
            Err(PcapError::Incomplete(_)) => {
                reader.refill().unwrap();
                continue;
            }
            Err(error) => panic!("{}: {error:?}", name(path)),
        };
        match block {
            PcapBlockOwned::LegacyHeader(header) => file_link_type = low_16_bits(header.network.0),
            PcapBlockOwned::Legacy(packet) => packets.push(Packet {
                link_type: file_link_type,
                wire_len: packet.origlen.max(packet.caplen) as usize,
                captured: packet.data[..packet.caplen as usize].to_vec(),
            }),
            PcapBlockOwned::NG(Block::SectionHeader(_)) => interfaces.clear(),
            PcapBlockOwned::NG(Block::InterfaceDescription(interface)) => {
                interfaces.push((low_16_bits(interface.linktype.0), interface.snaplen));
            }
            PcapBlockOwned::NG(Block::EnhancedPacket(packet)) => packets.push(Packet {
                link_type: interfaces[packet.if_id as usize].0,
                wire_len: packet.origlen.max(packet.caplen) as usize,
                captured: packet.data[..packet.caplen as usize].to_vec(),
            }),
            PcapBlockOwned::NG(Block::SimplePacket(packet)) => {
                let (link_type, snap_len) = interfaces[0];
                let captured_len = match snap_len {
                    0 => packet.origlen,
                    limit => limit.min(packet.origlen),
                };
                packets.push(Packet {
                    link_type,
                    wire_len: packet.origlen as usize,
                    captured: packet.data[..captured_len as usize].to_vec(),
                });
            }
            PcapBlockOwned::NG(_) => {}
        }
        reader.consume(used);
    }
}

fn low_16_bits(link_type: i32) -> u16 {
    (link_type & 0xffff) as u16
}
