use super::*;

const MACS: [u8; 12] = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];

/// A virtio-net header as the kernel gives it for TCP.
fn offload(cut: u8, segment_len: u16, checksum_start: usize, checksum_offset: u16) -> Offload {
    let start = u16::try_from(checksum_start).unwrap().to_ne_bytes();
    let [length_low, length_high] = segment_len.to_ne_bytes();
    let [offset_low, offset_high] = checksum_offset.to_ne_bytes();
    Offload::parse([
        1,
        cut,
        0,
        0,
        length_low,
        length_high,
        start[0],
        start[1],
        offset_low,
        offset_high,
    ])
}

/// Behind two VLAN tags: IPv4, then a transport header and payload whose checksum field holds the sum
/// of the pseudo-header, as a card expects it.
fn ipv4(protocol: u8, transport_header: &[u8], checksum_at: usize, payload: &[u8]) -> Vec<u8> {
    let transport_len = transport_header.len() + payload.len();
    let mut ip = vec![0x45, 0, 0, 0, 0xff, 0xff, 0x40, 0, 64, protocol, 0, 0];
    let addresses = [192, 0, 2, 1, 198, 51, 100, 1];
    ip.extend(addresses);
    put_word(&mut ip, 2, u16::try_from(20 + transport_len).unwrap());
    let sum = checksum::finish(checksum::add(0, &ip));
    put_word(&mut ip, IPV4_CHECKSUM_AT, sum);
    let mut transport = [transport_header, payload].concat();
    let pseudo_header = [
        &addresses[..],
        &[0, protocol],
        &u16::try_from(transport_len).unwrap().to_be_bytes(),
    ]
    .concat();
    let sum = !checksum::finish(checksum::add(0, &pseudo_header));
    put_word(&mut transport, checksum_at, sum);
    let tags = [0x81, 0, 0, 7, 0x88, 0xa8, 0, 8, 0x08, 0x00];
    [&MACS[..], &tags, &ip, &transport].concat()
}

const IP_AT: usize = 22;
const TRANSPORT_AT: usize = IP_AT + 20;

fn tcp_header() -> Vec<u8> {
    let mut header = vec![0x30, 0x39, 0, 80];
    header.extend(u32::MAX.to_be_bytes());
    header.extend([0, 0, 0, 1, 0x50, 0x99, 0x40, 0, 0, 0, 0, 0]);
    header
}

fn cut(offload: Offload, frame: &mut [u8]) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    wire_frames(offload, frame, |frame| frames.push(frame.to_vec())).unwrap();
    frames
}

/// Whether IPv4 header and transport checksums hold, computed from the addresses in the header.
fn is_intact(frame: &[u8]) -> bool {
    let ip = &frame[IP_AT..];
    let transport = &ip[20..];
    let length = u16::try_from(transport.len()).unwrap().to_be_bytes();
    let pseudo_header = [&ip[12..20], &[0, ip[9]], &length].concat();
    let sum = checksum::add(checksum::add(0, &pseudo_header), transport);
    usize::from(word(ip, 2)) == ip.len()
        && checksum::finish(checksum::add(0, &ip[..20])) == 0
        && checksum::finish(sum) == 0
}

#[test]
fn an_unfinished_checksum_is_finished() {
    let mut frame = ipv4(6, &tcp_header(), TCP_CHECKSUM_AT, b"data");
    assert!(!is_intact(&frame));
    let frames = cut(offload(0, 0, TRANSPORT_AT, 16), &mut frame);
    assert_eq!(frames.len(), 1);
    assert!(is_intact(&frames[0]));
}

#[test]
fn a_long_tcp_frame_becomes_segments_in_order() {
    let payload: Vec<u8> = (0..2500_u32).map(|at| at.to_le_bytes()[0]).collect();
    let mut frame = ipv4(6, &tcp_header(), TCP_CHECKSUM_AT, &payload);
    let frames = cut(offload(1, 1000, TRANSPORT_AT, 16), &mut frame);
    assert_eq!(frames.len(), 3);
    let mut joined = Vec::new();
    for (index, frame) in frames.iter().enumerate() {
        assert!(is_intact(frame), "segment {index}");
        let tcp = &frame[TRANSPORT_AT..];
        let sequence = u32::from_be_bytes(tcp[4..8].try_into().unwrap());
        // From the last sequence number on, and over the wrap.
        let offset = u32::try_from(index * 1000).unwrap();
        assert_eq!(sequence, u32::MAX.wrapping_add(offset));
        let place = u16::try_from(index).unwrap();
        assert_eq!(word(frame, IP_AT + 4), 0xffff_u16.wrapping_add(place));
        // CWR, ACK, PSH and FIN were set: 0x99.
        assert_eq!(tcp[13], [0x90, 0x10, 0x19][index]);
        joined.extend_from_slice(&tcp[20..]);
    }
    assert_eq!(joined, payload);
}

#[test]
fn a_long_udp_frame_becomes_datagrams_with_lengths_of_their_own() {
    let header = [0x30, 0x39, 0, 53, 0, 0, 0, 0];
    let mut frame = ipv4(17, &header, UDP_CHECKSUM_AT, &[7; 2001]);
    let frames = cut(offload(5, 1000, TRANSPORT_AT, 6), &mut frame);
    let lengths: Vec<u16> = frames
        .iter()
        .map(|frame| word(frame, TRANSPORT_AT + UDP_LENGTH_AT))
        .collect();
    assert_eq!(lengths, [1008, 1008, 9]);
    assert!(frames.iter().all(|frame| is_intact(frame)));
}

#[test]
fn what_needs_nothing_is_handed_on_untouched() {
    let before = ipv4(6, &tcp_header(), TCP_CHECKSUM_AT, b"data");
    let frames = cut(Offload::NOTHING, &mut before.clone());
    assert_eq!(frames, [before]);
}

#[test]
fn an_unknown_way_of_cutting_is_unsupported() {
    let mut frame = ipv4(6, &tcp_header(), TCP_CHECKSUM_AT, &[0; 2000]);
    let cut = offload(3, 1000, TRANSPORT_AT, 16);
    assert_eq!(wire_frames(cut, &mut frame, |_| {}), Err(Unsupported::Cut));
}

#[test]
fn offloads_that_contradict_their_frame_are_told_never_obeyed() {
    let whole = ipv4(6, &tcp_header(), TCP_CHECKSUM_AT, &[0; 100]);
    for length in 0..whole.len() {
        for kind in [0, 1, 4, 5] {
            for start in [0, 13, IP_AT, TRANSPORT_AT, length, 0xffff] {
                for offset in [0, 6, 16, 0xffff] {
                    for segment_len in [0, 1, 0xffff] {
                        let offload = offload(kind, segment_len, start, offset);
                        let mut frame = whole[..length].to_vec();
                        let mut handed_out = 0;
                        let done = wire_frames(offload, &mut frame, |_| handed_out += 1);
                        assert!(done.is_ok() || handed_out == 0 || kind != 0);
                        assert!(handed_out <= length.max(1));
                    }
                }
            }
        }
    }
}
