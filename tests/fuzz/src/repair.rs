//! Mutations that know what a frame looks like: each header is made nearly right, so that what libFuzzer changes
//! behind it is looked at.

use super::Choice;

const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86dd;
const PPPOE_SESSION: u16 = 0x8864;
const TRANSPARENT_ETHERNET: u16 = 0x6558;
const VLAN_TAGS: [u16; 3] = [0x8100, 0x88a8, 0x9100];
const TCP: u8 = 6;
const SYN: u8 = 2;

/// Once in so many times a field is left as the mutation made it.
const LEFT_WRONG_ONE_IN: usize = 12;

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]))
}

fn put_word(bytes: &mut [u8], at: usize, value: u16) {
    if let Some(field) = bytes.get_mut(at..at + 2) {
        field.copy_from_slice(&value.to_be_bytes());
    }
}

fn len_word(bytes: &[u8]) -> u16 {
    u16::try_from(bytes.len()).unwrap_or(u16::MAX)
}

/// Makes an Ethernet frame nearly right, from the outside in.
pub fn repair_frame(frame: &mut [u8], choice: &mut Choice) {
    repair_ethertype(frame, 12, choice);
}

/// What follows an Ethernet header or a tag, whose ethertype is at `at`.
fn repair_ethertype(frame: &mut [u8], at: usize, choice: &mut Choice) {
    let mut ethertype = word(frame, at).unwrap_or(0);
    let is_known = [IPV4, IPV6, PPPOE_SESSION].contains(&ethertype)
        || VLAN_TAGS.contains(&ethertype)
        || ethertype < 1536;
    if !is_known && !choice.one_in(LEFT_WRONG_ONE_IN) {
        ethertype = choice.pick(&[IPV4, IPV4, IPV6, IPV6, PPPOE_SESSION, 0x8100, 0x88a8, 60]);
        put_word(frame, at, ethertype);
    }
    let behind = frame.get_mut(at + 2..).unwrap_or_default();
    match ethertype {
        IPV4 | IPV6 => repair_packet_of(ethertype, behind, choice),
        PPPOE_SESSION => {
            let len = len_word(behind).saturating_sub(6);
            if let Some(header) = behind.first_chunk_mut::<2>() {
                *header = [0x11, 0];
            }
            if !choice.one_in(LEFT_WRONG_ONE_IN) {
                put_word(behind, 4, len);
            }
            let protocol = choice.pick(&[0x0021_u16, 0x0057]);
            put_word(behind, 6, protocol);
            let ethertype = if protocol == 0x0021 { IPV4 } else { IPV6 };
            repair_packet_of(ethertype, behind.get_mut(8..).unwrap_or_default(), choice);
        }
        _ if VLAN_TAGS.contains(&ethertype) => {
            let is_deep = at > 24;
            if is_deep {
                put_word(frame, at + 4, IPV4);
            }
            repair_ethertype(frame, at + 4, choice);
        }
        0..1536 => {
            let ethertype = choice.pick(&[IPV4, IPV6]);
            let len = len_word(behind);
            if let Some(header) = behind.first_chunk_mut::<6>() {
                *header = [0xaa, 0xaa, 3, 0, 0, 0];
            }
            put_word(behind, 6, ethertype);
            repair_packet_of(ethertype, behind.get_mut(8..).unwrap_or_default(), choice);
            put_word(frame, at, len.min(1500));
        }
        _ => {}
    }
}

/// Makes a bare IP packet nearly right.
pub fn repair_packet(packet: &mut [u8], choice: &mut Choice) {
    let ethertype = if packet.first().is_some_and(|first| first >> 4 == 6) {
        IPV6
    } else {
        IPV4
    };
    repair_packet_of(ethertype, packet, choice);
}

