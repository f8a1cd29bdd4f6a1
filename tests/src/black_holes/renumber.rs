//! The same capture of another network: other addresses, ports, MAC addresses and times.

/// The lengths of a pcap file header, a record header and an Ethernet header.
const FILE_HEADER: usize = 24;
const RECORD_HEADER: usize = 16;
const ETHERNET_HEADER: usize = 14;
const TCP: u8 = 6;
const ICMP: u8 = 1;
const ICMPV6: u8 = 58;
/// Behind the header of an ICMP error: the packet that it is about.
const QUOTE_AT: usize = 8;
const SECONDS: u32 = 86_399;

/// Renumbers a little-endian pcap file of Ethernet frames, VLAN tags and PPPoE included; none where
/// `pcap` is something else. `by` chooses the numbers. Checksums are left as they were.
#[must_use]
pub fn renumbered(pcap: &[u8], by: u8) -> Option<Vec<u8>> {
    let is_ethernet = pcap.get(20..24)? == [1, 0, 0, 0];
    if pcap.get(..4)? != [0xd4, 0xc3, 0xb2, 0xa1] || !is_ethernet {
        return None;
    }
    let mut renumbered = pcap.to_vec();
    let mut at = FILE_HEADER;
    while let Some(header) = renumbered.get_mut(at..at + RECORD_HEADER) {
        let number = |bytes: &[u8]| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        let seconds = number(&header[..4]).wrapping_add(SECONDS * u32::from(by));
        let captured_len = number(&header[8..12]) as usize;
        header[..4].copy_from_slice(&seconds.to_le_bytes());
        at += RECORD_HEADER;
        frame(renumbered.get_mut(at..at + captured_len)?, by);
        at += captured_len;
    }
    Some(renumbered)
}

fn frame(frame: &mut [u8], by: u8) {
    if frame.len() < ETHERNET_HEADER {
        return;
    }
    for byte in [3, 4, 5, 9, 10, 11] {
        frame[byte] ^= by;
    }
    let mut at = ETHERNET_HEADER - 2;
    loop {
        match frame.get(at..at + 2) {
            Some([0x81, 0x00] | [0x88, 0xa8]) => at += 4,
            Some([0x88, 0x64]) => {
                at += 8;
                break;
            }
            Some(_) => break,
            None => return,
        }
    }
    if let Some(packet) = frame.get_mut(at + 2..) {
        ip_packet(packet, by);
    }
}

/// Changes the last byte but one of each address, and the ports.
fn ip_packet(packet: &mut [u8], by: u8) {
    let (protocol, payload_at, addresses) = match packet {
        [first, ..] if *first >> 4 == 4 && packet.len() >= 20 => {
            (packet[9], usize::from(packet[0] & 0xf) * 4, [14, 18])
        }
        [first, ..] if *first >> 4 == 6 && packet.len() >= 40 => (packet[6], 40, [22, 38]),
        _ => return,
    };
    for at in addresses {
        packet[at] = packet[at].wrapping_add(by);
    }
    let Some(payload) = packet.get_mut(payload_at..) else {
        return;
    };
    match protocol {
        TCP => {
            for byte in payload.iter_mut().take(4) {
                *byte = byte.wrapping_add(by);
            }
        }
        ICMP | ICMPV6 if payload.first().is_some_and(|&kind| kind == 3 || kind == 2) => {
            if let Some(quote) = payload.get_mut(QUOTE_AT..) {
                ip_packet(quote, by);
            }
        }
        _ => {}
    }
}
