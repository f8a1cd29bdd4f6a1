//! What a clamp may have changed in a capture: MSS values of SYNs, lowered, and TCP checksums that
//! follow. Found from the bytes that differ, so nothing here reads link layers.

use crate::packets::packets;

/// TCP's number among the IP protocols.
const TCP: u8 = 6;
/// Where the checksum is in a TCP header.
const CHECKSUM_AT: usize = 16;
const MSS_OPTION: [u8; 2] = [2, 4];

/// How many segments were clamped on the way from `before` to `after`, two captures of equal length.
///
/// # Errors
/// Any byte changed that a clamp may not change.
pub(crate) fn clamped_segments(before: &[u8], after: &[u8]) -> Result<u64, String> {
    if before.len() != after.len() {
        return Err(format!("{} bytes became {}", before.len(), after.len()));
    }
    let mut clamped = 0;
    let mut judged = 0;
    for (number, packet) in (1..).zip(packets(before)) {
        if before[judged..packet.start] != after[judged..packet.start] {
            return Err(format!("what is before packet {number} was changed"));
        }
        judged = packet.end;
        let (before, after) = (&before[packet.clone()], &after[packet]);
        if before != after {
            is_clamped(before, after).map_err(|why| format!("packet {number}: {why}"))?;
            clamped += 1;
        }
    }
    if before[judged..] != after[judged..] {
        return Err("what is behind the last packet was changed".into());
    }
    Ok(clamped)
}

/// Whether the packets `before` and `after`, which differ, do so as by a clamp.
fn is_clamped(before: &[u8], after: &[u8]) -> Result<(), String> {
    let changed: Vec<usize> = (0..before.len())
        .filter(|&at| before[at] != after[at])
        .collect();
    // No lower MSS leaves the checksum as it was, and the checksum comes before the options: the
    // first byte that differs is one of its two.
    [CHECKSUM_AT, CHECKSUM_AT + 1]
        .into_iter()
        .filter_map(|within_header| changed[0].checked_sub(within_header))
        .filter(|&tcp_at| is_tcp_behind_ip(before, tcp_at))
        .map(|tcp_at| is_clamped_segment(&before[tcp_at..], &after[tcp_at..], &changed, tcp_at))
        .reduce(Result::or)
        .unwrap_or_else(|| Err(format!("byte {} is in no TCP checksum", changed[0])))
}

fn is_clamped_segment(
    before: &[u8],
    after: &[u8],
    changed: &[usize],
    tcp_at: usize,
) -> Result<(), String> {
    let header_len = usize::from(before[12] >> 4) * 4;
    if header_len < 20 || header_len > before.len() {
        return Err("a segment without its whole TCP header was changed".into());
    }
    let flags = before[13];
    if flags & 0x02 == 0 || flags & 0x04 != 0 {
        return Err("a segment that is no SYN was changed".into());
    }
    let values = mss_values(&before[..header_len]);
    for &at in changed {
        let within = at - tcp_at;
        let is_checksum = (CHECKSUM_AT..CHECKSUM_AT + 2).contains(&within);
        if !is_checksum
            && !values
                .iter()
                .any(|&value| (value..value + 2).contains(&within))
        {
            return Err(format!(
                "byte {at} is neither of an MSS nor of the checksum"
            ));
        }
    }
    for &value in &values {
        let mss = |segment: &[u8]| u16::from_be_bytes([segment[value], segment[value + 1]]);
        if mss(after) > mss(before) {
            return Err(format!(
                "the MSS {} was raised to {}",
                mss(before),
                mss(after)
            ));
        }
    }
    if sum(&before[..header_len]) != sum(&after[..header_len]) {
        return Err("the checksum does not follow the MSS".into());
    }
    Ok(())
}

/// Where the values of the MSS options are in a TCP header. As Linux walks it: also past an end of
/// the list, and a length of 0 or 1 is one byte.
fn mss_values(header: &[u8]) -> Vec<usize> {
    let mut values = Vec::new();
    let mut at = 20;
    while at + 1 < header.len() {
        let len = match (header[at], usize::from(header[at + 1])) {
            (0 | 1, _) | (_, 0 | 1) => 1,
            (_, len) => len,
        };
        if at + len > header.len() {
            break;
        }
        if header[at..].starts_with(&MSS_OPTION) {
            values.push(at + 2);
        }
        at += len;
    }
    values
}

/// Whether what begins at `tcp_at` is carried as TCP by an IP header right before it.
fn is_tcp_behind_ip(packet: &[u8], tcp_at: usize) -> bool {
    is_tcp_behind_ipv4(packet, tcp_at) || is_tcp_behind_ipv6(packet, tcp_at)
}

fn is_tcp_behind_ipv4(packet: &[u8], tcp_at: usize) -> bool {
    (5..=15).any(|words: u8| {
        tcp_at
            .checked_sub(usize::from(words) * 4)
            .is_some_and(|ip_at| packet[ip_at] == 0x40 | words && packet[ip_at + 9] == TCP)
    })
}

fn is_tcp_behind_ipv6(packet: &[u8], tcp_at: usize) -> bool {
    (0..(tcp_at + 1).saturating_sub(40)).any(|ip_at| {
        let (mut kind, mut at) = (packet[ip_at + 6], ip_at + 40);
        while at < tcp_at {
            let (0 | 43 | 44 | 60) = kind else {
                return false;
            };
            // The length of a fragment header is fixed; its second byte is reserved and not judged.
            let eights = if kind == 44 { 0 } else { packet[at + 1] };
            kind = packet[at];
            at += (usize::from(eights) + 1) * 8;
        }
        packet[ip_at] >> 4 == 6 && kind == TCP && at == tcp_at
    })
}

/// The ones' complement sum, of whose two zeros only one is given back (RFC 1071).
fn sum(bytes: &[u8]) -> u32 {
    let words = bytes.chunks(2).map(|word| match *word {
        [high, low] => u32::from(u16::from_be_bytes([high, low])),
        [high] => u32::from(high) << 8,
        _ => 0,
    });
    words.sum::<u32>() % 0xffff
}

/// Without this, a check that finds nothing would look like a clamp that breaks nothing.
#[test]
fn every_single_byte_that_comes_out_wrong_is_noticed() {
    for name in [
        "plain-lan.pcap",
        "wrapped-pppoe-vlan.pcap",
        "every-block-big-endian.pcapng",
    ] {
        let path = crate::own_captures().join(name);
        let before = std::fs::read(&path).unwrap();
        let after = crate::clamp(&path, "--link-mtu 1400").output;
        assert!(clamped_segments(&before, &after).unwrap() > 0, "{name}");
        for at in 0..after.len() {
            let mut broken = after.clone();
            broken[at] = !broken[at];
            assert!(
                clamped_segments(&before, &broken).is_err(),
                "{name}: byte {at} went wrong unnoticed"
            );
        }
    }
}
