//! What IP does to a packet before a forwarding rule sees it.

use super::{IpVersion, checksum, put_word, word};

/// The packet as the FORWARD chain sees it, trimmed and with its TTL or hop limit counted down;
/// `None` when it does not get there.
///
/// Not modelled: IPv4 options that a router writes into or routes by (record route, timestamp,
/// source route, CIPSO), addresses that are not forwarded, packets larger than the route's MTU.
#[must_use]
pub fn accept(version: IpVersion, arrived: &[u8]) -> Option<Vec<u8>> {
    match version {
        IpVersion::V4 => accept_v4(arrived),
        IpVersion::V6 => accept_v6(arrived),
    }
}

fn accept_v4(arrived: &[u8]) -> Option<Vec<u8>> {
    if arrived.len() < 20 || arrived[0] >> 4 != 4 {
        return None;
    }
    let header_len = usize::from(arrived[0] & 0x0f) * 4;
    let total_len = usize::from(word(arrived, 2));
    if header_len < 20 || arrived.len() < header_len {
        return None;
    }
    if checksum::sum(&arrived[..header_len]) != 0xffff {
        return None;
    }
    if total_len > arrived.len() || total_len < header_len {
        return None;
    }
    if !options_are_well_formed(&arrived[20..header_len]) || arrived[8] <= 1 {
        return None;
    }
    let mut packet = arrived[..total_len].to_vec();
    packet[8] -= 1;
    let header_checksum = checksum::after_ttl_decrease(word(&packet, 10));
    put_word(&mut packet, 10, header_checksum);
    Some(packet)
}

fn options_are_well_formed(options: &[u8]) -> bool {
    let mut at = 0;
    while at < options.len() {
        match options[at] {
            0 => return true,
            1 => at += 1,
            kind => {
                let Some(&length) = options.get(at + 1) else {
                    return false;
                };
                let length = usize::from(length);
                let router_alert_cut = kind == 148 && length < 4;
                if length < 2 || length > options.len() - at || router_alert_cut {
                    return false;
                }
                at += length;
            }
        }
    }
    true
}

fn accept_v6(arrived: &[u8]) -> Option<Vec<u8>> {
    if arrived.len() < 40 || arrived[0] >> 4 != 6 {
        return None;
    }
    let payload_len = usize::from(word(arrived, 4));
    let hop_by_hop_first = arrived[6] == 0;
    let packet_len = if payload_len == 0 && hop_by_hop_first {
        arrived.len()
    } else {
        40 + payload_len
    };
    let mut packet = arrived.get(..packet_len)?.to_vec();
    if hop_by_hop_first && !hop_by_hop_lets_pass(&packet[40..]) {
        return None;
    }
    if packet[7] <= 1 {
        return None;
    }
    packet[7] -= 1;
    Some(packet)
}

/// Padding runs of at most 7 bytes, zeros only; at most 8 options, none that asks to be dropped.
fn hop_by_hop_lets_pass(payload: &[u8]) -> bool {
    if payload.len() < 8 {
        return false;
    }
    let Some(options) = payload.get(2..(usize::from(payload[1]) + 1) * 8) else {
        return false;
    };
    let (mut at, mut padding, mut options_seen) = (0, 0, 0);
    while at < options.len() {
        if options[at] == 0 {
            padding += 1;
            at += 1;
        } else {
            let Some(&data_len) = options.get(at + 1) else {
                return false;
            };
            let Some(data) = options.get(at + 2..at + 2 + usize::from(data_len)) else {
                return false;
            };
            if options[at] == 1 {
                padding += 2 + data.len();
                if data.iter().any(|byte| *byte != 0) {
                    return false;
                }
            } else {
                padding = 0;
                options_seen += 1;
                if options_seen > 8 || options[at] >> 6 != 0 {
                    return false;
                }
            }
            at += 2 + data.len();
        }
        if padding > 7 {
            return false;
        }
    }
    true
}
