//! A capture made by hand, for the tests that start the program.

/// A pcap file header: little-endian, microseconds, Ethernet.
pub(crate) const FILE_HEADER: [u8; 24] = [
    0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0,
];

const SYN: u8 = 0x02;
const ACK: u8 = 0x10;

/// A pcap record around a frame.
pub(crate) fn record(frame: &[u8]) -> Vec<u8> {
    let frame_len = (frame.len() as u32).to_le_bytes();
    let time = [7, 0, 0, 0, 9, 0, 0, 0];
    [&time[..], &frame_len, &frame_len, frame].concat()
}

/// The record of a SYN over IPv4 whose MSS is `mss`.
pub(crate) fn syn(mss: u16) -> Vec<u8> {
    let [high, low] = mss.to_be_bytes();
    record(&frame(SYN, &[2, 4, high, low], &[]))
}

/// The record of a data segment over IPv4 with `payload_len` bytes.
pub(crate) fn data(payload_len: usize) -> Vec<u8> {
    record(&frame(ACK, &[], &vec![0x5a; payload_len]))
}

/// An Ethernet frame around a TCP segment over IPv4, its checksums right.
fn frame(flags: u8, options: &[u8], payload: &[u8]) -> Vec<u8> {
    let header_len = 20 + options.len();
    let segment_len = header_len + payload.len();
    let mut segment = vec![0; 20];
    segment[..4].copy_from_slice(&[0x9c, 0x40, 0x00, 0x50]);
    segment[12] = (header_len as u8 / 4) << 4;
    segment[13] = flags;
    segment.extend(options);
    segment.extend(payload);

    let mut header = [
        0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 6, 0, 0, 192, 0, 2, 2, 198, 51, 100, 2,
    ];
    header[2..4].copy_from_slice(&(20 + segment_len as u16).to_be_bytes());
    let header_checksum = checksum(&[&header]);
    header[10..12].copy_from_slice(&header_checksum);

    let [high, low] = (segment_len as u16).to_be_bytes();
    let segment_checksum = checksum(&[&header[12..20], &[0, 6, high, low], &segment]);
    segment[16..18].copy_from_slice(&segment_checksum);

    let ethernet = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x08, 0x00];
    [&ethernet[..], &header, &segment].concat()
}

/// The internet checksum (RFC 1071) over parts of which only the last may be of odd length.
fn checksum(parts: &[&[u8]]) -> [u8; 2] {
    let mut sum: u32 = 0;
    for word in parts.iter().flat_map(|part| part.chunks(2)) {
        sum += u32::from(word[0]) << 8 | word.get(1).map_or(0, |&low| u32::from(low));
        sum = (sum & 0xffff) + (sum >> 16);
    }
    (!(sum as u16)).to_be_bytes()
}
