//! Where the packets lie in a capture file: a second reading of the two formats, as plain as can be
//! and for files that are small.

use std::ops::Range;

const SECTION_HEADER_BLOCK: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];
const OBSOLETE_PACKET_BLOCK: u32 = 2;
const SIMPLE_PACKET_BLOCK: u32 = 3;
const ENHANCED_PACKET_BLOCK: u32 = 6;

/// Where the captured bytes of each packet are. A file that ends early has no packets behind that.
pub(crate) fn packets(file: &[u8]) -> Vec<Range<usize>> {
    if file.starts_with(&SECTION_HEADER_BLOCK) {
        packets_of_pcapng(file)
    } else {
        packets_of_pcap(file)
    }
}

/// draft-ietf-opsawg-pcap, and the modified record header of 24 bytes.
fn packets_of_pcap(file: &[u8]) -> Vec<Range<usize>> {
    let magic = number(file, 0, false).unwrap();
    let (big_endian, magic) = match magic.to_be_bytes() {
        [0xa1, ..] => (false, magic),
        _ => (true, magic.swap_bytes()),
    };
    let record_header_len = match magic {
        0xa1b2_c3d4 | 0xa1b2_3c4d => 16,
        0xa1b2_cd34 => 24,
        _ => panic!("no pcap file: its magic is {magic:08x}"),
    };
    let mut packets = Vec::new();
    let mut record = 24;
    while let Some(captured_len) = number(file, record + 8, big_endian) {
        let start = record + record_header_len;
        let end = start + captured_len as usize;
        if end > file.len() {
            break;
        }
        packets.push(start..end);
        record = end;
    }
    packets
}

/// draft-ietf-opsawg-pcapng.
fn packets_of_pcapng(file: &[u8]) -> Vec<Range<usize>> {
    let mut packets = Vec::new();
    let mut big_endian = false;
    let mut block = 0;
    while let Some(kind) = file.get(block..block + 4) {
        if kind == SECTION_HEADER_BLOCK {
            big_endian = file[block + 8] == 0x1a;
        }
        let Some(block_len) = number(file, block + 4, big_endian) else {
            break;
        };
        let end = block + block_len as usize;
        if block_len < 12 || end > file.len() {
            break;
        }
        let packet = match number(file, block, big_endian) {
            Some(ENHANCED_PACKET_BLOCK | OBSOLETE_PACKET_BLOCK) => Some((28, 20)),
            Some(SIMPLE_PACKET_BLOCK) => Some((12, 8)),
            _ => None,
        };
        if let Some((packet_at, packet_len_at)) = packet
            && let Some(packet_len) = number(file, block + packet_len_at, big_endian)
        {
            let start = block + packet_at;
            // The length in a simple packet block is that on the wire, and may be the longer one.
            packets.push(start..(start + packet_len as usize).min(end - 4));
        }
        block = end;
    }
    packets
}

/// The 32-bit number at `at`.
pub(crate) fn number(file: &[u8], at: usize, big_endian: bool) -> Option<u32> {
    let bytes = file.get(at..at + 4)?.try_into().ok()?;
    Some(if big_endian {
        u32::from_be_bytes(bytes)
    } else {
        u32::from_le_bytes(bytes)
    })
}