fn repair_packet_of(ethertype: u16, packet: &mut [u8], choice: &mut Choice) {
    let len = len_word(packet);
    let is_length_right = !choice.one_in(LEFT_WRONG_ONE_IN);
    let (at, protocol) = if ethertype == IPV4 {
        let Some(header) = packet.first_chunk_mut::<20>() else {
            return;
        };
        header[0] = 0x40 | (header[0] & 15).max(5);
        if choice.one_in(2) {
            header[0] = 0x45;
        }
        if !choice.one_in(4) {
            header[6] &= 0x60;
            header[7] = 0;
        }
        if !choice.one_in(6) {
            header[9] = TCP;
        }
        let (header_len, protocol) = (usize::from(header[0] & 15) * 4, header[9]);
        if is_length_right {
            put_word(packet, 2, len);
        }
        (header_len, protocol)
    } else {
        let Some(header) = packet.first_chunk_mut::<40>() else {
            return;
        };
        header[0] = 0x60 | header[0] & 15;
        if !choice.one_in(4) {
            header[6] = choice.pick(&[TCP, TCP, TCP, 0, 43, 44, 60, 41]);
        }
        let protocol = header[6];
        if is_length_right {
            put_word(packet, 4, len.saturating_sub(40));
        }
        repair_extensions(packet, protocol, choice)
    };
    let behind = packet.get_mut(at..).unwrap_or_default();
    match protocol {
        TCP => repair_segment(behind, choice),
        4 => repair_packet_of(IPV4, behind, choice),
        41 => repair_packet_of(IPV6, behind, choice),
        47 => repair_gre(behind, choice),
        _ => {}
    }
}

/// Where the extension headers end, and what follows them.
fn repair_extensions(packet: &mut [u8], mut protocol: u8, choice: &mut Choice) -> (usize, u8) {
    let mut at = 40;
    for _ in 0..9 {
        if ![0, 43, 44, 60].contains(&protocol) {
            break;
        }
        let Some(header) = packet.get_mut(at..at + 8) else {
            break;
        };
        if !choice.one_in(4) {
            header[0] = choice.pick(&[TCP, TCP, 0, 43, 44, 60]);
        }
        if !choice.one_in(4) {
            header[1] = 0;
        }
        if protocol == 44 && !choice.one_in(4) {
            header[2] = 0;
            header[3] &= 1;
        }
        let len = if protocol == 44 {
            8
        } else {
            usize::from(header[1]) * 8 + 8
        };
        protocol = header[0];
        at += len;
    }
    (at, protocol)
}

fn repair_gre(gre: &mut [u8], choice: &mut Choice) {
    let Some(header) = gre.first_chunk_mut::<4>() else {
        return;
    };
    header[0] &= 0xb0;
    header[1] = 0;
    let flags = header[0];
    let ethertype = choice.pick(&[IPV4, IPV6, TRANSPARENT_ETHERNET]);
    put_word(gre, 2, ethertype);
    let fields = [0x80, 0x20, 0x10]
        .into_iter()
        .filter(|bit| flags & bit != 0);
    let behind = gre.get_mut(4 + 4 * fields.count()..).unwrap_or_default();
    match ethertype {
        TRANSPARENT_ETHERNET => repair_frame(behind, choice),
        ethertype => repair_packet_of(ethertype, behind, choice),
    }
}

/// A SYN whose header fits, with an MSS option somewhere.
fn repair_segment(segment: &mut [u8], choice: &mut Choice) {
    let words = segment.len() / 4;
    let Some(header) = segment.first_chunk_mut::<20>() else {
        return;
    };
    if !choice.one_in(LEFT_WRONG_ONE_IN) {
        let most = words.min(15);
        let offset = usize::from(header[12] >> 4).clamp(5, most.max(5));
        header[12] = u8::try_from(offset).expect("15 at most") << 4 | header[12] & 15;
    }
    if !choice.one_in(6) {
        header[13] = header[13] & !4 | SYN;
    }
    let header_len = usize::from(header[12] >> 4) * 4;
    if !choice.one_in(3)
        && let Some(options) = segment.get_mut(20..header_len)
        && options.len() >= 4
    {
        let at = choice.below(options.len() - 3);
        options[at] = 2;
        options[at + 1] = if choice.one_in(8) { options[at + 1] } else { 4 };
        if choice.one_in(2) {
            options[..at].fill(1);
        }
    }
}
