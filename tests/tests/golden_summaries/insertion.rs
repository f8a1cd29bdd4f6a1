//! SYNs without an MSS option, which no kernel sends: made from a capture by blotting the option
//! out, and given one again with `--insert-missing`.

use std::fs;
use std::ops::Range;

use etherparse::{NetHeaders, PacketHeaders, TransportHeader};
use host_sim::Exit;

use crate::packets::{number, packets};
use crate::reports::assert_report;
use crate::{clamp_bytes, own_captures};

pub(crate) const NAME: &str = "syns_without_mss_get_one_when_asked";
const FLAGS: &str = "--link-mtu 1492 --insert-missing";
const NO_OPERATION: u8 = 1;

/// What a frame's headers say about its segment.
struct Segment {
    is_syn: bool,
    tcp_at: usize,
    options: Vec<u8>,
    checksum: u16,
    right_checksum: u16,
    ip_len_is_right: bool,
}

#[test]
fn syns_without_mss_get_one_when_asked() {
    let mut before = fs::read(own_captures().join("plain-lan.pcap")).unwrap();
    let blotted_out = blot_out_mss(&mut before);
    assert_eq!(blotted_out, 4);
    let run = clamp_bytes(&before, FLAGS);
    assert_eq!((run.exit, run.complaint.as_str()), (Exit::Fine, ""));
    assert_eq!(run.output.len(), before.len() + 4 * blotted_out);

    let (packets_before, packets_after) = (packets(&before), packets(&run.output));
    assert_eq!(packets_before.len(), packets_after.len());
    for (old, new) in packets_before.into_iter().zip(packets_after) {
        let original_len = |file: &[u8], packet: &Range<usize>| {
            number(file, packet.start - 4, false).unwrap() as usize
        };
        assert_eq!(original_len(&before, &old), old.len());
        assert_eq!(original_len(&run.output, &new), new.len());
        let (old, new) = (&before[old], &run.output[new]);
        match (segment(old), segment(new)) {
            (Some(old_segment), Some(new_segment)) if old_segment.is_syn => {
                assert_inserted(old, &old_segment, new, &new_segment);
            }
            _ => assert_eq!(old, new),
        }
    }
    assert_eq!(clamp_bytes(&run.output, FLAGS).output, run.output);
    assert_report(NAME, "plain-lan-without-mss.pcap", FLAGS, &run.report);
}

fn assert_inserted(old: &[u8], old_segment: &Segment, new: &[u8], new_segment: &Segment) {
    let default_mss: u16 = if old[12..14] == [0x08, 0x00] {
        536
    } else {
        1220
    };
    let mut options = vec![2, 4];
    options.extend(default_mss.to_be_bytes());
    options.extend(&old_segment.options);
    assert_eq!(new_segment.options, options);
    assert_eq!(new_segment.checksum, new_segment.right_checksum);
    assert!(new_segment.ip_len_is_right);
    // Addresses, ports, sequence numbers: all else in front of the checksum but the data offset.
    assert_eq!(new[..14], old[..14]);
    let tcp_at = old_segment.tcp_at;
    assert_eq!(new[tcp_at - 8..tcp_at + 12], old[tcp_at - 8..tcp_at + 12]);
    assert_eq!(new[tcp_at + 13..tcp_at + 16], old[tcp_at + 13..tcp_at + 16]);
}

/// Replaces the MSS option of every SYN by four no-operations: how many there were.
fn blot_out_mss(file: &mut [u8]) -> usize {
    let mut blotted_out = 0;
    for packet in packets(file) {
        let frame = &mut file[packet];
        let Some(Segment {
            is_syn: true,
            tcp_at,
            ..
        }) = segment(frame)
        else {
            continue;
        };
        assert_eq!(
            frame[tcp_at + 20..tcp_at + 22],
            [2, 4],
            "Linux puts the MSS first"
        );
        frame[tcp_at + 20..tcp_at + 24].fill(NO_OPERATION);
        let right_checksum = segment(frame).unwrap().right_checksum;
        frame[tcp_at + 16..tcp_at + 18].copy_from_slice(&right_checksum.to_be_bytes());
        blotted_out += 1;
    }
    blotted_out
}

/// The segment in an Ethernet frame, if it is TCP, read by etherparse.
fn segment(frame: &[u8]) -> Option<Segment> {
    let headers = PacketHeaders::from_ethernet_slice(frame).unwrap();
    let Some(TransportHeader::Tcp(tcp)) = headers.transport else {
        return None;
    };
    let payload = headers.payload.slice();
    let segment_len = tcp.header_len() + payload.len();
    let (right_checksum, ip_len_is_right) = match headers.net? {
        NetHeaders::Ipv4(ip, _) => (
            tcp.calc_checksum_ipv4(&ip, payload),
            usize::from(ip.total_len) == ip.header_len() + segment_len
                && ip.header_checksum == ip.calc_header_checksum(),
        ),
        NetHeaders::Ipv6(ip, _) => (
            tcp.calc_checksum_ipv6(&ip, payload),
            usize::from(ip.payload_length) == segment_len,
        ),
        NetHeaders::Arp(_) => return None,
    };
    Some(Segment {
        is_syn: tcp.syn && !tcp.rst,
        tcp_at: frame.len() - segment_len,
        options: tcp.options.as_slice().to_vec(),
        checksum: tcp.checksum,
        right_checksum: right_checksum.unwrap(),
        ip_len_is_right,
    })
}
